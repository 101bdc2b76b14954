"""A page of changes as bytes: packed NDJSON, revisions and notices as their verbatim lines.

Line 1: `{"acked_seq", "count", "cursor", "more", "ops", "own_seq", "proto"}`, then one change a line.  A change that carries a
verbatim line (`revision`, `notice`) is followed by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from app.models.changes import Arrived, Change, Difference, Notice, Page, Settled, Side, Standing
from app.models.payload import canonical
from app.sync.batch import line_of
from app.sync.frames import PLAIN, Packing, packed, unpacked
from app.sync.protocol import PROTO, ProtocolError
from app.sync.strict_json import NotStrict, object_of


def encode_page(page: Page, packing: Packing = PLAIN) -> bytes:
    """The page packed in a form the asking PC reads."""
    head = {
        "acked_seq": page.acked_seq,
        "count": len(page.changes),
        "cursor": page.cursor,
        "more": page.more,
        "ops": list(page.ops),
        "own_seq": page.own_seq,
        "proto": PROTO,
    }
    lines = [canonical(head)]
    for change in page.changes:
        lines += _written(change)
    return packed(b"\n".join(lines), packing)


def decode_page(body: bytes) -> Page:
    """The page in `body`; raises only ProtocolError.

    A change of a kind this program does not know is kept as a notice.
    """
    lines = iter(unpacked(body, signed=True).split(b"\n"))
    try:
        head = object_of(next(lines))
        promised = int(head["count"])
        changes = tuple(_read(object_of(line), line, lines) for line in lines)
        ops = tuple(map(str, head["ops"]))
        page = Page(
            str(head["cursor"]),
            head["more"] is True,
            int(head["own_seq"]),
            changes,
            ops,
            int(head["acked_seq"]),
        )
    except NotStrict as error:
        raise ProtocolError(error.code) from error
    except (KeyError, TypeError, ValueError, StopIteration, RuntimeError) as error:
        raise ProtocolError("wrong_page") from error
    if promised != len(page.changes):
        raise ProtocolError("wrong_count")
    return page


def _written(change: Change) -> list[bytes]:
    if isinstance(change, Arrived):
        about = asdict(change)
        line = about.pop("line")
        return [canonical({"kind": "revision", **about}), line]
    if isinstance(change, Notice):
        return [canonical({"kind": "notice", "of": change.kind, "place": change.place}), change.body]
    kind = "verdict" if isinstance(change, Settled) else "state"
    return [canonical({"kind": kind, **asdict(change)})]


def _read(said: Mapping[str, Any], line: bytes, rest: Iterator[bytes]) -> Change:
    kind = said["kind"]
    if kind == "revision":
        verbatim = next(rest)
        line_of(verbatim, orjson.loads(verbatim)["seq"])
        head_after = said["head_after"]
        return Arrived(
            int(said["place"]),
            verbatim,
            str(said["origin"]),
            str(said["outcome"]),
            str(said["detail"]),
            None if head_after is None else str(head_after),
        )
    if kind == "notice":
        body = next(rest)
        object_of(body)
        return Notice(int(said["place"]), str(said["of"]), body)
    if kind == "verdict":
        return Settled(
            said["epoch"], said["seq"], str(said["outcome"]), str(said["detail"]), said["head_after"]
        )
    if kind == "state":
        return _standing(said)
    return Notice(int(said.get("place", 0)), str(kind), line)


def _standing(said: Mapping[str, Any]) -> Standing:
    differences = tuple(
        Difference(
            int(one["place"]),
            str(one["field"]),
            Side(**one["standing"]),
            Side(**one["other"]),
            one["settled"] is True,
        )
        for one in said["differences"]
    )
    return Standing(
        str(said["record"]),
        str(said["type"]),
        str(said["head"]),
        int(said["version"]),
        dict(said["document"]),
        said["void_reason"],
        differences,
    )
