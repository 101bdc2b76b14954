"""Large batches read by two processes: the same lines, in order, and nothing lost when the second one is gone."""

import os
import signal
from collections.abc import Iterator

import pytest

from app.district.judge import Judge
from app.district.second_reader import RESTS, WORTH, SharedReading
from app.models.registry import RECORD_TYPES
from app.sync.protocol import Line
from tests.district.parts import Pen, sample

PLAIN = ("resident", "service_visit", "patrol_log")


def batch() -> list[Line]:
    pen = Pen()
    lines = [pen.write("create", without_files(PLAIN[at % 3]), kind=PLAIN[at % 3]) for at in range(3 * WORTH)]
    # What is not plainly in order is left to the long way, wherever it stands.
    for at in (0, 7, len(lines) - 1):
        lines[at] = lines[at]._replace(body=lines[at].body.replace(b'"act":', b'"act": '))
    return lines


def without_files(code: str) -> dict[str, object]:
    return {name: value for name, value in sample(code).items() if "sha256" not in str(value)}


@pytest.fixture
def reading() -> Iterator[SharedReading]:
    one = SharedReading(Judge(RECORD_TYPES, worth=0).quick_reading, cores=2)
    yield one
    one.close()


def said(lines: list[Line | None]) -> list[Line | None]:
    return [None if line is None else line._replace(data=dict(line.data)) for line in lines]


def read_alone(lines: list[Line]) -> list[Line | None]:
    alone = Judge(RECORD_TYPES, worth=0).quick_reading
    return said(alone.lines([line.body for line in lines], lines[0].seq))


def read(reading: SharedReading, lines: list[Line]) -> list[Line | None]:
    return said(reading.lines([line.body for line in lines], lines[0].seq))


def test_two_processes_read_what_one_reads(reading: SharedReading) -> None:
    lines = batch()
    expected = read_alone(lines)
    assert expected.count(None) == 3
    assert read(reading, lines) == expected
    assert reading.wait_until_shared(60)
    for _ in range(5):
        assert read(reading, lines) == expected
    assert reading.shared == 5


def test_what_a_killed_second_process_was_given_is_read_by_the_first(reading: SharedReading) -> None:
    lines = batch()
    read(reading, lines)
    assert reading.wait_until_shared(60)
    assert reading.process is not None
    os.kill(reading.process, signal.SIGKILL)
    assert read(reading, lines) == read_alone(lines)
    assert reading.process is None
    assert read(reading, lines) == read_alone(lines)


def test_another_is_begun_after_a_rest_that_grows() -> None:
    now = [0.0]
    reading = SharedReading(Judge(RECORD_TYPES, worth=0).quick_reading, cores=2, clock=lambda: now[0])
    lines = batch()
    try:
        for rest in (*RESTS, RESTS[-1]):
            read(reading, lines)
            assert reading.wait_until_shared(60)
            assert reading.process is not None
            os.kill(reading.process, signal.SIGKILL)
            read(reading, lines)
            now[0] += rest - 1
            assert read(reading, lines) == read_alone(lines)
            assert reading.process is None
            now[0] += 1
        read(reading, lines)
        assert reading.wait_until_shared(60)
        assert read(reading, lines) == read_alone(lines)
        assert reading.shared == 1
    finally:
        reading.close()


def test_one_that_hangs_is_ended(reading: SharedReading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.district.second_reader.PATIENCE", 0.05)
    lines = batch()
    read(reading, lines)
    assert reading.wait_until_shared(60)
    process = reading.process
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    assert read(reading, lines) == read_alone(lines)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_short_batches_and_lone_cores_begin_no_process() -> None:
    judge = Judge(RECORD_TYPES, worth=0)
    lines = batch()
    for reading, some in (
        (SharedReading(judge.quick_reading, cores=2), lines[: WORTH - 1]),
        (SharedReading(judge.quick_reading, cores=1), lines),
    ):
        assert read(reading, some) == read_alone(some)
        assert reading.process is None
        reading.close()


def test_closed_it_goes_on_reading_alone(reading: SharedReading) -> None:
    lines = batch()
    read(reading, lines)
    process = reading.process
    assert process is not None
    reading.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert read(reading, lines) == read_alone(lines)
    assert reading.process is None
