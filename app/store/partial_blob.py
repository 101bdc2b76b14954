"""A content that is still coming from the district: encrypted as it comes, gone on with after any interruption.

    header   magic 6 · salt 32
    records  length 4 · nonce 12 · ciphertext and 16 bytes of tag

A file under its hash may be encrypted only from a content whose hash was seen (app.store.blob_file), so what is not
whole yet has a key of its own: HKDF(root key, "fengqiao partial 1" + salt + SHA-256).  Each record authenticates the
place at which it starts.  A torn or changed end is cut off; what stands before it counts.
"""

import os
import struct
from bisect import bisect_right
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.models.pieced import pieced

PARTIAL = ".part"
MAGIC = b"FQPART"
SALT = 32
HEAD = struct.Struct(">I12s")
TAG = 16
LONGEST = 1 << 20  # bytes of one piece


class Partial:
    """`size` bytes of a content are here and sound.  Opened for one transfer at a time; close it."""

    def __init__(self, path: Path, root: bytes, digest: str) -> None:
        self._path = path
        self._starts: list[int] = []
        self._places: list[int] = []
        self.size = 0
        self._file: BinaryIO = open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115  # closed by close
        self._cipher = self._begun(root, digest)
        self._find()

    def add(self, piece: bytes) -> None:
        """Append the piece that follows.  Raises OSError."""
        nonce = os.urandom(12)
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(HEAD.pack(len(piece), nonce) + self._cipher.encrypt(nonce, piece, _bound(self.size)))
        self._file.flush()
        self._starts.append(self.size)
        self._places.append(place)
        self.size += len(piece)

    def content(self) -> BinaryIO:
        """What has come so far, to read from any place."""
        return pieced(self.size, self._piece_at)

    def close(self) -> None:
        """Stop here; what has come stays."""
        self._file.close()

    def discard(self) -> None:
        """Close, and take the file away."""
        self.close()
        with suppress(OSError):
            self._path.unlink()

    def _begun(self, root: bytes, digest: str) -> AESGCM:
        header = self._file.read(len(MAGIC) + SALT)
        if len(header) != len(MAGIC) + SALT or not header.startswith(MAGIC):
            header = MAGIC + os.urandom(SALT)
            self._file.seek(0)
            self._file.truncate()
            self._file.write(header)
        purpose = b"fengqiao partial 1" + header[len(MAGIC) :] + bytes.fromhex(digest)
        return AESGCM(HKDF(SHA256(), 32, None, purpose).derive(root))

    def _find(self) -> None:
        """Read through the records; cut off at the first that is not whole."""
        place = len(MAGIC) + SALT
        while (piece := self._record(place, self.size)) is not None:
            self._starts.append(self.size)
            self._places.append(place)
            self.size += len(piece)
            place += HEAD.size + len(piece) + TAG
        self._file.seek(place)
        self._file.truncate()

    def _record(self, place: int, start: int) -> bytes | None:
        self._file.seek(place)
        head = self._file.read(HEAD.size)
        if len(head) != HEAD.size:
            return None
        length, nonce = HEAD.unpack(head)
        if not 0 < length <= LONGEST:
            return None
        try:
            return self._cipher.decrypt(nonce, self._file.read(length + TAG), _bound(start))
        except InvalidTag:
            return None

    def _piece_at(self, at: int) -> tuple[int, bytes]:
        number = bisect_right(self._starts, at) - 1
        start = self._starts[number]
        return start, self._record(self._places[number], start) or b""


def _bound(start: int) -> bytes:
    return start.to_bytes(8, "big")
