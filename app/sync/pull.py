"""Pull: brings the district's changes into the file, a page and its cursor at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from app.models.changes import Page
from app.store.receiving import Pulled, Receiver
from app.sync.backoff import Backoff
from app.sync.outcome import Outcome, stopped, waiting
from app.sync.protocol import NoAnswer, Refusal

LOST = "lost"
EPOCH_USED = "epoch_used"
TWIN = "twin"


class Source(Protocol):
    """The district as pull sees it.  Every call raises NoAnswer or Refusal."""

    def pull(self, cursor: str) -> Page:
        """The changes after a cursor ("" for the start); Refusal 409 start_over for one it does not know."""

    def record(self, record_id: str) -> Page:
        """Everything the district holds of one record."""

    def begin_epoch(self) -> None:
        """Tell the district that this PC counts in a new epoch."""


class Pull:
    """Asks until the file stands at the end of the log."""

    def __init__(self, receiver: Receiver, source: Source, backoff: Backoff) -> None:
        self._receiver = receiver
        self._source = source
        self._backoff = backoff

    def comes_first(self) -> bool:
        """Whether nothing may be sent before the district was read."""
        return self._receiver.position().new_life

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round; never raises for what the line or the district does.

        `received` of the outcome counts records, `merged` places; code "lost" says that the district may lack what it
        had once.
        """
        before = self._receiver.merged()
        outcome = self._run(stop)
        return replace(outcome, merged=self._receiver.merged() - before)

    def _run(self, stop: Callable[[], bool]) -> Outcome:
        received = 0
        begun = self._receiver.position()
        try:
            if begun.new_life:
                self._begin_life()
            while not stop():
                cursor = self._receiver.position().cursor
                try:
                    page = self._source.pull(cursor)
                except Refusal as refusal:
                    if refusal.code != "start_over" or not cursor:
                        raise
                    self._receiver.start_over()
                    continue
                if page.acked_seq > self._receiver.position().last_seq:
                    # What was receipted to this name and is not here was written by a copy of this file.
                    return stopped(0, TWIN)
                if page.more and page.cursor == cursor:
                    raise NoAnswer("not_the_district")
                if page.cursor != cursor:
                    received += self._receiver.take(page, cursor)
                if not page.more:
                    return self._arrived(received, page.acked_seq, begun)
        except NoAnswer as failure:
            return waiting(0, self._backoff.next_wait(failure.retry_after), failure, received)
        except Refusal as refusal:
            if refusal.status == 429 or refusal.status >= 500:
                return waiting(0, self._backoff.next_wait(refusal.retry_after), refusal, received)
            return stopped(0, refusal.code)
        return waiting(0, 0.0, NoAnswer("interrupted"), received)

    def _begin_life(self) -> None:
        """Raises Refusal epoch_used where an earlier life had the same epoch; the file has then gone above it."""
        try:
            self._source.begin_epoch()
        except Refusal as refusal:
            if refusal.code == EPOCH_USED and refusal.expected_seq is not None:
                self._receiver.live_above(refusal.expected_seq)
            raise

    def _arrived(self, received: int, acked_seq: int, begun: Pulled) -> Outcome:
        self._receiver.pulled()
        self._backoff.succeeded()
        if begun.new_life:
            self._receiver.life_known()
        now = self._receiver.position()
        lost = now.recheck or acked_seq < now.acked_seq
        return Outcome("idle", 0, None, LOST if lost else "", received=received)
