"""综合情况表: the figures of the period beside last year's (同比) and the period's before (环比)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from app.models.codes import code_list
from app.reports.asked import Asked
from app.reports.reckoning import Count, change, points
from app.reports.table import Cell, Column, Report, period_text
from app.store.case_figures import CaseFigures

KEY, TITLE = "overview", "矛盾纠纷调解综合情况表"
COLUMNS = (
    Column("类别", width=1.1),
    Column("指标", width=2.4),
    Column("本期"),
    Column("上年同期"),
    Column("同比"),
    Column("上期"),
    Column("环比"),
)
Row = tuple[Cell, ...]
Measure = Callable[[Count], int | Decimal]


def build(asked: Asked, figures: CaseFigures) -> Report:
    """The table of figures beside last year and the period before."""
    period = asked.period
    periods = [Count.of(counts, asked.success) for counts in (figures.counts, *figures.beside[:2])]
    notes = (
        f"同比与{period_text(period.year_before())}比，环比与{period_text(period.before())}比；基数为 0 的写“—”。",
        "受理按受理日期计，办结和成功按结果日期计；作废的不计。",
    )
    rows = (*_compared(periods, asked), *_listed(figures))
    return Report(KEY, TITLE, asked.office, period, COLUMNS, rows, notes, fixed=2)


def _compared(periods: list[Count], asked: Asked) -> Iterator[Row]:
    whole: list[tuple[str, Measure]] = [
        ("受理（件）", lambda count: count.received.cases),
        ("办结（件）", lambda count: count.concluded.cases),
        ("调解成功（件）", lambda count: count.settled.cases),
    ]
    for name, measure in whole:
        yield _row("总体", name, periods, measure)
    yield _rates("总体", asked.formula, periods)
    further: list[tuple[str, Measure]] = [
        ("书面协议（件）", lambda count: count.written.cases),
        ("口头协议（件）", lambda count: count.oral.cases),
        ("涉案金额（元，受理）", lambda count: count.received.amount),
        ("协议涉及金额（元，成功）", lambda count: count.settled.amount),
    ]
    for name, measure in further:
        yield _row("总体", name, periods, measure)
    for code in code_list("difficulty").items:
        yield _row("难易", f"{code.label}（件）", periods, _of_difficulty(code.value))
    for code in code_list("case_source").items:
        yield _row("来源", f"{code.label}（件）", periods, _of_source(code.value))
    yield _row("来源", "公安移送调解成功（件）", periods, _settled_of_source("police"))
    for code in code_list("mediation_result").items:
        yield _row("结果", f"{code.label}（件）", periods, _of_result(code.value))


def _listed(figures: CaseFigures) -> Iterator[Row]:
    """What is counted for the period alone."""
    blank = ("",) * (len(COLUMNS) - 3)
    yield ("人数", "当事人（人）", sum(figures.parties.values()), *blank)
    yield ("人数", "涉及人数（人）", figures.people, *blank)
    for code in code_list("special_group").items:
        yield ("特殊群体", f"{code.label}（件）", figures.special.get(code.value, 0), *blank)
    for code in code_list("prevention_result").items:
        prevented = figures.prevented.get(code.value)
        yield ("防止激化", f"{code.label}（件）", prevented.cases if prevented else 0, *blank)
        yield ("防止激化", f"{code.label}（人）", prevented.people if prevented else 0, *blank)


def _row(kind: str, name: str, periods: list[Count], measure: Measure) -> Row:
    now, last_year, before = map(measure, periods)
    return (kind, name, now, last_year, change(now, last_year), before, change(now, before))


def _rates(kind: str, name: str, periods: list[Count]) -> Row:
    now, last_year, before = (count.success for count in periods)
    return (kind, name, now, last_year, points(now, last_year), before, points(now, before))


def _of_source(code: str) -> Measure:
    return lambda count: count.received.source((code,)).cases


def _settled_of_source(code: str) -> Measure:
    return lambda count: count.settled.source((code,)).cases


def _of_result(code: str) -> Measure:
    return lambda count: count.concluded.result((code,)).cases


def _of_difficulty(code: str) -> Measure:
    return lambda count: count.received.where(lambda group: group.difficulty == code).cases
