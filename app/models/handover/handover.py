"""Hand-over letter (移交函): what one office hands to another, its receipt or return, the feedback, the confirmation.

One record at each office.  The sender's goes out; the district writes the receiver's, which comes in and names it,
and afterwards tells each side what the other wrote (公调对接、诉调对接 letters; `passing.py`).
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.attached_file import AttachedFile
from app.models.base import Record, Row, owner
from app.models.fields import Search
from app.models.handover.rules import CHANGE_RULES, RULES, fill
from app.models.handover.status import derived
from app.models.record_type import RecordType, Section


class HandoverParty(Row):
    """当事人 as the sending office knows them."""

    __tablename__ = "handover_party"

    handover_id: Mapped[str] = owner("handover")
    side: Mapped[str | None] = fields.choice("一方", "party_side", required=True)
    kind: Mapped[str | None] = fields.choice("类别", "party_kind", required=True, default="person")
    name: Mapped[str | None] = fields.text("姓名或名称", required=True, max_length=120, search=Search.NAME)
    sex: Mapped[str | None] = fields.choice("性别", "sex")
    ethnicity: Mapped[str | None] = fields.aside(fields.choice("民族", "ethnicity"))
    id_number: Mapped[str | None] = fields.id_number("身份证号")
    birth: Mapped[date | None] = fields.aside(fields.day("出生日期"))
    phone: Mapped[str | None] = fields.phone("联系电话")
    address: Mapped[str | None] = fields.place("单位或住址")
    representative: Mapped[str | None] = fields.aside(
        fields.text("法定代表人或负责人", max_length=80, search=Search.NAME)
    )


class Handover(Record):
    """移交函: `direction`, `letter_id` and `case_id` are the program's own."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_case", "case_id", sqlite_where=text("case_id IS NOT NULL")),
        Index(
            "ix_handover_open",
            "sent_on",
            sqlite_where=text("status IN ('sent', 'received', 'under_way', 'fed_back')"),
        ),
    )

    number: Mapped[str | None] = fields.number("移交编号")
    direction: Mapped[str | None] = fields.kept(fields.choice("方向", "referral_direction"))
    status: Mapped[str | None] = fields.derived(fields.choice("状态", "handover_status"))
    letter_id: Mapped[str | None] = fields.kept(fields.text("来函记录", max_length=36))
    case_id: Mapped[str | None] = fields.kept(fields.text("本站案件", max_length=36))
    letter_number: Mapped[str | None] = fields.text("来函编号", max_length=60, search=Search.NUMBER)
    peer: Mapped[str | None] = fields.text("对方单位编码", required=True, max_length=12)
    peer_name: Mapped[str | None] = fields.text("对方单位", required=True, max_length=120, search=Search.TEXT)
    peer_kind: Mapped[str | None] = fields.choice("对方单位类别", "office_kind")
    written_on: Mapped[date | None] = fields.day("拟函日期", required=True, default="today")
    category: Mapped[str | None] = fields.choice("移交类别", "referral_class", required=True)
    dispute_type: Mapped[str | None] = fields.choice("纠纷类型", "dispute_type", required=True)
    title: Mapped[str | None] = fields.text(
        "纠纷名称", max_length=120, search=Search.TEXT, hint="不填时按双方姓名和类型自动生成"
    )
    occurred_on: Mapped[date | None] = fields.day("发生日期")
    place: Mapped[str | None] = fields.place("发生地点")
    parties: Mapped[list[HandoverParty]] = fields.rows("当事人", HandoverParty, minimum=1, maximum=50)
    matter_number: Mapped[str | None] = fields.text("警情或案件编号", max_length=60, search=Search.NUMBER)
    reported_at: Mapped[datetime | None] = fields.moment("接警时间")
    caller: Mapped[str | None] = fields.text("报警人", max_length=80, search=Search.NAME)
    facts: Mapped[str | None] = fields.long_text("简要情况", required=True, max_length=5000)
    claims: Mapped[str | None] = fields.long_text("当事人请求")
    amount: Mapped[Decimal | None] = fields.money("涉及金额（元）")
    first_steps: Mapped[str | None] = fields.text("先期处置", max_length=300)
    harm: Mapped[str | None] = fields.text("伤情或财产损失", max_length=300)
    agreed: Mapped[bool | None] = fields.yes_no("当事人同意移交")
    files: Mapped[list[AttachedFile] | None] = fields.files("随函材料")
    due: Mapped[date | None] = fields.day("反馈期限")
    official: Mapped[str | None] = fields.text("移交人", max_length=80)
    contact_phone: Mapped[str | None] = fields.text("移交人电话", max_length=30)
    sent_on: Mapped[date | None] = fields.day("移交日期")
    withdrawn_on: Mapped[date | None] = fields.day("撤回日期")
    withdrawn_reason: Mapped[str | None] = fields.text("撤回原因", max_length=300)
    answer: Mapped[str | None] = fields.choice("签收或退回", "handover_answer")
    answered_on: Mapped[date | None] = fields.day("签收或退回日期")
    answered_by: Mapped[str | None] = fields.text("签收人", max_length=80)
    answer_note: Mapped[str | None] = fields.text("退回原因或说明", max_length=300)
    case_number: Mapped[str | None] = fields.text("受理编号", max_length=60, search=Search.NUMBER)
    result: Mapped[str | None] = fields.choice("办理结果", "referral_result")
    result_note: Mapped[str | None] = fields.long_text("结果说明")
    agreement_number: Mapped[str | None] = fields.text("调解协议编号", max_length=60, search=Search.NUMBER)
    performance_status: Mapped[str | None] = fields.choice("履行情况", "performance_status")
    risk_note: Mapped[str | None] = fields.text("风险提示", max_length=300)
    mediator: Mapped[str | None] = fields.text("调解员", max_length=80)
    fed_back_on: Mapped[date | None] = fields.day("反馈日期")
    confirmed_on: Mapped[date | None] = fields.day("确认日期")
    confirmed_by: Mapped[str | None] = fields.text("确认人", max_length=80)
    confirm_note: Mapped[str | None] = fields.text("确认意见", max_length=300)
    voided_there: Mapped[str | None] = fields.text("对方作废的原因", max_length=300)
    notes: Mapped[str | None] = fields.long_text("备注")


HANDOVER = RecordType(
    code="handover",
    title="移交",
    model=Handover,
    sections=(
        Section(
            "移交函",
            ("peer", "peer_name", "peer_kind", "letter_number", "category", "written_on", "sent_on", "due"),
        ),
        Section("当事人", ("parties",)),
        Section(
            "移交的事项",
            ("dispute_type", "title", "occurred_on", "place", "facts", "claims", "amount", "agreed"),
        ),
        Section(
            "警情和先期处置",
            ("matter_number", "reported_at", "caller", "first_steps", "harm"),
            folded=True,
        ),
        Section("移交人和材料", ("official", "contact_phone", "files")),
        Section("签收或退回", ("answer", "answered_on", "answered_by", "answer_note", "case_number")),
        Section(
            "办理结果反馈",
            (
                "result",
                "fed_back_on",
                "result_note",
                "agreement_number",
                "performance_status",
                "mediator",
                "risk_note",
            ),
        ),
        Section("确认", ("confirmed_on", "confirmed_by", "confirm_note")),
        Section("撤回", ("withdrawn_on", "withdrawn_reason", "voided_there"), folded=True),
        Section("备注", ("notes",), folded=True),
    ),
    columns=("title", "written_on", "status", "direction", "peer_name"),
    filters=("direction", "status", "category"),
    headline=("title", "peer_name"),
    business_day="written_on",
    numbered="移字",
    fill=fill,
    derive=derived,
    rules=RULES,
    change_rules=CHANGE_RULES,
)
