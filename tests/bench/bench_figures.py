"""Figures of a period over a full-size encrypted file: 200,000 cases, 400,000 parties, 20,000 patrols, 20,000 visits."""

import random
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from samples import SAMPLES
from uuid_utils import uuid7

from app.models.codes import code_list
from app.models.mediation.parts import Party
from app.models.patrol.patrol_log import PatrolMember
from app.models.period import Period, month, quarter, whole_year
from app.models.registry import RECORD_TYPES
from app.store.activity_figures import ActivityFiguresReader
from app.store.case_figures import CaseFiguresReader
from app.store.database import Database
from app.store.founding import found
from app.store.prepared import prepared_insert

BUILD = Path(__file__).parents[2] / "build"
KEY = bytes(range(32))
SEED = 20261123
FIRST_DAY, DAYS = date(2022, 1, 1), 5 * 365
CHUNK = 5_000
TURNS = 5
PERIODS = {"month": month(2026, 9), "quarter": quarter(2026, 3), "year": whole_year(2026)}
PERIODS["five years"] = Period(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))


def build(path: Path, cases: int, others: int) -> None:
    """Write the file; cases come in the order of their days, as they do at a station."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".partial")
    unfinished.unlink(missing_ok=True)
    database = found(unfinished, KEY, station_code="511421125201", station_name="鹰头村")
    chance = random.Random(SEED)  # figures, not secrets
    _insert(database, "mediation_case", (Party, "case_id"), _cases(cases, chance))
    _insert(database, "patrol_log", (PatrolMember, "log_id"), _patrols(others))
    _insert(database, "service_visit", None, _visits(others))
    database.close()
    unfinished.replace(path)


def measure(path: Path) -> dict[str, float]:
    """Median milliseconds of the cases of a period beside last year and the period before, and of the rest."""
    database = Database.open(path, KEY)
    cases, activity = CaseFiguresReader(database), ActivityFiguresReader(database)
    figures: dict[str, float] = {}
    for name, period in PERIODS.items():
        beside = (period.year_before(), period.before())
        figures[f"figures {name} ms"] = _median(partial(cases.read, period, beside))
    year = PERIODS["year"]
    figures["figures by month ms"] = _median(lambda: cases.months(year))
    figures["patrols and visits year ms"] = _median(lambda: activity.read((year, year.year_before())))
    database.close()
    return figures


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        started = perf_counter()
        work()
        times.append(1000 * (perf_counter() - started))
    return statistics.median(times)


Made = tuple[dict[str, Any], list[dict[str, Any]]]


def _insert(database: Database, code: str, rows: tuple[Any, str] | None, made: Iterator[Made]) -> None:
    heads = prepared_insert(RECORD_TYPES[code].table)
    while chunk := list(islice(made, CHUNK)):
        with database.write() as connection:
            heads.run_all(connection, (head for head, _ in chunk))
            if rows is not None:
                table, owner = rows
                prepared_insert(table.__table__).run_all(
                    connection,
                    (
                        {"id": str(uuid7()), "position": place, owner: head["id"], **part}
                        for head, parts in chunk
                        for place, part in enumerate(parts)
                    ),
                )


def _head(code: str) -> dict[str, Any]:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    written = {
        "created_by": "甲",
        "created_at": at,
        "changed_by": "甲",
        "changed_at": at,
        "head": str(uuid7()),
    }
    sample = {name: value for name, value in SAMPLES[code]().items() if not isinstance(value, list)}
    return {"id": str(uuid7()), "station": "511421125201", "revision": 1, **written, **sample}


def _cases(count: int, chance: random.Random) -> Iterator[Made]:
    codes = {
        name: [code.value for code in code_list(key).items]
        for name, key in (
            ("dispute_type", "dispute_type"),
            ("source", "case_source"),
            ("difficulty", "difficulty"),
            ("risk", "risk"),
        )
    }
    for place in range(count):
        day = FIRST_DAY + timedelta(days=place * DAYS // count)
        case = _head("mediation_case") | {name: chance.choice(values) for name, values in codes.items()}
        case |= {"accepted_on": day, "result_on": day + timedelta(days=chance.randrange(40))}
        case |= {"result": chance.choice(["written", "oral", "none", "judicial"]), "agreed_on": None}
        case |= {"amount": Decimal(chance.randrange(10_000)), "people": chance.randrange(2, 80)}
        case |= {"special": ["elderly", "women"], "prevented": ["petition"] if place % 50 == 0 else None}
        case |= {"facts": case["facts"] * 8, "prevented_people": 3}
        yield case, [{"side": side, "name": "某某", "address": "鹰头村3组12号"} for side in ("a", "b")]


def _patrols(count: int) -> Iterator[Made]:
    for place in range(count):
        day = FIRST_DAY + timedelta(days=place * DAYS // count)
        yield _head("patrol_log") | {"patrol_on": day}, [{"name": f"队员{at}"} for at in range(4)]


def _visits(count: int) -> Iterator[Made]:
    for place in range(count):
        day = FIRST_DAY + timedelta(days=place * DAYS // count)
        yield (
            _head("service_visit") | {"visited_at": datetime(day.year, day.month, day.day, 3, tzinfo=UTC)},
            [],
        )


def figures(cases: int, others: int) -> dict[str, float]:
    """Build the file where it is not there yet, and measure."""
    path = BUILD / f"figures-{cases}-{others}.db"
    if not path.exists():
        build(path, cases, others)
    return measure(path)


if __name__ == "__main__":
    for name, figure in figures(200_000, 20_000).items():
        print(f"{name:32} {figure:8.2f}")
