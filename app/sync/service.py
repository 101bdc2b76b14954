"""Push: takes what is unsent from the outbox to the district, one batch after the other, and keeps the receipts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Protocol

from app.models.scrubbing import line_digest
from app.sync.backoff import Backoff
from app.sync.batch_size import BatchSize
from app.sync.line_speed import LineSpeed
from app.sync.outcome import Outcome, stopped, waiting
from app.sync.packing import Identity, Packed, Packer
from app.sync.protocol import (
    HEARD_AGAIN,
    LIMITED,
    District,
    Hello,
    NoAnswer,
    OutboxLine,
    OutboxSource,
    Receipt,
    Refusal,
)
from app.sync.under_way import UnderWay

__all__ = ["Identity", "Push"]

# Bytes of a single row; no proxy is known to have a lower limit for a request.
LEAST_LIMIT = 64 << 10


class Witness(Protocol):
    """What the file gives to witness with each batch, and keeps of what the district witnessed."""

    def head(self) -> tuple[int, str]:
        """Seq and hash (hex) of the last link of the audit chain."""

    def heard(self, time: str, audit_seq: int, audit_head: str) -> None:
        """The district's clock (ISO) and the furthest link it keeps; (0, "") where it keeps none."""


class NoWitness:
    """For stations that are not about the audit chain, in tests and on other ways than the line."""

    def head(self) -> tuple[int, str]:
        """No link."""
        return 0, ""

    def heard(self, time: str, audit_seq: int, audit_head: str) -> None:
        """Nothing to keep."""


class Push:
    """Sends until the outbox is empty, the line breaks, or the district says no; `heard` is told each hello,
    `went` after each receipt how many records of this round are receipted.
    """

    def __init__(
        self,
        outbox: OutboxSource,
        district: District,
        identity: Identity,
        backoff: Backoff,
        clock: Callable[[], datetime],
        witness: Witness | None = None,
        *,
        heard: Callable[[Hello], None] = lambda hello: None,
        timer: Callable[[], float] = monotonic,
        went: Callable[[int], None] = lambda sent: None,
    ) -> None:
        self._witness: Witness = witness or NoWitness()
        self._tell_hello = heard
        self._tell_went = went
        self._outbox = outbox
        self._district = district
        self._identity = identity
        self._backoff = backoff
        self._clock = clock
        self._timer = timer
        self._size = BatchSize()
        self._speed = LineSpeed()
        self._unsure = True
        self._doubted = False
        self._too_large: set[int] = set()
        self._sent = 0

    def doubt(self) -> None:
        """The district may have lost what it receipted: greet before the next round, unsent lines or not."""
        self._unsure = self._doubted = True

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round; never raises for what the line or the district does."""
        self._sent = 0
        with (
            Packer(
                self._outbox, self._identity, self._size, self._speed, self._too_large, self._witness.head
            ) as packer,
            UnderWay(self._district, self._timer) as line,
        ):
            try:
                return self._round(packer, line, stop)
            except BaseException:
                # What is under way may yet be receipted, and nobody hears of it.
                self._unsure = True
                raise

    def _round(self, packer: Packer, line: UnderWay, stop: Callable[[], bool]) -> Outcome:
        behind = 0
        # What is under way has its answer heard, whoever wants to stop.
        while line.packed or not stop():
            lines = line.packed.lines if line.packed else packer.unsent()
            if not lines and not self._doubted:
                return Outcome("idle", self._sent)
            try:
                rest = self._exchange(packer, line, lines, stop)
            except NoAnswer as failure:
                return self._lost(lines, failure)
            except Refusal as refusal:
                packer.forget()
                behind += refusal.status == 409
                outcome = (
                    stopped(self._sent, "nothing_there") if behind > 2 else self._refused(lines, refusal)
                )
                if outcome is not None:
                    return outcome
            else:
                if rest:
                    return Outcome("waiting", self._sent, rest, "rest")
        return waiting(self._sent, 0.0, NoAnswer("interrupted"))

    def _exchange(
        self, packer: Packer, line: UnderWay, lines: Sequence[OutboxLine], stop: Callable[[], bool]
    ) -> float:
        """Greet after any doubt, else hear of one batch; returns the seconds of rest the district asks for.

        The next batch goes out before the receipt is written: should it not be written, the next hello makes it good.
        """
        if self._unsure:
            self._greet(lines)
            return 0.0
        if line.packed is None:
            self._send(packer, line, packer.pack(lines))
        answered = line.answer()
        packed, receipt = answered.packed, answered.receipt
        # A twin of this PC may have got further; what it sent is no receipt for what lies here.
        acked = min(receipt.acked_seq, packed.last)
        first = packed.header.first
        if acked < first:
            raise NoAnswer("not_the_district")
        self._speed.sent(len(packed.body), answered.seconds)
        self._size.went_well(packed.raw, len(packed.body))
        self._backoff.succeeded()
        following = packer.take_next(acked + 1)
        if following is not None and not receipt.backoff and not stop():
            self._send(packer, line, following)
        verdicts = [verdict for verdict in receipt.verdicts if verdict.seq <= acked]
        self._outbox.apply_receipt(acked, verdicts, self._clock())
        self._heard(receipt)
        self._sent += acked - first + 1
        self._too_large -= {seq for seq in self._too_large if seq <= acked}
        self._tell_went(self._sent)
        return receipt.backoff

    def _send(self, packer: Packer, line: UnderWay, packed: Packed) -> None:
        line.send(packed)
        packer.begin_next(packed)

    def _greet(self, lines: Sequence[OutboxLine]) -> None:
        """Learn where the district stands; a receipt lost on the way is made good without sending again."""
        first = lines[0].seq if lines else self._outbox.acked_seq() + 1
        began = self._timer()
        hello = self._district.hello(first - 1)
        self._speed.greeted(hello.reads, self._timer() - began)
        doubted, self._unsure, self._doubted = self._doubted, False, False
        self._tell_hello(hello)
        self._size.limit(hello.max_bytes)
        self._heard(hello.receipt)
        acked = hello.receipt.acked_seq
        has_it = bool(hello.acked_sha256)
        if acked < first - 1 or (doubted and has_it and acked == first - 1 > 0):
            # With the last line it has: where that is another's, a copy of this disk wrote there meanwhile.
            self._outbox.continue_from(max(1, acked) if has_it else acked + 1)
        elif first <= acked < first + HEARD_AGAIN:
            mine = self._outbox.line(acked)
            # Only the very line the district holds proves that it was this PC, not a twin, that was receipted.
            if mine is not None and line_digest(mine) == hello.acked_sha256:
                verdicts = [verdict for verdict in hello.receipt.verdicts if first <= verdict.seq <= acked]
                self._outbox.apply_receipt(acked, verdicts, self._clock())
                self._sent += acked - first + 1

    def _heard(self, receipt: Receipt) -> None:
        self._witness.heard(receipt.time, receipt.audit_seq, receipt.audit_head)

    def _lost(self, lines: Sequence[OutboxLine], failure: NoAnswer) -> Outcome:
        if failure.code in ("timeout", "reset") and not self._unsure:
            self._size.failed(len(lines), sum(len(line.body) for line in lines))
        self._unsure = True
        return waiting(self._sent, self._backoff.next_wait(failure.retry_after), failure)

    def _said_otherwise(self, lines: Sequence[OutboxLine], refusal: Refusal) -> bool:
        """Whether the same rows may go in smaller batches, or packed so that this district reads them."""
        if refusal.status == 413 and len(lines) > 1:
            self._size.failed(len(lines), sum(len(line.body) for line in lines))
            return True
        return refusal.status == 400 and refusal.seq is None and self._speed.refused()

    def _refused(self, lines: Sequence[OutboxLine], refusal: Refusal) -> Outcome | None:
        """None when sending goes on at once, in another way."""
        if refusal.status == 409 and refusal.expected_seq is not None:
            self._outbox.continue_from(max(1, refusal.expected_seq - 1))
            return None
        if self._said_otherwise(lines, refusal):
            return None
        if refusal.code == LIMITED and (not lines or len(lines[0].body) < LEAST_LIMIT):
            # Taken at its word it would keep back a row that every real line passes.
            return self._lost(lines, NoAnswer("portal"))
        first, last = (lines[0].seq, lines[-1].seq) if lines else (1, 0)
        seq = refusal.seq if refusal.seq is not None else first
        bad_line = refusal.status == 413 or (refusal.status == 400 and refusal.seq is not None)
        if bad_line and first <= seq <= last and seq not in self._too_large:
            self._too_large.add(seq)
            return None
        if refusal.status == 429 or refusal.status >= 500:
            return waiting(self._sent, self._backoff.next_wait(refusal.retry_after), refusal)
        return stopped(self._sent, refusal.code)
