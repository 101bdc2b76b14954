"""Resident (居民): typed once, offered everywhere."""

from datetime import date

from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Record
from app.models.fields import Search
from app.models.people.identity_rules import agrees_with_card
from app.models.record_type import RecordType, Section


class Resident(Record):
    """A person of the village as the station knows them."""

    __tablename__ = "resident"

    name: Mapped[str | None] = fields.text("姓名", required=True, max_length=80, search=Search.NAME)
    sex: Mapped[str | None] = fields.choice("性别", "sex")
    id_document: Mapped[str | None] = fields.choice("证件类型", "id_document", default="111")
    id_number: Mapped[str | None] = fields.id_number("证件号码")
    birth: Mapped[date | None] = fields.day("出生日期")
    ethnicity: Mapped[str | None] = fields.choice("民族", "ethnicity", default="01")
    phone: Mapped[str | None] = fields.phone("联系电话")
    residence: Mapped[str | None] = fields.place("现住址")
    registered: Mapped[str | None] = fields.place("户籍地址")
    village: Mapped[str | None] = fields.division("所在村（社区）")
    kind: Mapped[str | None] = fields.choice("居住类型", "resident_kind")
    education: Mapped[str | None] = fields.choice("文化程度", "education")
    occupation: Mapped[str | None] = fields.text("职业", max_length=60)
    employer: Mapped[str | None] = fields.text("工作单位", max_length=120)
    care: Mapped[list[str] | None] = fields.choices("关爱对象类别", "care_category")
    notes: Mapped[str | None] = fields.long_text("备注")


RESIDENT = RecordType(
    code="resident",
    title="居民",
    model=Resident,
    sections=(
        Section("基本信息", ("name", "sex", "id_document", "id_number", "birth", "ethnicity", "phone")),
        Section("住址", ("residence", "registered", "village", "kind")),
        Section("其他", ("education", "occupation", "employer", "care", "notes"), folded=True),
    ),
    columns=("name", "sex", "id_number", "phone", "residence"),
    filters=("sex", "kind"),
    headline=("name",),
    business_day=None,
    rules=(agrees_with_card,),
)
