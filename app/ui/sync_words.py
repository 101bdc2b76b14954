"""Where sending stands, as a sentence for the sync page and the status line."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from app.store.outbox import OutboxStatus
from app.sync.reconcile import Finding
from app.ui.services import SyncControl
from app.ui.words import label


def address_text(address: str | None) -> str:
    """The district's address without what a cadre need not see."""
    if not address:
        return QCoreApplication.translate("SyncWords", "还没有设置区服务器")
    host = urlsplit(address).netloc or address
    return QCoreApplication.translate("SyncWords", "区服务器：{host}").format(host=host)


def state_text(sync: SyncControl, status: OutboxStatus) -> str:
    """What sending is doing now and what that means for the records."""
    if sync.address is None:
        return QCoreApplication.translate(
            "SyncWords", "没有设置区服务器地址，记录都保存在本机；设置以后会自动上报。"
        )
    if not sync.enrolled:
        return QCoreApplication.translate(
            "SyncWords", "这台电脑还没有在区里登记，记录都保存在本机；登记以后自动上报。"
        )
    outcome = sync.news.outcome
    if outcome is not None and outcome.sentence:
        return label(outcome.sentence)
    return _going_text(status, outcome.merged if outcome is not None else 0)


def _going_text(status: OutboxStatus, merged: int) -> str:
    """Where nothing is wrong; `merged` in how many places the last round merged."""
    if status.unsent:
        return QCoreApplication.translate("SyncWords", "正在自动上报，不用等待，可以继续工作。")
    if merged:
        text = QCoreApplication.translate(
            "SyncWords", "都已上报。刚才合并了 {count} 处改动：两个人改了同一条记录的不同地方，都保留了。"
        )
        return text.format(count=merged)
    if status.files.up:
        return QCoreApplication.translate("SyncWords", "记录都已上报，附件正在上报，可以继续工作。")
    return QCoreApplication.translate("SyncWords", "都已上报。保存的记录会自动上报，断网时先存在本机。")


def finding_text(finding: Finding, headlines: Mapping[str, str]) -> str:
    """What comparing came to: `本站 57 条，区里 57 条，完全一致。`"""
    here = QCoreApplication.translate("SyncWords", "本站 {here} 条，区里 {there} 条")
    said = [here.format(here=finding.here, there=finding.there)]
    if finding.mended:
        mended = QCoreApplication.translate("SyncWords", "原来有 {count} 条不一致，已补齐")
        said.append(mended.format(count=finding.mended))
    if finding.files_lacking:
        lacking = QCoreApplication.translate("SyncWords", "区里缺 {count} 个附件，正在补报")
        said.append(lacking.format(count=finding.files_lacking))
    if finding.files_missing:
        missing = QCoreApplication.translate("SyncWords", "本机缺 {count} 个附件，正在取回")
        said.append(missing.format(count=finding.files_missing))
    if finding.waiting:
        waiting = QCoreApplication.translate("SyncWords", "退回的 {count} 条改正以后就一致")
        said.append(waiting.format(count=finding.waiting))
    if finding.differing:
        names = [headlines.get(record_id) or record_id for _, record_id in finding.differing[:5]]
        more = QCoreApplication.translate("SyncWords", "还有 {count} 条不一致：{names}，请告诉区里")
        said.append(more.format(count=len(finding.differing), names="、".join(names)))
    elif not finding.waiting and not finding.files_lacking and not finding.files_missing:
        said.append(QCoreApplication.translate("SyncWords", "完全一致"))
    comma = QCoreApplication.translate("SyncWords", "，")
    return comma.join(said) + QCoreApplication.translate("SyncWords", "。")
