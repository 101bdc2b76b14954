"""Reports on paper, read back: all figures there, nothing beyond the edge, headings on every page."""

from decimal import Decimal

import pypdfium2
import pytest

from app.models.period import month
from app.reports.catalogue import TITLES, Reports
from app.reports.columns import panels
from app.reports.paper import BODY, report_pdf
from app.reports.table import Cell, Column, Report, cell_text
from app.typeset.fonts import FontBook
from app.typeset.lines import Typesetter
from app.typeset.page import LANDSCAPE
from tests.reports.seed_cases import NINE_MONTHS

FONTS = FontBook()


def pages_of(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def wide(columns: int, rows: int, words: str = "鹰头村人民调解委员会") -> Report:
    heads = (
        Column("单位", width=2.0),
        *(Column(f"{place}号栏", f"第{place // 4}组") for place in range(columns)),
    )
    cells: list[tuple[Cell, ...]] = [
        (f"{words}{row}", *(1_000_000 * row + place for place in range(columns))) for row in range(rows)
    ]
    return Report(
        "wide", "宽表", "鹰头村", month(2026, 9), heads, tuple(cells), ("只作测试。",), totals=(rows - 1,)
    )


@pytest.mark.parametrize("key", TITLES)
def test_every_figure_is_on_the_paper(seed_reports: Reports, key: str) -> None:
    report = seed_reports.report(key, NINE_MONTHS)
    printed = report_pdf(report, FONTS)
    assert (printed.missing, printed.landscape) == ((), True)
    text = "".join(pages_of(printed.data)).replace("\n", "")
    assert report.title in text
    assert "2025年1—9月" in text
    for row in report.rows:
        for cell in row:
            assert cell_text(cell).replace(" ", "") in text.replace(" ", "")
    assert text.rindex("填表人") > text.rindex(report.notes[-1][:6])


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (12, 60), (40, 30), (90, 3)])
def test_nothing_stands_beyond_the_frame(columns: int, rows: int) -> None:
    printed = report_pdf(wide(columns, rows), FONTS)
    document = pypdfium2.PdfDocument(printed.data)
    for page in document:
        assert page.get_width() > page.get_height()
        text = page.get_textpage()
        for place in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(place)
            if right > left:
                assert left >= LANDSCAPE.left - 1
                assert right <= LANDSCAPE.right + 1
    document.close()


def test_headings_and_names_of_rows_stand_on_every_page_and_panel() -> None:
    report = wide(40, 60)
    parts = panels(report, Typesetter(FONTS), BODY, LANDSCAPE.width)
    assert sum(len(part.places) - 1 for part in parts) == 40
    assert all(part.places[0] == 0 and sum(part.widths) <= LANDSCAPE.width + 0.01 for part in parts)
    pages = pages_of(report_pdf(report, FONTS).data)
    assert len(pages) > len(parts)
    assert all("单位" in page for page in pages)


def test_columns_of_one_heading_stay_together() -> None:
    report = wide(40, 2)
    for part in panels(report, Typesetter(FONTS), BODY, LANDSCAPE.width):
        assert (part.places[1] - 1) % 4 == 0


def test_a_long_name_is_broken_and_a_rare_one_is_printed() -> None:
    printed = report_pdf(wide(30, 2, "𠮷" * 40 + "（某某街道办事处）"), FONTS)
    assert "".join(pages_of(printed.data)).replace("\n", "").count("𠮷") >= 80
    assert printed.missing == ()


def test_large_amounts_keep_one_line() -> None:
    columns = (Column("单位"), *(Column(f"{place}栏", width=0.2) for place in range(30)))
    amount = Decimal("123456789012.34")
    report = Report("x", "表", "村", month(2026, 9), columns, (("甲", *(amount for _ in range(30))),))
    pages = pages_of(report_pdf(report, FONTS).data)
    assert sum(page.count("123,456,789,012.34") for page in pages) == 30
