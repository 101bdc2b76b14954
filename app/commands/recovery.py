"""A data folder whose file does not open: what backups there are, and the way back from one of them."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.commands.desk import DATABASE, Desk, open_desk, recover_desk, utc_now
from app.security.authorize import DESK, Actor, Subject, is_allowed
from app.security.keyslots import KeyFileError, KeySlots
from app.settings import SettingsDamaged, load_settings
from app.store.accounts import listed, of_name
from app.store.backup import Progress
from app.store.backup_set import BackupSet
from app.store.database import Database
from app.store.errors import NoDatabase, StorageDamaged, StorageError, WrongKey
from app.store.folder import FolderLock, check_folder
from app.store.restore import KeyOf, Recovered, Restore, backup_roots, candidates, keys_from_backup

# What a restore mends; a full disk or a file of a newer program it does not.
DAMAGE = (NoDatabase, WrongKey, StorageDamaged)


class NotABackup(Exception):
    """There is no backup in a folder somebody pointed at."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"“{path}”里没有备份，请指明备份所在的文件夹。")


class SeveralPCs(Exception):
    """A folder holds backups of several PCs, and nothing says which of them this one continues."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"“{path}”里有几台电脑的备份，请进到其中一台的文件夹（fengqiao-…）再选。")


@dataclass
class Broken:
    """A data folder in need of a restore, for a user who knows its password or code.

    `sentence` says what is wrong, "" where somebody asked for an earlier state of a sound file.
    """

    folder: Path
    user: str
    sentence: str
    key_of: KeyOf
    reopen: Callable[[], Desk]
    clock: Callable[[], datetime] = utc_now

    def found(self, other: Path | None = None) -> list[BackupSet]:
        """The backups in the data folder, on the second drive and in `other`, newest first."""
        return find_backups(self.folder, other)

    def restore(
        self, progress: Progress, chosen: Sequence[BackupSet] | None = None, other: Path | None = None
    ) -> Recovered:
        """Restore the newest good backup of all, or of `chosen`.  Raises AlreadyOpen, NoGoodBackup, RestoreFailed."""
        lock = FolderLock(self.folder)
        lock.take()
        try:
            found = self.found(other)
            return Restore(self.folder, self.clock, progress).run(found, self.key_of, self.user, chosen)
        finally:
            lock.release()


def find_backups(folder: Path, other: Path | None = None) -> list[BackupSet]:
    """The backups a data folder knows of, newest first; `other` is a folder somebody pointed at."""
    second: Path | None = None
    with suppress(SettingsDamaged):
        settings = load_settings(folder)
        second = Path(settings.second_backup) if settings.second_backup else None
    return candidates(backup_roots(folder, second, other))


def of_one_pc(folder: Path, other: Path) -> list[BackupSet]:
    """The backups of one PC in `other`, newest first.  Raises NotABackup for none, SeveralPCs for several's."""
    found = find_backups(folder, other)
    if not any(one.path.is_relative_to(other) for one in found):
        raise NotABackup(other)
    if len({one.contents.device for one in found}) > 1:
        raise SeveralPCs(other)
    return found


def mend_keys(folder: Path) -> BackupSet | None:
    """Bring a missing or damaged key file back from the backups.  Answers the one it came from.  Raises OSError."""
    return keys_from_backup(folder, find_backups(folder))


def open_or_mend(folder: Path, user: str, password: str, mending: Path | None = None) -> Desk | Broken:
    """Open the desk with a password; where its file is damaged or missing, the way to a restore.

    With `mending` always the latter: the folder whose key file the password must open, the data folder's or a
    backup's; while the file can be opened, only for who may restore.  Raises what `open_desk` raises for anything
    else; NotAllowed.
    """
    broken = Broken(
        folder,
        user,
        "",
        lambda slots: slots.unlock(user, password),
        lambda: open_desk(folder, user, password),
    )
    found = _opened(broken, mending)
    if mending is not None:
        _check_may_restore(broken)
    return found


def recover_or_mend(
    folder: Path, code: str, user: str, password: str, mending: Path | None = None
) -> Desk | Broken:
    """The same with the printed recovery code; `password` becomes the user's new one."""
    broken = Broken(
        folder,
        user,
        "",
        lambda slots: slots.unlock_with_code(code),
        lambda: recover_desk(folder, code, user, password),
    )
    return _opened(broken, mending)


def _check_may_restore(broken: Broken) -> None:
    """A file that cannot be opened knows no roles: then the key is enough."""
    lock = FolderLock(broken.folder)
    lock.take()
    try:
        role = _role(broken)
    except (StorageError, KeyFileError):
        return
    finally:
        lock.release()
    if role is not None and not is_allowed(Actor(broken.user, role, ""), "restore", Subject(DESK)):
        with closing(broken.reopen()) as desk:
            desk.access.require("restore")


def _role(broken: Broken) -> str | None:
    """The role of the user by the file, which is only read; None where it knows no accounts yet."""
    dek = broken.key_of(KeySlots.open(broken.folder))
    database = Database.open(broken.folder / DATABASE, dek)
    try:
        with database.read() as connection:
            if not connection.dialect.has_table(connection, "account") or not listed(connection):
                return None
            found = of_name(connection, broken.user)
            return found.role if found is not None and found.active else ""
    finally:
        database.close()


def _opened(broken: Broken, mending: Path | None) -> Desk | Broken:
    if mending is not None:
        check_folder(broken.folder)
        broken.key_of(KeySlots.open(mending))
        return broken
    try:
        return broken.reopen()
    except StorageError as failure:
        if not isinstance(failure, DAMAGE):
            raise
        broken.sentence = str(failure)
        return broken
