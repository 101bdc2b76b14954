"""Contents of attached files at the district: taken piece by piece, checked at the end, given out whole only."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from app.district.database import Database
from app.district.intake import utc_text
from app.district.lending import borrow
from app.district.tables import blob, blob_piece
from app.models.attached_file import SHA256
from app.models.file_type import HEAD, FileRefused, may_begin, media_of
from app.models.pieced import pieced
from app.sync.blob_wire import STEP, BlobState
from app.sync.protocol import ProtocolError, Refusal

LARGEST = 50 << 20  # bytes
UNFINISHED_AFTER = timedelta(days=14)

_ONE = and_(blob.c.station == bindparam("b_station"), blob.c.sha256 == bindparam("b_sha256"))
_HEAD = select(blob.c.length, blob.c.held, blob.c.complete_at).where(_ONE)
_MOVE = update(blob).where(_ONE)
_PIECES = and_(blob_piece.c.station == bindparam("b_station"), blob_piece.c.sha256 == bindparam("b_sha256"))
_PIECE_AT = (
    select(blob_piece.c.start, blob_piece.c.content)
    .where(_PIECES, blob_piece.c.start <= bindparam("at"))
    .order_by(blob_piece.c.start.desc())
    .limit(1)
)
_UNFINISHED = and_(blob.c.held > 0, blob.c.complete_at.is_(None), blob.c.touched_at < bindparam("before"))


class Blobs:
    """What each station may put and fetch: the contents its own revisions name, and nothing of other stations.

    `largest` is the longest content taken, in bytes.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], largest: int = LARGEST) -> None:
        self._database = database
        self._clock = clock
        self._largest = largest

    def states(self, station: str, digests: Sequence[str]) -> dict[str, BlobState]:
        """What is held of each content; one that no revision of the station names is left out."""
        borrow(self._database, station, digests, utc_text(self._clock()))
        listed = select(blob.c.sha256, blob.c.length, blob.c.held, blob.c.complete_at).where(
            blob.c.station == station, blob.c.sha256.in_(digests)
        )
        with self._database.read() as connection:
            return {row.sha256: _state(row) for row in connection.execute(listed)}

    def take(self, station: str, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        """Store one piece durably; with the last one the whole is checked before it counts.

        Raises Refusal: 404 not_named, 409 wrong_offset with expected_offset, 413 blob_too_large, 415 wrong_type,
        422 wrong_content; ProtocolError for pieces that fit no content.
        """
        _check(digest, offset, length, piece)
        if length > self._largest:
            raise Refusal(413, "blob_too_large", detail=f"{self._largest >> 20} MB")
        if offset == 0:
            _check_beginning(piece, length)
        one = _of(station, digest)
        with self._database.write() as connection:
            head = self._head(connection, one)
            if head.complete_at is not None:
                return _state(head)
            held = head.held
            if head.held and head.length != length:
                # Whoever stated the other length was wrong, or this one is; neither keeps the other waiting.
                self._discard(connection, one)
                held = 0
            if offset == held:
                self._put(connection, one, offset, length, piece)
        if offset != held:
            raise Refusal(409, "wrong_offset", expected_offset=held)
        if offset + len(piece) < length:
            return BlobState(offset + len(piece), length, complete=False)
        return self._finish(one, length)

    def piece(self, station: str, digest: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes (256 KiB at most) of a content that is here whole, from `offset` on.

        Raises Refusal 404 not_named or not_held, ProtocolError wrong_range.
        """
        if not SHA256(digest) or not 0 < length <= STEP:
            raise ProtocolError("wrong_range")
        one = _of(station, digest)
        with self._database.read() as connection:
            head = connection.execute(_HEAD, one).first()
            if head is None:
                raise Refusal(404, "not_named")
            if head.complete_at is None:
                raise Refusal(404, "not_held")
            if not 0 <= offset < head.length:
                raise ProtocolError("wrong_range")
            content = _content(connection, one, head.length)
            content.seek(offset)
            return content.read(length)

    def clear_unfinished(self, station: str | None = None) -> int:
        """Throw away uploads nobody went on with for 14 days; they begin anew when they come. Answers how many."""
        before = {"before": utc_text(self._clock() - UNFINISHED_AFTER)}
        old = select(blob.c.station, blob.c.sha256).where(_UNFINISHED)
        if station is not None:
            old = old.where(blob.c.station == station)
        with self._database.read() as connection:
            found = connection.execute(old, before).all()
        for row in found:
            one = _of(row.station, row.sha256)
            with self._database.write() as connection:
                # Somebody may have gone on with it since.
                if connection.execute(old.where(_ONE).with_for_update(), {**one, **before}).first():
                    self._discard(connection, one)
        return len(found)

    def _head(self, connection: Connection, one: Mapping[str, str]) -> Any:
        head = connection.execute(_HEAD.with_for_update(), one).first()
        if head is None:
            raise Refusal(404, "not_named")
        return head

    def _put(
        self, connection: Connection, one: Mapping[str, str], offset: int, length: int, piece: bytes
    ) -> None:
        if not piece:
            return
        row = {"station": one["b_station"], "sha256": one["b_sha256"], "start": offset, "content": piece}
        connection.execute(insert(blob_piece), row)
        moved = {"length": length, "held": offset + len(piece), "touched_at": utc_text(self._clock())}
        connection.execute(_MOVE.values(**moved), one)

    def _finish(self, one: Mapping[str, str], length: int) -> BlobState:
        """Check the whole apart from any writing transaction, so that pushes do not wait for it."""
        with self._database.read() as connection:
            content = _content(connection, one, length)
            refusal = _why_not(content, one["b_sha256"], length)
        with self._database.write() as connection:
            head = self._head(connection, one)
            if head.complete_at is None and refusal is not None:
                self._discard(connection, one)
            elif head.complete_at is None and head.held == length:
                done = {"complete_at": utc_text(self._clock())}
                connection.execute(_MOVE.values(**done), one)
        if refusal is not None and head.complete_at is None:
            raise refusal
        return BlobState(length, length, complete=True)

    def _discard(self, connection: Connection, one: Mapping[str, str]) -> None:
        connection.execute(delete(blob_piece).where(_PIECES), one)
        connection.execute(_MOVE.values(held=0, length=None), one)


def _content(connection: Connection, one: Mapping[str, str], length: int) -> BinaryIO:
    def piece_at(at: int) -> tuple[int, bytes]:
        row = connection.execute(_PIECE_AT, {**one, "at": at}).first()
        return (row.start, bytes(row.content)) if row else (at, b"")

    return pieced(length, piece_at)


def _why_not(content: BinaryIO, digest: str, length: int) -> Refusal | None:
    """Whether what came is what its hash says and of a kind that is let in."""
    seen, size = hashlib.sha256(), 0
    while part := content.read(STEP):
        seen.update(part)
        size += len(part)
    if size != length or seen.hexdigest() != digest:
        return Refusal(422, "wrong_content")
    try:
        media_of(content)
    except FileRefused:
        return Refusal(415, "wrong_type")
    return None


def _check(digest: str, offset: int, length: int, piece: bytes) -> None:
    if not SHA256(digest):
        raise ProtocolError("wrong_digest")
    if length < 1 or offset < 0 or offset + len(piece) > length or (not piece and offset < length):
        raise ProtocolError("wrong_range")


def _check_beginning(piece: bytes, length: int) -> None:
    """What can be told from the first bytes is told before the rest travels."""
    if len(piece) >= min(HEAD, length) and not may_begin(piece[:HEAD]):
        raise Refusal(415, "wrong_type")


def _of(station: str, digest: str) -> dict[str, str]:
    return {"b_station": station, "b_sha256": digest}


def _state(row: Any) -> BlobState:
    return BlobState(row.held, row.length, row.complete_at is not None)
