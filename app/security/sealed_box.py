"""A secret sealed to a public key: X25519, HKDF-SHA256 and AES-256-GCM, for whoever holds the private key alone."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALGORITHM = "x25519-hkdf-sha256-aes-256-gcm"
KEY_BYTES = 32
TAG_BYTES = 16
OVERHEAD = KEY_BYTES + TAG_BYTES
_NONCE = bytes(12)


class SealBroken(Exception):
    """The box was sealed to another key, for another purpose, or was changed."""


def seal(public_key: bytes, secret: bytes, purpose: bytes) -> bytes:
    """`secret` for the holder of the private key: the one-time public key, then the ciphertext with its tag.

    Raises ValueError for what is no public key.
    """
    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    head = once.public_key().public_bytes_raw()
    # The key is used for this one box only, so a constant nonce is nonce enough.
    return head + AESGCM(_key(shared, head, public_key, purpose)).encrypt(_NONCE, secret, purpose)


def unseal(private_key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """What was sealed.  Raises SealBroken."""
    own = X25519PrivateKey.from_private_bytes(private_key)
    head, body = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(head))
        key = _key(shared, head, own.public_key().public_bytes_raw(), purpose)
        return AESGCM(key).decrypt(_NONCE, body, purpose)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def new_private_key() -> bytes:
    """A fresh private key, 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """The public half, 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def _key(shared: bytes, head: bytes, public_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, head + public_key, b"fengqiao sealed 1|" + purpose).derive(shared)
