"""How it stands with the backups, in words: for the status line, the home page and the page of backups."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from app.store.backup import ATTACHMENTS, CHECKING, COPYING, PLACING, SECOND, BackupState
from app.store.drill import Drill
from app.ui.words import label, short_moment


def newest_text(state: BackupState, now: datetime) -> str:
    """`上次验证备份 14:05`; `还没有备份`."""
    if state.newest is None:
        return QCoreApplication.translate("BackupWords", "还没有备份")
    at = short_moment(state.newest.made_at, now)
    return QCoreApplication.translate("BackupWords", "上次验证备份 {at}").format(at=at)


def kept_text(state: BackupState, now: datetime) -> str:
    """`上次验证备份 14:05 · 上次恢复演练 11月2日 09:10`; the latter only once there was one."""
    newest = newest_text(state, now)
    if state.drill is None:
        return newest
    at = short_moment(state.drill.at, now)
    return QCoreApplication.translate("BackupWords", "{newest} · 上次恢复演练 {at}").format(
        newest=newest, at=at
    )


def alarm_text(state: BackupState, now: datetime) -> str:
    """The sentence of the red banner; "" while all is well."""
    if state.damaged or (state.failure and state.is_stale(now)):
        return label(state.failure)
    if state.drill is not None and state.drill.faults:
        return QCoreApplication.translate(
            "BackupWords", "恢复演练没有通过：{fault}请打开“备份”页，按“立即备份”再做一份。"
        ).format(fault=label(state.drill.faults[0]))
    if state.newest is not None and state.is_stale(now):
        return QCoreApplication.translate(
            "BackupWords", "超过两天没有验证过的备份（{at}）。请打开“备份”页，按“立即备份”。"
        ).format(at=newest_text(state, now))
    return ""


def drill_text(drill: Drill | None) -> str:
    """`128 条记录、30 个附件完好`; `没有通过`; "" before the first one."""
    if drill is None:
        return ""
    if drill.faults:
        return QCoreApplication.translate("BackupWords", "没有通过")
    return QCoreApplication.translate("BackupWords", "{records} 条记录、{files} 个附件完好").format(
        records=drill.records, files=drill.blobs
    )


def step_text(step: str) -> str:
    """What is being done now."""
    texts = {
        COPYING: QCoreApplication.translate("BackupWords", "正在复制并验证数据……"),
        ATTACHMENTS: QCoreApplication.translate("BackupWords", "正在复制附件……"),
        SECOND: QCoreApplication.translate("BackupWords", "正在复制到另一个盘……"),
        CHECKING: QCoreApplication.translate("BackupWords", "正在检查备份……"),
        PLACING: QCoreApplication.translate("BackupWords", "正在放回附件……"),
    }
    return texts.get(step, "")
