"""Patrols and visits of a period: who walked, what was found, who came, by the station's days."""

from datetime import UTC, date, datetime
from typing import Any

from uuid_utils import uuid7

from app.models.period import month
from app.models.registry import RECORD_TYPES
from app.store.activity_figures import ActivityFigures, ActivityFiguresReader, Findings, Visits
from tests.conftest import DeskFile
from tests.samples import SAMPLES

NOVEMBER = month(2026, 11)


def save(desk: DeskFile, code: str, **changes: Any) -> str:
    record_id = str(uuid7())
    desk.store.save(RECORD_TYPES[code], SAMPLES[code](**changes), by="甲", record_id=record_id)
    return record_id


def read(desk: DeskFile) -> ActivityFigures:
    (figures,) = ActivityFiguresReader(desk.database).read([NOVEMBER])
    return figures


def test_a_file_without_records_has_no_figures(desk: DeskFile) -> None:
    figures = read(desk)
    assert (figures.runs, figures.teams, figures.participants) == (0, 0, 0)
    assert set(figures.sums.values()) == {0}
    assert figures.findings == figures.channels == figures.shifts == {}


def test_everybody_counts_once_a_run(desk: DeskFile) -> None:
    save(desk, "patrol_log")  # leader, officer, two members
    save(desk, "patrol_log", officer=None, members=[{"name": "周队长"}, {"name": "钱队员"}], team="二队")
    save(desk, "patrol_log", patrol_on=date(2026, 10, 31))
    figures = read(desk)
    assert (figures.runs, figures.teams, figures.participants) == (2, 2, 4 + 2)
    assert figures.sums == {"questioned": 4, "dissuaded": 0, "publicity": 0, "leaflets": 60}
    assert figures.shifts == {"night": 2}


def test_findings_count_by_class_and_whether_dealt_with(desk: DeskFile) -> None:
    found = [
        {"category": "fire", "description": "灭火器过期。", "handled": "已更换"},
        {"category": "fire", "description": "通道堵塞。"},
        {"category": "theft", "description": "门锁被撬。"},
    ]
    save(desk, "patrol_log", findings=found)
    assert read(desk).findings == {"fire": Findings(2, 1), "theft": Findings(1, 0)}


def test_visits_count_by_the_stations_day_by_channel_and_by_matter(desk: DeskFile) -> None:
    save(desk, "service_visit", visited_at=datetime(2026, 10, 31, 16, 0, tzinfo=UTC), people=3)  # 1 November
    save(desk, "service_visit", visited_at=datetime(2026, 11, 30, 15, 59, tzinfo=UTC), result="done")
    save(desk, "service_visit", visited_at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # 1 December
    save(desk, "service_visit", result="in_hand", people=None)
    figures = read(desk)
    assert figures.channels == {"visit": Visits(3, 5, 1)}
    assert sum(visits.visits for visits in figures.matters.values()) == 3


def test_voided_records_do_not_count(desk: DeskFile) -> None:
    for code in ("patrol_log", "service_visit"):
        record_id = save(desk, code)
        stored = desk.reader.load(RECORD_TYPES[code], record_id)
        assert stored is not None
        desk.store.void(RECORD_TYPES[code], record_id, reason="重复", by="甲", base=stored.head)
    figures = read(desk)
    assert (figures.runs, figures.participants, figures.findings, figures.channels) == (0, 0, {}, {})
