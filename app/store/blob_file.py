"""The file an attachment lies in: AES-256-GCM in frames, each bound to the content's hash and to its place.

    header   magic 6 · version 1 · algorithm 1 · key id 8 · frame size 4 · content size 8
    frames   ciphertext and 16 bytes of tag, every frame 256 KiB of content but the last

The key of a file is HKDF-SHA256(root key, "fengqiao blob 1" + SHA-256 of the content): a key that encrypts one content
and no other, so the number of a frame is nonce enough, and the same content always gives the same file.  Every frame
authenticates the header, the hash and whether it is the last one.  A frame that is changed, moved, taken from another
file or missing is therefore noticed before a byte of it is given out.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.models.pieced import pieced

HEADER = struct.Struct(">6sBB8sIQ")
MAGIC = b"FQBLOB"
VERSION = 1
AES_256_GCM = 1
FRAME = 256 * 1024
TAG = 16

Progress = Callable[[int], None]
"""Told how many bytes of the content are done."""


class BlobDamaged(Exception):
    """The file is not what was stored: changed, cut short, or of another key."""


class ContentChanged(Exception):
    """The source gave other bytes the second time it was read."""


@dataclass(frozen=True)
class Measured:
    """A content read once: SHA-256 in hex, bytes, and the SHA-256 of each of its frames."""

    digest: str
    size: int
    frames: tuple[bytes, ...]


def measure(source: BinaryIO, done: Progress) -> Measured:
    """Read a content to its end from where it stands."""
    whole, frames, size = sha256(), [], 0
    while content := source.read(FRAME):
        whole.update(content)
        frames.append(sha256(content).digest())
        size += len(content)
        done(size)
    return Measured(whole.hexdigest(), size, tuple(frames))


def key_id(root: bytes) -> bytes:
    """Eight bytes that say which root key a file was written with, and nothing of the key itself."""
    return _derived(root, b"fengqiao blob key id", 8)


def file_size(size: int) -> int:
    """Bytes on the disk for a content of `size` bytes."""
    return HEADER.size + size + TAG * _frames(size)


def write_blob(source: BinaryIO, target: BinaryIO, root: bytes, content: Measured, done: Progress) -> None:
    """Encrypt a content that was measured; other bytes are never encrypted with its key.

    Raises ContentChanged and OSError.
    """
    header = HEADER.pack(MAGIC, VERSION, AES_256_GCM, key_id(root), FRAME, content.size)
    cipher, bound = _cipher(root, content.digest), header + bytes.fromhex(content.digest)
    target.write(header)
    for number, expected in enumerate(content.frames):
        frame = source.read(FRAME)
        if sha256(frame).digest() != expected:
            raise ContentChanged
        last = number + 1 == len(content.frames)
        target.write(cipher.encrypt(_nonce(number), frame, bound + bytes([last])))
        done(min((number + 1) * FRAME, content.size))


def read_blob(source: BinaryIO, root_of: Callable[[bytes], bytes | None], digest: str) -> Iterator[bytes]:
    """The content of an encrypted file, frame by frame, each verified before it is given out.

    `root_of` answers the root key a file was written with by its key id, None where there is none.

    Raises BlobDamaged, at the latest after the last frame.
    """
    header, size, root = _header(source, root_of)
    cipher, bound = _cipher(root, digest), header + bytes.fromhex(digest)
    seen = sha256()
    last = _frames(size) - 1
    for number in range(last + 1):
        try:
            content = cipher.decrypt(
                _nonce(number), source.read(FRAME + TAG), bound + bytes([number == last])
            )
        except InvalidTag:
            raise BlobDamaged from None
        seen.update(content)
        yield content
    if source.read(1) or seen.hexdigest() != digest:
        raise BlobDamaged


def open_blob(
    source: BinaryIO, root_of: Callable[[bytes], bytes | None], digest: str
) -> tuple[BinaryIO, int]:
    """The content of an encrypted file to read from any place, each frame verified, and its bytes.

    Raises BlobDamaged, also while reading; what no frame is taken from is not looked at.
    """
    header, size, root = _header(source, root_of)
    cipher, bound = _cipher(root, digest), header + bytes.fromhex(digest)

    def frame_at(at: int) -> tuple[int, bytes]:
        number = at // FRAME
        source.seek(HEADER.size + number * (FRAME + TAG))
        last = bytes([number == _frames(size) - 1])
        try:
            return number * FRAME, cipher.decrypt(_nonce(number), source.read(FRAME + TAG), bound + last)
        except InvalidTag:
            raise BlobDamaged from None

    return pieced(size, frame_at), size


def _header(source: BinaryIO, root_of: Callable[[bytes], bytes | None]) -> tuple[bytes, int, bytes]:
    """The header, the bytes of the content and the root key it was written with.  Raises BlobDamaged."""
    header = source.read(HEADER.size)
    if len(header) != HEADER.size:
        raise BlobDamaged
    magic, version, algorithm, key, frame, size = HEADER.unpack(header)
    root = root_of(key)
    if root is None or (magic, version, algorithm, frame) != (MAGIC, VERSION, AES_256_GCM, FRAME):
        raise BlobDamaged
    return header, size, root


def _frames(size: int) -> int:
    return -(-size // FRAME)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _cipher(root: bytes, digest: str) -> AESGCM:
    return AESGCM(_derived(root, b"fengqiao blob 1" + bytes.fromhex(digest), 32))


def _derived(root: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, None, purpose).derive(root)
