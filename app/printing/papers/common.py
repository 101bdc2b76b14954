"""What several papers say the same way: parties, names, days, codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.models.codes import code_list
from app.models.money import amount_words
from app.models.station_time import station_day, station_time
from app.printing.agreement import party_fields
from app.printing.agreement_case import parties_of
from app.printing.paper import Block, Fields, Heading
from app.printing.signature import chinese_date
from app.typeset.flow import FormField

Values = Mapping[str, Any]
ROLES = {"applicant": "申请人", "respondent": "被申请人"}


@dataclass(frozen=True)
class Office:
    """Whose papers these are: the committee's full name and the station's."""

    committee: str
    station: str


def number_line(values: Values) -> str:
    """编号 as allocated; nothing before the case has one."""
    return f"编号：{values['number']}" if values.get("number") else ""


def rows(values: Values, name: str) -> Sequence[Values]:
    """The rows of a case under a name."""
    found: Sequence[Values] = values.get(name) or ()
    return found


def names(values: Values, side: str | None = None) -> tuple[str, ...]:
    """Names of the parties, of one side or of all."""
    return tuple(
        row.get("name") or "" for row in rows(values, "parties") if side is None or row.get("side") == side
    )


def both(values: Values) -> str:
    """甲、乙与丙: who is in dispute with whom."""
    return "与".join("、".join(names(values, side)) for side in ROLES if names(values, side))


def code(key: str, value: str | None) -> str:
    """The label of a code; nothing for none."""
    return code_list(key).label(value) if value else ""


def codes(key: str, values: Sequence[str] | None) -> str:
    """Labels in a row."""
    return "、".join(code(key, value) for value in values or ())


def choices(key: str, chosen: str | Sequence[str] | None) -> tuple[tuple[str, bool], ...]:
    """Every code of a list with whether it is chosen."""
    wanted = {chosen} if isinstance(chosen, str) else set(chosen or ())
    return tuple((item.label, item.value in wanted) for item in code_list(key).active())


def day_words(day: date | datetime | None) -> str:
    """2026年11月23日, blanks to fill in without a day."""
    return chinese_date(station_day(day) if isinstance(day, datetime) else day)


def short_day(day: date | None) -> str:
    """2026-11-03, for tables."""
    return day.isoformat() if day else ""


def moment_words(moment: datetime | None) -> str:
    """2026年11月23日 9时30分 of the station's clock."""
    if moment is None:
        return ""
    local = station_time(moment)
    return f"{chinese_date(local.date())} {local.hour}时{local.minute:02d}分"


def yuan(amount: Any) -> str:
    """5000.00元（大写：伍仟元整）; nothing for none."""
    return f"{amount}元（大写：{amount_words(amount)}）" if amount is not None else ""


def field(label: str, value: object, room: float = 6.0, *, grow: bool = True) -> FormField:
    """A labelled value on a rule."""
    return FormField(label, "" if value is None else str(value), room, grow=grow)


def party_blocks(values: Values, day: date | None, *, sides: Sequence[str] = tuple(ROLES)) -> list[Block]:
    """The party blocks under 申请人 and 被申请人, ages as of the paper's day."""
    blocks: list[Block] = []
    for side in sides:
        of_side = [row for row in rows(values, "parties") if row.get("side") == side]
        for place, party in enumerate(parties_of(of_side, day), start=1):
            label = ROLES[side] + (str(place) if len(of_side) > 1 else "")
            blocks += [Heading(label), Fields(tuple(party_fields(party)))]
    return blocks


def mediators(values: Values) -> tuple[str, ...]:
    """Names of the mediators, the presiding one first."""
    return tuple(row.get("name") or "" for row in rows(values, "mediators"))


def first_day(values: Values) -> date | None:
    """The day the parties were told their rights, else of acceptance: what intake papers carry."""
    day: date | None = values.get("notice_on") or values.get("accepted_on")
    return day
