"""What can go wrong with the file itself, each with a sentence for the user."""

import errno
import sqlite3

import sqlcipher3
from sqlalchemy.exc import DBAPIError


class StorageError(Exception):
    """The file could not be read or written; nothing of the attempt was kept in it."""

    sentence = "数据没有写入。您填写的内容还在，请稍后再试。"

    def __init__(self) -> None:
        super().__init__(self.sentence)


class StorageFull(StorageError):
    sentence = "磁盘已满，没有保存。您填写的内容还在，请清理出空间后再按保存。"


class StorageReadOnly(StorageError):
    sentence = "数据文件夹不能写入，没有保存。您填写的内容还在，请检查文件夹权限或磁盘。"


class StorageDamaged(StorageError):
    sentence = "数据文件有损坏，已停止写入。请不要删除任何文件，联系管理员从备份恢复。"


class StorageBusy(StorageError):
    sentence = "数据文件正被占用，没有保存。您填写的内容还在，请稍候再按保存。"


class StorageFailed(StorageError):
    sentence = "读写磁盘出错，这一步没有得到确认。您填写的内容还在，请检查磁盘后再试，不会重复保存。"


class WrongKey(StorageError):
    """Another key, or a damaged first page: to SQLCipher they look the same."""

    sentence = (
        "密钥与数据文件不符，或文件开头已损坏；没有打开，数据没有改动。"
        "请核对数据文件夹，不要删除任何文件，联系管理员从备份恢复。"
    )


class StorageStopped(StorageError):
    """Somebody asked for it to stop."""

    sentence = "已按您的要求停下，没有做完的部分已经清除，数据没有改动。"


class NewerFile(StorageError):
    sentence = "数据文件由更新版本的程序写成，请安装新版本后再打开；数据没有改动。"


class NoDatabase(StorageError):
    sentence = "没有找到数据文件。请核对数据文件夹；如果文件丢失，请从备份恢复，不要重新初始化。"


class DatabaseExists(StorageError):
    sentence = "这个文件夹里已有数据文件，不会覆盖。"


class BrokenReferences(StorageError):
    sentence = "数据升级没有通过检查，已全部撤回，数据没有改动。请继续使用原版本，并联系管理员。"


class OutdatedEngine(StorageError):
    sentence = "程序组件版本过旧，不能保证数据安全，请重新安装本程序。"


class UnsafeSettings(StorageError):
    """The engine did not take a setting the promises rest on."""

    sentence = "数据库没有按规定的方式打开，不能保证数据安全，没有打开数据，数据没有改动。请重新安装本程序。"


_BY_CODE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_CANTOPEN: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_CORRUPT: StorageDamaged,
    sqlite3.SQLITE_NOTADB: StorageDamaged,
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_IOERR: StorageFailed,
    sqlite3.SQLITE_INTERRUPT: StorageStopped,
}


# Primary code 10 with more detail: the shared-memory file of the log found no room.
SHARED_MEMORY_SIZE = sqlite3.SQLITE_IOERR_SHMSIZE


def storage_error(error: Exception) -> StorageError | None:
    """The storage error behind an exception of the driver or SQLAlchemy; None when it is another matter."""
    code = sqlite_code(error)
    found = StorageFull if code == SHARED_MEMORY_SIZE else _BY_CODE.get(code & 0xFF)
    return found() if found else None


def sqlite_code(error: BaseException | None) -> int:
    """The extended result code behind an exception of the driver or SQLAlchemy; 0 when there is none."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None) if isinstance(cause, sqlcipher3.Error) else None
    return code or 0


def file_error(error: OSError) -> StorageError:
    """The storage error behind a failure of the file system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    read_only = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR)
    return StorageReadOnly() if read_only else StorageFailed()
