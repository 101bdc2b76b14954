"""民间纠纷受理调解登记簿: every case accepted in the period, one line each."""

from collections.abc import Sequence

from app.models.codes import code_list
from app.reports.asked import Asked
from app.reports.table import Cell, Column, Report
from app.store.case_ledger import MOST, LedgerLine

KEY, TITLE = "ledger", "民间纠纷受理调解登记簿"
COLUMNS = (
    Column("序号", width=0.6),
    Column("案件编号", width=2.6),
    Column("受理日期", width=1.3),
    Column("纠纷名称", width=3.4),
    Column("纠纷类型", width=1.6),
    Column("来源", width=1.4),
    Column("调解结果", width=1.5),
    Column("协议金额（元）", width=1.3),
    Column("履行情况", width=1.1),
)


def build(asked: Asked, lines: Sequence[LedgerLine]) -> Report:
    """The ledger of a period, in the order of acceptance."""
    rows = tuple(_row(place, line) for place, line in enumerate(lines, start=1))
    notes = ("作废的不列。",) if len(lines) < MOST else (f"只列前 {MOST} 件，请把时间分段。",)
    return Report(KEY, TITLE, asked.office, asked.period, COLUMNS, rows, notes, fixed=2)


def _row(place: int, line: LedgerLine) -> tuple[Cell, ...]:
    return (
        place,
        line.number or "",
        line.accepted_on.isoformat(),
        line.title or "",
        _label("dispute_type", line.dispute_type),
        _label("case_source", line.source),
        _label("mediation_result", line.result),
        line.agreed_amount if line.agreed_amount is not None else "",
        _label("performance_status", line.performance_status),
    )


def _label(codes: str, value: str | None) -> str:
    return code_list(codes).label(value) if value else ""
