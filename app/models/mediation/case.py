"""Mediation case (矛盾纠纷): from intake to the agreement.  Fields: statutory forms of 司发通〔2010〕239号."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Record
from app.models.fields import Search
from app.models.mediation.counted import figures_indexes
from app.models.mediation.evidence import Evidence
from app.models.mediation.filling import derived, fill_case
from app.models.mediation.parts import (
    ArchiveNote,
    CaseMediator,
    Clause,
    FollowUp,
    Investigation,
    Obligation,
    Party,
    Referral,
    Session,
)
from app.models.mediation.printed import Printed
from app.models.mediation.rules import CASE_RULES, CHANGE_RULES
from app.models.mediation.sections import SECTIONS
from app.models.record_type import RecordType


class MediationCase(Record):
    """A dispute accepted by the people's mediation committee of the station."""

    __tablename__ = "mediation_case"
    # Partial indexes: the home page asks every time it opens for the few cases something is still due in.
    __table_args__ = (
        Index(None, "accepted_on", "id"),
        Index(
            "ix_mediation_case_unconfirmed",
            "effective_on",
            sqlite_where=text("effective_on IS NOT NULL AND confirm_joint AND confirm_on IS NULL"),
        ),
        Index("ix_mediation_case_unvisited", "visit_after", sqlite_where=text("visit_after IS NOT NULL")),
        Index("ix_mediation_case_earlier", "earlier_number", sqlite_where=text("earlier_number IS NOT NULL")),
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
    stage: Mapped[str | None] = fields.derived(fields.choice("办理阶段", "case_stage"))
    accepted_on: Mapped[date | None] = fields.day("受理日期", required=True, default="today")
    apply_manner: Mapped[str | None] = fields.choice("申请方式", "apply_manner")
    registrar: Mapped[str | None] = fields.text("登记人", max_length=80)
    bar: Mapped[str | None] = fields.choice("不予受理情形", "acceptance_bar")
    earlier_number: Mapped[str | None] = fields.text(
        "原案编号", max_length=60, search=Search.NUMBER, hint="重新调解时填写原来的案件编号"
    )
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
    measures: Mapped[str | None] = fields.text("防激化措施", max_length=300)
    reported_to: Mapped[str | None] = fields.text("已报告的单位", max_length=120)
    reported_on: Mapped[date | None] = fields.day("报告日期")
    consent: Mapped[bool | None] = fields.yes_no("当事人同意调解")
    notice_on: Mapped[date | None] = fields.day("权利义务告知日期")
    told_manner: Mapped[str | None] = fields.choice("告知方式", "told_manner")
    joint_with: Mapped[str | None] = fields.text("联合调解单位", max_length=200)
    extended_to: Mapped[date | None] = fields.day("延长调解期限至")
    extension_agreed: Mapped[bool | None] = fields.yes_no("当事人同意延长")
    referrals: Mapped[list[Referral]] = fields.rows("移交与反馈", Referral, maximum=20)
    investigations: Mapped[list[Investigation]] = fields.rows("调查记录", Investigation)
    mediators: Mapped[list[CaseMediator]] = fields.rows("人民调解员", CaseMediator, maximum=9)
    sessions: Mapped[list[Session]] = fields.rows("调解记录", Session)
    evidence: Mapped[list[Evidence]] = fields.rows("证据材料", Evidence)
    result: Mapped[str | None] = fields.choice("调解结果", "mediation_result")
    result_on: Mapped[date | None] = fields.day("结果日期")
    advised: Mapped[list[str] | None] = fields.choices("告知的救济途径", "remedy")
    advised_on: Mapped[date | None] = fields.day("告知日期")
    prevented: Mapped[list[str] | None] = fields.choices("防止激化结果", "prevention_result")
    prevented_people: Mapped[int | None] = fields.integer("防止激化涉及人数")
    disputed: Mapped[str | None] = fields.long_text("纠纷主要事实、争议事项", max_length=5000)
    clauses: Mapped[list[Clause]] = fields.rows("协议内容", Clause, maximum=60)
    liability: Mapped[str | None] = fields.long_text("各方当事人的责任")
    written_asked: Mapped[bool | None] = fields.yes_no("当事人要求书面协议")
    obligations: Mapped[list[Obligation]] = fields.rows("履行义务", Obligation)
    agreed_amount: Mapped[Decimal | None] = fields.money("协议金额（元）")
    breach: Mapped[str | None] = fields.long_text("违约责任", max_length=1000)
    performance: Mapped[str | None] = fields.choice("履行方式", "performance_manner")
    performance_manner: Mapped[str | None] = fields.text("履行方式说明", max_length=300)
    performance_place: Mapped[str | None] = fields.place("履行地点")
    performance_due: Mapped[date | None] = fields.day("履行期限")
    performance_status: Mapped[str | None] = fields.choice("履行情况", "performance_status")
    agreed_on: Mapped[date | None] = fields.day("协议日期")
    recorder: Mapped[str | None] = fields.text("记录人", max_length=80)
    printed: Mapped[list[Printed]] = fields.rows("定稿文书", Printed, kept=True)
    sealed_on: Mapped[date | None] = fields.day("加盖印章日期")
    effective_on: Mapped[date | None] = fields.derived(fields.day("协议生效日期"))
    confirm_joint: Mapped[bool | None] = fields.yes_no("双方共同申请司法确认")
    confirm_on: Mapped[date | None] = fields.day("申请司法确认日期")
    court: Mapped[str | None] = fields.text("受理法院", max_length=80)
    court_accepted_on: Mapped[date | None] = fields.day("法院受理日期")
    court_decision: Mapped[str | None] = fields.choice("司法确认结果", "court_decision")
    court_decided_on: Mapped[date | None] = fields.day("裁定日期")
    follow_ups: Mapped[list[FollowUp]] = fields.rows("回访与督促", FollowUp)
    visit_after: Mapped[date | None] = fields.derived(fields.day("应回访日期"))
    archived_on: Mapped[date | None] = fields.day("归档日期")
    filed_by: Mapped[str | None] = fields.text("立卷人", max_length=80)
    checked_by: Mapped[str | None] = fields.text("检查人", max_length=80)
    retention: Mapped[str | None] = fields.choice("保管期限", "retention", default="long")
    dossier_note: Mapped[str | None] = fields.long_text("卷宗情况说明")
    archive_notes: Mapped[list[ArchiveNote]] = fields.rows("归档后补充说明", ArchiveNote)
    notes: Mapped[str | None] = fields.long_text("备注")


MEDIATION_CASE = RecordType(
    code="mediation_case",
    title="矛盾纠纷",
    model=MediationCase,
    sections=SECTIONS,
    columns=("title", "accepted_on", "stage", "number", "dispute_type"),
    filters=("stage", "dispute_type", "result", "risk"),
    headline=("title",),
    business_day="accepted_on",
    numbered="人调字",
    fill=fill_case,
    derive=derived,
    rules=CASE_RULES,
    change_rules=CHANGE_RULES,
)
