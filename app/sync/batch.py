"""A batch as bytes: a header line and revision lines (NDJSON), packed, and the bounded way back."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeGuard

import orjson

from app.sync.frames import PLAIN, Packing, packed, unpacked
from app.sync.protocol import (
    ACTS,
    MAX_LINE,
    MAX_REVISIONS,
    Batch,
    Header,
    Line,
    OutboxLine,
    ProtocolError,
)
from app.sync.strict_json import NotStrict, object_of

HEADER_ROOM = 1024
QuickReading = Callable[[Sequence[bytes], int], Sequence[Line | None]]
"""Lines from a seq on, each as read or None."""

_HEX_AS_ZERO = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_UUID_FORM = b"00000000-0000-0000-0000-000000000000"
_type = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch
_head = re.compile(r"(?:[0-9a-f]{64})?").fullmatch
# What a role is called that cannot be one; no matrix names it, so its lines are held.
NO_ROLE = "?"


def encode_batch(header: Header, bodies: Sequence[bytes], packing: Packing = PLAIN) -> bytes:
    """Header and revision lines packed; plain zstd is what every district and every stick reads."""
    first = orjson.dumps(asdict(header), option=orjson.OPT_SORT_KEYS)
    return packed(b"\n".join([first, *bodies]), packing)


def decode_batch(body: bytes, quickly: QuickReading | None = None) -> Batch:
    """The batch in `body` (any form `frames` reads); `quickly` answers for lines it can read sooner than `line_of`.

    Raises only ProtocolError; its code names the fault and, where one line is at fault, its seq.  At most
    2,000 revisions; how far a body may expand is bounded by `frames.unpacked`.
    """
    text = unpacked(body)
    if text.count(b"\n") > MAX_REVISIONS:
        raise ProtocolError("too_many_revisions")
    first, *bodies = text.split(b"\n")
    header = _header(first)
    if header.count != len(bodies):
        raise ProtocolError("wrong_count")
    read = quickly(bodies, header.first) if quickly else [None] * len(bodies)
    numbered = zip(range(header.first, header.first + len(bodies)), read, bodies, strict=True)
    return Batch(header, tuple(line or line_of(body, seq) for seq, line, body in numbered))


def skip_line(line: OutboxLine, reason: str) -> bytes:
    """What travels in place of a revision too large for any batch: its place in the order, its field names.

    The outbox keeps the whole line; its digest lets the district know the two for the same revision.
    """
    try:
        content = object_of(line.body)
        fields = sorted(content["data"])[:200]
    except (NotStrict, KeyError, TypeError):
        content, fields = {}, []
    data = {
        "act": str(content.get("act", "")),
        "reason": reason,
        "size": len(line.body),
        "sha256": hashlib.sha256(line.body).hexdigest(),
        "fields": fields,
    }
    skipped = {
        "seq": line.seq,
        "op_id": line.op_id,
        "type": line.record_type,
        "record": line.record,
        "act": "skip",
        "base": content.get("base"),
        "revision": content.get("revision", 0),
        "by": str(content.get("by", ""))[:200],
        "at": str(content.get("at", ""))[:40],
        "data": data,
        "blobs": [],
    }
    if "role" in content:
        skipped["role"] = content["role"]
    return orjson.dumps(skipped, option=orjson.OPT_SORT_KEYS)


def _header(text: bytes) -> Header:
    if len(text) > HEADER_ROOM:
        raise ProtocolError("header_too_long")
    try:
        content = object_of(text)
    except NotStrict as error:
        raise ProtocolError(f"header_{error.code}") from error
    try:
        known = {name: content[name] for name in _HEADER_FIELDS if name in content or name not in _LATER}
        header = Header(**known)
    except KeyError as error:
        raise ProtocolError("header_incomplete") from error
    numbers = (header.proto, header.epoch, header.first, header.count, header.schema, header.audit_seq)
    if not all(type(number) is int and 0 <= number < 1 << 53 for number in numbers):
        raise ProtocolError("header_wrong_number")
    if header.first < 1 or not isinstance(header.device, str) or not isinstance(header.app, str):
        raise ProtocolError("header_wrong_value")
    if not all(isinstance(hash_, str) and _head(hash_) for hash_ in (header.audit_head, header.after)):
        raise ProtocolError("header_wrong_value")
    return header


_HEADER_FIELDS = tuple(Header.__dataclass_fields__)
# What programs of the first release do not send.
_LATER = frozenset({"audit_seq", "audit_head", "after"})


def line_of(body: bytes, seq: int) -> Line:
    """The revision a line says, which must have this seq; raises ProtocolError naming the fault and the seq."""
    if len(body) > MAX_LINE:
        raise ProtocolError("line_too_long", seq)
    try:
        content = object_of(body)
    except NotStrict as error:
        raise ProtocolError(error.code, seq) from error
    if content.get("seq") != seq or type(content["seq"]) is not int:
        raise ProtocolError("wrong_seq", seq)
    return _checked(content, body, seq)


def is_uuid(value: object) -> TypeGuard[str]:
    """Whether a value is the text of a UUID in small letters; a fifth of the time a regular expression takes."""
    return type(value) is str and value.encode(errors="replace").translate(_HEX_AS_ZERO) == _UUID_FORM


def _checked(content: dict[str, Any], body: bytes, seq: int) -> Line:
    """The line, once every part of its envelope has the form agreed; unknown names are left in `body`."""
    get = content.get
    op_id, record, base, revision = get("op_id"), get("record"), get("base"), get("revision", 0)
    type_, act, by, at, data = get("type"), get("act"), get("by"), get("at"), get("data")
    if not (is_uuid(op_id) and is_uuid(record)):
        raise ProtocolError("wrong_id", seq)
    if base is not None and not is_uuid(base):
        raise ProtocolError("wrong_base", seq)
    if not (type(type_) is str and _type(type_)):
        raise ProtocolError("wrong_type", seq)
    if type(act) is not str or act not in ACTS:
        raise ProtocolError("wrong_act", seq)
    if not (type(by) is str and len(by) <= 200 and "\0" not in by):
        raise ProtocolError("wrong_author", seq)
    if not (type(at) is str and len(at) <= 40 and at.isascii() and at.isprintable()):
        raise ProtocolError("wrong_time", seq)
    if type(data) is not dict:
        raise ProtocolError("wrong_data", seq)
    if type(revision) is not int or not 0 <= revision < 1 << 31:
        raise ProtocolError("wrong_revision", seq)
    role = get("role", "")
    if not (isinstance(role, str) and len(role) <= 40):
        role = NO_ROLE
    return Line(seq, op_id, type_, record, act, base, revision, by, at, data, body, role)
