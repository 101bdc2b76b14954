"""The page of hand-overs between the offices of the district."""

from app.district.administration.frame import card, mark, when
from app.district.administration.html import Html, table, tag
from app.district.administration.visit import Shown, Visit
from app.district.handovers import SHOWN, HandoverLine, handovers
from app.models.codes import code_list

KINDS = {"returned": "bad", "voided": "bad", "confirmed": "good", "fed_back": "good", "sent": "warn"}


def letters(visit: Visit) -> Shown:
    """Who handed over to whom, how far it is, and what has not been fetched."""
    with visit.parts.database.read() as connection:
        lines = handovers(connection)
    note = "移交函、签收和反馈先存在区里，对方下次联系（联网或U盘）时取走；内容只在双方单位的电脑上看。"
    if len(lines) == SHOWN:
        note += f"只列最近的 {SHOWN} 件。"
    head = ("移交单位", "接收单位", "移交编号", "移交日期", "进度", "最近变动", "说明")
    rows = [
        (
            one.sender,
            one.receiver,
            one.number,
            tag("span", one.sent_on, class_="number"),
            _status(one),
            when(one.changed_at, ""),
            _remark(one),
        )
        for one in lines
    ]
    return Shown(
        "移交",
        card(f"移交（{len(lines)}）", tag("p", note, class_="quiet"), table(head, rows, "还没有移交。")),
    )


def _status(line: HandoverLine) -> Html:
    return mark(code_list("handover_status").label(line.status), KINDS.get(line.status, "quiet"))


def _remark(line: HandoverLine) -> str:
    said = [line.remark] if line.remark else []
    if line.waiting:
        said.append(f"有 {line.waiting} 项对方还没取走。")
    if line.late:
        said.append(f"签收后移交单位仍改过案件 {line.late} 处，请提醒双方核对。")
    return "".join(said)
