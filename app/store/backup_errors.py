"""Why a backup was not made or a restore did not succeed, each with a sentence for the user."""

from app.security.keyslots import KeyFileError
from app.store.blob_copies import BlobsStopped
from app.store.errors import (
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageStopped,
    WrongKey,
    file_error,
)

# What can go wrong on the way; anything else is a fault of the program.
FAILURES = (OSError, StorageError, BlobsStopped, KeyFileError)


class BackupFailed(StorageError):
    """No backup was made; earlier backups and the data are untouched."""

    sentence = "备份没有做成：读写磁盘出错。原有的备份和数据没有受影响，请检查磁盘后再试。"


class BackupFull(BackupFailed):
    sentence = "备份没有做成：磁盘空间不够。原有的备份和数据没有受影响，请清理出空间后再试。"


class BackupReadOnly(BackupFailed):
    sentence = "备份没有做成：备份文件夹不能写入。原有的备份和数据没有受影响，请检查磁盘或权限。"


class BackupStopped(BackupFailed):
    sentence = "备份已停下，没有做完的部分已清除，原有的备份没有受影响。"


class SourceDamaged(BackupFailed):
    """The desk's own file has pages that cannot be read."""

    sentence = (
        "备份时发现数据文件有损坏，没有做新的备份，原有的备份都还在。"
        "请停止录入，到“备份”页按“恢复”，从最近的完好备份恢复。"
    )


class KeysLost(BackupFailed):
    """The key file vanished or was damaged while the desk was open."""

    sentence = (
        "备份没有做成：密钥文件不见了或已损坏，原有的备份都还在。"
        "请退出工作台再打开，密钥文件会从备份中找回，然后再备份。"
    )


class NoGoodBackup(StorageError):
    """None of the backups found could be opened and verified."""

    sentence = "没有找到能打开的完好备份。现有的文件都原样保留，请接上存放备份的另一个盘再试，或联系管理员。"


class RestoreFailed(StorageError):
    sentence = "恢复没有完成：读写磁盘出错。现有的文件和备份都原样保留，请检查磁盘后再试。"


class RestoreFull(RestoreFailed):
    sentence = "恢复没有完成：磁盘空间不够。现有的文件和备份都原样保留，请清理出空间后再试。"


class RestoreStopped(RestoreFailed):
    sentence = "恢复已停下，现有的文件和备份都原样保留，可以随时再来。"


def backup_failure(failure: Exception) -> BackupFailed:
    """The words for a failure while a backup was made."""
    if isinstance(failure, BackupFailed):
        return failure
    if isinstance(failure, BlobsStopped | StorageStopped):
        return BackupStopped()
    if isinstance(failure, KeyFileError):
        return KeysLost()
    known = file_error(failure) if isinstance(failure, OSError) else failure
    if isinstance(known, StorageFull):
        return BackupFull()
    if isinstance(known, StorageDamaged | WrongKey):
        return SourceDamaged()
    return BackupReadOnly() if isinstance(known, StorageReadOnly) else BackupFailed()


def restore_failure(failure: Exception) -> StorageError:
    """The words for a failure during a restore."""
    if isinstance(failure, NoGoodBackup | RestoreFailed):
        return failure
    if isinstance(failure, BlobsStopped | StorageStopped):
        return RestoreStopped()
    known = file_error(failure) if isinstance(failure, OSError) else failure
    return RestoreFull() if isinstance(known, StorageFull) else RestoreFailed()
