"""One slot: a way to the key of the database, by a password, by the printed code, or by the district's offline key.

A slot has a key pair of its own.  The private half lies under the password or code (for the district's slot: nowhere
on this PC); the key of the database is sealed to the public half, so a new one can be sealed to everybody's slot
without anybody's password.  `proof` is made with the key of the database: who does not have it cannot plant a public
half of their own.  Slots of the first release hold the key directly under the password and are read all the same.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.security.recovery_code import secret_of
from app.security.sealed_box import (
    ALGORITHM,
    KEY_BYTES,
    OVERHEAD,
    SealBroken,
    new_private_key,
    public_key_of,
    seal,
    unseal,
)

AEAD = "aes-256-gcm"
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
DEK_BYTES = 32
PROOF_BYTES = 32
PASSWORD = "password"  # noqa: S105  # nosec B105  # a kind of slot, not a password
RECOVERY = "recovery"
DISTRICT = "district"
# Nothing in the file may ask for more or less than this, or it could hang the login or weaken it.
ARGON2_RANGE = {"t": (2, 10), "m": (19456, 1 << 20), "p": (1, 16)}
CODE_KDF = {"alg": "hkdf-sha256"}
NO_KDF = {"alg": "none"}


@dataclass(frozen=True)
class Slot:
    """One sealed copy of the key; without `public` it is one of the first release, `sealed` then the key itself."""

    kind: str
    user: str
    kdf: dict[str, Any]
    salt: bytes
    nonce: bytes
    sealed: bytes
    public: bytes = b""
    wrap: bytes = b""
    proof: bytes = b""


def password_slot(user: str, password: str, dek: bytes, costs: dict[str, int]) -> Slot:
    """A way in by a password."""
    salt, kdf = secrets.token_bytes(SALT_BYTES), {"alg": "argon2id", **costs}
    return _made(PASSWORD, user, kdf, salt, password_key(password, kdf, salt), dek)


def recovery_slot(code: str, dek: bytes) -> Slot:
    """The way in by the printed code."""
    salt = secrets.token_bytes(SALT_BYTES)
    return _made(RECOVERY, "", CODE_KDF, salt, code_key(secret_of(code), salt), dek)


def district_slot(public_key: bytes, dek: bytes) -> Slot:
    """The way in by the district's offline key; `user` is the short name of that key."""
    name = key_name(public_key)
    empty = Slot(DISTRICT, name, NO_KDF, b"", b"", b"", public_key)
    return _to_public(empty, dek)


def key_name(public_key: bytes) -> str:
    """The short name of a public key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def opened(slot: Slot, key_of: Callable[[Slot], bytes]) -> bytes | None:
    """The key of the database; None where `key_of` does not open the slot."""
    try:
        secret = AESGCM(key_of(slot)).decrypt(slot.nonce, slot.sealed, _bound_to(slot))
    except InvalidTag:
        return None
    if not slot.public:
        return secret
    try:
        return unseal(secret, slot.wrap, purpose_of(slot))
    except SealBroken:
        return None


def resealed(slot: Slot, old: bytes, new: bytes) -> Slot | None:
    """The same way in to a new key; None for a slot of the first release and for one somebody tampered with."""
    if not slot.public or not hmac.compare_digest(slot.proof, _proof(slot, old)):
        return None
    return _to_public(slot, new)


def purpose_of(slot: Slot) -> bytes:
    """What a sealed key is bound to, so that it opens in no other slot."""
    return f"database key|{slot.kind}|{slot.user}".encode()


def password_key(password: str, kdf: dict[str, Any], salt: bytes) -> bytes:
    """The key a password stands for."""
    return hash_secret_raw(
        password.encode("utf-8", "surrogatepass"),
        salt,
        time_cost=kdf["t"],
        memory_cost=kdf["m"],
        parallelism=kdf["p"],
        hash_len=DEK_BYTES,
        type=Type.ID,
    )


def code_key(secret: bytes, salt: bytes) -> bytes:
    """The key a printed code stands for; 128 random bits need no slow hash."""
    return HKDF(SHA256(), DEK_BYTES, salt, b"fengqiao recovery code").derive(secret)


def to_json(slot: Slot) -> dict[str, Any]:
    """The slot as the key file holds it."""
    names = ("salt", "nonce", "sealed", *(("public", "wrap", "proof") if slot.public else ()))
    content: dict[str, Any] = {"kind": slot.kind, "user": slot.user, "kdf": slot.kdf, "aead": AEAD}
    if slot.public:
        content["box"] = ALGORITHM
    return content | {name: base64.b64encode(getattr(slot, name)).decode() for name in names}


def from_json(item: dict[str, Any]) -> Slot:
    """One slot.  Raises ValueError, KeyError or TypeError for what this program did not write."""
    kind, user, kdf = item["kind"], item["user"], item["kdf"]
    has_pair = "box" in item
    names = ("salt", "nonce", "sealed", *(("public", "wrap", "proof") if has_pair else ()))
    parts = {name: base64.b64decode(item[name], validate=True) for name in names}
    lengths = tuple(map(len, parts.values()))
    expected = (SALT_BYTES, NONCE_BYTES, DEK_BYTES + TAG_BYTES)
    pair = (KEY_BYTES, OVERHEAD + DEK_BYTES, PROOF_BYTES)
    if kind == DISTRICT:
        expected = (0, 0, 0)
    sound = lengths == (expected + pair if has_pair else expected)
    if (
        not sound
        or not _is_known(kind, kdf)
        or item["aead"] != AEAD
        or item.get("box", ALGORITHM) != ALGORITHM
    ):
        raise ValueError("not a slot of this program")
    return Slot(kind, str(user), kdf, **parts)


def _is_known(kind: str, kdf: dict[str, Any]) -> bool:
    if kind == PASSWORD:
        return kdf["alg"] == "argon2id" and all(
            least <= int(kdf[name]) <= most for name, (least, most) in ARGON2_RANGE.items()
        )
    return (kind, kdf) in ((RECOVERY, CODE_KDF), (DISTRICT, NO_KDF))


def _made(kind: str, user: str, kdf: dict[str, Any], salt: bytes, key: bytes, dek: bytes) -> Slot:
    private, nonce = new_private_key(), secrets.token_bytes(NONCE_BYTES)
    slot = Slot(kind, user, kdf, salt, nonce, b"", public_key_of(private))
    return _to_public(replace(slot, sealed=AESGCM(key).encrypt(nonce, private, _bound_to(slot))), dek)


def _to_public(slot: Slot, dek: bytes) -> Slot:
    fresh = replace(slot, wrap=seal(slot.public, dek, purpose_of(slot)))
    return replace(fresh, proof=_proof(fresh, dek))


def _proof(slot: Slot, dek: bytes) -> bytes:
    key = HKDF(SHA256(), PROOF_BYTES, None, b"fengqiao slot proof").derive(dek)
    said = b"|".join((slot.kind.encode(), slot.user.encode(), slot.public))
    return hmac.new(key, said, hashlib.sha256).digest()


def _bound_to(slot: Slot) -> bytes:
    generation, what = (2, "slot key") if slot.public else (1, "database key")
    return f"fengqiao|{generation}|{slot.kind}|{slot.user}|{what}".encode()
