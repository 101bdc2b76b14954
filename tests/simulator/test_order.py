"""The judge of order: what it must let pass, and what it must catch."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.simulator.order import in_order


def row(
    op_id: str, position: int, seq: int, device: str = "甲机", epoch: int = 1, applied: int | None = 0
) -> Any:
    """`applied` is 0 for at once, None for held back."""
    took_effect = position if applied == 0 else applied
    return SimpleNamespace(
        op_id=op_id, position=position, device=device, epoch=epoch, seq=seq, applied=took_effect
    )


def save(pen: str = "甲", record: str = "案", author: str = "甲.0") -> Any:
    return SimpleNamespace(pen=pen, record=record, author=author)


def test_the_district_writes_to_each_station_with_a_pen_of_its_own() -> None:
    """Seeds 687, 896, 964 and 1403: positions of two stations were held against one order."""
    there = [row("一", 3, 1, "区里甲村"), row("二", 2, 1, "区里乙村")]
    in_order(there, {"一": save("区里.甲村"), "二": save("区里.乙村")})


def test_a_seq_that_falls_is_caught() -> None:
    with pytest.raises(AssertionError, match="G3: 二 arrived out of order"):
        in_order([row("一", 1, 2), row("二", 2, 1)], {})


def test_later_lives_of_a_pc_come_after_earlier_ones() -> None:
    there = [row("后", 1, 1, epoch=2), row("先", 2, 2, epoch=2)]
    with pytest.raises(AssertionError, match="not in the order saved: 后 of 甲 before 先"):
        in_order(there, {"先": save(), "后": save(record="别的")})


def test_what_a_copy_brought_that_its_original_lost_comes_whenever_it_comes() -> None:
    """Seed 1967: unsent when the disk was copied, gone from the original when that was put back."""
    saved = {"先": save(record="别的"), "其次": save(record="别的"), "后": save()}
    in_order([row("后", 1, 1, epoch=2), row("先", 2, 1, "乙机"), row("其次", 3, 2, "乙机")], saved)
    with pytest.raises(AssertionError, match="not in the order saved: 其次 of 甲 before 先"):
        in_order([row("其次", 1, 1, "乙机"), row("先", 2, 2, "乙机"), row("后", 3, 1, epoch=2)], saved)


def test_what_a_district_forgot_keeps_the_order_of_each_record() -> None:
    there = [row("后", 1, 1, "乙机"), row("先", 2, 2)]
    in_order(there, {"先": save(), "后": save(record="别的")}, within={"甲.0"})
    with pytest.raises(AssertionError, match="not in the order saved"):
        in_order(there, {"先": save(), "后": save()}, within={"甲.0"})


def test_what_was_held_for_a_lost_forerunner_takes_effect_after_it() -> None:
    """Seed 2887: a copy of the disk had filled the number of the lost create, so it came again by the comparison."""
    saved = {"先": save(), "后": save()}
    in_order([row("后", 1, 1, applied=3), row("先", 2, 2)], saved, within={"甲.0"})
    in_order([row("后", 1, 1, applied=None), row("先", 2, 2)], saved, within={"甲.0"})
    # Seed 4397: each waited for another forerunner.
    in_order([row("先", 1, 1, applied=9), row("后", 2, 2, applied=5)], saved, within={"甲.0"})
    with pytest.raises(AssertionError, match="not in the order saved"):
        in_order([row("后", 1, 1, applied=5), row("先", 2, 2, applied=9)], saved, within={"甲.0"})


def test_where_the_district_forgot_nothing_is_asked_of_it_or_of_lives_that_are_over() -> None:
    """Seed 30133: a PC put back sends first what it had not sent, then what the district turns out to have lost."""
    there = [row("后", 1, 1), row("先", 2, 2)]
    in_order(there, {"先": save(), "后": save()}, within={"甲.1"})
    in_order(there, {"先": save(author="区里"), "后": save(author="区里")}, within={"甲.1"})


def test_of_a_save_that_may_be_an_earlier_one_nothing_is_asked() -> None:
    in_order([row("后", 1, 1), row("先", 2, 2)], {"先": save(""), "后": save()})
