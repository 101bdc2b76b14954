"""What both ends of the line share: revision lines, verdicts, receipts, refusals, and who talks to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

PROTO = 1
MAX_COMPRESSED = 8 << 20
MAX_EXPANDED = 64 << 20
MAX_REVISIONS = 2000
MAX_LINE = 4 << 20
# Of so many of its last lines a station is told again what was said: two batches may be receipted unheard.
HEARD_AGAIN = 2 * MAX_REVISIONS

# Somebody between the station and the district takes no request of this size.
LIMITED = "limited_on_the_way"

VerdictCode = Literal["duplicate", "merged", "conflict", "held", "released"]
VERDICTS: frozenset[str] = frozenset({"duplicate", "merged", "conflict", "held", "released"})
ACTS: frozenset[str] = frozenset({"create", "edit", "void", "append", "skip"})


class ProtocolError(ValueError):
    """A batch or an answer is not of the agreed form.

    `code` names the fault; `seq` is the one line at fault when the others would have been readable.
    """

    def __init__(self, code: str, seq: int | None = None) -> None:
        super().__init__(code if seq is None else f"{code} at {seq}")
        self.code = code
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Header:
    """First line of a batch: who sends, in which life of its counter, from which seq on, how many lines.

    `audit_seq` and `audit_head` (hex) are the last link of the PC's audit chain; 0 and "" where it sends none.
    `after` is the SHA-256 (hex) of the line before `first`, "" where there is none or the PC does not know it: a copy
    of its disk may have filled that number at the district.
    """

    device: str
    epoch: int
    first: int
    count: int
    schema: int
    app: str = ""
    proto: int = PROTO
    audit_seq: int = 0
    audit_head: str = ""
    after: str = ""


class Line(NamedTuple):
    """One revision of a batch: its verbatim bytes beside what they say.

    `data` holds whole wire data for create, changed fields for edit, a reason for void, rows to add for
    append, and for skip what stayed behind: `{"act", "reason", "size" in bytes, "sha256", "fields": [names]}`.
    `role` is the author's at the time, "" where the line names none (older programs, the district's own pen).
    `plain` says that it begins a record, names no file, and was found sound and allowed as it was read.
    """

    seq: int
    op_id: str
    type: str
    record: str
    act: str
    base: str | None
    revision: int
    by: str
    at: str
    data: Mapping[str, Any]
    body: bytes
    role: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """A decoded batch, lines in seq order without a gap."""

    header: Header
    lines: tuple[Line, ...]


class OutboxLine(Protocol):
    """One row of the outbox: the finished bytes of a revision and what finds its record again."""

    @property
    def seq(self) -> int: ...
    @property
    def op_id(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a revision that was not plainly applied; `detail` is a sentence for the cadre."""

    seq: int
    code: VerdictCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The district's word, given after its COMMIT: every seq up to `acked_seq` is durable there.

    `time` is the district's UTC clock (ISO), shown but never used to decide; `backoff` asks for seconds of rest.
    `audit_seq` and `audit_head` are the furthest link of the PC's audit chain the district keeps of this epoch.
    """

    acked_seq: int
    verdicts: tuple[Verdict, ...] = ()
    time: str = ""
    backoff: float = 0.0
    audit_seq: int = 0
    audit_head: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """The district's answer to hello.

    `acked_sha256` is the digest of the line at `receipt.acked_seq`, so that a station can tell its own lost
    receipt from a twin's; `max_bytes` limits a compressed batch; `seal_key` (base64) is what files on a stick are
    sealed to; `reads` names the packings the district reads beside plain zstd.
    """

    server: str
    server_epoch: int
    epoch: int
    receipt: Receipt
    acked_sha256: str
    max_bytes: int
    schema_min: int
    schema_max: int
    seal_key: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a PC keeps of having been enrolled: its name at the district and the district's public key (32 bytes).

    `segment` is its place among the PCs of the station, for numbering documents; `seal_key` (32 bytes) is what files
    on a stick are sealed to, empty from a district that takes none.
    """

    device: str
    station: str
    epoch: int
    server: str
    server_key: bytes
    address: str
    segment: int = 0
    seal_key: bytes = b""


class NoAnswer(Exception):
    """Nothing valid came back: unreachable, timed out, reset, or not the district.

    `code` is one of offline, timeout, reset, portal, not_the_district, certificate,
    certificate_time; `retry_after` is in seconds when given.
    """

    def __init__(self, code: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail or code)
        self.code = code
        self.retry_after = retry_after


class Refusal(Exception):
    """The district answered and did not take the request.

    `status` is the HTTP status, `code` its name in the signed body, `seq` the one line at fault,
    `expected_seq` where the district wants the station to go on (`expected_offset` in a content),
    `retry_after` seconds.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        detail: str = "",
        seq: int | None = None,
        expected_seq: int | None = None,
        expected_offset: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.seq = seq
        self.expected_seq = expected_seq
        self.expected_offset = expected_offset
        self.retry_after = retry_after


class District(Protocol):
    """The district as a station sees it, over HTTP or on a stick.  Both calls raise NoAnswer or Refusal."""

    def hello(self, acked_seq: int) -> Hello:
        """Who answers, and every verdict given after `acked_seq`."""

    def push(self, header: Header, body: bytes) -> Receipt:
        """Hand over one encoded batch; returns only what the district has signed after its COMMIT."""


class OutboxSource(Protocol):
    """The part of the outbox that sync needs.  Every writing call is one durable transaction.

    That lines are on the way is known in memory only: it would cost one more durable write of every row, and
    after a crash they count as unsent either way.
    """

    def next_lines(self, max_bytes: int, max_count: int) -> Sequence[OutboxLine]:
        """The oldest unsent lines that fit into `max_bytes` raw bytes; at least one while any is unsent."""

    def apply_receipt(self, acked_seq: int, verdicts: Sequence[Verdict], received_at: datetime) -> None:
        """Mark ≤ acked_seq acked and keep the verdicts; repeating a receipt changes nothing."""

    def lines_after(self, seq: int, max_bytes: int, max_count: int) -> Sequence[OutboxLine]:
        """The lines of this PC's stream after `seq`, sent or not, that fit; at least one while there is any."""

    def acked_seq(self) -> int:
        """The last seq receipted."""

    def line(self, seq: int) -> bytes | None:
        """The line at this place of the stream, sent or not; None where there is none."""

    def continue_from(self, seq: int) -> None:
        """The district wants everything from `seq` on again: acked rows from there are pending once more."""
