"""Reconcile (核对): do this file and the district hold the same records, and if not, which; then mend what can be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from app.models.changes import Page
from app.models.digest import Tallies
from app.models.record_type import RecordType
from app.store.database import Database
from app.store.lives import send_again
from app.store.receiving import Receiver
from app.store.stock import digests, held_back, tallies
from app.sync.outcome import Outcome, stopped, waiting
from app.sync.protocol import NoAnswer, Refusal
from app.sync.rounds import Rounds

AGAIN = 60.0
Differing = tuple[tuple[str, str], ...]
"""(type, id) of records."""


class Stock(Protocol):
    """What the district holds, as reconciling asks for it.  Every call raises NoAnswer or Refusal."""

    def tallies(self) -> Tallies:
        """Counts and hashes per record type and month."""

    def digests(self, type_code: str, month: str) -> Mapping[str, int]:
        """Digests by record id of one type and month."""

    def record(self, record_id: str) -> Page:
        """Everything the district holds of one record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a comparison came to: records here and there, and the (type, id) of those that differ.

    `mended` were made the same by sending again and bringing down; `waiting` differ rightly, because the
    district holds one of their revisions back.  `files_lacking` counts the attached files the district had no
    more, `files_missing` those that had gone from this PC.
    """

    here: int
    there: int
    differing: Differing = ()
    mended: int = 0
    waiting: int = 0
    files_lacking: int = 0
    files_missing: int = 0


class Reconcile:
    """Compares after a round of sync, mends, and compares again."""

    def __init__(
        self,
        rounds: Rounds,
        stock: Stock,
        receiver: Receiver,
        database: Database,
        types: Mapping[str, RecordType],
        recheck_files: Callable[[], tuple[int, int]] = lambda: (0, 0),
    ) -> None:
        self._rounds = rounds
        self._stock = stock
        self._receiver = receiver
        self._database = database
        self._types = types
        self._recheck_files = recheck_files

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One comparison; its `finding` is None when the line or the district did not let it come to an end."""
        outcome = self._rounds.run(stop)
        return outcome if outcome.state != "idle" else self.after(outcome, stop)

    def after(self, outcome: Outcome, stop: Callable[[], bool]) -> Outcome:
        """As `run`, after a round that came to `outcome`, which is idle."""
        try:
            lacking, missing = self._recheck_files()
            first, held = self._compared()
            # A revision may be held back only because the one before it was lost there.
            sent = 0
            for _, record_id in (*first.differing, *held):
                if stop():
                    return waiting(outcome.sent, 0.0, NoAnswer("interrupted"), outcome.received)
                sent += self._mend(record_id)
            if first.differing or sent or lacking or missing:
                outcome = _together(outcome, self._rounds.run(stop))
                if outcome.state != "idle":
                    return outcome
            last, still_held = self._compared() if first.differing or sent else (first, held)
        except NoAnswer as failure:
            return waiting(outcome.sent, AGAIN, failure)
        except Refusal as refusal:
            busy = refusal.status == 429 or refusal.status >= 500
            wait = refusal.retry_after or AGAIN
            return waiting(outcome.sent, wait, refusal) if busy else stopped(outcome.sent, refusal.code)
        self._receiver.compared()
        mended = len({*first.differing, *held} - {*last.differing, *still_held})
        return replace(
            outcome, finding=replace(last, mended=mended, files_lacking=lacking, files_missing=missing)
        )

    def is_due(self) -> bool:
        """Whether a comparison is due though nobody asked for it."""
        return self._receiver.position().compare_due

    def _compared(self) -> tuple[Finding, Differing]:
        """What differs, and what differs because the district holds a revision back."""
        here, there = tallies(self._database, self._types), self._stock.tallies()
        differing: list[tuple[str, str]] = []
        for kind, month in sorted(here.keys() | there.keys()):
            if here.get((kind, month)) != there.get((kind, month)):
                differing += [(kind, record) for record in self._differing(kind, month)]
        held_here = held_back(self._database)
        held = tuple(one for one in differing if one[1] in held_here)
        finding = Finding(
            sum(tally.count for tally in here.values()),
            sum(tally.count for tally in there.values()),
            tuple(one for one in differing if one[1] not in held_here),
            waiting=len(held),
        )
        return finding, held

    def _differing(self, kind: str, month: str) -> list[str]:
        record_type = self._types.get(kind)
        here = {} if record_type is None else digests(self._database, record_type, month)
        there = self._stock.digests(kind, month)
        return sorted(
            record for record in here.keys() | there.keys() if here.get(record) != there.get(record)
        )

    def _mend(self, record_id: str) -> int:
        """Bring both ends to the same revisions; where they still differ in content, both values are kept.

        Answers how many revisions go out again.
        """
        page = self._stock.record(record_id)
        sent = send_again(self._database, record_id, set(page.ops))
        self._receiver.take_record(page)
        return sent


class ComparingRounds:
    """Rounds that compare by themselves once after the district's log had to be read anew.

    A comparison that does not come to an end is tried again after the next round.
    """

    def __init__(self, rounds: Rounds, comparison: Reconcile) -> None:
        self._rounds = rounds
        self._comparison = comparison

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round; `finding` of its outcome is what a comparison came to."""
        outcome = self._rounds.run(stop)
        if outcome.state != "idle" or not self._comparison.is_due() or stop():
            return outcome
        compared = self._comparison.after(outcome, stop)
        # A district that does not know the question keeps nobody from sending.
        return outcome if compared.state == "stopped" else compared


def _together(first: Outcome, second: Outcome) -> Outcome:
    """The second round, counting what went in both."""
    return replace(
        second,
        sent=first.sent + second.sent,
        received=first.received + second.received,
        merged=first.merged + second.merged,
        files_sent=first.files_sent + second.files_sent,
        files_received=first.files_received + second.files_received,
    )
