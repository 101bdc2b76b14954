"""What lies inside a sealed file: a head, then batches, pages, pieces and wishes of attachments, each with its length.

    entry   kind 1 · length 4 · body

The head comes first and is JSON.  A batch is the very body a push over the line would carry, a page the very body of a
pull's answer.  A blob entry is SHA-256 32 · size 8 · offset 8 and then at most 256 KiB of the content from that offset.
"""

import base64
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from app.models.payload import canonical
from app.sync.protocol import MAX_COMPRESSED, ProtocolError, Receipt
from app.sync.replies import receipt_content, receipt_from
from app.sync.sealed_file import FRAME, FerryError, Sealing
from app.sync.strict_json import NotStrict, object_of

is_sha256 = re.compile("[0-9a-f]{64}").fullmatch
ENTRY = struct.Struct(">BI")
PIECE = struct.Struct(">32sQQ")
PROTO = 1


class EntryKind(IntEnum):
    """What an entry holds."""

    HEAD = 1
    BATCH = 2
    PAGE = 3
    BLOB = 4
    WANTED = 5


MOST = {
    EntryKind.HEAD: 1 << 20,
    EntryKind.BATCH: MAX_COMPRESSED,
    EntryKind.PAGE: MAX_COMPRESSED,
    EntryKind.BLOB: FRAME + PIECE.size,
    EntryKind.WANTED: 1 << 20,
}
"""Most bytes of a body."""


@dataclass(frozen=True, slots=True)
class PushHead:
    """What a station says with a push: who it is, how far it stands, and which key answers are sealed to.

    `number` counts its exports; `acked_seq` and `cursor` are its positions when it wrote the file; `new_life` asks
    the district to count the PC in `epoch` from now on, as `POST epoch` does; `seal_key` is in base64.
    """

    device: str
    epoch: int
    number: int
    acked_seq: int
    cursor: str
    new_life: bool
    seal_key: str
    app: str = ""
    proto: int = PROTO


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What the district says with a receipt or with changes; `number`, `told_acked` and `cursor` repeat the push's.

    `proof` is the digest of the line at `proved_seq`: up to there the PC's own lines are receipted.  `refused` names
    why (part of) the push was not taken, at line `refused_seq` where one line is at fault.  `start_over` says that the
    pages begin at the start of the log, because the district does not know `cursor`.  `contents` are the attachments of
    the push (SHA-256 in hex) that the district now holds whole.
    """

    device: str
    epoch: int
    number: int
    told_acked: int
    cursor: str
    receipt: Receipt
    proved_seq: int
    proof: str
    refused: str = ""
    refused_seq: int = 0
    start_over: bool = False
    contents: tuple[str, ...] = ()
    proto: int = PROTO


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an attached content: bytes from `offset` on of the `size` bytes whose SHA-256 (hex) is `sha256`."""

    sha256: str
    size: int
    offset: int
    content: bytes


def put_head(sealing: Sealing, head: PushHead | AnswerHead) -> None:
    """Write the head, which comes first.  Raises OSError."""
    said = asdict(head)
    if isinstance(head, AnswerHead):
        said["receipt"] = receipt_content(head.receipt)
    put_entry(sealing, EntryKind.HEAD, canonical(said))


def put_entry(sealing: Sealing, kind: EntryKind, body: bytes) -> None:
    """Write a batch or a page.  Raises OSError."""
    sealing.write(ENTRY.pack(kind, len(body)) + body)


def put_piece(sealing: Sealing, piece: Piece) -> None:
    """Write a part of a content.  Raises OSError."""
    about = PIECE.pack(bytes.fromhex(piece.sha256), piece.size, piece.offset)
    put_entry(sealing, EntryKind.BLOB, about + piece.content)


def entries(contents: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each entry, at most one of them in memory; a kind this program does not know is passed on.

    Raises FerryError: wrong_form, and what `contents` raises.
    """
    waiting = bytearray()
    ended = False

    def has(count: int) -> bool:
        nonlocal ended
        while len(waiting) < count and not ended:
            more = next(contents, None)
            if more is None:
                ended = True
            else:
                waiting.extend(more)
        return len(waiting) >= count

    while has(1):
        if not has(ENTRY.size):
            raise FerryError("wrong_form")
        kind, length = ENTRY.unpack(waiting[: ENTRY.size])
        if length > MOST.get(kind, MAX_COMPRESSED) or not has(ENTRY.size + length):
            raise FerryError("wrong_form")
        body = bytes(waiting[ENTRY.size : ENTRY.size + length])
        del waiting[: ENTRY.size + length]
        yield kind, body


def push_head_of(read: Iterator[tuple[int, bytes]]) -> PushHead:
    """The head of a push.  Raises FerryError."""
    said = _head(read)
    head = PushHead(**{name: _known(said, name, kind) for name, kind in _PUSH.items()})
    if head.epoch < 1 or len(head.cursor) > 200 or len(seal_key_of(head)) != 32:
        raise FerryError("wrong_form")
    return head


def seal_key_of(head: PushHead) -> bytes:
    """The key answers are sealed to.  Raises FerryError."""
    try:
        return base64.b64decode(head.seal_key, validate=True)
    except ValueError as error:
        raise FerryError("wrong_form") from error


def answer_head_of(read: Iterator[tuple[int, bytes]]) -> AnswerHead:
    """The head of an answer.  Raises FerryError."""
    said = _head(read)
    try:
        receipt = receipt_from(_known(said, "receipt", dict))
    except ProtocolError as error:
        raise FerryError("wrong_form") from error
    contents = _known(said, "contents", list)
    if not all(isinstance(one, str) and is_sha256(one) for one in contents):
        raise FerryError("wrong_form")
    return AnswerHead(
        receipt=receipt,
        contents=tuple(contents),
        **{name: _known(said, name, kind) for name, kind in _ANSWER.items()},
    )


def piece_of(body: bytes) -> Piece:
    """The piece in a blob entry.  Raises FerryError."""
    if len(body) < PIECE.size:
        raise FerryError("wrong_form")
    digest, size, offset = PIECE.unpack(body[: PIECE.size])
    content = body[PIECE.size :]
    if offset + len(content) > size:
        raise FerryError("wrong_form")
    return Piece(digest.hex(), size, offset, content)


def _head(read: Iterator[tuple[int, bytes]]) -> Mapping[str, Any]:
    kind, body = next(read, (0, b""))
    if kind != EntryKind.HEAD:
        raise FerryError("wrong_form")
    try:
        said = object_of(body)
    except NotStrict as error:
        raise FerryError("wrong_form") from error
    if said.get("proto") != PROTO:
        raise FerryError("newer_version")
    return said


def _known(said: Mapping[str, Any], name: str, kind: type) -> Any:
    value = said.get(name)
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value < 1 << 53):
        raise FerryError("wrong_form")
    return value


_PUSH: Mapping[str, type] = {
    "device": str,
    "epoch": int,
    "number": int,
    "acked_seq": int,
    "cursor": str,
    "new_life": bool,
    "seal_key": str,
    "app": str,
}
_ANSWER: Mapping[str, type] = {
    "device": str,
    "epoch": int,
    "number": int,
    "told_acked": int,
    "cursor": str,
    "proved_seq": int,
    "proof": str,
    "refused": str,
    "refused_seq": int,
    "start_over": bool,
}
