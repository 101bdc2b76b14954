"""Signed headers around a request and its answer: who says it, in which life of its counter, over which bytes.

A request is signed over method|path|device|epoch|seq|sha256(body)|key id|algorithm, an answer over
status|sha256(request signature)|sha256(body)|server|algorithm, so an old answer fits no other request.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "ed25519"
DEVICE = "fengqiao-device"
EPOCH = "fengqiao-epoch"
SEQ = "fengqiao-seq"
KEY = "fengqiao-key"
ALG = "fengqiao-alg"
SIGNATURE = "fengqiao-signature"
SERVER = "fengqiao-server"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks, beside its body; `path` includes the query."""

    method: str
    path: str
    device: str
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class Said:
    """What the headers of a request claim, before the signature is checked."""

    device: str
    epoch: int
    seq: int
    key_id: str
    algorithm: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to one request: `request_signature` binds it to what was asked, `server` is who answers."""

    server: str
    status: int
    request_signature: bytes
    body: bytes


def key_id_of(public_key: bytes) -> str:
    """The short name of a public key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def request_headers(key: Ed25519PrivateKey, asked: Asked, body: bytes) -> dict[str, str]:
    """Headers that sign one request."""
    key_id = key_id_of(key.public_key().public_bytes_raw())
    signature = key.sign(_request(asked, body, key_id, ALGORITHM))
    return {
        DEVICE: asked.device,
        EPOCH: str(asked.epoch),
        SEQ: str(asked.seq),
        KEY: key_id,
        ALG: ALGORITHM,
        SIGNATURE: base64.b64encode(signature).decode(),
    }


def said(headers: Mapping[str, str]) -> Said | None:
    """The claims of a request, or None when a header is missing or malformed."""
    try:
        return Said(
            headers[DEVICE],
            _count(headers[EPOCH]),
            _count(headers[SEQ]),
            headers[KEY],
            headers[ALG],
            base64.b64decode(headers[SIGNATURE], validate=True),
        )
    except (KeyError, ValueError):
        return None


def request_is_genuine(claims: Said, public_key: bytes, method: str, path: str, body: bytes) -> bool:
    """Whether the owner of `public_key` signed exactly this request."""
    if claims.algorithm != ALGORITHM or claims.key_id != key_id_of(public_key):
        return False
    asked = Asked(method, path, claims.device, claims.epoch, claims.seq)
    return _verified(public_key, claims.signature, _request(asked, body, claims.key_id, claims.algorithm))


def reply_headers(key: Ed25519PrivateKey, answered: Answered) -> dict[str, str]:
    """Headers that sign the answer to one request."""
    signature = key.sign(_reply(answered))
    return {SERVER: answered.server, ALG: ALGORITHM, SIGNATURE: base64.b64encode(signature).decode()}


def reply_is_genuine(headers: Mapping[str, str], public_key: bytes, answered: Answered) -> bool:
    """Whether the server that owns `public_key` gave exactly this answer to exactly this request."""
    if headers.get(ALG) != ALGORITHM or headers.get(SERVER) != answered.server:
        return False
    try:
        signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
    except ValueError:
        return False
    return _verified(public_key, signature, _reply(answered))


def _request(asked: Asked, body: bytes, key_id: str, algorithm: str) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    parts = (asked.method, asked.path, asked.device, asked.epoch, asked.seq, digest, key_id, algorithm)
    return "|".join(map(str, parts)).encode()


def _reply(answered: Answered) -> bytes:
    asked = hashlib.sha256(answered.request_signature).hexdigest()
    digest = hashlib.sha256(answered.body).hexdigest()
    return f"reply|{answered.status}|{asked}|{digest}|{answered.server}|{ALGORITHM}".encode()


def _verified(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError(text)
    return int(text)
