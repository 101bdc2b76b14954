"""分类情况表: cases by the types of the chosen list, beside last year and the period before."""

from app.reports.asked import Asked
from app.reports.reckoning import Count, change, rate
from app.reports.table import Cell, Column, Report, period_text
from app.store.case_figures import CaseFigures

KEY, TITLE = "by_type", "矛盾纠纷分类情况表"


def build(asked: Asked, figures: CaseFigures) -> Report:
    """The table of figures beside last year and the period before."""
    period, types = asked.period, asked.type_list
    now, last_year, before = (
        Count.of(counts, asked.success) for counts in (figures.counts, *figures.beside[:2])
    )
    columns = (
        Column("纠纷类型", width=1.8),
        *(Column(name) for name in ("受理（件）", "占比", "上年同期", "同比", "上期", "环比", "成功（件）")),
        Column("成功率"),
        Column("协议金额（元）", width=1.6),
    )
    names = {listed.value: listed.label for listed in types.types}
    parts = [
        count.by_type(types) for count in (now.received, last_year.received, before.received, now.concluded)
    ]
    whole = now.received.cases
    rows: list[tuple[Cell, ...]] = []
    for value, name in names.items():
        received, then, previous, concluded = (part[value] for part in parts)
        count = Count(received, concluded, asked.success)
        rows.append(_row(name, count, then.cases, previous.cases, whole))
    rows.append(_row("合计", now, last_year.received.cases, before.received.cases, whole))
    notes = (
        f"{asked.formula}；成功按结果日期计，含上期受理、本期成功的，个别类型会超过 100%。",
        f"类型按{types.title}统计（{types.since}年起的对应表）。",
        f"同比与{period_text(period.year_before())}比，环比与{period_text(period.before())}比；基数为 0 的写“—”。",
    )
    return Report(KEY, TITLE, asked.office, period, columns, tuple(rows), notes, totals=(len(rows) - 1,))


def _row(name: str, count: Count, then: int, previous: int, whole: int) -> tuple[Cell, ...]:
    received = count.received.cases
    return (
        name,
        received,
        rate(received, whole),
        then,
        change(received, then),
        previous,
        change(received, previous),
        count.settled.cases,
        count.success,
        count.settled.amount,
    )
