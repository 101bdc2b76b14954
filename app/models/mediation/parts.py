"""Who takes part in a mediation case, its sessions and what was agreed: repeated parts of the record."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Row, owner
from app.models.fields import Search


class Party(Row):
    """当事人: the party block of the statutory forms, natural person or organisation."""

    __tablename__ = "mediation_party"

    case_id: Mapped[str] = owner("mediation_case")
    side: Mapped[str | None] = fields.choice("一方", "party_side", required=True)
    kind: Mapped[str | None] = fields.choice("类别", "party_kind", required=True, default="person")
    resident: Mapped[str | None] = fields.person("居民档案")
    name: Mapped[str | None] = fields.text("姓名或名称", required=True, max_length=120, search=Search.NAME)
    sex: Mapped[str | None] = fields.choice("性别", "sex")
    ethnicity: Mapped[str | None] = fields.choice("民族", "ethnicity")
    id_number: Mapped[str | None] = fields.id_number("身份证号")
    birth: Mapped[date | None] = fields.day("出生日期")
    age: Mapped[int | None] = fields.integer("年龄", maximum=150)
    occupation: Mapped[str | None] = fields.text("职业或职务", max_length=60)
    phone: Mapped[str | None] = fields.phone("联系电话")
    address: Mapped[str | None] = fields.place("单位或住址")
    representative: Mapped[str | None] = fields.text("法定代表人或负责人", max_length=80, search=Search.NAME)
    uscc: Mapped[str | None] = fields.uscc("统一社会信用代码")
    agent: Mapped[str | None] = fields.text("委托代理人", max_length=80, search=Search.NAME)
    agent_id: Mapped[str | None] = fields.aside(fields.id_number("代理人身份证号"))
    agent_phone: Mapped[str | None] = fields.aside(fields.phone("代理人电话"))
    agent_relation: Mapped[str | None] = fields.aside(fields.text("代理人与当事人关系", max_length=40))
    agent_scopes: Mapped[list[str] | None] = fields.aside(fields.choices("授权权限", "agent_scope"))
    sign_modes: Mapped[list[str] | None] = fields.aside(fields.choices("签署方式", "sign_mode"))
    signed_on: Mapped[date | None] = fields.aside(fields.day("签署日期"))


class CaseMediator(Row):
    """A people's mediator on the case; the first one presides (主持)."""

    __tablename__ = "mediation_mediator"

    case_id: Mapped[str] = owner("mediation_case")
    name: Mapped[str | None] = fields.text("调解员", required=True, max_length=80, search=Search.NAME)
    appointment: Mapped[str | None] = fields.choice("产生方式", "appointment", default="committee")
    signed_on: Mapped[date | None] = fields.aside(fields.day("在协议上签名日期"))


class Session(Row):
    """调解记录: one mediation session (人民调解法 art. 27)."""

    __tablename__ = "mediation_session"

    case_id: Mapped[str] = owner("mediation_case")
    started_at: Mapped[datetime | None] = fields.moment("调解时间", required=True, default="now")
    place: Mapped[str | None] = fields.place("调解地点")
    attendees: Mapped[str | None] = fields.text("参加人", max_length=300)
    invited: Mapped[str | None] = fields.aside(fields.text("邀请参加人", max_length=300))
    invited_agreed: Mapped[bool | None] = fields.aside(fields.yes_no("当事人同意邀请"))
    is_public: Mapped[bool | None] = fields.aside(fields.yes_no("公开调解"))
    objection: Mapped[bool | None] = fields.aside(fields.yes_no("当事人反对公开或涉及隐私、商业秘密"))
    process: Mapped[str | None] = fields.long_text("调解过程", max_length=5000)
    outcome: Mapped[str | None] = fields.choice("本次结果", "session_outcome")
    recorder: Mapped[str | None] = fields.text("记录人", max_length=80)


class Investigation(Row):
    """人民调解调查记录: somebody was asked or a place was looked at."""

    __tablename__ = "mediation_investigation"

    case_id: Mapped[str] = owner("mediation_case")
    asked_at: Mapped[datetime | None] = fields.moment("调查时间", required=True, default="now")
    place: Mapped[str | None] = fields.place("调查地点")
    investigator: Mapped[str | None] = fields.text("调查人", required=True, max_length=120)
    participants: Mapped[str | None] = fields.aside(fields.text("参加人", max_length=300))
    asked: Mapped[str | None] = fields.text("被调查人", max_length=120, search=Search.NAME)
    asked_identity: Mapped[str | None] = fields.aside(fields.text("被调查人身份、住址、电话", max_length=200))
    content: Mapped[str | None] = fields.long_text("调查内容", required=True, max_length=5000)
    recorder: Mapped[str | None] = fields.text("记录人", max_length=80)


class Clause(Row):
    """One clause of what the parties agreed."""

    __tablename__ = "mediation_clause"

    case_id: Mapped[str] = owner("mediation_case")
    content: Mapped[str | None] = fields.long_text("协议内容", required=True, max_length=2000)


class Obligation(Row):
    """One thing the agreement obliges somebody to do by a day; an instalment is one of its own."""

    __tablename__ = "mediation_obligation"
    __table_args__ = (
        Index(
            "ix_mediation_obligation_open",
            "due",
            sqlite_where=text("due IS NOT NULL AND (status IS NULL OR status <> 'done')"),
        ),
        {"sqlite_with_rowid": False},
    )

    case_id: Mapped[str] = owner("mediation_case")
    kind: Mapped[str | None] = fields.choice("履行内容", "obligation_kind", required=True, default="pay")
    payer: Mapped[str | None] = fields.text("义务人", required=True, max_length=120)
    payee: Mapped[str | None] = fields.text("权利人", max_length=120)
    content: Mapped[str | None] = fields.text("说明", max_length=300)
    amount: Mapped[Decimal | None] = fields.money("金额（元）")
    due: Mapped[date | None] = fields.day("履行期限")
    status: Mapped[str | None] = fields.choice("履行情况", "performance_status", default="not_due")
    done_on: Mapped[date | None] = fields.day("履行日期")
    proof: Mapped[str | None] = fields.text("履行凭证", max_length=200, hint="收条、汇款单等")


class FollowUp(Row):
    """人民调解回访记录, or an urging to perform (人民调解工作若干规定 art. 39)."""

    __tablename__ = "mediation_follow_up"

    case_id: Mapped[str] = owner("mediation_case")
    kind: Mapped[str | None] = fields.choice("类别", "follow_up_kind", required=True, default="visit")
    visited_on: Mapped[date | None] = fields.day("回访时间", required=True, default="today")
    manner: Mapped[str | None] = fields.choice("回访形式", "contact_manner", default="door")
    visited: Mapped[str | None] = fields.text("被回访人", max_length=200)
    visitor: Mapped[str | None] = fields.text("回访人", required=True, max_length=120)
    situation: Mapped[str | None] = fields.long_text(
        "回访情况", required=True, hint="履行情况、是否满意、有无起诉、有无反复或激化、采取的措施"
    )
    satisfaction: Mapped[str | None] = fields.choice("是否满意", "satisfaction")
    advised_court: Mapped[bool | None] = fields.aside(fields.yes_no("已告知可向人民法院起诉"))


class Referral(Row):
    """移交 or 委托 between this committee and police, court, petition office or township, with its answer."""

    __tablename__ = "mediation_referral"
    __table_args__ = (
        Index(
            "ix_mediation_referral_open",
            "due",
            sqlite_where=text(
                "due IS NOT NULL AND (status IS NULL OR status NOT IN ('fed_back', 'confirmed', 'returned', 'withdrawn'))"
            ),
        ),
        {"sqlite_with_rowid": False},
    )

    case_id: Mapped[str] = owner("mediation_case")
    direction: Mapped[str | None] = fields.choice("方向", "referral_direction", required=True, default="in")
    office_kind: Mapped[str | None] = fields.choice("对方单位类别", "office_kind", required=True)
    office: Mapped[str | None] = fields.text("对方单位", required=True, max_length=120, search=Search.TEXT)
    letter_number: Mapped[str | None] = fields.text("函件编号", max_length=60, search=Search.NUMBER)
    matter_number: Mapped[str | None] = fields.aside(
        fields.text("警情或案件编号", max_length=60, search=Search.NUMBER)
    )
    category: Mapped[str | None] = fields.choice("移交类别", "referral_class")
    referred_on: Mapped[date | None] = fields.day("移交日期", required=True, default="today")
    reported_at: Mapped[datetime | None] = fields.aside(fields.moment("接警时间"))
    caller: Mapped[str | None] = fields.aside(fields.text("报警人", max_length=80, search=Search.NAME))
    situation: Mapped[str | None] = fields.long_text("简要情况")
    first_steps: Mapped[str | None] = fields.aside(fields.text("先期处置", max_length=300))
    harm: Mapped[str | None] = fields.aside(fields.text("伤情或财产损失", max_length=300))
    agreed: Mapped[bool | None] = fields.yes_no("当事人同意移交")
    contact: Mapped[str | None] = fields.text("对方联系人", max_length=80)
    phone: Mapped[str | None] = fields.phone("联系电话")
    due: Mapped[date | None] = fields.day("反馈期限")
    status: Mapped[str | None] = fields.choice("状态", "referral_status", required=True, default="sent")
    received_by: Mapped[str | None] = fields.text("签收人", max_length=80)
    received_on: Mapped[date | None] = fields.day("签收日期")
    result: Mapped[str | None] = fields.choice("反馈结果", "referral_result")
    answered_on: Mapped[date | None] = fields.day("反馈日期")
    answer: Mapped[str | None] = fields.long_text("反馈内容或退回原因")


class ArchiveNote(Row):
    """补充说明: what is added to an archived case, which itself stays as it is (domain rule R24)."""

    __tablename__ = "mediation_archive_note"

    case_id: Mapped[str] = owner("mediation_case")
    noted_on: Mapped[date | None] = fields.day("日期", required=True, default="today")
    author: Mapped[str | None] = fields.text("说明人", required=True, max_length=80)
    content: Mapped[str | None] = fields.long_text("说明", required=True)
