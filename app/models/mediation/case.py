"""Mediation case (矛盾纠纷): from intake to the agreement.  Fields: statutory forms of 司发通〔2010〕239号."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Record
from app.models.fields import Search
from app.models.mediation import rules
from app.models.mediation.counted import figures_indexes
from app.models.mediation.parts import CaseMediator, Clause, Party, Session
from app.models.record_type import RecordType, Section


class MediationCase(Record):
    """A dispute accepted by the people's mediation committee of the station."""

    __tablename__ = "mediation_case"
    # Partial indexes: the home page asks every time it opens for the few cases something is still due in.
    __table_args__ = (
        Index(None, "accepted_on", "id"),
        Index("ix_mediation_case_unsettled", "accepted_on", sqlite_where=text("result IS NULL")),
        Index(
            "ix_mediation_case_unperformed",
            "performance_due",
            sqlite_where=text(
                "performance_due IS NOT NULL AND (performance_status IS NULL OR performance_status <> 'done')"
            ),
        ),
        *figures_indexes(),
    )

    number: Mapped[str | None] = fields.number("案件编号")
    accepted_on: Mapped[date | None] = fields.day("受理日期", required=True, default="today")
    source: Mapped[str | None] = fields.choice("案件来源", "case_source", required=True, default="apply")
    dispute_type: Mapped[str | None] = fields.choice("纠纷类型", "dispute_type", required=True)
    title: Mapped[str | None] = fields.text(
        "纠纷名称", max_length=120, search=Search.TEXT, hint="不填时按双方姓名和类型自动生成"
    )
    occurred_on: Mapped[date | None] = fields.day("发生日期")
    place: Mapped[str | None] = fields.place("发生地点")
    parties: Mapped[list[Party]] = fields.rows("当事人", Party, minimum=2, maximum=50)
    facts: Mapped[str | None] = fields.long_text("纠纷简要情况", required=True, max_length=5000)
    claims: Mapped[str | None] = fields.long_text("当事人申请事项")
    amount: Mapped[Decimal | None] = fields.money("涉案金额（元）")
    people: Mapped[int | None] = fields.integer("涉及人数")
    difficulty: Mapped[str | None] = fields.choice("难易程度", "difficulty", default="general")
    special: Mapped[list[str] | None] = fields.choices("涉及特殊群体", "special_group")
    risk: Mapped[str | None] = fields.choice("风险等级", "risk", default="general")
    consent: Mapped[bool | None] = fields.yes_no("当事人同意调解")
    notice_on: Mapped[date | None] = fields.day("权利义务告知日期")
    mediators: Mapped[list[CaseMediator]] = fields.rows("人民调解员", CaseMediator, maximum=9)
    sessions: Mapped[list[Session]] = fields.rows("调解记录", Session)
    result: Mapped[str | None] = fields.choice("调解结果", "mediation_result")
    result_on: Mapped[date | None] = fields.day("结果日期")
    prevented: Mapped[list[str] | None] = fields.choices("防止激化结果", "prevention_result")
    prevented_people: Mapped[int | None] = fields.integer("防止激化涉及人数")
    disputed: Mapped[str | None] = fields.long_text("纠纷主要事实、争议事项", max_length=5000)
    clauses: Mapped[list[Clause]] = fields.rows("协议内容", Clause, maximum=60)
    performance: Mapped[str | None] = fields.choice("履行方式", "performance_manner")
    performance_manner: Mapped[str | None] = fields.text("履行方式说明", max_length=300)
    performance_place: Mapped[str | None] = fields.place("履行地点")
    performance_due: Mapped[date | None] = fields.day("履行期限")
    performance_status: Mapped[str | None] = fields.choice("履行情况", "performance_status")
    agreed_on: Mapped[date | None] = fields.day("协议日期")
    recorder: Mapped[str | None] = fields.text("记录人", max_length=80)
    notes: Mapped[str | None] = fields.long_text("备注")


MEDIATION_CASE = RecordType(
    code="mediation_case",
    title="矛盾纠纷",
    model=MediationCase,
    sections=(
        Section("受理", ("accepted_on", "source", "dispute_type", "title", "occurred_on", "place")),
        Section("当事人", ("parties",)),
        Section(
            "纠纷情况",
            ("facts", "claims", "amount", "people", "difficulty", "risk", "special", "consent", "notice_on"),
        ),
        Section("调解", ("mediators", "sessions", "result", "result_on", "prevented", "prevented_people")),
        Section(
            "调解协议",
            (
                "disputed",
                "clauses",
                "performance",
                "performance_due",
                "performance_manner",
                "performance_place",
                "agreed_on",
                "recorder",
                "performance_status",
            ),
        ),
        Section("备注", ("notes",), folded=True),
    ),
    columns=("title", "accepted_on", "result", "number", "dispute_type"),
    filters=("dispute_type", "source", "result", "risk"),
    headline=("title",),
    business_day="accepted_on",
    numbered="人调字",
    fill=rules.fill_title,
    rules=(
        rules.two_sides,
        rules.days_in_order,
        rules.party_cards,
        rules.refusal_stops_mediation,
        rules.notice_before_session,
        rules.settled_needs_agreement,
    ),
)
