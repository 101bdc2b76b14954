"""A value under a signature of its own (Ed25519), which it keeps wherever it is stored or carried."""

import base64
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE = "signature"
_PURPOSE = b"fengqiao signed value 1|"


def signed(key: Ed25519PrivateKey, content: Mapping[str, Any]) -> dict[str, Any]:
    """`content` (JSON) with a signature over all of it."""
    return {**content, SIGNATURE: base64.b64encode(key.sign(_said(content))).decode()}


def is_genuine(content: Mapping[str, Any], public_key: bytes) -> bool:
    """Whether the owner of `public_key` (32 bytes) signed exactly this."""
    try:
        signature = base64.b64decode(content[SIGNATURE], validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _said(content))
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True


def _said(content: Mapping[str, Any]) -> bytes:
    plain = {name: value for name, value in content.items() if name != SIGNATURE}
    return _PURPOSE + orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
