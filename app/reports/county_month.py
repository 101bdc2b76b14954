"""矛盾纠纷月报 (county form): one row an office, what came in and what of it is not resolved, type by type."""

from app.reports.asked import Asked
from app.reports.reckoning import Tally
from app.reports.table import Cell, Column, Report
from app.store.case_figures import CaseFigures

KEY, TITLE = "county_month", "矛盾纠纷排查化解月报表"


def build(asked: Asked, figures: CaseFigures) -> Report:
    """The table of figures of the period."""
    types = asked.type_list
    received = Tally(figures.counts.received)
    stations = [asked.station, *sorted({group.station for group in received.groups} - {asked.station})]
    columns = (
        Column("镇办、村（社区）", width=2.6),
        Column("本期总数", width=1.2),
        Column("未化解数", width=1.2),
        *(Column(heading, listed.label) for listed in types.types for heading in ("化解数", "未化解数")),
    )
    rows = [
        *(_row(asked, asked.office_of(station), received.station(station)) for station in stations),
        _row(asked, "合计", received),
    ]
    notes = (
        f"类型按{types.title}统计。本期总数按受理日期计；到本期最后一天已达成协议的算化解，其余算未化解。",
    )
    return Report(
        KEY, TITLE, asked.office, asked.period, columns, tuple(rows), notes, totals=(len(rows) - 1,)
    )


def _row(asked: Asked, name: str, received: Tally) -> tuple[Cell, ...]:
    parts = received.by_type(asked.type_list).values()
    return (
        name,
        received.cases,
        received.cases - received.resolved,
        *(number for part in parts for number in (part.resolved, part.cases - part.resolved)),
    )
