"""What arrives again: the answer it had, or a loud stop when the same place carries other content."""

import hashlib
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.district.tables import revision
from app.models.scrubbing import MARK, content_digest, line_digest
from app.sync.protocol import Batch, Header, Line, Refusal, Verdict

TOLD_AGAIN = frozenset({"held", "merged", "conflict", "released"})


def repeated(connection: Connection, station: str, batch: Batch, acked: int) -> list[Verdict]:
    """Verdicts for the lines of `batch` up to seq `acked`, which were taken before.

    Raises Refusal 422 other_content where a line differs from the one taken: a cloned disk or a restored
    backup is writing a second history.
    """
    again = [line for line in batch.lines if line.seq <= acked]
    if not again:
        return []
    header = batch.header
    taken = select(revision.c.seq, revision.c.outcome, revision.c.detail, revision.c.line).where(
        revision.c.station == station,
        revision.c.device == header.device,
        revision.c.epoch == header.epoch,
        revision.c.seq.between(header.first, acked),
    )
    known = {row.seq: row for row in connection.execute(taken)}
    verdicts = []
    for line in again:
        row = known.get(line.seq)
        if row is None:
            verdict = told_before(connection, station, line)
        else:
            same = row.line == line.body or same_content(row.line, line.body)
            verdict = _verdict(line.seq, row) if same else None
        if verdict is None:
            raise Refusal(422, "other_content", seq=line.seq)
        verdicts.append(verdict)
    return verdicts


def must_follow(connection: Connection, station: str, header: Header) -> None:
    """Whether the batch goes on from what lies here under its device's name.

    Raises Refusal 422 other_content where the line before it is another than the sender's: a copy of its disk wrote it.
    Nothing is said where the line came under another number, or the sender does not know it.  A skip line here stands for
    the sender's whole line, or for the skip line of another PC that the sender brought back as its own.
    """
    if not header.after:
        return
    before = select(revision.c.line).where(
        revision.c.station == station,
        revision.c.device == header.device,
        revision.c.epoch == header.epoch,
        revision.c.seq == header.first - 1,
    )
    line = connection.execute(before).scalar()
    if line is not None and header.after not in (digest_of(bytes(line)), line_digest(bytes(line))):
        raise Refusal(422, "other_content", seq=header.first - 1)


def told_before(connection: Connection, station: str, line: Line) -> Verdict | None:
    """What was said of this revision when it came under another seq; None when it never did.

    Raises Refusal 422 other_content where another revision has its id.
    """
    kept = select(revision.c.outcome, revision.c.detail, revision.c.line)
    row = connection.execute(
        kept.where(revision.c.station == station, revision.c.op_id == line.op_id)
    ).first()
    if row is None:
        return None
    if not same_revision(row.line, line.body):
        raise Refusal(422, "other_content", seq=line.seq)
    return _verdict(line.seq, row)


def _verdict(seq: int, row: Any) -> Verdict:
    return Verdict(seq, row.outcome if row.outcome in TOLD_AGAIN else "duplicate", row.detail)


def same_content(kept: bytes, again: bytes) -> bool:
    """Whether two lines say the same revision, whatever their seq; a skip line stands for the line it replaced."""
    one, other = orjson.loads(kept), orjson.loads(again)
    if one.get("act") == "skip" and other.get("act") != "skip":
        return bool(one["data"].get("sha256") == hashlib.sha256(again).hexdigest())
    if MARK in one or MARK in other:
        # The content was taken out at one end; its hash tells whether it was the same.
        return content_digest(one) == content_digest(other)
    one.pop("seq", None)
    other.pop("seq", None)
    return bool(one == other)


def same_revision(kept: bytes, again: bytes) -> bool:
    """Whether two lines under different seqs are one revision.

    A skip line names its line by a digest that covers the seq, so after a renumbering only the rest can agree.
    """
    one, other = orjson.loads(kept), orjson.loads(again)
    if "skip" not in (one.get("act"), other.get("act")):
        return same_content(kept, again)
    return all(one.get(name) == other.get(name) for name in ("op_id", "type", "record", "base"))


def digest_of(line: bytes) -> str:
    """SHA-256 (hex) by which a station knows the line at its side: a skip line answers with what it replaced."""
    if b'"act":"skip"' in line:
        content = orjson.loads(line)
        if content["act"] == "skip":
            return str(content["data"].get("sha256", ""))
    return line_digest(line)
