"""Key slots: the random key of the database, sealed once per user, under the printed code and for the district.

While the key is being changed the file holds both: `slots` open the file as it was, `next` the one that is about to take
its place.  Which of them holds is told by the first bytes of the database itself (`mark`), so a power cut at any moment
leaves keys that open it.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Any

import orjson

from app.safe_file import twin_of, write_twice
from app.security.recovery_code import MistypedCode, new_code, secret_of
from app.security.slots import (
    DEK_BYTES,
    DISTRICT,
    PASSWORD,
    RECOVERY,
    SALT_BYTES,
    Slot,
    code_key,
    district_slot,
    from_json,
    opened,
    password_key,
    password_slot,
    recovery_slot,
    resealed,
    to_json,
)

FILE_NAME = "keyslots.json"
DATABASE_NAME = "desk.db"
VERSION = 2
READ_VERSIONS = (1, 2)
FEWEST_SLOTS = 2
MARK_BYTES = 16
# RFC 9106, second recommended setting (low memory): 64 MiB, 3 passes, 4 lanes.
ARGON2 = {"t": 3, "m": 65536, "p": 4}


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


class KeySlots:
    """The key file of one data folder."""

    def __init__(self, path: Path, slots: list[Slot], *, pending: bool = False) -> None:
        self._path = path
        self._slots = slots
        self._pending = pending

    @classmethod
    def create(cls, folder: Path, user: str, password: str) -> tuple["KeySlots", bytes, str]:
        """New keys for a new database: the slots, the 32-byte key, and the recovery code to print.

        Raises SlotRefused where a key file or its second copy exists already; OSError.
        """
        path = folder / FILE_NAME
        if path.exists() or twin_of(path).exists():
            raise SlotRefused("这个文件夹里已有密钥文件，不能重新初始化。")
        dek, code = secrets.token_bytes(DEK_BYTES), new_code()
        slots = [password_slot(user, password, dek, ARGON2), recovery_slot(code, dek)]
        made = cls(path, slots)
        made._write(_content(slots))
        return made, dek, code

    @classmethod
    def open(cls, folder: Path) -> "KeySlots":
        """The slots of a data folder, from the second copy where the file itself is damaged.

        Where the key was being changed, those that fit the database as it stands.  Raises KeyFileMissing or
        KeyFileDamaged.
        """
        _, (slots, following, mark) = _sound(folder)
        if following and _mark_of(folder / DATABASE_NAME) == mark:
            slots = following
        return cls(folder / FILE_NAME, slots, pending=bool(following))

    def users(self) -> list[str]:
        """Who can sign in with a password, in the order they were added."""
        return [slot.user for slot in self._slots if slot.kind == PASSWORD]

    def ways(self) -> list[str]:
        """The kinds of slots there are, without the users."""
        return sorted({slot.kind for slot in self._slots})

    def unlock(self, user: str, password: str) -> bytes:
        """The key of the database.  Raises WrongPassword."""
        for slot in self._slots:
            if slot.kind == PASSWORD and slot.user == user:
                dek = opened(slot, lambda of: password_key(password, of.kdf, of.salt))
                if dek is not None:
                    return dek
                raise WrongPassword
        # The same work for an unknown user, so that the time does not tell who is one.
        password_key(password, ARGON2, bytes(SALT_BYTES))
        raise WrongPassword

    def unlock_with_code(self, code: str) -> bytes:
        """The key of the database by the printed code.  Raises MistypedCode or WrongCode."""
        secret = secret_of(code)
        for slot in self._slots:
            if slot.kind == RECOVERY:
                dek = opened(slot, lambda of: code_key(secret, of.salt))
                if dek is not None:
                    return dek
        raise WrongCode

    def set_password(self, user: str, password: str, dek: bytes) -> None:
        """Give a user, new or known, a password that opens the key.  Raises OSError."""
        fresh = password_slot(user, password, dek, ARGON2)
        others = [slot for slot in self._slots if (slot.kind, slot.user) != (PASSWORD, user)]
        self._replace([fresh, *others] if len(others) == len(self._slots) else [*others, fresh])

    def bring_up_to_date(self, user: str, password: str, dek: bytes) -> None:
        """Give a user's slot of the first release its own key pair, under the same password.  Raises OSError."""
        if user in self.outdated():
            self.set_password(user, password, dek)

    def bring_code_up_to_date(self, code: str, dek: bytes) -> None:
        """The same for the printed code, which stays as it is.  Raises OSError."""
        if "" in self.outdated():
            self._replace([*(s for s in self._slots if s.kind != RECOVERY), recovery_slot(code, dek)])

    def outdated(self) -> list[str]:
        """Whose slots are still of the first release; "" is the printed code."""
        return [slot.user for slot in self._slots if not slot.public]

    def new_recovery_code(self, dek: bytes) -> str:
        """Make the printed code anew; the old one opens nothing from then on.  Raises OSError."""
        code = new_code()
        self._replace([*(s for s in self._slots if s.kind != RECOVERY), recovery_slot(code, dek)])
        return code

    def remove_user(self, user: str) -> None:
        """Close a leaver's slot.  Raises SlotRefused when fewer than two ways in would be left."""
        left = [slot for slot in self._slots if (slot.kind, slot.user) != (PASSWORD, user)]
        if len(left) < FEWEST_SLOTS or not any(slot.kind == PASSWORD for slot in left):
            raise SlotRefused("至少要留下一个用户和恢复码两种打开方式，请先添加其他用户。")
        self._replace(left)

    def seal_to_district(self, public_key: bytes, dek: bytes) -> bool:
        """Let the holder of the district's offline key open it, too; False where that stands already.

        The slot of an earlier key of the district goes.  Raises OSError, ValueError for what is no key.
        """
        fresh = district_slot(public_key, dek)
        if any((slot.kind, slot.public) == (DISTRICT, public_key) for slot in self._slots):
            return False
        self._replace([*(slot for slot in self._slots if slot.kind != DISTRICT), fresh])
        return True

    def sealed_to_district(self) -> tuple[str, bytes] | None:
        """The short name of the district's key and the key of the database sealed to it; None without such a slot."""
        return next(((slot.user, slot.wrap) for slot in self._slots if slot.kind == DISTRICT), None)

    def begin_change(self, old: bytes, new: bytes, mark: bytes) -> str:
        """Write beside the present slots those for a new key, which hold once the database begins with `mark`.

        Answers a new code to print where the present one cannot be sealed anew, else "".  Raises SlotRefused naming
        those whose slots cannot be; OSError.
        """
        code, following = "", []
        outdated = [user for user in self.outdated() if user]
        if outdated:
            raise SlotRefused(
                f"“{'、'.join(outdated)}”升级后还没有登录过，这次没有更换密钥，数据没有改动。"
                "请其各登录一次，或重设其口令，然后再更换。"
            )
        for slot in self._slots:
            fresh = resealed(slot, old, new)
            if fresh is None and slot.kind == RECOVERY:
                code = new_code()
                fresh = recovery_slot(code, new)
            if fresh is None:
                raise SlotRefused(
                    f"密钥文件里“{slot.user}”一项被改动过，没有更换密钥，数据没有改动。请重设其口令后再更换。"
                )
            following.append(fresh)
        self._pending = True
        self._write(_content(self._slots, following, mark))
        return code

    def settle(self) -> None:
        """Keep only the slots that fit the database as it stands.  Raises OSError, KeyFileError."""
        if self._pending:
            self._slots = KeySlots.open(self._path.parent)._slots
            self._write(_content(self._slots))
            self._pending = False

    def _replace(self, slots: list[Slot]) -> None:
        before, self._slots = self._slots, slots
        try:
            self._write(_content(slots))
        except OSError:
            # The first copy may have been replaced before the second one failed.
            read = _read(self._path)
            self._slots = read[0] if read else before
            raise
        self._pending = False

    def _write(self, content: dict[str, Any]) -> None:
        write_twice(self._path, orjson.dumps(content, option=orjson.OPT_INDENT_2))


_Content = tuple[list[Slot], list[Slot], bytes]
"""Slots, those of the key to come, and the mark of the database they fit."""


def sound_file(folder: Path) -> Path:
    """The key file of a folder, or its second copy where the file itself is damaged.

    Raises KeyFileMissing or KeyFileDamaged.
    """
    return _sound(folder)[0]


def _sound(folder: Path) -> tuple[Path, _Content]:
    """The key file and what it says, read once: a failing disk may not give it a second time."""
    path = folder / FILE_NAME
    candidates = [path, twin_of(path)]
    if not any(candidate.exists() for candidate in candidates):
        raise KeyFileMissing
    for candidate in candidates:
        if read := _read(candidate):
            return candidate, read
    raise KeyFileDamaged


def _content(slots: list[Slot], following: list[Slot] | None = None, mark: bytes = b"") -> dict[str, Any]:
    listed = [to_json(slot) for slot in slots]
    content: dict[str, Any] = {"version": VERSION, "slots": listed}
    if following is not None:
        content["next"] = {"mark": mark.hex(), "slots": [to_json(slot) for slot in following]}
    return content | {"digest": _digest(listed, content.get("next"))}


def _digest(listed: list[dict[str, Any]], following: Any = None) -> str:
    """Tells a damaged file from a wrong password; who changes the file on purpose can change this too."""
    told = listed if following is None else [listed, following]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(path: Path) -> _Content | None:
    """Slots, those of the key to come and its mark; None where the file is missing, damaged or of another version."""
    try:
        content = orjson.loads(path.read_bytes())
        listed, following = content["slots"], content.get("next")
        if content["version"] not in READ_VERSIONS or content["digest"] != _digest(listed, following):
            return None
        slots = [from_json(item) for item in listed]
        if not slots:
            return None
        if following is None:
            return slots, [], b""
        return slots, [from_json(item) for item in following["slots"]], bytes.fromhex(following["mark"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _mark_of(path: Path) -> bytes:
    """The first bytes of the database, in clear because they are its salt; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(MARK_BYTES)
    except OSError:
        return b""


__all__ = ["KeyFileError", "KeySlots", "MistypedCode", "WrongCode", "WrongPassword"]
