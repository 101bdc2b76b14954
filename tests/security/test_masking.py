"""Lists show the head and the tail of a sensitive value."""

import pytest

from app.security.masking import masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("11010519491231002X", "110***********002X"),
        ("13812341234", "138****1234"),
        ("12345", "****5"),
        ("", ""),
    ],
)
def test_masking_shows_head_and_tail_only(value, shown):
    assert masked(value) == shown
