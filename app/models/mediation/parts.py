"""The repeated parts of a mediation case: parties, mediators, sessions and agreed clauses."""

from datetime import date, datetime

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


class CaseMediator(Row):
    """A people's mediator on the case; the first one presides (主持)."""

    __tablename__ = "mediation_mediator"

    case_id: Mapped[str] = owner("mediation_case")
    name: Mapped[str | None] = fields.text("调解员", required=True, max_length=80, search=Search.NAME)


class Session(Row):
    """调解记录: one mediation session (人民调解法 art. 27)."""

    __tablename__ = "mediation_session"

    case_id: Mapped[str] = owner("mediation_case")
    started_at: Mapped[datetime | None] = fields.moment("调解时间", required=True, default="now")
    place: Mapped[str | None] = fields.place("调解地点")
    attendees: Mapped[str | None] = fields.text("参加人", max_length=300)
    process: Mapped[str | None] = fields.long_text("调解过程", max_length=5000)
    outcome: Mapped[str | None] = fields.choice("本次结果", "session_outcome")
    recorder: Mapped[str | None] = fields.text("记录人", max_length=80)


class Clause(Row):
    """One clause of what the parties agreed."""

    __tablename__ = "mediation_clause"

    case_id: Mapped[str] = owner("mediation_case")
    content: Mapped[str | None] = fields.long_text("协议内容", required=True, max_length=2000)
