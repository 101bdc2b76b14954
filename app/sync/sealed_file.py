"""A file sealed by one end for the other: who sent it is provable, nobody else reads it, no part of it can go missing.

    header     magic 8 · version 1 · algorithm 1 · kind 1 · sender 16 · recipient 16 · id of the recipient's key 8 ·
               ephemeral X25519 key 32
    frames     length 4 (its highest bit marks the last frame) · ciphertext · tag 16; at most 256 KiB of content each
    signature  64, Ed25519 of the sender over SHA-256 of everything before it

The key is HKDF-SHA256 of the X25519 secret, bound to the header and to the recipient's key; it encrypts this one file,
so the number of a frame is nonce enough.  The signature stands over the ciphertext: whoever checks a file knows who
sent it before anything in it is decrypted or inflated.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"FQSTICK\n"
VERSION = 1
X25519_AES_256_GCM_ED25519 = 1
HEADER = struct.Struct(">8sBBB16s16s8s32s")
LENGTH = struct.Struct(">I")
LAST = 1 << 31
FRAME = 256 << 10
TAG = 16
SIGNATURE = 64
MOST_FRAMES = 1 << 16  # 16 GiB of content
_SIGNED = b"fengqiao stick 1"


class Kind(IntEnum):
    """What a sealed file is: a station's push, the district's receipt for it, the district's changes."""

    PUSH = 1
    ACK = 2
    PULL = 3


class FerryError(Exception):
    """A file on a stick is not what it has to be; `code` names the fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself in the clear, proven by nothing before the signature is checked."""

    kind: Kind
    sender: str
    recipient: str
    key_id: bytes
    packed: bytes


def sealing_key(signing_key: bytes) -> X25519PrivateKey:
    """The key an end has its files sealed to: derived from the 32 bytes of its Ed25519 key, so it is kept nowhere."""
    return X25519PrivateKey.from_private_bytes(_derived(signing_key, b"fengqiao stick sealing key 1"))


def public_part(key: X25519PrivateKey) -> bytes:
    """32 bytes to publish."""
    return key.public_key().public_bytes_raw()


class Sealing:
    """Writes one sealed file; `close` ends it, and without that no reader accepts it."""

    def __init__(
        self, out: BinaryIO, kind: Kind, *, sender: str, key: Ed25519PrivateKey, to: str, to_key: bytes
    ) -> None:
        once = X25519PrivateKey.generate()
        self._out, self._key = out, key
        header = HEADER.pack(
            MAGIC,
            VERSION,
            X25519_AES_256_GCM_ED25519,
            kind,
            UUID(sender).bytes,
            UUID(to).bytes,
            key_id_of(to_key),
            public_part(once),
        )
        secret = once.exchange(X25519PublicKey.from_public_bytes(to_key))
        self._cipher = _cipher(secret, header, to_key)
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._frames = 0
        self._put(header)

    def write(self, content: bytes) -> None:
        """Add content.  Raises OSError."""
        self._waiting += content
        while len(self._waiting) > FRAME:
            frame = bytes(self._waiting[:FRAME])
            del self._waiting[:FRAME]
            self._seal(frame, 0)

    def close(self) -> None:
        """Write what waits as the last frame, and the signature.  Raises OSError."""
        self._seal(bytes(self._waiting), LAST)
        self._out.write(self._key.sign(_SIGNED + self._hash.digest()))

    def _seal(self, content: bytes, last: int) -> None:
        if self._frames == MOST_FRAMES:
            raise FerryError("too_large")
        length = LENGTH.pack(last | len(content))
        self._put(length + self._cipher.encrypt(_nonce(self._frames), content, length))
        self._frames += 1

    def _put(self, written: bytes) -> None:
        self._hash.update(written)
        self._out.write(written)


def header_of(source: BinaryIO) -> Header:
    """The header of the file `source` stands at the beginning of.

    Raises FerryError: not_ours, newer_version, truncated; OSError.
    """
    packed = source.read(HEADER.size)
    if not packed.startswith(MAGIC[: len(packed)]):
        raise FerryError("not_ours")
    if len(packed) < HEADER.size:
        raise FerryError("truncated")
    _, version, algorithm, kind, sender, recipient, key_id, _ = HEADER.unpack(packed)
    if (version, algorithm) != (VERSION, X25519_AES_256_GCM_ED25519):
        raise FerryError("newer_version")
    if kind not in Kind.__members__.values():
        raise FerryError("newer_version")
    return Header(Kind(kind), str(UUID(bytes=sender)), str(UUID(bytes=recipient)), key_id, packed)


def opened(source: BinaryIO, header: Header, *, signer: bytes, key: X25519PrivateKey) -> Iterator[bytes]:
    """The content after `header`, frame by frame, once the whole file is known to be the signer's.

    Needs the memory of one frame.  The file is read twice; should the stick give other bytes the second time, they do
    not open under the key of the header that was checked.  Raises FerryError: truncated, altered, other_recipient;
    OSError.
    """
    frames = _verified(source, header, signer)
    to_key = public_part(key)
    if header.key_id != key_id_of(to_key):
        raise FerryError("other_recipient")
    try:
        secret = key.exchange(X25519PublicKey.from_public_bytes(header.packed[-32:]))
    except ValueError as error:
        raise FerryError("altered") from error
    cipher = _cipher(secret, header.packed, to_key)
    source.seek(HEADER.size)
    return _contents(source, cipher, frames)


def key_id_of(public_key: bytes) -> bytes:
    """Eight bytes that tell sealing keys apart."""
    return hashlib.sha256(public_key).digest()[:8]


def _contents(source: BinaryIO, cipher: AESGCM, frames: int) -> Iterator[bytes]:
    for number in range(frames):
        length, sealed, _ = _frame(source)
        try:
            yield cipher.decrypt(_nonce(number), sealed, length)
        except InvalidTag:
            raise FerryError("altered") from None


def _verified(source: BinaryIO, header: Header, signer: bytes) -> int:
    """How many frames there are, once the signature over all of them holds."""
    whole = hashlib.sha256(header.packed)
    frames, is_last = 0, False
    while not is_last:
        if frames == MOST_FRAMES:
            raise FerryError("too_large")
        length, sealed, is_last = _frame(source)
        whole.update(length)
        whole.update(sealed)
        frames += 1
    signature = source.read(SIGNATURE)
    if len(signature) < SIGNATURE:
        raise FerryError("truncated")
    if source.read(1):
        raise FerryError("altered")
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, _SIGNED + whole.digest())
    except (InvalidSignature, ValueError):
        raise FerryError("altered") from None
    return frames


def _frame(source: BinaryIO) -> tuple[bytes, bytes, bool]:
    """Length, ciphertext with its tag, and whether it says it is the last; never more than a frame in memory."""
    length = source.read(LENGTH.size)
    if len(length) < LENGTH.size:
        raise FerryError("truncated")
    (said,) = LENGTH.unpack(length)
    is_last, size = bool(said & LAST), said & ~LAST
    if size > FRAME or (not is_last and size != FRAME):
        raise FerryError("altered")
    sealed = source.read(size + TAG)
    if len(sealed) < size + TAG:
        raise FerryError("truncated")
    return length, sealed, is_last


def _cipher(secret: bytes, header: bytes, to_key: bytes) -> AESGCM:
    return AESGCM(_derived(secret, b"fengqiao stick 1" + header + to_key))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, purpose).derive(secret)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
