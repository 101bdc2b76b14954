"""巡逻与来访走访情况表: patrol runs, who walked them, what was found, and visits by kind."""

from collections.abc import Callable, Iterator, Sequence

from app.models.codes import code_list
from app.reports.asked import Asked
from app.reports.reckoning import change
from app.reports.table import Cell, Column, Report, period_text
from app.store.activity_figures import ActivityFigures

KEY, TITLE = "activity", "巡逻与来访走访情况表"
COLUMNS = (
    Column("类别", width=1.1),
    Column("指标", width=2.0),
    Column("本期"),
    Column("上年同期"),
    Column("同比"),
    Column("上期"),
    Column("环比"),
)
Measure = Callable[[ActivityFigures], int]


def build(asked: Asked, figures: Sequence[ActivityFigures]) -> Report:
    """The table of the period, last year's window and the period before, in this order."""
    period = asked.period
    rows = tuple(_row(kind, name, figures, measure) for kind, name, measure in _measures())
    notes = (
        f"同比与{period_text(period.year_before())}比，环比与{period_text(period.before())}比；基数为 0 的写“—”。",
        "参加人次按每次巡逻的队员、带队人和民警各计一次；作废的不计。",
    )
    return Report(KEY, TITLE, asked.office, period, COLUMNS, rows, notes, fixed=2)


def _measures() -> Iterator[tuple[str, str, Measure]]:
    yield "巡逻", "巡逻（次）", lambda figures: figures.runs
    yield "巡逻", "参加队伍（支）", lambda figures: figures.teams
    yield "巡逻", "参加（人次）", lambda figures: figures.participants
    for code in code_list("patrol_shift").items:
        yield "巡逻", f"{code.label}（次）", _shift(code.value)
    names = {"questioned": "盘查（人次）", "dissuaded": "劝阻（人次）", "publicity": "宣传（人次）"}
    names |= {"leaflets": "发放资料（份）"}
    for name, words in names.items():
        yield "巡逻", words, _summed(name)
    yield "发现问题", "合计（处）", lambda figures: sum(of.found for of in figures.findings.values())
    yield "发现问题", "已处置（处）", lambda figures: sum(of.handled for of in figures.findings.values())
    for code in code_list("finding_class").items:
        yield "发现问题", f"{code.label}（处）", _found(code.value)
    yield "来访走访", "合计（件）", lambda figures: sum(of.visits for of in figures.channels.values())
    yield "来访走访", "已办结（件）", lambda figures: sum(of.finished for of in figures.channels.values())
    yield "来访走访", "接待（人）", lambda figures: sum(of.people for of in figures.channels.values())
    for code in code_list("visit_channel").items:
        yield "方式", f"{code.label}（件）", _channel(code.value)
    for code in code_list("service_matter").items:
        yield "事项", f"{code.label}（件）", _matter(code.value)


def _row(kind: str, name: str, figures: Sequence[ActivityFigures], measure: Measure) -> tuple[Cell, ...]:
    now, last_year, before = map(measure, figures)
    return (kind, name, now, last_year, change(now, last_year), before, change(now, before))


def _shift(code: str) -> Measure:
    return lambda figures: figures.shifts.get(code, 0)


def _summed(name: str) -> Measure:
    return lambda figures: figures.sums[name]


def _found(code: str) -> Measure:
    return lambda figures: figures.findings[code].found if code in figures.findings else 0


def _channel(code: str) -> Measure:
    return lambda figures: figures.channels[code].visits if code in figures.channels else 0


def _matter(code: str) -> Measure:
    return lambda figures: figures.matters[code].visits if code in figures.matters else 0
