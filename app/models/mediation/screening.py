"""Screening for disputes (矛盾纠纷排查): one round, what it found, or that it found nothing (零报告)."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Record
from app.models.fields import Search
from app.models.problems import Problem, error, warning
from app.models.record_type import RecordType, Section


class Screening(Record):
    """One round of looking for disputes; the period from one to the next is the district's (domain rule R22)."""

    __tablename__ = "screening"
    __table_args__ = (Index(None, "screened_on", "id"),)

    screened_on: Mapped[date | None] = fields.day("排查日期", required=True, default="today")
    screeners: Mapped[str | None] = fields.text("排查人", required=True, max_length=120, search=Search.NAME)
    scope: Mapped[str | None] = fields.place("排查范围", required=True)
    found: Mapped[int | None] = fields.integer(
        "发现纠纷（件）", required=True, maximum=10_000, default=0, hint="没有发现就填 0，保存下来就是零报告"
    )
    settled: Mapped[int | None] = fields.integer("当场化解（件）", maximum=10_000)
    taken_up: Mapped[int | None] = fields.integer("转为调解（件）", maximum=10_000)
    reported: Mapped[int | None] = fields.integer("上报镇街（件）", maximum=10_000)
    people: Mapped[int | None] = fields.integer("涉及人数")
    content: Mapped[str | None] = fields.long_text("排查情况")


def _adds_up(screening: Screening) -> Iterator[Problem]:
    """What was found is said, and no more is dealt with than was found."""
    found = screening.found or 0
    dealt = sum(count or 0 for count in (screening.settled, screening.taken_up, screening.reported))
    if dealt > found:
        yield error("found", f"化解、转调解和上报合计 {dealt} 件，超过发现的 {found} 件，请核对。", "R22")
    elif dealt < found:
        yield warning("settled", f"还有 {found - dealt} 件没有写明怎么处理，请核对。", "R22")
    if found and not screening.content:
        yield error("content", "发现了纠纷，请写明排查情况。", "R22")


SCREENING = RecordType(
    code="screening",
    title="排查记录",
    model=Screening,
    sections=(
        Section("排查", ("screened_on", "screeners", "scope")),
        Section("发现和处理", ("found", "settled", "taken_up", "reported", "people", "content")),
    ),
    columns=("screened_on", "scope", "found", "screeners"),
    filters=(),
    headline=("scope", "screeners"),
    business_day="screened_on",
    rules=(_adds_up,),
)
