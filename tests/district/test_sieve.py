"""The quick way never says more than the record type: whatever the sieve lets through, `validate` finds sound."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.district.judge import Judge
from app.district.sieve import Sieve
from app.models.payload import decode
from app.models.problems import Severity
from app.models.registry import RECORD_TYPES
from tests.district.parts import sample

ODD: list[Any] = [
    None, "", " ", "　", " 张", "张 ", "\n", "张\n三", "张\0三", "\u202e", "\ud7ff", "\ufeff张", "x" * 6000, "男", "1",
    0, 1, -1, 151, 10**9, 1.5, True, False, [], [""], ["1", "1"], [1], {}, [{}], [{"id": "x"}], [{"id": None, "name": "甲"}],
    "2026-11-23", "20261123", "2026-W01-1", "2026-02-30", "1700-01-01", "2150-01-01", "2026-11-23T06:00:00Z",
    "2026-W01-1T06:00:00Z", "2026-11-23T25:00:00Z", "2026-11-23T06:00:60Z", "1849-12-31T23:00:00Z", "5.00", "-5.00", "NaN",
    "1e5", "１００", "5", "999999999999.99", "9999999999999.99", "0.001", "511421189901010019", "511421189901010018",
    "51142118990101001x", "１１", "13800138000", "1380013800", "110", "不是电话", "511421125201", "91510000MA6XXXXXXX",
]  # fmt: skip


def agreed(code: str, document: dict[str, Any]) -> bool:
    """Whether the sieve lets it through; fails when the record type objects to what it let through."""
    through = Sieve(RECORD_TYPES[code]).lets_through(document)
    if through:
        problems = RECORD_TYPES[code].validate(decode(RECORD_TYPES[code], document))
        assert not [problem for problem in problems if problem.severity is Severity.ERROR]
    return through


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_sound_records_take_the_quick_way(code: str) -> None:
    assert agreed(code, sample(code))
    assert agreed(code, {**sample(code), "of_a_newer_program": {"x": 1}})


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_every_odd_value_in_every_field(code: str) -> None:
    sieve = Sieve(RECORD_TYPES[code])
    sound = sample(code)
    for name in RECORD_TYPES[code].fields:
        for odd in ODD:
            document = {**sound, name: odd}
            if sieve.lets_through(document):
                agreed(code, document)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_several_odd_values_at_once_also_inside_rows(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(RECORD_TYPES)))
    document = sample(code)
    for _ in range(data.draw(st.integers(1, 4))):
        holder = document
        name = data.draw(st.sampled_from(sorted(RECORD_TYPES[code].fields)))
        rows = document.get(name)
        if RECORD_TYPES[code].fields[name].rows is not None and isinstance(rows, list) and rows:
            row = data.draw(st.sampled_from(rows))
            holder = row if isinstance(row, dict) else holder
            name = data.draw(st.sampled_from(sorted(row))) if isinstance(row, dict) and row else name
        holder[name] = data.draw(st.sampled_from(ODD) | st.text(max_size=30))
    agreed(code, document)
    Judge(RECORD_TYPES).objection(code, document)


def test_objection_names_the_field_in_words() -> None:
    reason = Judge(RECORD_TYPES).objection("resident", {"sex": "2"})
    assert reason is not None
    assert "姓名" in reason.sentence
