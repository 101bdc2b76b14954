"""The batch that is under way: sent on a thread of its own, so that what the last receipt says is written meanwhile."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from app.sync.packing import Packed
from app.sync.protocol import District, Receipt


@dataclass(frozen=True, slots=True)
class Answered:
    """The district's receipt for a batch, after so many seconds."""

    packed: Packed
    receipt: Receipt
    seconds: float


class UnderWay:
    """Sends batches to `district`, never two at once; leaving the block waits for the last."""

    def __init__(self, district: District, timer: Callable[[], float]) -> None:
        self._district = district
        self._timer = timer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="send")
        self._packed: Packed | None = None
        self._answer: Future[Answered] | None = None

    def __enter__(self) -> "UnderWay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    @property
    def packed(self) -> Packed | None:
        """What is under way."""
        return self._packed

    def send(self, packed: Packed) -> None:
        """Begin to send; nothing else is under way."""
        self._packed, self._answer = packed, self._thread.submit(self._exchange, packed)

    def answer(self) -> Answered:
        """Wait for the answer to what is under way; raises NoAnswer, Refusal."""
        assert self._answer is not None
        answer, self._answer, self._packed = self._answer, None, None
        return answer.result()

    def _exchange(self, packed: Packed) -> Answered:
        began = self._timer()
        receipt = self._district.push(packed.header, packed.body)
        return Answered(packed, receipt, self._timer() - began)
