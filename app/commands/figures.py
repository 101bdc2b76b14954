"""The command `figures`: a report over a period, shown in the terminal or written to a file."""

import sys
from argparse import Namespace
from datetime import date

from app.commands.desk import Desk, reports_of
from app.models.period import BackwardPeriod, OutOfCalendar, Period
from app.reports.table import Report, cell_text, period_text
from app.safe_file import write_safely


def show_figures(desk: Desk, arguments: Namespace) -> int:
    """Print the report as lines of tab-separated cells, or write it as .xlsx or .pdf."""
    output = arguments.output
    if output is not None and output.suffix.lower() not in {".xlsx", ".pdf"}:
        print("只能存为 .xlsx 或 .pdf，请改文件名。", file=sys.stderr)
        return 2
    try:
        period = Period.asked(_day(arguments.first), _day(arguments.last))
    except (BackwardPeriod, OutOfCalendar) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except ValueError:
        print("日期请写成 2026-11-23 的样子。", file=sys.stderr)
        return 2
    reports = reports_of(desk)
    report = reports.report(arguments.report, period, arguments.types)
    if output is None:
        desk.note("figures", f"{report.key} {period.first} {period.last}")
        _print(report)
        return 0
    reports.leaving(report, output.suffix.lower()[1:])
    write_safely(output, _content(report, output.suffix.lower()))
    print(f"已存为 {output}。")
    return 0


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _content(report: Report, ending: str) -> bytes:
    # Each loads a library of its own; only one is wanted.
    if ending == ".xlsx":
        from app.reports.spreadsheet import xlsx  # noqa: PLC0415

        return xlsx(report)
    from app.reports.paper import report_pdf  # noqa: PLC0415

    return report_pdf(report).data


def _print(report: Report) -> None:
    print(f"{report.title}\t{report.office}\t{period_text(report.period)}")
    print("\t".join("·".join(filter(None, (column.group, column.heading))) for column in report.columns))
    for row in report.rows:
        print("\t".join(cell_text(cell) for cell in row))
    for note in report.notes:
        print(f"注：{note}")
