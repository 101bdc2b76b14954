"""Key slots: the random key of the database, sealed once per user and once under the printed recovery code."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.safe_file import twin_of, write_twice
from app.security.recovery_code import MistypedCode, new_code, secret_of

FILE_NAME = "keyslots.json"
VERSION = 1
AEAD = "aes-256-gcm"
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
DEK_BYTES = 32
FEWEST_SLOTS = 2
PASSWORD = "password"  # noqa: S105  # nosec B105  # a kind of slot, not a password
RECOVERY = "recovery"
# RFC 9106, second recommended setting (low memory): 64 MiB, 3 passes, 4 lanes.
ARGON2 = {"t": 3, "m": 65536, "p": 4}
# Nothing in the file may ask for more or less than this, or it could hang the login or weaken it.
ARGON2_RANGE = {"t": (2, 10), "m": (19456, 1 << 20), "p": (1, 16)}
CODE_KDF = {"alg": "hkdf-sha256"}


class KeyFileError(Exception):
    """The keys cannot be used; the sentence says why and what to do."""


class WrongPassword(KeyFileError):
    """No slot opens; the same answer whether the user or the password is unknown."""

    def __init__(self) -> None:
        super().__init__("用户名或口令不对，请重新输入；注意大小写和输入法。")


class WrongCode(KeyFileError):
    """The recovery code is well formed but belongs to other keys."""

    def __init__(self) -> None:
        super().__init__("这个恢复码打不开本机的数据，请核对是不是本站最近一次打印的恢复码。")


class KeyFileDamaged(KeyFileError):
    """Neither the key file nor its second copy can be read."""

    def __init__(self) -> None:
        super().__init__("密钥文件已损坏，数据仍在本机、没有改动。请用备份中的密钥文件恢复，不要重新初始化。")


class KeyFileMissing(KeyFileError):
    """There is a database but no key file."""

    def __init__(self) -> None:
        super().__init__("找不到密钥文件，数据仍在本机、没有改动。请从备份中找回 keyslots.json。")


class SlotRefused(KeyFileError):
    """The change would leave the data without two independent ways in, or names a slot twice."""


@dataclass(frozen=True)
class Slot:
    """One sealed copy of the key."""

    kind: str
    user: str
    kdf: dict[str, Any]
    salt: bytes
    nonce: bytes
    sealed: bytes


class KeySlots:
    """The key file of one data folder."""

    def __init__(self, path: Path, slots: list[Slot]) -> None:
        self._path = path
        self._slots = slots

    @classmethod
    def create(cls, folder: Path, user: str, password: str) -> tuple["KeySlots", bytes, str]:
        """New keys for a new database: the slots, the 32-byte key, and the recovery code to print.

        Raises SlotRefused where a key file or its second copy exists already; OSError.
        """
        path = folder / FILE_NAME
        if path.exists() or twin_of(path).exists():
            raise SlotRefused("这个文件夹里已有密钥文件，不能重新初始化。")
        dek, code = secrets.token_bytes(DEK_BYTES), new_code()
        slots = [_password_slot(user, password, dek), _recovery_slot(code, dek)]
        made = cls(path, slots)
        made._write()
        return made, dek, code

    @classmethod
    def open(cls, folder: Path) -> "KeySlots":
        """The slots of a data folder, from the second copy where the file itself is damaged.

        Raises KeyFileMissing or KeyFileDamaged.
        """
        return cls(folder / FILE_NAME, _read(sound_file(folder)))

    def users(self) -> list[str]:
        """Who can sign in with a password, in the order they were added."""
        return [slot.user for slot in self._slots if slot.kind == PASSWORD]

    def unlock(self, user: str, password: str) -> bytes:
        """The key of the database.  Raises WrongPassword."""
        for slot in self._slots:
            if slot.kind == PASSWORD and slot.user == user:
                dek = _unsealed(slot, lambda of: _password_key(password, of.kdf, of.salt))
                if dek is not None:
                    return dek
                raise WrongPassword
        # The same work for an unknown user, so that the time does not tell who is one.
        _password_key(password, ARGON2, bytes(SALT_BYTES))
        raise WrongPassword

    def unlock_with_code(self, code: str) -> bytes:
        """The key of the database by the printed code.  Raises MistypedCode or WrongCode."""
        secret = secret_of(code)
        for slot in self._slots:
            if slot.kind == RECOVERY:
                dek = _unsealed(slot, lambda of: _code_key(secret, of.salt))
                if dek is not None:
                    return dek
        raise WrongCode

    def set_password(self, user: str, password: str, dek: bytes) -> None:
        """Give a user, new or known, a password that opens the key.  Raises OSError."""
        fresh = _password_slot(user, password, dek)
        others = [slot for slot in self._slots if (slot.kind, slot.user) != (PASSWORD, user)]
        self._replace([fresh, *others] if len(others) == len(self._slots) else [*others, fresh])

    def new_recovery_code(self, dek: bytes) -> str:
        """Make the printed code anew; the old one opens nothing from then on.  Raises OSError."""
        code = new_code()
        self._replace([*(s for s in self._slots if s.kind != RECOVERY), _recovery_slot(code, dek)])
        return code

    def remove_user(self, user: str) -> None:
        """Close a leaver's slot.  Raises SlotRefused when fewer than two ways in would be left."""
        left = [slot for slot in self._slots if (slot.kind, slot.user) != (PASSWORD, user)]
        if len(left) < FEWEST_SLOTS or not any(slot.kind == PASSWORD for slot in left):
            raise SlotRefused("至少要留下一个用户和恢复码两种打开方式，请先添加其他用户。")
        self._replace(left)

    def _replace(self, slots: list[Slot]) -> None:
        before, self._slots = self._slots, slots
        try:
            self._write()
        except OSError:
            # The first copy may have been replaced before the second one failed.
            self._slots = _read(self._path) or before
            raise

    def _write(self) -> None:
        listed = [_to_json(slot) for slot in self._slots]
        content = {"version": VERSION, "slots": listed, "digest": _digest(listed)}
        write_twice(self._path, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def sound_file(folder: Path) -> Path:
    """The key file of a folder, or its second copy where the file itself is damaged.

    Raises KeyFileMissing or KeyFileDamaged.
    """
    path = folder / FILE_NAME
    candidates = [path, twin_of(path)]
    if not any(candidate.exists() for candidate in candidates):
        raise KeyFileMissing
    for candidate in candidates:
        if _read(candidate):
            return candidate
    raise KeyFileDamaged


def _password_slot(user: str, password: str, dek: bytes) -> Slot:
    salt = secrets.token_bytes(SALT_BYTES)
    kdf = {"alg": "argon2id", **ARGON2}
    return _sealed(PASSWORD, user, kdf, salt, _password_key(password, kdf, salt), dek)


def _recovery_slot(code: str, dek: bytes) -> Slot:
    salt = secrets.token_bytes(SALT_BYTES)
    return _sealed(RECOVERY, "", CODE_KDF, salt, _code_key(secret_of(code), salt), dek)


def _password_key(password: str, kdf: dict[str, Any], salt: bytes) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hash_secret_raw(
        secret,
        salt,
        time_cost=kdf["t"],
        memory_cost=kdf["m"],
        parallelism=kdf["p"],
        hash_len=DEK_BYTES,
        type=Type.ID,
    )


def _code_key(secret: bytes, salt: bytes) -> bytes:
    # 128 random bits need no slow hash.
    return HKDF(SHA256(), DEK_BYTES, salt, b"fengqiao recovery code").derive(secret)


def _bound_to(kind: str, user: str) -> bytes:
    return f"fengqiao|{VERSION}|{kind}|{user}|database key".encode()


def _sealed(kind: str, user: str, kdf: dict[str, Any], salt: bytes, key: bytes, dek: bytes) -> Slot:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Slot(kind, user, kdf, salt, nonce, AESGCM(key).encrypt(nonce, dek, _bound_to(kind, user)))


def _unsealed(slot: Slot, key_of: Callable[[Slot], bytes]) -> bytes | None:
    try:
        return AESGCM(key_of(slot)).decrypt(slot.nonce, slot.sealed, _bound_to(slot.kind, slot.user))
    except InvalidTag:
        return None


def _to_json(slot: Slot) -> dict[str, Any]:
    return {
        "kind": slot.kind,
        "user": slot.user,
        "kdf": slot.kdf,
        "aead": AEAD,
        **{name: base64.b64encode(getattr(slot, name)).decode() for name in ("salt", "nonce", "sealed")},
    }


def _digest(listed: list[dict[str, Any]]) -> str:
    """Tells a damaged file from a wrong password; who changes the file on purpose can change this too."""
    return hashlib.sha256(orjson.dumps(listed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(path: Path) -> list[Slot]:
    """The slots of a file; none where it is missing, damaged or of another version."""
    try:
        content = orjson.loads(path.read_bytes())
        listed = content["slots"]
        if content["version"] != VERSION or content["digest"] != _digest(listed):
            return []
        return [_from_json(item) for item in listed]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _from_json(item: dict[str, Any]) -> Slot:
    """One slot.  Raises ValueError, KeyError or TypeError for what this program did not write."""
    kind, user, kdf = item["kind"], item["user"], item["kdf"]
    salt, nonce, sealed = (
        base64.b64decode(item[name], validate=True) for name in ("salt", "nonce", "sealed")
    )
    if kind == PASSWORD:
        known = kdf["alg"] == "argon2id" and all(
            least <= int(kdf[name]) <= most for name, (least, most) in ARGON2_RANGE.items()
        )
    else:
        known = kind == RECOVERY and kdf == CODE_KDF
    lengths = (len(salt), len(nonce), len(sealed))
    if not known or item["aead"] != AEAD or lengths != (SALT_BYTES, NONCE_BYTES, DEK_BYTES + TAG_BYTES):
        raise ValueError("not a slot of this program")
    return Slot(kind, str(user), kdf, salt, nonce, sealed)


__all__ = ["KeyFileError", "KeySlots", "MistypedCode", "WrongCode", "WrongPassword"]
