"""The people's mediation committee (人民调解委员会) of a village or community, and who sits on it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.base import Record, Row, owner
from app.models.fields import Search
from app.models.problems import Problem, warning
from app.models.record_type import RecordType, Section

FEWEST, MOST = 3, 9
TERM_YEARS = 3
HIRED = "hired"
OFFICES = (
    "派出所", "公安局", "分局", "法院", "法庭", "检察院", "司法所", "司法局", "信访局", "办公室", "中心", "委员会",
    "人民政府", "街道办事处",
)  # fmt: skip
"""How the names of stations end that are an office themselves and no village or community."""
"""聘任的人民调解员: mediates, but is no member of the committee (人民调解法 art. 13)."""


class CommitteeMember(Row):
    """委员 or 聘任的人民调解员."""

    __tablename__ = "committee_member"

    committee_id: Mapped[str] = owner("committee")
    name: Mapped[str | None] = fields.text("姓名", required=True, max_length=80, search=Search.NAME)
    post: Mapped[str | None] = fields.choice("职务", "committee_post", required=True, default="member")
    sex: Mapped[str | None] = fields.choice("性别", "sex")
    ethnicity: Mapped[str | None] = fields.choice("民族", "ethnicity")
    full_time: Mapped[bool | None] = fields.yes_no("专职")
    phone: Mapped[str | None] = fields.phone("联系电话")
    education: Mapped[str | None] = fields.aside(fields.choice("文化程度", "education"))
    party_member: Mapped[bool | None] = fields.aside(fields.yes_no("中共党员"))
    retired_law: Mapped[bool | None] = fields.aside(fields.yes_no("离退休政法干警"))
    since: Mapped[date | None] = fields.aside(fields.day("任职日期"))
    until: Mapped[date | None] = fields.aside(fields.day("离任日期"))


class Committee(Record):
    """人民调解委员会: chosen for three years (人民调解法 arts 8, 9)."""

    __tablename__ = "committee"

    name: Mapped[str | None] = fields.text(
        "名称", required=True, max_length=120, search=Search.NAME, hint="例如：鹰头村人民调解委员会"
    )
    kind: Mapped[str | None] = fields.choice("类型", "committee_kind", required=True, default="village")
    chosen_on: Mapped[date | None] = fields.day("本届推选日期")
    term_ends_on: Mapped[date | None] = fields.derived(fields.day("本届任期届满"))
    multi_ethnic: Mapped[bool | None] = fields.yes_no("多民族居住地区")
    place: Mapped[str | None] = fields.place("调解场所")
    phone: Mapped[str | None] = fields.phone("值班电话")
    members: Mapped[list[CommitteeMember]] = fields.rows("成员", CommitteeMember, minimum=1, maximum=60)
    notes: Mapped[str | None] = fields.long_text("备注")


def committee_name(station_name: str) -> str:
    """鹰头村人民调解委员会: village and resident committees set one up each (人民调解法 art. 8)."""
    return f"{station_name}人民调解委员会"


def office_name(station_name: str) -> str:
    """As whom a station writes to other offices: its committee, or the office itself (鹰头派出所, 仁寿县人民法院)."""
    return station_name if station_name.endswith(OFFICES) else committee_name(station_name)


def _composition(committee: Committee) -> Iterator[Problem]:
    """R21: 3 to 9 members, one chair, women, minority members where several peoples live (人民调解法 art. 8).

    Warnings only: what is on the committee today has to be recorded also where the law is not met.
    """
    members = [member for member in committee.members if member.post != HIRED and member.until is None]
    if not FEWEST <= len(members) <= MOST:
        yield warning(
            "members",
            f"人民调解委员会应有 {FEWEST} 至 {MOST} 名委员，现在登记在任的有 {len(members)} 名（《人民调解法》第八条）。",
            "R21",
        )
    if sum(member.post == "chair" for member in members) != 1:
        yield warning("members", "人民调解委员会应有一名主任（《人民调解法》第八条）。", "R21")
    if not any(member.sex == "2" for member in members):
        yield warning("members", "人民调解委员会应有妇女委员（《人民调解法》第八条）。", "R21")
    if committee.multi_ethnic and not any(member.ethnicity not in (None, "01") for member in members):
        yield warning("members", "多民族居住地区应有人数较少民族的委员（《人民调解法》第八条）。", "R21")


def _left_after_joining(committee: Committee) -> Iterator[Problem]:
    for index, member in enumerate(committee.members):
        if member.since and member.until and member.until < member.since:
            yield warning(f"members.{index}.until", f"{member.name}的离任日期早于任职日期，请核对。")


def _term(committee: Committee) -> dict[str, Any]:
    """Three years from the day it was chosen (人民调解法 art. 9)."""
    chosen = committee.chosen_on
    if chosen is None:
        return {"term_ends_on": None}
    leap_day = (chosen.month, chosen.day) == (2, 29)
    return {"term_ends_on": chosen.replace(year=chosen.year + TERM_YEARS, day=28 if leap_day else chosen.day)}


COMMITTEE = RecordType(
    code="committee",
    title="调委会",
    model=Committee,
    sections=(
        Section("调委会", ("name", "kind", "chosen_on", "multi_ethnic", "place", "phone")),
        Section("委员和人民调解员", ("members", "notes")),
    ),
    columns=("name", "kind", "chosen_on", "term_ends_on"),
    filters=("kind",),
    headline=("name",),
    business_day=None,
    derive=_term,
    rules=(_composition, _left_after_joining),
)
