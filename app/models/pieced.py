"""A content that lies in pieces, read like a file with one piece in memory at a time."""

import io
from collections.abc import Callable
from typing import Any, BinaryIO, cast

PieceAt = Callable[[int], tuple[int, bytes]]
"""The piece in which a byte lies: where it starts, and its bytes (none beyond what is there)."""
BUFFER = 64 << 10


def pieced(size: int, piece_at: PieceAt) -> BinaryIO:
    """A content of `size` bytes as a file to read and seek in; what `piece_at` raises goes through."""
    return cast(BinaryIO, io.BufferedReader(_Pieced(size, piece_at), BUFFER))


class _Pieced(io.RawIOBase):
    def __init__(self, size: int, piece_at: PieceAt) -> None:
        self._size, self._piece_at = size, piece_at
        self._at = 0
        self._start, self._piece = 0, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if self._at < 0:
            raise OSError("before the beginning")
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        if not self._start <= self._at < self._start + len(self._piece):
            self._start, self._piece = self._piece_at(self._at)
        place = self._at - self._start
        part = self._piece[place : place + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
