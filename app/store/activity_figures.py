"""What patrols and visits of a period come to, counted by the file itself; days are the station's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, union

from app.models.patrol.patrol_log import PATROL_LOG, PatrolFinding, PatrolMember
from app.models.period import Period
from app.models.service.visit import SERVICE_VISIT
from app.models.station_time import day_start
from app.store.database import Database
from app.store.due import UNDER_WAY

_LOG, _VISIT = PATROL_LOG.table, SERVICE_VISIT.table
_MEMBER, _FINDING = PatrolMember.__table__, PatrolFinding.__table__
SUMMED = ("questioned", "dissuaded", "publicity", "leaflets")
"""Counts of a patrol log that are added up."""


@dataclass(frozen=True)
class Findings:
    """Findings of one class, and how many of them were dealt with."""

    found: int
    handled: int


@dataclass(frozen=True)
class Visits:
    """Visits of one kind: how many, people who came, how many are finished."""

    visits: int
    people: int
    finished: int


@dataclass(frozen=True)
class ActivityFigures:
    """Patrols by patrol day, visits by the day of the visit.

    `participants` counts each person once a run (队员, 带队人, 民警); `sums` are by SUMMED; `findings` by
    finding class, `channels` and `matters` by the codes of the visit.
    """

    period: Period
    runs: int
    teams: int
    participants: int
    sums: dict[str, int]
    shifts: dict[str, int]
    findings: dict[str, Findings]
    channels: dict[str, Visits]
    matters: dict[str, Visits]


class ActivityFiguresReader:
    """Counts patrol logs and service visits; never writes, voided records never count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, periods: Sequence[Period]) -> list[ActivityFigures]:
        """The figures of every period, all from one state of the file.  Raises StorageError."""
        with self._database.read() as connection:
            return [_figures(connection, period) for period in periods]


def _figures(connection: Connection, period: Period) -> ActivityFigures:
    patrols = and_(_LOG.c.void_reason.is_(None), _LOG.c.patrol_on.between(period.first, period.last))
    visits = and_(
        _VISIT.c.void_reason.is_(None),
        _VISIT.c.visited_at >= day_start(period.first),
        _VISIT.c.visited_at < day_start(period.last + timedelta(days=1)),
    )
    totals = [func.coalesce(func.sum(_LOG.c[name]), 0) for name in SUMMED]
    statement = select(func.count(), func.count(_LOG.c.team.distinct()), *totals).where(patrols)
    runs, teams, *sums = connection.execute(statement).one()
    shifts = select(_LOG.c.shift, func.count()).where(patrols).group_by(_LOG.c.shift)
    return ActivityFigures(
        period,
        runs,
        teams,
        _participants(connection, patrols),
        dict(zip(SUMMED, sums, strict=True)),
        {shift or "": count for shift, count in connection.execute(shifts)},
        _findings(connection, patrols),
        _visits(connection, _VISIT.c.channel, visits),
        _visits(connection, _VISIT.c.matter_kind, visits),
    )


def _participants(connection: Connection, of: ColumnElement[bool]) -> int:
    """UNION leaves each name once a run: a leader who is listed among the members is one person."""
    named = union(
        select(_LOG.c.id, _LOG.c.leader.label("name")).where(of, _LOG.c.leader.is_not(None)),
        select(_LOG.c.id, _LOG.c.officer).where(of, _LOG.c.officer.is_not(None)),
        select(_LOG.c.id, _MEMBER.c.name).join(_MEMBER, _MEMBER.c.log_id == _LOG.c.id).where(of),
    ).subquery()
    return connection.execute(select(func.count()).select_from(named)).scalar_one()


def _findings(connection: Connection, of: ColumnElement[bool]) -> dict[str, Findings]:
    handled = func.count(_FINDING.c.handled)
    statement = (
        select(_FINDING.c.category, func.count(), handled)
        .join(_LOG, _FINDING.c.log_id == _LOG.c.id)
        .where(of)
        .group_by(_FINDING.c.category)
    )
    return {category or "": Findings(*counts) for category, *counts in connection.execute(statement)}


def _visits(connection: Connection, kind: ColumnElement[Any], of: ColumnElement[bool]) -> dict[str, Visits]:
    ended = and_(_VISIT.c.result.is_not(None), _VISIT.c.result.not_in(UNDER_WAY))
    finished = func.sum(case((or_(_VISIT.c.result_on.is_not(None), ended), 1), else_=0))
    people = func.sum(func.coalesce(_VISIT.c.people, 1))
    statement = select(kind, func.count(), people, finished).where(of).group_by(kind)
    return {code or "": Visits(*counts) for code, *counts in connection.execute(statement)}
