"""One content of an attached file over the line, up or down, step by step from where the other end stands."""

from collections.abc import Callable
from functools import partial as bound
from typing import TypeVar

from app.store.blob_transfers import Transfer, Transfers
from app.store.partial_blob import Partial
from app.sync.backoff import Backoff
from app.sync.blob_progress import Gauge
from app.sync.blob_step import StepSize
from app.sync.blob_wire import BlobDistrict, BlobState
from app.sync.protocol import NoAnswer, Refusal

MOST_TURNED = 5  # times the district may name another offset without taking a byte
Answer = TypeVar("Answer")
Leave = Callable[[], bool]
"""Asked between steps; what is over by then stays over."""


class BlobLine:
    """Moves contents; both calls raise NoAnswer, Refusal, StorageError."""

    def __init__(
        self,
        transfers: Transfers,
        district: BlobDistrict,
        backoff: Backoff,
        gauge: Gauge,
        timer: Callable[[], float],
    ) -> None:
        self.step = StepSize()
        self._transfers = transfers
        self._district = district
        self._backoff = backoff
        self._gauge = gauge
        self._timer = timer

    def send(self, one: Transfer, state: BlobState, leave: Leave) -> BlobState:
        """Send what the district lacks from `state` on; answers how it stands there when this ends.

        Raises BlobDamaged and OSError, too, where the content cannot be read here.
        """
        turned = 0
        self._gauge.begin(self._transfers.underway(), state.offset)
        with self._transfers.outgoing(one.sha256) as (content, size):
            while not state.complete and not leave():
                content.seek(state.offset)
                piece = content.read(min(self.step.bytes, size - state.offset))
                try:
                    after = self._timed(
                        bound(self._district.send_piece, one.sha256, state.offset, size, piece)
                    )
                except Refusal as refusal:
                    state = self._turned(refusal, state, size, turned)
                    turned += 1
                    continue
                if not after.complete and not state.offset < after.offset <= size:
                    raise NoAnswer("not_the_district")
                self._gauge.moved("up", after.offset - state.offset)
                state, turned = after, 0
        return state

    def fetch(self, one: Transfer, size: int, leave: Leave) -> str | None:
        """Fetch what is not here yet of `size` bytes; None when left before the end, else the code of what is wrong."""
        with self._transfers.arriving(one) as coming:
            self._gauge.begin(self._transfers.underway(), coming.size)
            while coming.size < size:
                if leave():
                    return None
                self._fetch_piece(one, coming, size)
            return self._transfers.arrived(one, coming)

    def _fetch_piece(self, one: Transfer, coming: Partial, size: int) -> None:
        wanted = min(self.step.bytes, size - coming.size)
        piece = self._timed(bound(self._district.fetch_piece, one.sha256, coming.size, wanted))
        coming.add(piece)
        self._gauge.moved("down", len(piece))

    def _turned(self, refusal: Refusal, state: BlobState, size: int, turned: int) -> BlobState:
        """Where to go on: another PC of the station may be sending the same content.  Raises `refusal`."""
        if refusal.code == "too_large" and self.step.failed():
            return state
        offset = refusal.expected_offset
        if refusal.status != 409 or offset is None or offset > size or turned >= MOST_TURNED:
            raise refusal
        return BlobState(offset, size, complete=False)

    def _timed(self, step: Callable[[], Answer]) -> Answer:
        began = self._timer()
        answer = step()
        self.step.went_well(self._timer() - began)
        self._backoff.succeeded()
        return answer
