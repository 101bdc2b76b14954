"""The district's offline recovery key: made once, kept away from every computer, used to open one station's request."""

import base64
import getpass
import sys
from argparse import Namespace
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from app.commands.sign_in import NoPassword
from app.safe_file import write_safely
from app.security.recovery_request import RecoveryRequest, answered
from app.security.sealed_box import ALGORITHM

SHORTEST = 12


class KeyRefused(Exception):
    """The key file was not made or does not open; the sentence says why."""


def make_recovery_key(arguments: Namespace) -> bytes:
    """Write a new private key under a passphrase into a file, and answer its public half.

    Raises KeyRefused, NoPassword, OSError.
    """
    target: Path = arguments.make_recovery_key
    if target.exists():
        raise KeyRefused(f"{target} 已存在，没有改动。请换一个文件名，旧的密钥要留着。")
    passphrase = _passphrase(arguments.passphrase_file, twice=True)
    if len(passphrase) < SHORTEST:
        raise KeyRefused(f"口令至少 {SHORTEST} 位，没有生成密钥。")
    key = X25519PrivateKey.generate()
    sealed = BestAvailableEncryption(passphrase.encode())
    write_safely(target, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    return key.public_key().public_bytes_raw()


def policy_of(public_key: bytes) -> dict[str, str]:
    """What the district publishes of it."""
    return {"public": base64.b64encode(public_key).decode(), "alg": ALGORITHM}


def open_recovery(arguments: Namespace) -> int:
    """Answer a station's request with the key; needs neither the district's database nor a network."""
    request = RecoveryRequest.read(arguments.open_recovery.read_bytes())
    if arguments.key is None:
        raise KeyRefused("请用 --key 指明离线密钥文件。")
    passphrase = _passphrase(arguments.passphrase_file, twice=False)
    try:
        key = load_pem_private_key(arguments.key.read_bytes(), passphrase.encode())
    except (ValueError, TypeError) as error:
        raise KeyRefused("密钥文件打不开，请核对文件和口令。") from error
    if not isinstance(key, X25519PrivateKey):
        raise KeyRefused("这不是恢复密钥文件。")
    target = arguments.open_recovery.with_suffix(".answer")
    write_safely(target, orjson.dumps(answered(request, key.private_bytes_raw())))
    print(f"申请号：{request.id}　用户：{request.user}　核对码：{request.check}")
    print("请先打电话与站点核对上面的用户和核对码，一致再把答复文件交给站点。")
    print(f"答复文件：{target}")
    return 0


def _passphrase(file: Path | None, *, twice: bool) -> str:
    if file is not None:
        return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    if not sys.stdin.isatty():
        raise NoPassword
    first = getpass.getpass("离线密钥的口令：")
    if twice and getpass.getpass("再输一遍：") != first:
        raise KeyRefused("两次输入的口令不一样，没有生成密钥。")
    return first
