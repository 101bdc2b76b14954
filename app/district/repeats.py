"""What arrives again: the answer it had, or a loud stop when the same place carries other content."""

import hashlib
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.district.tables import revision
from app.models.scrubbing import MARK, content_digest, line_digest
from app.sync.protocol import Batch, Refusal, Verdict

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
        row = known.get(line.seq) or _under_another_seq(connection, station, line.op_id)
        if row is None or (row.line != line.body and not same_content(row.line, line.body)):
            raise Refusal(422, "other_content", seq=line.seq)
        told = row.outcome in TOLD_AGAIN
        verdicts.append(Verdict(line.seq, row.outcome if told else "duplicate", row.detail))
    return verdicts


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


def digest_of(line: bytes) -> str:
    """SHA-256 (hex) by which a station knows the line at its side: a skip line answers with what it replaced."""
    if b'"act":"skip"' in line:
        content = orjson.loads(line)
        if content["act"] == "skip":
            return str(content["data"].get("sha256", ""))
    return line_digest(line)


def _under_another_seq(connection: Connection, station: str, op_id: str) -> Any:
    found = select(revision.c.outcome, revision.c.detail, revision.c.line)
    return connection.execute(found.where(revision.c.station == station, revision.c.op_id == op_id)).first()
