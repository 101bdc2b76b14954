"""Contents of attached files between this PC and its district: after the rows, piece by piece, each verified.

Where the district stands with a content is asked, never remembered, so a cut costs one step at most and a receipt
lost on the way nothing.  One content that cannot go is held with a reason; the others go on.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial as bound

from app.store.blob_file import BlobDamaged
from app.store.blob_transfers import WRONG_CONTENT, Transfer, Transfers, Way
from app.sync.backoff import Backoff
from app.sync.blob_line import BlobLine, Leave
from app.sync.blob_progress import BlobProgress, Gauge
from app.sync.blob_wire import MOST_ASKED, BlobDistrict, BlobState
from app.sync.outcome import Outcome, stopped, waiting
from app.sync.protocol import NoAnswer, Refusal

TURN = 10.0  # seconds after which rows are looked after again
MOST_FAILED = 3
FILES_LATER = "files_later"
MISSING_HERE = "missing_here"
HELD_STATUS = frozenset({400, 404, 413, 415, 422})
NOT_OF_THE_FILE = frozenset({"unknown_epoch", "not_named", "not_held"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may break off a turn: `rows` wait, somebody `asked` for something else."""

    rows: Callable[[], bool] = lambda: False
    asked: Callable[[], bool] = lambda: False


class Blobs:
    """Sends and fetches until nothing is left to do, the line breaks, or something else comes first."""

    def __init__(
        self,
        transfers: Transfers,
        district: BlobDistrict,
        backoff: Backoff,
        *,
        timer: Callable[[], float],
        wishes: Wishes | None = None,
        told: Callable[[BlobProgress], None] = lambda _: None,
    ) -> None:
        self._transfers = transfers
        self._district = district
        self._backoff = backoff
        self._wishes = wishes or Wishes()
        self._timer = timer
        self._gauge = Gauge(told, timer)
        self._line = BlobLine(transfers, district, backoff, self._gauge, timer)
        self._states: dict[str, BlobState] = {}
        self._aside: set[str] = set()
        self._retried: set[str] = set()
        self._urgent: list[str] = []
        self._lock = threading.Lock()
        self._sent = self._received = 0
        self._failure: Refusal | None = None

    def first(self, digest: str) -> None:
        """From any thread: somebody looks at this content, it comes before all others."""
        with self._lock:
            self._urgent.append(digest)

    def retry_held(self) -> None:
        """From any thread: what was held is tried again in the next turn.  Raises StorageError."""
        self._transfers.retry_held()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One turn; never raises for what the line or the district does, StorageError for this file."""
        self._sent = self._received = 0
        self._aside.clear()
        self._failure, failed = None, 0
        ends = self._timer() + TURN

        def interrupted() -> bool:
            return stop() or self._timer() > ends or self._wishes.rows() or self._wishes.asked()

        try:
            while not interrupted():
                one = self._next()
                if one is None:
                    return self._rested()
                try:
                    self._move(one, bound(self._leaves, one, interrupted))
                except Refusal as refusal:
                    failed += self._refused(one, refusal)
                    if failed >= MOST_FAILED:
                        raise
        except NoAnswer as failure:
            return self._lost(failure)
        except Refusal as refusal:
            self._states.clear()
            if refusal.status == 429 or refusal.status >= 500:
                return self._counted(waiting(0, self._backoff.next_wait(refusal.retry_after), refusal))
            return self._counted(stopped(0, refusal.code))
        if stop():
            return self._counted(waiting(0, 0.0, NoAnswer("interrupted")))
        return self._counted(Outcome("idle", 0, 0.0, FILES_LATER))

    def recheck(self) -> tuple[int, int]:
        """Ask the district about every content it once had.

        Answers how many it lacks, which go again, and how many are not here, which come again.  Raises NoAnswer,
        Refusal, StorageError.
        """
        lacking, missing, after = 0, 0, ""
        while page := self._transfers.settled(after, MOST_ASKED):
            after = page[-1].sha256
            states = self._district.blob_states([one.sha256 for one in page])
            held_there = {digest for digest, state in states.items() if state.complete}
            here = {one.sha256 for one in page if self._transfers.is_here(one.sha256)}
            lost = [one.sha256 for one in page if one.sha256 in here - held_there]
            gone = [one.sha256 for one in page if one.sha256 in held_there - here]
            self._transfers.send_again(lost)
            self._transfers.fetch_again(gone)
            lacking, missing = lacking + len(lost), missing + len(gone)
        return lacking, missing

    def _next(self) -> Transfer | None:
        """What to do now, asked of the district where it is not known how it stands with it."""
        urgent = self._next_urgent()
        if urgent is not None:
            return urgent
        ways: tuple[Way, ...] = ("up", "down")
        for way in ways:
            while True:
                waiting_ = self._transfers.waiting(way, MOST_ASKED + len(self._aside))
                open_ = [one for one in waiting_ if one.sha256 not in self._aside][:MOST_ASKED]
                if not open_:
                    break
                self._ask(open_)
                ready = next((one for one in open_ if self._is_ready(one)), None)
                if ready is not None:
                    return ready
        return None

    def _next_urgent(self) -> Transfer | None:
        while True:
            with self._lock:
                if not self._urgent:
                    return None
                digest = self._urgent.pop(0)
            one = self._transfers.find(digest)
            if one is None:
                continue
            if self._transfers.came_otherwise(one):
                self._gauge.settled("down", self._transfers.underway(), digest)
                continue
            self._transfers.fetch_again([digest])
            self._states.pop(digest, None)
            one = self._transfers.find(digest)
            if one is not None:
                self._ask([one])
                if self._is_ready(one):
                    return one

    def _leaves(self, one: Transfer, interrupted: Leave) -> bool:
        """Between steps: whether something else comes first."""
        with self._lock:
            others_first = bool(self._urgent) and one.sha256 not in self._urgent
        return others_first or interrupted()

    def _ask(self, several: Sequence[Transfer]) -> None:
        unknown = [one.sha256 for one in several if one.sha256 not in self._states]
        if not unknown:
            return
        states = self._district.blob_states(unknown)
        self._states |= states
        named_late = self._wishes.rows()
        unnamed = [one for one in several if one.sha256 in unknown and one.sha256 not in states]
        for one in unnamed:
            if one.way == "up" and not named_late:
                self._hold(one, "not_named")
            else:
                self._aside.add(one.sha256)
        done = [one for one in several if one.way == "up" and one.sha256 in states]
        done = [one for one in done if states[one.sha256].complete]
        here = [one.sha256 for one in done if self._transfers.is_here(one.sha256)]
        self._transfers.settle(here)
        self._transfers.fetch_again([one.sha256 for one in done if one.sha256 not in here])

    def _is_ready(self, one: Transfer) -> bool:
        """Whether there is something to do; what the district has not got itself is put aside for this turn."""
        state = self._states.get(one.sha256)
        if state is None:
            return False
        if one.way == "down" and not state.complete:
            self._aside.add(one.sha256)
            del self._states[one.sha256]
        return state.complete == (one.way == "down")

    def _move(self, one: Transfer, leave: Leave) -> None:
        state = self._states[one.sha256]
        if one.way == "up":
            try:
                self._states[one.sha256] = state = self._line.send(one, state, leave)
            except (BlobDamaged, OSError):
                self._hold(one, MISSING_HERE)
            if state.complete:
                self._transfers.settle([one.sha256])
                self._sent += 1
                self._gauge.settled("up", self._transfers.underway())
        elif self._transfers.came_otherwise(one):
            self._gauge.settled("down", self._transfers.underway(), one.sha256)
        else:
            self._came(one, self._line.fetch(one, state.length or one.size, leave))

    def _came(self, one: Transfer, wrong: str | None) -> None:
        if wrong == "":
            self._received += 1
            self._gauge.settled("down", self._transfers.underway(), one.sha256)
        elif wrong == WRONG_CONTENT and one.sha256 not in self._retried:
            self._retried.add(one.sha256)
        elif wrong is not None:
            self._hold(one, wrong)

    def _refused(self, one: Transfer, refusal: Refusal) -> bool:
        """Hold this content or put it aside for this turn; True for a failure of the district's.  Raises `refusal`."""
        self._states.pop(one.sha256, None)
        if refusal.code == "wrong_content" and one.sha256 not in self._retried:
            # Pieces of another PC may have been wrong; from the start they are all of this one.
            self._retried.add(one.sha256)
            return False
        if refusal.status in HELD_STATUS and refusal.code not in NOT_OF_THE_FILE:
            self._hold(one, refusal.code)
            return False
        if refusal.code == "unknown_epoch" or refusal.status in (401, 403, 426, 429):
            raise refusal
        self._aside.add(one.sha256)
        self._failure = refusal
        return refusal.status >= 500

    def _hold(self, one: Transfer, reason: str) -> None:
        self._transfers.hold(one.sha256, reason)
        self._states.pop(one.sha256, None)
        self._gauge.settled(one.way, self._transfers.underway())

    def _lost(self, failure: NoAnswer) -> Outcome:
        self._states.clear()
        if failure.code in ("timeout", "reset"):
            self._line.step.failed()
        return self._counted(waiting(0, self._backoff.next_wait(failure.retry_after), failure))

    def _rested(self) -> Outcome:
        self._states.clear()
        self._gauge.rest()
        if self._failure is not None and self._failure.status >= 500:
            wait = self._backoff.next_wait(self._failure.retry_after)
            return self._counted(waiting(0, wait, self._failure))
        return self._counted(Outcome("idle"))

    def _counted(self, outcome: Outcome) -> Outcome:
        return Outcome(
            outcome.state,
            wait=outcome.wait,
            code=outcome.code,
            sentence=outcome.sentence,
            files_sent=self._sent,
            files_received=self._received,
        )
