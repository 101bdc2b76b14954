"""Service visit (来访走访): who came or was called on, what about, and what was done."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.attached_file import AttachedFile
from app.models.base import Record
from app.models.fields import Search
from app.models.problems import Problem, warning
from app.models.problems import error as wrong
from app.models.record_type import RecordType, Section
from app.models.station_time import station_day


class ServiceVisit(Record):
    """One reception (接待) or home visit (走访)."""

    __tablename__ = "service_visit"
    __table_args__ = (
        Index(None, "visited_at", "id"),
        Index(
            "ix_service_visit_unfinished",
            "due",
            sqlite_where=text(
                "due IS NOT NULL AND result_on IS NULL AND "
                "(result IS NULL OR result IN ('in_hand', 'transferred', 'reported'))"
            ),
        ),
    )

    number: Mapped[str | None] = fields.number("登记编号")
    channel: Mapped[str | None] = fields.choice("方式", "visit_channel", required=True, default="visit")
    visited_at: Mapped[datetime | None] = fields.moment("时间", required=True, default="now")
    resident: Mapped[str | None] = fields.person("居民档案")
    visitor: Mapped[str | None] = fields.text("姓名", max_length=80, search=Search.NAME)
    anonymous: Mapped[bool | None] = fields.yes_no("匿名", default=False)
    sex: Mapped[str | None] = fields.choice("性别", "sex")
    id_number: Mapped[str | None] = fields.id_number("身份证号")
    phone: Mapped[str | None] = fields.phone("联系电话")
    address: Mapped[str | None] = fields.place("住址")
    people: Mapped[int | None] = fields.integer("人数", minimum=1, default=1)
    matter_kind: Mapped[str | None] = fields.choice("事项类别", "service_matter", required=True)
    matter: Mapped[str | None] = fields.text("事由", required=True, max_length=100, search=Search.TEXT)
    content: Mapped[str | None] = fields.long_text("反映情况")
    family: Mapped[str | None] = fields.long_text("家庭基本情况")
    urgent: Mapped[bool | None] = fields.yes_no("紧急", default=False)
    handler: Mapped[str | None] = fields.text("接待人", max_length=80, search=Search.NAME)
    handling: Mapped[str | None] = fields.long_text("办理情况")
    due: Mapped[date | None] = fields.day("办理期限")
    result: Mapped[str | None] = fields.choice("办理结果", "visit_result")
    result_on: Mapped[date | None] = fields.day("办结日期")
    satisfaction: Mapped[str | None] = fields.choice("满意度", "satisfaction")
    photos: Mapped[list[AttachedFile] | None] = fields.files("照片和材料", maximum=20)


def _somebody_came(visit: ServiceVisit) -> Iterator[Problem]:
    if not visit.visitor and not visit.anonymous:
        yield wrong("visitor", "请填写姓名；来人不愿留名的，请勾选“匿名”。")


def _days_in_order(visit: ServiceVisit) -> Iterator[Problem]:
    if visit.visited_at is None:
        return
    came_on = station_day(visit.visited_at)
    if visit.result_on and visit.result_on < came_on:
        yield wrong("result_on", "办结日期早于来访时间，请核对。")
    if visit.due and visit.due < came_on:
        yield warning("due", "办理期限早于来访时间，请核对。")


SERVICE_VISIT = RecordType(
    code="service_visit",
    title="来访走访",
    model=ServiceVisit,
    sections=(
        Section(
            "来访人",
            (
                "channel",
                "visited_at",
                "resident",
                "visitor",
                "anonymous",
                "sex",
                "id_number",
                "phone",
                "people",
                "address",
            ),
        ),
        Section("事项", ("matter_kind", "urgent", "matter", "content", "family")),
        Section("办理", ("handler", "handling", "due", "result", "result_on", "satisfaction")),
        Section("照片和材料", ("photos",)),
    ),
    columns=("visitor", "matter", "visited_at", "result", "handler", "number"),
    filters=("channel", "matter_kind", "result"),
    headline=("visitor", "matter"),
    business_day="visited_at",
    numbered="访字",
    rules=(_somebody_came, _days_in_order),
)
