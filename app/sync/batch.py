"""A batch as bytes: a header line and revision lines (NDJSON) under zstd, and the bounded way back."""

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeGuard

import orjson
import zstandard

from app.sync.protocol import (
    ACTS,
    MAX_COMPRESSED,
    MAX_EXPANDED,
    MAX_LINE,
    MAX_REVISIONS,
    Batch,
    Header,
    Line,
    OutboxLine,
    ProtocolError,
)
from app.sync.strict_json import NotStrict, object_of

MAX_RATIO = 100
RATIO_FREE = 1 << 20
LEVEL = 3
HEADER_ROOM = 1024

_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b"
_HEX_AS_ZERO = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_UUID_FORM = b"00000000-0000-0000-0000-000000000000"
_type = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch
_head = re.compile(r"(?:[0-9a-f]{64})?").fullmatch
# What a role is called that cannot be one; no matrix names it, so its lines are held.
NO_ROLE = "?"


def encode_batch(header: Header, bodies: Sequence[bytes]) -> bytes:
    """Header and revision lines as one zstd frame that states its expanded size."""
    first = orjson.dumps(asdict(header), option=orjson.OPT_SORT_KEYS)
    return zstandard.ZstdCompressor(level=LEVEL).compress(b"\n".join([first, *bodies]))


def decode_batch(body: bytes) -> Batch:
    """The batch in `body` (zstd, gzip or plain NDJSON).

    Raises only ProtocolError; its code names the fault and, where one line is at fault, its seq.  At most
    8 MiB come in, 64 MiB expanded (and not more than 100 times the body beyond 1 MiB), 500 revisions.
    """
    text = expanded(body)
    if text.count(b"\n") > MAX_REVISIONS:
        raise ProtocolError("too_many_revisions")
    first, *bodies = text.split(b"\n")
    header = _header(first)
    if header.count != len(bodies):
        raise ProtocolError("wrong_count")
    return Batch(header, tuple(line_of(line, header.first + at) for at, line in enumerate(bodies)))


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


def expanded(body: bytes) -> bytes:
    """`body` decompressed within the limits; raises ProtocolError before anything large is allocated."""
    if len(body) > MAX_COMPRESSED:
        raise ProtocolError("too_large")
    if body.startswith(_ZSTD):
        return _from_zstd(body)
    if body.startswith(_GZIP):
        return _from_gzip(body)
    return body


def _allowed(compressed: int) -> int:
    return min(MAX_EXPANDED, max(RATIO_FREE, compressed * MAX_RATIO))


def _from_zstd(body: bytes) -> bytes:
    try:
        frame = zstandard.get_frame_parameters(body)
        if frame.content_size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR):
            raise ProtocolError("size_not_stated")
        if frame.content_size > _allowed(len(body)):
            raise ProtocolError("expands_too_far")
        if frame.dict_id:
            raise ProtocolError("unknown_dictionary")
        if frame.content_size == 0:
            raise ProtocolError("empty")
        return zstandard.ZstdDecompressor().decompress(body, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ProtocolError("not_zstd") from error


def _from_gzip(body: bytes) -> bytes:
    limit = _allowed(len(body))
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise ProtocolError("not_gzip") from error
    if len(text) > limit:
        raise ProtocolError("expands_too_far")
    if not stream.eof:
        raise ProtocolError("truncated")
    if stream.unused_data:
        raise ProtocolError("trailing_bytes")
    return text


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
    if not (isinstance(header.audit_head, str) and _head(header.audit_head)):
        raise ProtocolError("header_wrong_value")
    return header


_HEADER_FIELDS = tuple(Header.__dataclass_fields__)
# What programs of the first release do not send.
_LATER = frozenset({"audit_seq", "audit_head"})


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
