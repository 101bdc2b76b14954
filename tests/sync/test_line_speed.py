"""How hard a batch is packed: by what the district reads and how fast the line is, and plainly once it refused."""

from typing import Any

from app.sync.frames import CLOSEST, PLAIN, QUICK, READS, Packing
from app.sync.line_speed import LineSpeed
from app.sync.protocol import Hello, Receipt, Refusal
from tests.district.parts import MemoryOutbox, Pen, Scripted, push_of
from tests.sync.test_answers import WHO


def test_plain_until_the_district_has_said_what_it_reads() -> None:
    speed = LineSpeed()
    assert speed.packing == Packing(0, False, CLOSEST)
    speed.greeted((), 0.01)
    assert speed.packing == PLAIN
    speed.greeted(READS, 0.01)
    assert speed.packing == Packing(1, False, QUICK)


def test_slow_answers_and_slow_batches_are_packed_hard_and_fast_ones_quickly() -> None:
    speed = LineSpeed()
    speed.greeted(READS, 0.3)
    assert speed.packing == Packing(1, True, CLOSEST)
    speed.sent(100_000, 0.05)
    assert speed.packing == Packing(1, False, QUICK)
    speed.sent(30_000, 1.0)
    assert speed.packing == Packing(1, True, CLOSEST)


class Older(Scripted):
    """A district that says it reads the dictionary and then does not, as after a change of servers."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[bytes] = []

    def hello(self, acked_seq: int) -> Hello:
        return Hello("s", 1, 1, Receipt(self.acked), "", 8 << 20, 1, 1, reads=READS)

    def push(self, header: Any, body: bytes) -> Receipt:
        self.bodies.append(body)
        if body[4] & 3:
            raise Refusal(400, "unknown_dictionary")
        return super().push(header, body)


def test_refused_dictionary_is_said_again_plainly_in_the_same_round() -> None:
    pen, district = Pen(), Older()
    outbox = MemoryOutbox([pen.create() for _ in range(3)])
    assert push_of(outbox, district, WHO).run().state == "idle"
    assert set(outbox.states()) == {"acked"}
    assert len(district.bodies) == 2


def test_what_is_refused_plainly_too_stops() -> None:
    district = Scripted(*[Refusal(400, "header_not_signed")] * 3)
    outbox = MemoryOutbox([Pen().create()])
    assert push_of(outbox, district, WHO).run().state == "stopped"
    assert outbox.states() == ["pending"]
