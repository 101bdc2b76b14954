"""The text of a batch or a page as bytes on the line, and the bounded way back.

Three forms, told apart by their first bytes.  *zstd*: one frame that states its expanded size, with or without
a shipped dictionary whose id the frame names; *ids apart*: the UUIDs of the text taken out of it, because as
text no packing gets them below half of what they say; and for reading only, *gzip* and the bare text.

Ids apart: `FQI\\x01`, the length of the first frame (4 bytes, big-endian), a zstd frame of the text with the byte
0x01 in place of every UUID (JSON holds no such byte), and a zstd frame of the UUIDs, 16 bytes each, all first
bytes before all second bytes.
"""

import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import zstandard

from app import resources
from app.sync.protocol import MAX_COMPRESSED, MAX_EXPANDED, ProtocolError

MAX_RATIO = 100
RATIO_FREE = 1 << 20
MOST_IDS = 1 << 16
QUICK, CLOSE, CLOSEST = 3, 9, 19
"""How hard zstd tries: 9 costs twice the computing of 3, 19 ten times."""
DICTIONARIES = (1,)
"""Ids of the dictionaries shipped; one that was ever released is read for ever."""
IDS_APART = "ids-apart-1"
READS = (*(f"dictionary-{one}" for one in DICTIONARIES), IDS_APART)
"""What this program can read beside plain zstd, by the names hello and pull carry."""

_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b"
_APART = b"FQI\x01"
_MARK = b"\x01"
_GROUPS = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
_uuids = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Packing:
    """How a text is packed: the dictionary's id (0 for none), ids apart or not, and how hard zstd tries."""

    dictionary: int = 0
    apart: bool = False
    level: int = QUICK


PLAIN = Packing()


def packing_for(reads: Collection[str], level: int) -> Packing:
    """The best packing the other end reads; with more than the quickest level the ids go apart."""
    known = [one for one in DICTIONARIES if f"dictionary-{one}" in reads]
    return Packing(max(known, default=0), level > QUICK and IDS_APART in reads, level)


def packed(text: bytes, how: Packing = PLAIN) -> bytes:
    """`text` in the form asked for; a text that holds the byte 0x01 keeps its ids."""
    if not how.apart or _MARK in text:
        return _compressed(text, how)
    ids = _uuids.findall(text)
    if not 0 < len(ids) <= MOST_IDS:
        return _compressed(text, how)
    rows = bytes.fromhex(b"".join(ids).replace(b"-", b"").decode())
    columns = b"".join(rows[at::16] for at in range(16))
    first = _compressed(_uuids.sub(_MARK, text), how)
    second = zstandard.ZstdCompressor(level=how.level).compress(columns)
    return b"".join([_APART, len(first).to_bytes(4, "big"), first, second])


def unpacked(body: bytes, *, signed: bool = False) -> bytes:
    """The text in `body`; raises ProtocolError before anything large is allocated.

    At most 8 MiB come in, and 64 MiB (beyond 1 MiB not more than 100 times the body, unless the district has
    `signed` it) come out.
    """
    if len(body) > MAX_COMPRESSED:
        raise ProtocolError("too_large")
    most = MAX_EXPANDED if signed else min(MAX_EXPANDED, max(RATIO_FREE, len(body) * MAX_RATIO))
    if body.startswith(_ZSTD):
        return _from_zstd(body, most)
    if body.startswith(_APART):
        return _from_apart(body, most)
    if body.startswith(_GZIP):
        return _from_gzip(body, most)
    return body


def _compressed(text: bytes, how: Packing) -> bytes:
    dictionary = _dictionary(how.dictionary) if how.dictionary else None
    return zstandard.ZstdCompressor(level=how.level, dict_data=dictionary).compress(text)


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    content = resources.path("wire", f"fengqiao-{number}.dict").read_bytes()
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)


def _from_zstd(body: bytes, most: int) -> bytes:
    try:
        frame = zstandard.get_frame_parameters(body)
        if frame.content_size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR):
            raise ProtocolError("size_not_stated")
        if frame.content_size > most:
            raise ProtocolError("expands_too_far")
        if frame.dict_id and frame.dict_id not in DICTIONARIES:
            raise ProtocolError("unknown_dictionary")
        if frame.content_size == 0:
            raise ProtocolError("empty")
        dictionary = _dictionary(frame.dict_id) if frame.dict_id else None
        return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(body, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ProtocolError("not_zstd") from error


def _from_apart(body: bytes, most: int) -> bytes:
    """The UUIDs put back where they were; what comes out is bounded before it is put together."""
    start = len(_APART) + 4
    end = start + int.from_bytes(body[len(_APART) : start], "big")
    bare = _from_zstd(body[start:end], most)
    columns = _from_zstd(body[end:], 16 * MOST_IDS)
    count, rest = divmod(len(columns), 16)
    if rest or count != bare.count(_MARK):
        raise ProtocolError("wrong_ids")
    if len(bare) + 35 * count > most:
        raise ProtocolError("expands_too_far")
    pieces = bare.split(_MARK)
    rows = bytearray(len(columns))
    for at in range(16):
        rows[at::16] = columns[at * count : (at + 1) * count]
    whole = [b""] * (2 * count + 1)
    whole[::2] = pieces
    whole[1::2] = _as_text(rows.hex())
    return b"".join(whole)


def _as_text(digits: str) -> list[bytes]:
    """The UUIDs written in `digits`, 32 each."""
    starts = range(0, len(digits), 32)
    parts = [[digits[at + low : at + high] for at in starts] for low, high in _GROUPS]
    return [one.encode() for one in map("-".join, zip(*parts, strict=True))]


def _from_gzip(body: bytes, most: int) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise ProtocolError("not_gzip") from error
    if len(text) > most:
        raise ProtocolError("expands_too_far")
    if not stream.eof:
        raise ProtocolError("truncated")
    if stream.unused_data:
        raise ProtocolError("trailing_bytes")
    return text
