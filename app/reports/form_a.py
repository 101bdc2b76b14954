"""人民调解案件情况统计表 (Form A): one row a committee, the 39 columns of the national form."""

from app.models.mediation.type_lists import type_list
from app.reports.asked import Asked
from app.reports.reckoning import Count, Tally
from app.reports.table import Cell, Column, Report
from app.store.case_figures import CaseFigures

KEY, TITLE = "form_a", "人民调解案件情况统计表"
# Columns 6-11 of the form count cases by the kind of committee; public sources name five of the six.
COMMITTEES = ("村（居）", "乡镇（街道）", "企事业单位", "社会团体及其他", "行业性专业性", "（第11栏）")
VILLAGE, TOWNSHIP = 0, 1
REFERRED = {"court": "法院", "procuratorate": "检察院", "police": "公安机关", "petition": "信访部门"}
OWN = ("own", "grid")
APPLIED = ("apply",)


def build(asked: Asked, figures: CaseFigures) -> Report:
    """The table of figures of the period."""
    count = Count.of(figures.counts, asked.success)
    met = {group.station for group in (*count.received.groups, *count.concluded.groups)}
    stations = [asked.station, *sorted(met - {asked.station})]
    rows = [(asked.office_of(station), *_row(asked, count, figures, [station])) for station in stations]
    rows.append(("合计", *_row(asked, count, figures, stations)))
    notes = (
        "案件总数、来源、类型按受理日期计；成功、协议按结果日期计。“网格上报”计入主动调解，“上级交办”和未填来源的计入其他部门。",
        "第 6—11 栏按调解委员会的类别；公开资料没有第 11 栏的名称，由区里补定。",
    )
    return Report(
        KEY, TITLE, asked.office, asked.period, _columns(asked), tuple(rows), notes, totals=(len(rows) - 1,)
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    types = type_list("national_18", asked.period.last.year)
    headings = [
        *(
            ("", name)
            for name in ("案件总数", "涉及当事人数", "成功案件数", "疑难复杂案件", "涉及金额（元）")
        ),
        *(("调委会类别", name) for name in COMMITTEES),
        *(("案件来源", name) for name in ("主动调解", "依申请调解", "接受委托移送调解")),
        *(("其中", name) for name in (*REFERRED.values(), "其他部门")),
        *(("纠纷类型", listed.label) for listed in types.types),
        *(("协议", name) for name in ("口头协议", "书面协议")),
    ]
    wide = {"涉及金额（元）": 2.0}
    return (
        Column("调解委员会", width=3.0),
        *(
            Column(f"{place} {name}", group, wide.get(name, 1.0))
            for place, (group, name) in enumerate(headings, start=1)
        ),
    )


def _row(asked: Asked, of: Count, figures: CaseFigures, stations: list[str]) -> tuple[Cell, ...]:
    count = Count(_at(of.received, stations), _at(of.concluded, stations), of.base)
    received = count.received
    hard = received.where(lambda group: group.difficulty == "hard")
    types = received.by_type(type_list("national_18", asked.period.last.year))
    return (
        received.cases,
        sum(figures.parties.get(station, 0) for station in stations),
        count.settled.cases,
        hard.cases,
        received.amount,
        *(_of_committee(received, place).cases for place in range(len(COMMITTEES))),
        *_sources(received),
        *(tally.cases for tally in types.values()),
        count.oral.cases,
        count.written.cases,
    )


def _at(tally: Tally, stations: list[str]) -> Tally:
    return tally.where(lambda group: group.station in stations)


def _of_committee(tally: Tally, place: int) -> Tally:
    return tally.where(lambda group: _committee(group.station) == place)


def _sources(received: Tally) -> tuple[int, ...]:
    """Own accord, application, referred in all, and the referred by who referred them."""
    own, applied = received.source(OWN).cases, received.source(APPLIED).cases
    named = [received.source((code,)).cases for code in REFERRED]
    referred = received.cases - own - applied
    return (own, applied, referred, *named, referred - sum(named))


def _committee(station: str) -> int:
    """The kind of the committee: a code that ends in 000 is a township's (12-digit statistical code)."""
    return TOWNSHIP if station.endswith("000") else VILLAGE
