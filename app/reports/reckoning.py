"""Sums, shares and changes: percentages to one decimal, halves rounded up (away from 0)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.models.mediation.agreement_rules import ORAL, SETTLED, WRITTEN
from app.models.mediation.type_lists import TypeList
from app.reports.table import Change, Rate
from app.store.case_figures import CaseCounts, CaseGroup

TENTH = Decimal("0.1")


class SuccessBase(StrEnum):
    """What the settled cases are divided by: the district decides."""

    RECEIVED = "received"
    CONCLUDED = "concluded"


FORMULAS = {SuccessBase.RECEIVED: "成功÷受理", SuccessBase.CONCLUDED: "成功÷办结"}


def rate(part: int | Decimal, whole: int | Decimal) -> Rate:
    """The part in per cent of the whole."""
    return Rate(_percent(part, whole))


def change(now: int | Decimal, then: int | Decimal) -> Change:
    """How much more there is now, in per cent of then (同比, 环比); nothing to say where then was 0."""
    return Change(_percent(now - then, then))


def points(now: Rate, then: Rate) -> Change:
    """The difference of two rates in percentage points (百分点)."""
    if now.percent is None or then.percent is None:
        return Change(None, points=True)
    return Change(now.percent - then.percent, points=True)


def _percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(TENTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Tally:
    """Groups of cases to be added up."""

    groups: tuple[CaseGroup, ...]

    @property
    def cases(self) -> int:
        """How many cases."""
        return sum(group.cases for group in self.groups)

    @property
    def resolved(self) -> int:
        """How many of them were settled by the last day of their period."""
        return sum(group.resolved for group in self.groups)

    @property
    def amount(self) -> Decimal:
        """Yuan in all."""
        return sum((group.amount for group in self.groups), Decimal(0))

    def where(self, counts: Callable[[CaseGroup], bool]) -> "Tally":
        """The groups that count."""
        return Tally(tuple(filter(counts, self.groups)))

    def source(self, codes: Iterable[str | None]) -> "Tally":
        """Cases that came by one of the ways."""
        wanted = frozenset(codes)
        return self.where(lambda group: group.source in wanted)

    def result(self, codes: Iterable[str]) -> "Tally":
        """Cases that ended so."""
        wanted = frozenset(codes)
        return self.where(lambda group: group.result in wanted)

    def station(self, code: str) -> "Tally":
        """Cases of one station."""
        return self.where(lambda group: group.station == code)

    def by_type(self, types: TypeList) -> dict[str, "Tally"]:
        """A tally for every type of the list, in its order; every case counts in exactly one."""
        found: dict[str, list[CaseGroup]] = {listed.value: [] for listed in types.types}
        for group in self.groups:
            found[types.type_of(group.dispute_type)].append(group)
        return {value: Tally(tuple(groups)) for value, groups in found.items()}


@dataclass(frozen=True)
class Count:
    """The tallies every report asks for, of one period."""

    received: Tally
    concluded: Tally
    base: SuccessBase

    @classmethod
    def of(cls, counts: CaseCounts, base: SuccessBase) -> "Count":
        """The tallies over the counts of a period."""
        return cls(Tally(counts.received), Tally(counts.concluded), base)

    @property
    def settled(self) -> Tally:
        """调解成功: ended by an agreement, written or oral."""
        return self.concluded.result(SETTLED)

    @property
    def written(self) -> Tally:
        """Settled by a written agreement."""
        return self.concluded.result((WRITTEN,))

    @property
    def oral(self) -> Tally:
        """Settled by an oral agreement."""
        return self.concluded.result((ORAL,))

    @property
    def success(self) -> Rate:
        """成功率 by the district's formula."""
        whole = self.received if self.base is SuccessBase.RECEIVED else self.concluded
        return rate(self.settled.cases, whole.cases)
