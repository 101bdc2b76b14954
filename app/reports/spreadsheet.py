"""A report as .xlsx: numbers as numbers, words as words that no spreadsheet takes for a formula."""

from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.reports.table import NOTHING, Change, Rate, Report, period_text
from app.reports.table import Cell as Value

PERCENT = "0.0%"
CHANGED = '"↑"0.0%;"↓"0.0%;"持平"'
POINTS = '"↑"0.0"个百分点";"↓"0.0"个百分点";"持平"'
YUAN, COUNT, WORDS = "#,##0.00", "0", "@"
STARTS_FORMULA = ("=", "+", "-", "@")
HEAD_ROWS = (3, 4)
FACE = "宋体"
WIDTH = 11.0  # characters of a column of width 1
_EDGE = Side(style="thin", color="808080")
_FRAME = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_SHADE = PatternFill("solid", fgColor="EAEEF0")


def xlsx(report: Report) -> bytes:
    """The workbook: title, office and period, headings in two rows, the table, the notes."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = report.title[:31]
    _line(sheet, 1, report.title, len(report.columns), Font(FACE, size=16, bold=True), "center")
    about = f"单位：{report.office}　　期间：{period_text(report.period)}"
    _line(sheet, 2, about, len(report.columns), Font(FACE, size=11), "left")
    _headings(sheet, report)
    first = HEAD_ROWS[1] + 1
    for number, row in enumerate(report.rows, start=first):
        is_total = number - first in report.totals
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _write(cell, value)
            cell.font = Font(FACE, size=11, bold=is_total)
            cell.border = _FRAME
    for number, note in enumerate(report.notes, start=first + len(report.rows)):
        _line(sheet, number, f"注：{note}", len(report.columns), Font(FACE, size=10), "left")
    _page(sheet, report)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _line(sheet: Worksheet, row: int, words: str, columns: int, font: Font, side: str) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    cell = sheet.cell(row, 1)
    assert isinstance(cell, Cell)
    _write(cell, words)
    cell.font = font
    cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = 30 if side == "center" else 20


def _headings(sheet: Worksheet, report: Report) -> None:
    upper, lower = HEAD_ROWS
    begun = 0
    for place, column in enumerate(report.columns):
        sheet.column_dimensions[get_column_letter(place + 1)].width = WIDTH * column.width
        for row, words in ((upper, column.group or column.heading), (lower, column.heading)):
            cell = sheet.cell(row, place + 1)
            _write(cell, words)
            cell.font = Font(FACE, size=11, bold=True)
            cell.fill = _SHADE
            cell.border = _FRAME
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for place, column in enumerate(report.columns):
        if not column.group:
            sheet.merge_cells(start_row=upper, end_row=lower, start_column=place + 1, end_column=place + 1)
        elif place + 1 == len(report.columns) or report.columns[place + 1].group != column.group:
            sheet.merge_cells(start_row=upper, end_row=upper, start_column=begun + 1, end_column=place + 1)
        if place + 1 < len(report.columns) and report.columns[place + 1].group != column.group:
            begun = place + 1
    sheet.row_dimensions[lower].height = 48


def _write(cell: object, value: Value) -> None:
    """One value with the format that shows it; a text is never a formula, whatever it begins with."""
    assert isinstance(cell, Cell)
    if isinstance(value, Change) and value.amount is not None:
        cell.value = value.amount if value.points else value.amount / 100
        cell.number_format = POINTS if value.points else CHANGED
    elif isinstance(value, Rate) and value.percent is not None:
        cell.value, cell.number_format = value.percent / 100, PERCENT
    elif isinstance(value, int | Decimal):
        cell.value, cell.number_format = value, COUNT if isinstance(value, int) else YUAN
    else:
        words = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else NOTHING
        cell.value, cell.data_type, cell.number_format = words, "s", WORDS
        cell.quotePrefix = words.startswith(STARTS_FORMULA)
        cell.alignment = Alignment(vertical="center", wrap_text=True)


def _page(sheet: Worksheet, report: Report) -> None:
    below = HEAD_ROWS[1] + 1
    sheet.freeze_panes = sheet.cell(below, report.fixed + 1).coordinate
    sheet.print_title_rows = f"{HEAD_ROWS[0]}:{HEAD_ROWS[1]}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
