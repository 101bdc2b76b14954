"""What a password lacks is told in sentences."""

import pytest

from app.security.passwords import password_problems

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Abc-1", "至少"),
        ("abcdefghijkl", "三种"),
        ("Password-2026", "常见词"),
        ("Li-调解2026a李调解", "用户名"),
    ],
)
def test_a_weak_password_is_told_what_it_lacks(password, wrong):
    assert any(wrong in problem for problem in password_problems(password, names=(USER,)))


def test_a_good_password_has_no_problems():
    assert password_problems(PASSWORD, names=(USER, "鹰头村")) == []
