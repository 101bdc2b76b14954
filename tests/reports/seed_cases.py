"""Cases that come to the figures of the seed article, as rows to import; every day is a business day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from typing import Any

from app.models.codes import code_list
from app.models.period import Period

YEAR = 2025
NINE_MONTHS = Period(date(YEAR, 1, 1), date(YEAR, 9, 30))
# In each year: (source, result, how many), then how many of them were accepted before the year began.
THIS_YEAR = (
    ("police", "written", 60, 4),
    ("police", "oral", 9, 0),
    ("police", "judicial", 2, 0),
    ("apply", "written", 500, 6),
    ("own", "written", 400, 0),
    ("grid", "oral", 190, 0),
    ("petition", "judicial", 6, 0),
    ("own", "none", 7, 0),
    ("apply", None, 5, 0),
)
LAST_YEAR = (
    ("police", "written", 44, 20),
    ("police", "oral", 6, 0),
    ("police", "judicial", 3, 0),
    ("apply", "written", 420, 5),
    ("own", "written", 100, 0),
    ("grid", "oral", 80, 0),
    ("petition", "judicial", 22, 0),
    ("own", "withdrawn", 4, 0),
)
TITLED = "figures"


def rows() -> Iterator[dict[str, Any]]:
    """One JSON line a case, in the form `main.py import` reads."""
    types = cycle(code.value for code in code_list("dispute_type").items)
    number = 0
    for year, plan in ((YEAR - 1, LAST_YEAR), (YEAR, THIS_YEAR)):
        for source, result, cases, carried in plan:
            for place in range(cases):
                number += 1
                yield _case(number, year, place, source, result, next(types), carried=place < carried)


def _case(
    number: int, year: int, place: int, source: str, result: str | None, kind: str, *, carried: bool
) -> dict[str, Any]:
    first = date(year, 1, 1)
    accepted = first - timedelta(days=1 + place % 20) if carried else first + timedelta(days=place * 7 % 260)
    case: dict[str, Any] = {
        "type": "mediation_case",
        "key": f"{TITLED}-{number}",
        "accepted_on": accepted.isoformat(),
        "source": source,
        "dispute_type": kind,
        "facts": "双方因相邻通行发生争执。",
        "amount": f"{100 * (number % 7)}.50",
        "people": number % 120,
        "difficulty": ("simple", "general", "hard")[number % 3],
        "parties": [{"side": "applicant", "name": "张石头"}, {"side": "respondent", "name": "王水生"}],
    }
    if result is None:
        return case
    # Within ten days of acceptance, and within the nine months for what was carried over.
    ended = max(accepted, first) + timedelta(days=number % 10)
    case |= {"result": result, "result_on": ended.isoformat()}
    if result in {"written", "oral"}:
        case |= {"agreed_on": ended.isoformat(), "clauses": [{"content": "乙方让出通道。"}]}
    if number % 40 == 0:
        case |= {"prevented": ["petition", "crime"], "prevented_people": 5}
    return case
