"""Failed logins: five and the login waits, and what cannot be counted keeps nobody out."""

from datetime import timedelta

import pytest

from app.security.attempts import Attempts, LockedOut

USER = "李调解"


def test_five_failures_wait_ten_minutes_and_then_twice_as_long(tmp_path, clock):
    attempts = Attempts(tmp_path, clock)
    for _ in range(5):
        attempts.check(USER)
        attempts.failed(USER)
    with pytest.raises(LockedOut, match="10 分钟"):
        Attempts(tmp_path, clock).check(USER)
    attempts.check("别人")
    clock.pass_time(minutes=10)
    for _ in range(5):
        attempts.check(USER)
        attempts.failed(USER)
    with pytest.raises(LockedOut, match="20 分钟"):
        attempts.check(USER)
    clock.pass_time(minutes=20)
    attempts.check(USER)
    attempts.succeeded(USER)
    attempts.failed(USER)
    attempts.check(USER)


def test_a_folder_that_cannot_be_written_keeps_nobody_out(tmp_path, clock):
    (tmp_path / "attempts.json.new").mkdir()
    attempts = Attempts(tmp_path, clock)
    attempts.failed(USER)
    attempts.check(USER)
    attempts.succeeded(USER)


def test_a_clock_put_back_does_not_lock_for_ever(tmp_path, clock):
    attempts = Attempts(tmp_path, clock)
    for _ in range(5):
        attempts.failed(USER)
    clock.now -= timedelta(days=3650)
    attempts.check(USER)
