"""The workbook read back: numbers are numbers, words are words, nothing is a formula."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.models.period import month
from app.reports.catalogue import TITLES, Reports
from app.reports.spreadsheet import CHANGED, HEAD_ROWS, PERCENT, POINTS, YUAN, xlsx
from app.reports.table import NOTHING, Cell, Change, Column, Rate, Report
from tests.reports.seed_cases import NINE_MONTHS

FIRST = HEAD_ROWS[1] + 1


def sheet_of(report: Report) -> Worksheet:
    sheet = load_workbook(BytesIO(xlsx(report))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def report_of(*cells: Cell, office: str = "鹰头村") -> Report:
    columns = tuple(Column(f"第{place}栏") for place in range(len(cells)))
    return Report("test", "测试表", office, month(2026, 9), columns, (cells,))


@pytest.mark.parametrize("key", TITLES)
def test_every_cell_comes_back_as_it_was_counted(seed_reports: Reports, key: str) -> None:
    report = seed_reports.report(key, NINE_MONTHS)
    sheet = sheet_of(report)
    assert sheet["A1"].value == report.title
    assert report.office in sheet["A2"].value
    assert "2025年1—9月" in sheet["A2"].value
    for number, row in enumerate(report.rows, start=FIRST):
        for place, cell in enumerate(row, start=1):
            read = sheet.cell(number, place)
            if isinstance(cell, Rate | Change):
                percent = cell.percent if isinstance(cell, Rate) else cell.amount
                if percent is None:
                    assert read.value == NOTHING
                else:
                    whole = 1 if isinstance(cell, Change) and cell.points else 100
                    assert Decimal(str(read.value)) == percent / whole
            elif isinstance(cell, str):
                assert (read.value or "") == cell
            else:
                assert Decimal(str(read.value)) == cell
                assert read.data_type == "n"


def test_formats_show_what_the_number_is() -> None:
    sheet = sheet_of(
        report_of(
            3,
            Decimal("1234.50"),
            Rate(Decimal("99.1")),
            Change(Decimal("-68.0")),
            Change(Decimal("0.5"), points=True),
        )
    )
    formats = [sheet.cell(FIRST, place).number_format for place in range(1, 6)]
    assert formats == ["0", YUAN, PERCENT, CHANGED, POINTS]


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"])
def test_words_are_never_a_formula(words: str) -> None:
    sheet = sheet_of(report_of(words, office=words))
    cell = sheet.cell(FIRST, 1)
    assert (cell.value, cell.data_type, cell.number_format) == (words, "s", "@")
    assert cell.quotePrefix == (words[0] in "=+-@")
    assert all(each.data_type != "f" for row in sheet.iter_rows() for each in row)


def test_what_a_workbook_cannot_hold_is_left_out() -> None:
    assert sheet_of(report_of("鹰\x00头\x1f村")).cell(FIRST, 1).value == "鹰头村"


def test_headings_under_a_common_one_are_joined(seed_reports: Reports) -> None:
    sheet = sheet_of(seed_reports.report("sichuan", NINE_MONTHS))
    upper, lower = HEAD_ROWS
    joined = {str(area) for area in sheet.merged_cells.ranges}
    assert {f"A{upper}:A{lower}", f"B{upper}:F{upper}", f"G{upper}:K{upper}"} <= joined
    assert [sheet.cell(upper, place).value for place in (1, 2, 7)] == ["纠纷类别", "本期", "年度累计"]
    assert sheet.cell(lower, 2).value == "排查数"
    assert sheet.freeze_panes == f"B{FIRST}"
