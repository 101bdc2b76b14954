"""What a round of sending came to, in words for the status bar."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.sync.protocol import NoAnswer, Refusal

if TYPE_CHECKING:
    from app.sync.reconcile import Finding

State = Literal["idle", "waiting", "stopped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`idle`: nothing unsent.  `waiting`: something went wrong.  `stopped`: only a click tries again.

    The next round is after `wait` seconds, where given.

    `sent` counts revisions receipted in this round, `received` records brought down, `files_sent` and
    `files_received` contents of attached files; `code` names the reason, `sentence` says it to the cadre,
    `finding` is what a comparison with the district came to, `seconds` how long the round took, `merged` in how many
    places what came down was merged with what was written elsewhere.
    """

    state: State
    sent: int = 0
    wait: float | None = None
    code: str = ""
    sentence: str = ""
    received: int = 0
    finding: "Finding | None" = None
    files_sent: int = 0
    files_received: int = 0
    seconds: float = 0.0
    merged: int = 0


KEPT = "内容都已保存在本机，"
NO_ANSWER = {
    "offline": "连不上区服务器，" + KEPT + "网络恢复后自动发送。",
    "timeout": "网络太慢，区服务器没有及时答复，" + KEPT + "稍后自动再发。",
    "reset": "发送途中网络断开，" + KEPT + "稍后自动再发。",
    "portal": "网络需要先登录或被拦截，没有到达区服务器，" + KEPT + "请检查网络。",
    "not_the_district": "这个地址上的不是本站登记的区服务器，没有发送，" + KEPT + "请与区里核对地址。",
    "certificate": "区服务器的证书不是本区的，没有发送，" + KEPT + "请与区里核对地址，或检查网络是否被拦截。",
    "certificate_time": "区服务器的证书过期，或这台电脑的日期不对，没有发送，"
    + KEPT
    + "请先看看电脑右下角的日期。",
    "busy": "区服务器正忙，" + KEPT + "稍后自动再发。",
    "interrupted": "已停止发送，" + KEPT + "下次打开时继续。",
}
REFUSED = {
    "revoked": "这台电脑已被区里停用，不再发送，" + KEPT + "请联系区里。",
    "unknown_device": "区里没有这台电脑的登记，不再发送，" + KEPT + "请联系区里重新登记。",
    "wrong_signature": "区里不认这台电脑的签名，不再发送，" + KEPT + "请联系区里重新登记。",
    "not_signed": "发送的内容缺少签名，不再发送，" + KEPT + "请联系区里。",
    "too_old": "本程序版本太旧，区里不再接收，" + KEPT + "请先升级程序。",
    "epoch_used": "这台电脑恢复后用的编号区里已经用过，已换成新的编号，"
    + KEPT
    + "请关闭本程序再打开，然后自动继续。",
    "unknown_epoch": "区里登记的是这台电脑恢复或更换之前的编号，已停止发送，" + KEPT + "请联系区里处理。",
    "other_content": "区里已有同一序号的不同内容，可能是硬盘被复制或恢复过旧备份，已停止发送，"
    + KEPT
    + "请联系区里处理。",
    "twin": "区里收到过同一台电脑的更多内容，可能是硬盘被复制，或数据文件被换成了旧的，已停止收发，"
    + KEPT
    + "请联系区里处理。",
    "nothing_there": "区里要求补发的内容本机已经没有，已停止发送，" + KEPT + "请联系区里处理。",
}
STOPPED = "区里没有接收（{code}），已停止发送，" + KEPT + "请联系区里。"
HALTED = "halted"
HALTED_HERE = "已按您的要求停止上报，" + KEPT + "要继续请按“现在上报”。"
FAILED_HERE = "本机数据文件暂时不能读写，发送已暂停，稍后自动再试。"


def waiting(sent: int, wait: float, failure: NoAnswer | Refusal, received: int = 0) -> Outcome:
    """An outcome that tries again by itself."""
    code = failure.code if failure.code in NO_ANSWER else "busy"
    return Outcome("waiting", sent, wait, failure.code, NO_ANSWER[code], received)


def stopped(sent: int, code: str) -> Outcome:
    """An outcome that needs a person."""
    return Outcome("stopped", sent, None, code, REFUSED.get(code, STOPPED.format(code=code)))
