"""The rounds kept for the page: those that moved something or ended otherwise than the one before, the newest few."""

from datetime import timedelta

from app.store import round_log
from app.store.round_log import Round, RoundLog


def done(desk, **changes):
    quiet = {"seconds": 1, "sent": 0, "received": 0, "files": 0, "code": "", "sentence": ""}
    return Round(desk.clock(), **{**quiet, **changes})


def test_what_moves_nothing_is_kept_once_when_it_ends_otherwise(desk):
    log = RoundLog(desk.database)
    assert not log.note(done(desk))
    assert log.note(done(desk, sent=57, received=3, files=2, seconds=4))
    assert not log.note(done(desk))
    assert log.note(done(desk, code="offline", sentence="连不上区服务器。"))
    assert not log.note(done(desk, code="offline", sentence="连不上区服务器。"))
    assert log.note(done(desk))
    kept = log.newest()
    assert [(one.sent, one.code) for one in kept] == [(0, ""), (0, "offline"), (57, "")]
    assert kept[2] == done(desk, sent=57, received=3, files=2, seconds=4)


def test_only_the_newest_are_kept(desk, monkeypatch):
    monkeypatch.setattr(round_log, "MOST", 20)
    log = RoundLog(desk.database)
    for turn in range(45):
        log.note(Round(desk.clock() + timedelta(minutes=turn), 1, turn + 1, 0, 0, "", ""))
    assert log.count() == 20
    assert [one.sent for one in log.newest(3)] == [45, 44, 43]
