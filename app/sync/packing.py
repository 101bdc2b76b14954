"""Batches as they go on the line; while one is under way the next is read and packed on a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from app.models.scrubbing import line_digest
from app.sync.batch import encode_batch, skip_line
from app.sync.batch_size import BatchSize
from app.sync.line_speed import LineSpeed
from app.sync.protocol import MAX_EXPANDED, MAX_LINE, Header, OutboxLine, OutboxSource

TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Identity:
    """Under which name this PC sends: `schema` of its records, `app` its version for the district's page."""

    device: str
    epoch: int
    schema: int
    app: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch ready to send: the unsent lines it was made from (it may carry fewer) and its raw bytes."""

    lines: Sequence[OutboxLine]
    header: Header
    body: bytes
    raw: int

    @property
    def last(self) -> int:
        """The last seq it carries."""
        return self.header.first + self.header.count - 1


class Packer:
    """Packs the batches of one round.

    `too_large` names the seqs whose place a skip line takes.  A batch packed ahead is used only when the
    receipt ends right before it; after any failure it is forgotten and read anew.  `head` answers the last link
    of the audit chain, which each header carries.
    """

    def __init__(
        self,
        outbox: OutboxSource,
        identity: Identity,
        size: BatchSize,
        speed: LineSpeed,
        too_large: set[int],
        head: Callable[[], tuple[int, str]] = lambda: (0, ""),
    ) -> None:
        self._outbox = outbox
        self._identity = identity
        self._size = size
        self._speed = speed
        self._too_large = too_large
        self._head = head
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pack")
        self._ahead: Future[Packed | None] | None = None
        self._before = (0, "")

    def __enter__(self) -> "Packer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def unsent(self) -> list[OutboxLine]:
        """Unsent lines without a gap, as many as one batch should carry."""
        return _without_gap(self._outbox.next_lines(self._size.raw_bytes, self._size.count))

    def pack(self, lines: Sequence[OutboxLine]) -> Packed:
        """The first of `lines` as one batch within the district's limits."""
        who = self._identity
        bodies = [self._body(line) for line in lines]
        after = self._digest_before(lines[0].seq)
        audit_seq, audit_head = self._head()
        packing = self._speed.packing
        while True:
            raw = sum(map(len, bodies))
            header = Header(
                who.device,
                who.epoch,
                lines[0].seq,
                len(bodies),
                who.schema,
                who.app,
                audit_seq=audit_seq,
                audit_head=audit_head,
                after=after,
            )
            body = encode_batch(header, bodies, packing)
            if len(bodies) == 1 or (len(body) <= self._size.most and raw < MAX_EXPANDED):
                last = lines[len(bodies) - 1]
                self._before = (last.seq, line_digest(last.body))
                return Packed(lines, header, body, raw)
            bodies = bodies[: len(bodies) // 2]

    def begin_next(self, sending: Packed) -> None:
        """Prepare what follows `sending`, when that was a full batch; short queues need no thread."""
        bytes_wanted, count_wanted = self._size.raw_bytes, self._size.count
        if sending.raw * 2 >= bytes_wanted or len(sending.lines) == count_wanted:
            self._ahead = self._thread.submit(self._packed_after, sending.last, bytes_wanted, count_wanted)

    def take_next(self, first: int) -> Packed | None:
        """The batch packed ahead if it begins with seq `first`.  Raises what reading the outbox raised."""
        ahead, self._ahead = self._ahead, None
        packed = ahead.result() if ahead is not None else None
        return packed if packed is not None and packed.header.first == first else None

    def forget(self) -> None:
        """What was packed ahead is not what is to be sent next."""
        self._ahead = None

    def _packed_after(self, last: int, max_bytes: int, max_count: int) -> Packed | None:
        lines = _without_gap(self._outbox.lines_after(last, max_bytes, max_count))
        return self.pack(lines) if lines and lines[0].seq == last + 1 else None

    def _digest_before(self, seq: int) -> str:
        known, digest = self._before
        if known == seq - 1:
            return digest
        line = self._outbox.line(seq - 1)
        return "" if line is None else line_digest(line)

    def _body(self, line: OutboxLine) -> bytes:
        if line.seq in self._too_large or len(line.body) > MAX_LINE:
            return skip_line(line, TOO_LARGE)
        return line.body


def _without_gap(lines: Sequence[OutboxLine]) -> list[OutboxLine]:
    first = lines[0].seq if lines else 0
    return [line for at, line in enumerate(lines) if line.seq == first + at]
