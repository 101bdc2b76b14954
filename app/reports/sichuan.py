"""矛盾纠纷排查情况表 (四川综治): found, dealt with and settled by 19 types, the period and the year so far."""

from app.models.mediation.type_lists import type_list
from app.reports.asked import Asked
from app.reports.reckoning import Count, SuccessBase, rate
from app.reports.table import Cell, Column, Report
from app.store.case_figures import CaseFigures

KEY, TITLE = "sichuan", "矛盾纠纷排查情况表"
BANDS = ("50 人以下", "50—100 人", "100—500 人", "500 人以上")


def build(asked: Asked, figures: CaseFigures) -> Report:
    """The table of figures with the year so far as the last beside."""
    types = type_list("sichuan_19", asked.period.last.year)
    # This form divides both rates by what was found, whatever the district's formula.
    counts = [Count.of(each, SuccessBase.RECEIVED) for each in (figures.counts, figures.beside[-1])]
    columns = (
        Column("纠纷类别", width=2.6),
        *(
            Column(heading, group)
            for group in ("本期", "年度累计")
            for heading in ("排查数", "调处数", "调处率", "成功数", "成功率")
        ),
    )
    parts = [(count.received.by_type(types), count.concluded.by_type(types)) for count in counts]
    rows: list[tuple[Cell, ...]] = [
        (
            listed.label,
            *(
                cell
                for received, concluded in parts
                for cell in _five(
                    Count(received[listed.value], concluded[listed.value], SuccessBase.RECEIVED)
                )
            ),
        )
        for listed in types.types
    ]
    rows.append(("小计", *(cell for count in counts for cell in _five(count))))
    blank = ("",) * (len(columns) - 2)
    sizes: list[tuple[Cell, ...]] = [
        ("其中：" + name, cases, *blank) for name, cases in zip(BANDS, figures.bands, strict=True)
    ]
    sizes.append(("其中：重大矛盾纠纷", figures.major, *blank))
    notes = (
        "排查数为受理的件数，调处数为办结的件数；调处率＝调处数÷排查数，成功率＝成功数÷排查数。",
        "人数规模按涉及人数，没有填写人数的计入 50 人以下。",
    )
    return Report(
        KEY,
        TITLE,
        asked.office,
        asked.period,
        columns,
        (*rows, *sizes),
        notes,
        totals=(len(rows) - 1,),
    )


def _five(count: Count) -> tuple[Cell, ...]:
    found, dealt, settled = count.received.cases, count.concluded.cases, count.settled.cases
    return (found, dealt, rate(dealt, found), settled, count.success)
