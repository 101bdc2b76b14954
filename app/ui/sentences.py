"""The sentence for anything that can go wrong behind the window."""

import logging

from PySide6.QtCore import QCoreApplication

from app.models.file_type import FileRefused
from app.models.mediation.documents import NothingToPrint, NotToFreeze
from app.resources import MissingResourceError
from app.security.attempts import LockedOut
from app.security.authorize import NotAllowed
from app.security.keyslots import KeyFileError, MistypedCode
from app.settings import SettingsDamaged
from app.store.accounts import AccountRefused, NotAdmitted
from app.store.attachments import MissingContent
from app.store.errors import StorageError
from app.store.folder import AlreadyOpen, FolderRefused
from app.store.refused_saves import RefusedSave
from app.sync.stick import StickRefused
from app.ui.words import label

SPEAKING = (
    NothingToPrint,
    NotToFreeze,
    NotAllowed,
    NotAdmitted,
    AccountRefused,
    RefusedSave,
    StorageError,
    FileRefused,
    MissingContent,
    StickRefused,
    KeyFileError,
    MistypedCode,
    LockedOut,
    AlreadyOpen,
    FolderRefused,
    SettingsDamaged,
    MissingResourceError,
)

_log = logging.getLogger(__name__)


def sentence_of(error: BaseException) -> str:
    """What happened, what was kept and what to do; an error nobody foresaw is logged without its words.

    The words of an unforeseen error may quote a record, so only its kind and place go to the log.
    """
    if isinstance(error, SPEAKING):
        return label(str(error))
    log_place(error)
    if isinstance(error, OSError):
        return QCoreApplication.translate(
            "sentences", "读写磁盘时出错，这一步没有完成，已保存的内容没有受影响。请检查磁盘空间后再试。"
        )
    return QCoreApplication.translate(
        "sentences", "程序出了意外，这一步没有完成；已保存的内容没有受影响。请再试一次，仍不行请告诉管理员。"
    )


def log_place(error: BaseException) -> None:
    """Log the kind of an error and where it was raised, never its words."""
    trace, place = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        place.append(f"{code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    _log.error("%s at %s", type(error).__name__, " < ".join(reversed(place)) or "?")
