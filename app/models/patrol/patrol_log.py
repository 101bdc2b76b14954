"""Patrol log (巡逻日志): team, route, points, times and findings."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.attached_file import AttachedFile
from app.models.base import Record, Row, owner
from app.models.fields import Search
from app.models.problems import Problem, warning
from app.models.problems import error as wrong
from app.models.record_type import RecordType, Section
from app.models.station_time import station_day

LONGEST_PATROL = timedelta(hours=24)


class PatrolMember(Row):
    """队员: somebody who walked the patrol."""

    __tablename__ = "patrol_member"

    log_id: Mapped[str] = owner("patrol_log")
    name: Mapped[str | None] = fields.text("姓名", required=True, max_length=80, search=Search.NAME)
    role: Mapped[str | None] = fields.choice("身份", "patrol_role")


class PatrolPoint(Row):
    """点位: a place on the route and what was seen there."""

    __tablename__ = "patrol_point"

    log_id: Mapped[str] = owner("patrol_log")
    name: Mapped[str | None] = fields.text("点位", required=True, max_length=120, search=Search.TEXT)
    reached_at: Mapped[datetime | None] = fields.moment("到达时间")
    result: Mapped[str | None] = fields.choice("结果", "point_result", default="normal")
    note: Mapped[str | None] = fields.text("情况", max_length=300, search=Search.TEXT)


class PatrolFinding(Row):
    """发现问题: what was found, how it was dealt with, who follows it up and until when."""

    __tablename__ = "patrol_finding"

    __table_args__ = (
        Index("ix_patrol_finding_open", "due", sqlite_where=text("due IS NOT NULL AND handled IS NULL")),
        {"sqlite_with_rowid": False},
    )

    log_id: Mapped[str] = owner("patrol_log")
    category: Mapped[str | None] = fields.choice("问题类别", "finding_class", required=True)
    place: Mapped[str | None] = fields.place("位置")
    description: Mapped[str | None] = fields.long_text("问题描述", required=True)
    disposal: Mapped[str | None] = fields.choice("处置方式", "finding_disposal", default="on_site")
    responsible: Mapped[str | None] = fields.text("责任人", max_length=80, search=Search.NAME)
    due: Mapped[date | None] = fields.day("整改时限")
    handled: Mapped[str | None] = fields.text("处置情况", max_length=500, search=Search.TEXT)
    photos: Mapped[list[AttachedFile] | None] = fields.files("照片", maximum=9)


class PatrolLog(Record):
    """One patrol run."""

    __tablename__ = "patrol_log"
    __table_args__ = (Index(None, "patrol_on", "id"),)

    number: Mapped[str | None] = fields.number("巡逻编号")
    patrol_on: Mapped[date | None] = fields.day("巡逻日期", required=True, default="today")
    shift: Mapped[str | None] = fields.choice("班次", "patrol_shift", required=True)
    started_at: Mapped[datetime | None] = fields.moment("开始时间", required=True)
    ended_at: Mapped[datetime | None] = fields.moment("结束时间", required=True)
    team: Mapped[str | None] = fields.text("巡逻队伍", required=True, max_length=80, search=Search.NAME)
    team_type: Mapped[str | None] = fields.choice("队伍类型", "team_type")
    leader: Mapped[str | None] = fields.text("带队人", required=True, max_length=80, search=Search.NAME)
    officer: Mapped[str | None] = fields.text("参加民警", max_length=80, search=Search.NAME)
    mode: Mapped[str | None] = fields.choice("巡逻方式", "patrol_mode", default="foot")
    weather: Mapped[str | None] = fields.choice("天气", "weather")
    area: Mapped[str | None] = fields.place("巡防区域")
    route: Mapped[str | None] = fields.text("巡逻路线", max_length=300, search=Search.TEXT)
    members: Mapped[list[PatrolMember]] = fields.rows("队员", PatrolMember)
    points: Mapped[list[PatrolPoint]] = fields.rows("点位打卡", PatrolPoint)
    findings: Mapped[list[PatrolFinding]] = fields.rows("发现问题", PatrolFinding)
    situation: Mapped[str | None] = fields.long_text("巡防情况")
    questioned: Mapped[int | None] = fields.integer("盘查人次")
    dissuaded: Mapped[int | None] = fields.integer("劝阻人次")
    publicity: Mapped[int | None] = fields.integer("宣传人次")
    leaflets: Mapped[int | None] = fields.integer("发放资料（份）")
    handover: Mapped[str | None] = fields.long_text("交接班事项")


def _ends_after_start(log: PatrolLog) -> Iterator[Problem]:
    if log.started_at and log.ended_at:
        if log.ended_at < log.started_at:
            yield wrong("ended_at", "结束时间早于开始时间，请核对；跨零点的夜班请把结束日期改为第二天。")
        elif log.ended_at - log.started_at > LONGEST_PATROL:
            yield warning("ended_at", "巡逻超过 24 小时，请核对开始和结束时间。")


def _day_of_start(log: PatrolLog) -> Iterator[Problem]:
    if log.started_at and log.patrol_on:
        apart = abs((station_day(log.started_at) - log.patrol_on).days)
        if apart > 1:
            yield warning("started_at", "开始时间与巡逻日期不是同一天，请核对。")


PATROL_LOG = RecordType(
    code="patrol_log",
    title="巡逻日志",
    model=PatrolLog,
    sections=(
        Section("班次", ("patrol_on", "shift", "started_at", "ended_at", "mode", "weather")),
        Section("队伍", ("team", "team_type", "leader", "officer", "members")),
        Section("路线与点位", ("area", "route", "points")),
        Section("发现问题", ("findings", "situation")),
        Section("数量", ("questioned", "dissuaded", "publicity", "leaflets", "handover"), folded=True),
    ),
    columns=("patrol_on", "shift", "team", "leader", "route", "number"),
    filters=("shift", "team_type"),
    headline=("team", "route"),
    business_day="patrol_on",
    numbered="巡字",
    rules=(_ends_after_start, _day_of_start),
)
