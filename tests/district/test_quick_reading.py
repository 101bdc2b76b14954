"""The quick way and the long way over the same bytes: what the quick way takes, the long way takes as the same."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.district.database import open_database
from app.district.enrolment import Newcomer
from app.district.intake import Intake, Sender
from app.district.judge import Judge
from app.district.server import services_of
from app.district.tables import METADATA
from app.models.payload import canonical, decode
from app.models.problems import Severity
from app.models.registry import RECORD_TYPES
from app.models.text import text_problems
from app.sync.batch import encode_batch, line_of
from app.sync.blob_wire import named_in
from app.sync.protocol import Header, Line, Receipt
from tests.conftest import SettableClock
from tests.district.parts import STATION, Pen, new_id, sample
from tests.district.test_hostile_batches import mutate
from tests.district.test_sieve import ODD

JUDGE = Judge(RECORD_TYPES, worth=0)


def read(body: bytes, seq: int) -> Line | None:
    return JUDGE.quick_reading.lines([body], seq)[0]


def agreed(body: bytes, seq: int = 1) -> bool:
    """Whether the quick way takes the line; fails when the long way would not take the very same."""
    quick = read(body, seq)
    if quick is None:
        return False
    slow = line_of(body, seq)
    assert quick._replace(data=dict(quick.data), plain=False) == slow
    assert JUDGE.objection(slow.type, slow.data) is None
    problems = RECORD_TYPES[slow.type].validate(decode(RECORD_TYPES[slow.type], slow.data))
    assert not [problem for problem in problems if problem.severity is Severity.ERROR]
    assert not slow.role or JUDGE.not_allowed(slow.role, "create", slow.type, own=True) is None
    assert named_in(body) == []
    return True


def line(code: str, data: dict[str, Any], **rest: Any) -> bytes:
    return Pen().write("create", data, kind=code, **rest).body


def without_files(code: str) -> dict[str, Any]:
    return {name: value for name, value in sample(code).items() if "sha256" not in str(value)}


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_sound_records_take_the_quick_way(code: str) -> None:
    # A letter is asked the long way, because another office hears of it.
    for more in ({}, {"role": "head"}):
        assert agreed(line(code, without_files(code), **more)) is (code != "handover")


def test_line_breaks_tabs_and_wide_spaces_inside_a_text_take_the_quick_way() -> None:
    assert agreed(line("resident", sample(notes="第一行\n\t第二行　全角空格", residence="3 组")))
    for odd in ("\n开头", "结尾\t", "　开头", "结尾\ufeff", '引"号', "反\\斜", "换\r行", "\x07"):
        data = {**without_files("resident"), "notes": odd}
        assert not agreed(line("resident", data)), odd


def test_a_text_may_hold_exactly_the_signs_no_rule_refuses() -> None:
    """All of the basic plane, and the edges of the others; signs that JSON writes otherwise and planes without hanzi are
    left to the long way."""
    around, marked = line("resident", {**without_files("resident"), "notes": "前\x7f后"}).split(b"\x7f")
    planes = (*range(0x10000, 0x110000, 251), *range(0x1FFF0, 0x20002), 0x10FFFD, 0x10FFFE)
    for code in (*range(0xD800), *range(0xE000, 0x10000), *planes):
        taken = read(around + chr(code).encode() + marked, 1) is not None
        sound = not text_problems(chr(code)) and chr(code) not in '"\\' and code < 0x40000
        assert taken is sound, hex(code)


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_every_odd_value_in_every_field_and_row(code: str) -> None:
    sound = without_files(code)
    for name in RECORD_TYPES[code].fields:
        for odd in ODD:
            agreed(line(code, {**sound, name: odd}))
    for name, rows in sound.items():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            for part in (*rows[0], "of_a_newer_program"):
                for odd in ODD:
                    agreed(line(code, {**sound, name: [{**rows[0], part: odd}, *rows[1:]]}))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_fields_given_or_not_and_odd_values(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(RECORD_TYPES)))
    whole = without_files(code)
    document = {name: whole[name] for name in data.draw(st.sets(st.sampled_from(sorted(whole)), min_size=1))}
    for name in data.draw(st.sets(st.sampled_from(sorted(RECORD_TYPES[code].fields)), max_size=3)):
        document[name] = data.draw(st.sampled_from(ODD) | st.text(max_size=30) | st.dates().map(str))
    agreed(line(code, document))


def test_mutated_lines_are_never_taken_for_other_than_they_are() -> None:
    chance = random.Random(511421)
    taken = 0
    for _ in range(2000):
        code = chance.choice(sorted(RECORD_TYPES))
        taken += agreed(mutate(chance, line(code, without_files(code))))
    assert taken > 10  # a changed letter of a name is still a name


def test_envelopes_out_of_form_are_left_to_the_long_way() -> None:
    body = line("resident", without_files("resident"))
    assert agreed(body)
    assert read(body, 2) is None
    for old, new in (
        (b'"revision":1', b'"revision":01'),
        (b'"revision":1', b'"revision":1.0'),
        (b'"seq":1', b'"seq":1e0'),
        (b'"blobs":[]', b'"blobs":["' + b"0" * 64 + b'"]'),
        (b'"act":"create"', b'"act":"create","act":"create"'),
        (b'"data":{', b'"data": {'),
        (b'},"op_id"', b',"},"op_id"'),
    ):
        assert old in body
        assert read(body.replace(old, new, 1), 1) is None, new
    assert read(line("resident", without_files("resident"), role="nobody"), 1) is None
    assert read(line("resident", without_files("resident"), of_a_newer_program=1), 1) is None
    assert read(line("resident", {**without_files("resident"), "notes": "长" * 70_000}), 1) is None


# Two districts, one that reads quickly and one that does not, told the same.


class Twin:
    """A district over a database of its own."""

    def __init__(self, folder: Path, url: str | None, clock: SettableClock, worth: int, device: str) -> None:
        self.database = open_database(url, folder)
        services = services_of(self.database, folder=folder, url=url, clock=clock)
        code = services.enrolments.open_code(STATION, "鹰头村")
        services.enrolments.enrol(code, Newcomer(device, 1, bytes(32), "一号机", "test"))
        self._intake = Intake(self.database, Judge(RECORD_TYPES, worth), clock)
        self._sender = Sender(STATION, device)
        self.plain = 0

    def take(self, body: bytes) -> Receipt:
        batch = self._intake.read(body)
        self.plain += sum(one.plain for one in batch.lines)
        return self._intake.take(batch, self._sender)

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        names = ("station", "device", "revision", "record_state", "held", "conflict", "blob", "notice")
        with self.database.read() as connection:
            return {
                name: sorted(map(tuple, connection.execute(select(METADATA.tables[name]))), key=repr)
                for name in names
            }


@pytest.fixture(params=["sqlite", "postgresql"])
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Twin, Twin, str]]:
    create: Callable[[], str | None] = lambda: None  # noqa: E731
    if request.param == "postgresql":
        create = request.getfixturevalue("new_database")
    clock, device = SettableClock(), new_id()
    quick, slow = (Twin(tmp_path / str(worth), create(), clock, worth, device) for worth in (0, 1 << 30))
    yield quick, slow, device
    quick.database.close()
    slow.database.close()


def story(chance: random.Random, pen: Pen, known: list[Line]) -> Line:
    """One more line: mostly records begun, between them whatever else a station may send."""
    code = chance.choice(("resident", "patrol_log", "service_visit", "mediation_case"))
    if chance.random() < 0.5 or not known:
        role = {} if chance.random() < 0.5 else {"role": chance.choice(("head", "mediator", "nobody"))}
        return pen.write("create", without_files(code), kind=code, **role)
    of = chance.choice(known)
    about = {"kind": of.type, "record": of.record}
    act, data, where = chance.choice(
        [
            ("create", without_files(of.type), about),
            ("edit", {"notes": f"第{pen.seq}次"}, {**about, "base": of.op_id}),
            ("void", {"reason": "重复"}, {**about, "base": of.op_id}),
            ("edit", {"notes": "前一版没有到"}, {"record": new_id(), "base": new_id()}),
            ("create", {"sex": "2"}, {}),
            ("create", {**without_files(code), "of_a_newer_program": [1]}, {"kind": code}),
        ]
    )
    return pen.write(act, data, **where)


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_give_the_same_verdicts_and_keep_the_same(twins: tuple[Twin, Twin, str], seed: int) -> None:
    quick, slow, device = twins
    chance, pen = random.Random(seed), Pen()
    known: list[Line] = []
    for _ in range(6):
        batch: list[Line] = []
        for _ in range(chance.randrange(1, 40)):
            batch.append(story(chance, pen, known))
            known.append(batch[-1])
        if chance.random() < 0.3:
            again = chance.choice(known)
            pen.seq += 1
            said = {**orjson.loads(again.body), "seq": pen.seq}
            batch.append(line_of(canonical(said), pen.seq))
        header = Header(device, 1, batch[0].seq, len(batch), 1, "test")
        body = encode_batch(header, [one.body for one in batch])
        for _ in range(2):  # the second time as a repetition
            assert quick.take(body) == slow.take(body)
    assert quick.kept() == slow.kept()
    assert (quick.plain > 20, slow.plain) == (True, 0)
