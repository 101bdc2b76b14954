"""Parts of the sync tests: a station that writes revision lines, an outbox in memory, a proxy that cuts."""

import random
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid_utils import uuid7

from app.models.payload import canonical, encode
from app.models.registry import RECORD_TYPES
from app.sync.backoff import Backoff
from app.sync.batch import encode_batch, line_of
from app.sync.http_district import HttpDistrict, enrol
from app.sync.protocol import District, Enrolment, Header, Hello, Line, Receipt, Verdict
from app.sync.service import Identity, Push
from tests.samples import SAMPLES

STATION = "511421125201"


def new_id() -> str:
    return str(uuid7())


def sample(code: str = "resident", **changes: Any) -> dict[str, Any]:
    """Sound wire data of a record of this type."""
    record_type = RECORD_TYPES[code]
    values, _ = record_type.clean(SAMPLES[code](**changes))
    for name, declared in record_type.fields.items():
        if declared.rows is not None:
            for row in values[name] or ():
                row["id"] = new_id()
    return encode(record_type, values)


@dataclass
class Pen:
    """Writes the gap-free lines of one PC."""

    by: str = "王干部"
    seq: int = 0
    at: str = "2026-11-23T06:00:00Z"

    def write(self, act: str, data: Any, *, kind: str = "resident", record: str = "", **rest: Any) -> Line:
        self.seq += 1
        content = {
            "seq": self.seq,
            "op_id": new_id(),
            "type": kind,
            "record": record or new_id(),
            "act": act,
            "base": None,
            "revision": 1,
            "by": self.by,
            "at": self.at,
            "data": data,
            "blobs": [],
            **rest,
        }
        return line_of(canonical(content), self.seq)

    def create(self, code: str = "resident", **changes: Any) -> Line:
        return self.write("create", sample(code, **changes), kind=code)

    def edit(self, of: Line, **data: Any) -> Line:
        return self.write("edit", data, kind=of.type, record=of.record, base=of.op_id, revision=2)


@dataclass
class Pc:
    """An enrolled PC that talks to the district without an outbox."""

    enrolment: Enrolment
    key: Ed25519PrivateKey
    district: HttpDistrict
    pen: Pen = field(default_factory=Pen)

    @classmethod
    def enrolled(cls, address: str, code: str, label: str = "一号机", through: str | None = None) -> "Pc":
        key = Ed25519PrivateKey.generate()
        enrolment = enrol(address, code, key, device=new_id(), label=label, app="test")
        if through is not None:
            enrolment = at_address(enrolment, through)
        return cls(enrolment, key, HttpDistrict(enrolment, key, idle=10.0))

    def header(self, lines: Sequence[Line], **changes: Any) -> Header:
        who = self.enrolment
        parts = {"first": lines[0].seq, "count": len(lines), "epoch": who.epoch, "schema": 1, **changes}
        return Header(who.device, app="test", **parts)

    def push(self, *lines: Line) -> Receipt:
        header = self.header(lines)
        return self.district.push(header, encode_batch(header, [line.body for line in lines]))


def at_address(enrolment: Enrolment, address: str) -> Enrolment:
    parts = {name: getattr(enrolment, name) for name in Enrolment.__dataclass_fields__}
    return Enrolment(**{**parts, "address": address})


@dataclass
class Kept:
    """A line in the outbox of `MemoryOutbox`; it offers what an OutboxLine offers."""

    seq: int
    op_id: str
    record_type: str
    record: str
    body: bytes
    state: str = "pending"
    code: str = ""


class MemoryOutbox:
    """The outbox rules of the store, in memory, for tests that are about the line and not about the file."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self.rows: list[Kept] = []
        self.receipts = 0
        self.add(*lines)

    def add(self, *lines: Line) -> None:
        self.rows += [Kept(line.seq, line.op_id, line.type, line.record, line.body) for line in lines]

    def next_lines(self, max_bytes: int, max_count: int) -> list[Kept]:
        return self._fitting([row for row in self.rows if row.state == "pending"], max_bytes, max_count)

    def _fitting(self, rows: Sequence[Kept], max_bytes: int, max_count: int) -> list[Kept]:
        chosen: list[Kept] = []
        size = 0
        for row in rows[:max_count]:
            size += len(row.body) + 1
            if chosen and size > max_bytes:
                break
            chosen.append(row)
        return chosen

    def acked_seq(self) -> int:
        return max((row.seq for row in self.rows if row.state != "pending"), default=0)

    def lines_after(self, seq: int, max_bytes: int, max_count: int) -> list[Kept]:
        return self._fitting([row for row in self.rows if row.seq > seq], max_bytes, max_count)

    def line(self, seq: int) -> bytes | None:
        return next((row.body for row in self.rows if row.seq == seq), None)

    def continue_from(self, seq: int) -> None:
        self._turn("acked", "pending", lambda row: row.seq >= seq)

    def apply_receipt(self, acked_seq: int, verdicts: Sequence[Verdict], received_at: datetime) -> None:
        self.receipts += 1
        self._turn("pending", "acked", lambda row: row.seq <= acked_seq)
        for verdict in verdicts:
            row = self.rows[verdict.seq - self.rows[0].seq]
            row.state = verdict.code if verdict.code in ("held", "conflict") else "acked"
            row.code = verdict.code

    def states(self) -> list[str]:
        return [row.state for row in self.rows]

    def _turn(self, before: str, after: str, where: Callable[[Kept], bool]) -> None:
        for row in self.rows:
            if row.state == before and where(row):
                row.state = after


def push_of(outbox: Any, district: District, who: Enrolment, chance: random.Random | None = None) -> Push:
    uniform = (chance or random.Random(1)).uniform
    identity = Identity(who.device, who.epoch, 1, "test")
    return Push(outbox, district, identity, Backoff(uniform), lambda: datetime(2026, 11, 23, tzinfo=UTC))


@dataclass
class Cut:
    """Break a connection once `at` bytes have passed `up` (to the server) or down."""

    up: bool
    at: int


class CuttingProxy:
    """Passes bytes between a PC and the district; the next connection takes the next of the `cuts`."""

    def __init__(self, port: int, on_cut: Callable[[], None] = lambda: None) -> None:
        self.target = port
        self.cuts: list[Cut] = []
        self.done = 0
        self._on_cut = on_cut
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                _reset(near)
                continue
            cut = self.cuts.pop(0) if self.cuts else None
            for source, sink, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, sink, up, cut), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool, cut: Cut | None) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(4096):
                if cut is not None and cut.up is up and passed + len(data) >= cut.at:
                    sink.sendall(data[: cut.at - passed])
                    self.done += 1
                    self._on_cut()
                    break
                sink.sendall(data)
                passed += len(data)
        _reset(source)
        _reset(sink)


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class Scripted:
    """A district that answers by a list; what is left over when the list ends is receipted."""

    def __init__(self, *answers: Exception | Receipt, acked: int = 0) -> None:
        self.answers = list(answers)
        self.acked = acked
        self.counts: list[int] = []

    def hello(self, acked_seq: int) -> Hello:
        line_there = "0" * 64 if self.acked else ""
        return Hello("s", 1, 1, Receipt(self.acked), line_there, 8 << 20, 1, 1)

    def push(self, header: Any, body: bytes) -> Receipt:
        self.counts.append(header.count)
        answer = self.answers.pop(0) if self.answers else Receipt(header.first + header.count - 1)
        if isinstance(answer, Exception):
            raise answer
        return answer
