"""The figures the seed article reports come out of saved records, computed by the real reader."""

from decimal import Decimal

import pytest

from app.models.codes import code_list
from app.models.mediation.type_lists import TYPE_LISTS
from app.models.period import Period, month
from app.reports.catalogue import TITLES, Reports
from app.reports.reckoning import SuccessBase
from app.reports.table import Change, Rate, cell_text
from app.store.database import Database
from app.store.station import Station
from tests.reports.conftest import row_named
from tests.reports.seed_cases import NINE_MONTHS, YEAR


def test_received_settled_and_success_rate(seed_reports: Reports) -> None:
    report = seed_reports.report("overview", NINE_MONTHS)
    assert row_named(report, "受理（件）")["本期"] == 1169
    assert row_named(report, "调解成功（件）")["本期"] == 1159
    assert row_named(report, "成功率（成功÷受理）")["本期"] == Rate(Decimal("99.1"))


@pytest.mark.parametrize(
    ("name", "now", "then", "yoy"),
    [
        ("公安移送（件）", 67, 33, "↑103.0%"),
        ("公安移送调解成功（件）", 69, 50, "↑38.0%"),
        ("移送司法机关（件）", 8, 25, "↓68.0%"),
    ],
)
def test_changes_against_last_year(seed_reports: Reports, name: str, now: int, then: int, yoy: str) -> None:
    row = row_named(seed_reports.report("overview", NINE_MONTHS), name)
    assert (row["本期"], row["上年同期"], cell_text(row["同比"])) == (now, then, yoy)


def test_the_district_may_divide_by_what_is_concluded(seed: tuple[Database, Station]) -> None:
    report = Reports(*seed, success=SuccessBase.CONCLUDED).report("overview", NINE_MONTHS)
    # 1159 settled of 1174 concluded.
    assert row_named(report, "成功率（成功÷办结）")["本期"] == Rate(Decimal("98.7"))


def test_a_base_of_nothing_is_a_dash(seed_reports: Reports) -> None:
    report = seed_reports.report("overview", month(YEAR - 1, 3))
    row = row_named(report, "受理（件）")
    assert row["上年同期"] == 0
    assert row["同比"] == Change(None)
    assert cell_text(row["同比"]) == "—"


@pytest.mark.parametrize("types", TYPE_LISTS)
def test_types_add_up_to_the_total_under_every_list(seed_reports: Reports, types: str) -> None:
    report = seed_reports.report("by_type", NINE_MONTHS, types)
    for place, total in enumerate(report.rows[-1]):
        if isinstance(total, int | Decimal):
            assert sum(row[place] for row in report.rows[:-1]) == total
    assert report.rows[-1][1] == 1169
    assert row_named(report, "合计")["成功（件）"] == 1159


def test_form_a_has_its_39_columns_and_they_agree(seed_reports: Reports) -> None:
    report = seed_reports.report("form_a", NINE_MONTHS)
    assert len(report.columns) == 1 + 39
    assert report.columns[20].heading == "20 婚姻家庭"
    assert report.columns[39].heading == "39 书面协议"
    name, *cells = report.rows[0]
    assert name == "鹰头村人民调解委员会"
    cases, parties, settled = cells[:3]
    assert (cases, parties, settled) == (1169, 2 * 1169, 1159)
    assert sum(cells[5:11]) == cases
    assert sum(cells[11:14]) == cases
    assert sum(cells[14:19]) == cells[13]
    assert cells[16] == 67
    assert sum(cells[19:37]) == cases
    assert sum(cells[37:]) == settled
    assert report.rows[-1][1:] == report.rows[0][1:]


def test_the_county_form_counts_resolved_and_not_resolved(seed_reports: Reports) -> None:
    row = seed_reports.report("county_month", NINE_MONTHS).rows[-1]
    _, total, unresolved, *types = row
    # 10 settled cases were accepted the year before: they are last year's to resolve.
    assert (total, unresolved) == (1169, 1169 - 1149)
    assert sum(types[0::2]) + sum(types[1::2]) == total
    assert sum(types[1::2]) == unresolved


def test_the_sichuan_form_has_19_types_and_the_year_so_far(seed_reports: Reports) -> None:
    quarter = Period(NINE_MONTHS.first.replace(month=7), NINE_MONTHS.last)
    report = seed_reports.report("sichuan", quarter)
    types, total = report.rows[:19], report.rows[19]
    assert types[-1][0] == "其他"
    assert total[6] == 1169
    assert total[9] == 1159
    assert total[10] == Rate(Decimal("99.1"))
    assert [sum(row[place] for row in types) for place in (1, 2, 4, 6, 7, 9)] == [
        total[place] for place in (1, 2, 4, 6, 7, 9)
    ]
    sizes = {row[0]: row[1] for row in report.rows[20:]}
    assert sum(list(sizes.values())[:4]) == total[1]
    assert sizes["其中：50—100 人"] > 0


def test_prevention_counts_cases_and_people(seed_reports: Reports) -> None:
    report = seed_reports.report("overview", NINE_MONTHS)
    cases = row_named(report, "防止群体性上访（件）")["本期"]
    assert cases > 0
    assert row_named(report, "防止群体性上访（人）")["本期"] == 5 * cases
    assert row_named(report, "防止民间纠纷引起自杀（件）")["本期"] == 0


@pytest.mark.parametrize("days", [(1, 31), (60, 150), (91, 273)])
def test_parts_of_a_period_add_up(seed_reports: Reports, days: tuple[int, int]) -> None:
    first, last = (NINE_MONTHS.first.fromordinal(NINE_MONTHS.first.toordinal() + day) for day in days)
    parts = [Period(NINE_MONTHS.first, first), Period(first.fromordinal(first.toordinal() + 1), last)]
    whole = Period(NINE_MONTHS.first, last)
    for key in ("form_a", "by_type"):
        rows = [seed_reports.report(key, period).rows[-1] for period in (*parts, whole)]
        one, other, both = ([cell for cell in row if isinstance(cell, int | Decimal)] for row in rows)
        counted = [place for place in range(len(both)) if key == "form_a" or place not in {1, 2}]
        assert [one[place] + other[place] for place in counted] == [both[place] for place in counted]


def test_charts_show_the_same_cases(seed_reports: Reports) -> None:
    charts = seed_reports.screen("overview", NINE_MONTHS, "grid_17")
    assert [bar.label for bar in charts.months[-9:]] == [f"{YEAR}年{number}月" for number in range(1, 10)]
    assert sum(bar.now for bar in charts.months[-9:]) == 1169
    assert sum(bar.now for bar in charts.types) == 1169
    last_year = seed_reports.report("overview", NINE_MONTHS.year_before())
    assert sum(bar.then for bar in charts.types) == row_named(last_year, "受理（件）")["本期"]


@pytest.mark.parametrize("key", TITLES)
def test_every_report_of_an_empty_period_says_it_is_empty(seed_reports: Reports, key: str) -> None:
    report = seed_reports.report(key, month(1999, 12))
    assert report.is_empty
    assert all(column.heading for column in report.columns)


def test_headlines_are_the_figures_of_the_table(seed_reports: Reports) -> None:
    screen = seed_reports.screen("overview", NINE_MONTHS)
    told = [(line.name, cell_text(line.now), cell_text(line.yoy)) for line in screen.headlines]
    assert told == [
        ("受理（件）", "1169", cell_text(row_named(screen.report, "受理（件）")["同比"])),
        ("调解成功（件）", "1159", cell_text(row_named(screen.report, "调解成功（件）")["同比"])),
        ("成功率（成功÷受理）", "99.1%", cell_text(row_named(screen.report, "成功率（成功÷受理）")["同比"])),
        ("公安移送（件）", "67", "↑103.0%"),
        ("移送司法机关（件）", "8", "↓68.0%"),
    ]


def test_sources_and_results_of_the_overview_add_up(seed_reports: Reports) -> None:
    report = seed_reports.report("overview", NINE_MONTHS)
    sources = {f"{code.label}（件）" for code in code_list("case_source").items}
    assert sum(row[2] for row in report.rows if row[1] in sources) == 1169
