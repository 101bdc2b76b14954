"""How units fall onto pages."""

import pytest

from app.typeset.page import CONTRACT, MM, OFFICIAL, Unit, paginate


def unit(height: float, *, keep: bool = False, space: float = 0.0) -> Unit:
    return Unit(height, lambda *_: None, space=space, keep=keep)


def heights(units: list[Unit], height: float) -> list[list[float]]:
    return [[each.height for each in page] for page in paginate(units, height)]


def test_units_fill_a_page_before_the_next() -> None:
    assert heights([unit(40), unit(40), unit(40)], 100) == [[40, 40], [40]]


def test_units_kept_together_move_together() -> None:
    assert heights([unit(60), unit(30, keep=True), unit(30)], 100) == [[60], [30, 30]]


def test_a_group_taller_than_a_page_is_divided() -> None:
    units = [unit(40, keep=True) for _ in range(5)]
    assert heights([unit(10), *units], 100) == [[10, 40, 40], [40, 40], [40]]


def test_space_is_dropped_at_the_top_of_a_page() -> None:
    assert heights([unit(60), unit(100, space=30), unit(1)], 100) == [[60], [100], [1]]


@pytest.mark.parametrize("frame", [CONTRACT, OFFICIAL])
def test_frames_lie_on_a4(frame) -> None:  # type: ignore[no-untyped-def]
    assert frame.right < 210 * MM
    assert frame.bottom > 20 * MM


def test_the_official_frame_is_that_of_the_standard() -> None:
    assert (OFFICIAL.left / MM, OFFICIAL.top / MM) == pytest.approx((28, 37))
    assert (OFFICIAL.width / MM, OFFICIAL.height / MM) == pytest.approx((156, 225))
