"""The few figures people ask for first, with the change against last year."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.reports.reckoning import FORMULAS, Count, SuccessBase, change, points
from app.reports.table import Cell, Change
from app.store.activity_figures import ActivityFigures
from app.store.case_figures import CaseFigures


@dataclass(frozen=True)
class Headline:
    """One figure of the period and how it stands against the same window last year (同比)."""

    name: str
    now: Cell
    yoy: Change


def of_cases(figures: CaseFigures, base: SuccessBase) -> tuple[Headline, ...]:
    """受理, 成功, 成功率, handed over by the police, passed on to the courts."""
    now, then = (Count.of(counts, base) for counts in (figures.counts, figures.beside[0]))
    counted = (
        ("受理（件）", now.received, then.received),
        ("调解成功（件）", now.settled, then.settled),
        ("公安移送（件）", now.received.source(("police",)), then.received.source(("police",))),
        ("移送司法机关（件）", now.concluded.result(("judicial",)), then.concluded.result(("judicial",))),
    )
    lines = [Headline(name, one.cases, change(one.cases, other.cases)) for name, one, other in counted]
    success = Headline(f"成功率（{FORMULAS[base]}）", now.success, points(now.success, then.success))
    return (*lines[:2], success, *lines[2:])


def of_activity(figures: Sequence[ActivityFigures]) -> tuple[Headline, ...]:
    """Patrols, who walked them, what they found, and visits; `figures` of now and of last year first."""
    now, then = figures[:2]
    counted: tuple[tuple[str, Callable[[ActivityFigures], int]], ...] = (
        ("巡逻（次）", lambda each: each.runs),
        ("参加（人次）", lambda each: each.participants),
        ("发现问题（处）", lambda each: sum(of.found for of in each.findings.values())),
        ("来访走访（件）", lambda each: sum(of.visits for of in each.channels.values())),
    )
    return tuple(Headline(name, count(now), change(count(now), count(then))) for name, count in counted)
