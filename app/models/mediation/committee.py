"""The people's mediation committee (人民调解委员会) of a village or community, and who may sit on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.models.problems import Problem, error, warning

FEWEST, MOST = 3, 9
TERM_YEARS = 3


@dataclass(frozen=True)
class Member:
    """One member; `sex` and `ethnicity` as in the code lists."""

    name: str
    is_chair: bool = False
    sex: str | None = None
    ethnicity: str | None = None
    since: date | None = None


def committee_name(station_name: str) -> str:
    """鹰头村人民调解委员会: village and resident committees set one up each (人民调解法 art. 8)."""
    return f"{station_name}人民调解委员会"


def committee_lacks(members: Iterable[Member], *, today: date, minorities: bool = False) -> Iterator[Problem]:
    """R21: 3 to 9 members, one chair, women among them, minority members where several peoples live, three years.

    人民调解法 arts 8 and 9.  `minorities`: the committee serves a multi-ethnic area.
    """
    people = list(members)
    if not FEWEST <= len(people) <= MOST:
        yield error(
            "members", f"人民调解委员会应有 {FEWEST} 至 {MOST} 名委员（《人民调解法》第八条）。", "R21"
        )
    if sum(member.is_chair for member in people) != 1:
        yield error("members", "人民调解委员会应有一名主任（《人民调解法》第八条）。", "R21")
    if not any(member.sex == "2" for member in people):
        yield warning("members", "人民调解委员会应有妇女委员（《人民调解法》第八条）。", "R21")
    if minorities and not any(member.ethnicity not in (None, "01") for member in people):
        yield warning("members", "多民族居住地区应有人数较少民族的委员（《人民调解法》第八条）。", "R21")
    for index, member in enumerate(people):
        if member.since and _years_between(member.since, today) >= TERM_YEARS:
            yield warning(
                f"members.{index}.since",
                f"{member.name}任期已满三年，应重新推选（《人民调解法》第九条）。",
                "R21",
            )


def _years_between(first: date, last: date) -> int:
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
