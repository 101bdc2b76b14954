"""The district's signed policies on a real desk and a real server: taken only genuine and upward, and the offline key."""

import shutil
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from conftest import SettableClock
from samples import SAMPLES
from sqlalchemy import select
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.commands.district_recovery import PENDING, ask, use
from app.commands.recovery_key import KeyRefused, make_recovery_key, open_recovery, policy_of
from app.district.server import DistrictServer
from app.models.changes import Notice, Page
from app.models.registry import RECORD_TYPES
from app.security import keyslots
from app.security.keyslots import KeySlots, WrongPassword
from app.security.recovery_request import RecoveryRefused
from app.security.signed_value import is_genuine
from app.store import policies
from app.store.authorized.access import PolicyLapsed
from app.store.policies import Standing
from app.store.tables import audit, notice

HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"
STATION = "511421125201"


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """The least a key file may ask for; the slow key has no part in what is tested here."""
    monkeypatch.setattr(keyslots, "ARGON2", {"t": 2, "m": 19456, "p": 1})


@pytest.fixture
def server(tmp_path):
    clock = SettableClock(datetime.now(UTC).replace(microsecond=0))
    with DistrictServer(tmp_path / "district", clock=clock) as running:
        running.clock = clock
        yield running


@pytest.fixture
def folder(tmp_path, server):
    """An enrolled desk that has sent nothing yet."""
    desk, _ = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    with closing(desk):
        enrol_desk(desk, server.url, server.open_code(STATION, "鹰头村"))
    return tmp_path / "data"


def synced(desk):
    with district_of(desk) as district:
        assert rounds_of(desk, district).run().state == "idle"


def kept(desk, kind=policies.KIND):
    with desk.database.read() as connection:
        rows = connection.execute(select(notice.c.key, notice.c.body).where(notice.c.kind == kind))
        return {row.key: orjson.loads(row.body) for row in rows}


def take(desk, body):
    """A policy as a page of the district brings it."""
    place = desk.receiver.position().cursor
    page = Page(f"{place}x", False, 0, (Notice(1, "policy", orjson.dumps(body)),), (), 0)
    desk.receiver.take(page, place)


def test_a_policy_comes_down_signed_and_is_followed_and_renewed(server, folder):
    server.publish_policy("password", {"shortest": 14, "idle_minutes": 5})
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        synced(desk)
        assert DeskAccounts(desk).policy.shortest == 14
        first = kept(desk)["password"]
        assert is_genuine(first, server.services.identity.public_key)
        assert first["version"] == 1
        synced(desk)
        assert kept(desk)["password"] == first
        server.clock.pass_time(days=8)
        synced(desk)
        assert kept(desk)["password"]["version"] == 2
        assert DeskAccounts(desk).policy.idle_minutes == 5


def test_a_forged_an_older_and_an_unsigned_policy_are_kept_and_not_followed(server, folder):
    server.publish_policy("password", {"shortest": 12})
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        synced(desk)
        first = kept(desk)["password"]
        server.publish_policy("password", {"shortest": 16})
        server.clock.pass_time(minutes=6)
        synced(desk)
        assert DeskAccounts(desk).policy.shortest == 16
        for bad in (
            first,
            {**first, "version": 99},
            {"key": "password", "shortest": 11},
            {**first, "signature": 7},
        ):
            take(desk, bad)
            assert DeskAccounts(desk).policy.shortest == 16
            assert kept(desk, policies.REFUSED)["password"] == bad


def test_an_unsigned_policy_of_an_older_district_is_followed_as_before(folder):
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        take(desk, {"key": "password", "shortest": 15})
        assert DeskAccounts(desk).policy.shortest == 15
        take(desk, {"key": "recovery-key", "public": "A" * 43 + "="})
        assert policies.RECOVERY_KEY not in kept(desk)


@pytest.mark.parametrize(
    ("days", "standing", "words"),
    [(29, Standing.HOLDS, ""), (31, Standing.OLD, "超过 30 天"), (91, Standing.LAPSED, "超过 90 天")],
)
def test_an_old_policy_warns_then_ends_full_numbers_and_exports_and_never_saving(
    server, folder, days, standing, words
):
    server.publish_policy("password", {"minimum_app": "0.0.1"})
    resident = RECORD_TYPES["resident"]
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        synced(desk)
    later = SettableClock(server.clock.now + timedelta(days=days))
    with closing(open_desk(folder, HEAD, PASSWORD, clock=later)) as desk:
        with desk.database.read() as connection:
            assert policies.standing(connection, later()) is standing
        assert [one for one in desk.remarks if "管理要求" in one] == [
            one for one in desk.remarks if words and words in one
        ]
        saved = desk.store.save(resident, SAMPLES["resident"](), by=HEAD, record_id=str(uuid7()))
        if standing is Standing.LAPSED:
            with pytest.raises(PolicyLapsed, match="连上区里"):
                desk.reader.reveal(resident, saved.record_id, "核对")
            with pytest.raises(PolicyLapsed):
                desk.access.require("export_file")
        else:
            assert desk.reader.reveal(resident, saved.record_id, "核对") is not None


def test_a_program_older_than_the_district_asks_for_is_told_so(server, folder):
    server.publish_policy("password", {"minimum_app": "9.1"})
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        synced(desk)
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        assert any("9.1" in one for one in desk.remarks)


def made_key(server, tmp_path, name="offline.pem"):
    (tmp_path / "passphrase").write_text("hen-chang-de-kou-ling\n")
    asked = Namespace(make_recovery_key=tmp_path / name, passphrase_file=tmp_path / "passphrase")
    server.publish_policy("recovery-key", policy_of(make_recovery_key(asked)))
    server.clock.pass_time(minutes=6)
    return tmp_path / name


def sealed(folder):
    """The desk comes down to the district's key and, at the next sign-in, seals to it."""
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        synced(desk)
    open_desk(folder, HEAD, PASSWORD).close()
    return KeySlots.open(folder).sealed_to_district()


def answer(tmp_path, key, request):
    asked = Namespace(open_recovery=request, key=key, passphrase_file=tmp_path / "passphrase")
    assert open_recovery(asked) == 0
    return request.with_suffix(".answer").read_bytes()


def test_the_offline_key_lets_a_user_in_once_with_a_new_password(server, folder, tmp_path, capsys):
    key = made_key(server, tmp_path)
    assert b"ENCRYPTED" in key.read_bytes()
    assert sealed(folder) is not None
    check = ask(folder, HEAD, tmp_path / "ask.json")
    said = answer(tmp_path, key, tmp_path / "ask.json")
    assert check in capsys.readouterr().out
    use(folder, HEAD, said, OWN)
    with closing(open_desk(folder, HEAD, OWN)) as desk, desk.database.read() as connection:
        assert (
            "district"
            in connection.execute(select(audit.c.detail).where(audit.c.action == "recover")).scalars().all()
        )
    with pytest.raises(WrongPassword):
        KeySlots.open(folder).unlock(HEAD, PASSWORD)
    assert not (folder / PENDING).exists()
    with pytest.raises(RecoveryRefused, match="没有待答复的申请"):
        use(folder, HEAD, said, OWN)
    ask(folder, HEAD, tmp_path / "again.json")
    with pytest.raises(RecoveryRefused, match="不是给这次申请的"):
        use(folder, HEAD, said, OWN)


def test_a_new_key_of_file_or_district_is_sealed_anew(server, folder, tmp_path):
    first = made_key(server, tmp_path)
    before = sealed(folder)
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        DeskAccounts(desk).change_key(own_password=PASSWORD)
    after = KeySlots.open(folder).sealed_to_district()
    assert after[0] == before[0]
    assert after[1] != before[1]
    ask(folder, HEAD, tmp_path / "ask.json")
    use(folder, HEAD, answer(tmp_path, first, tmp_path / "ask.json"), PASSWORD)
    second = made_key(server, tmp_path, "second.pem")
    assert sealed(folder)[0] != before[0]
    assert KeySlots.open(folder).ways() == ["district", "password", "recovery"]
    ask(folder, HEAD, tmp_path / "other.json")
    with pytest.raises(RecoveryRefused, match="不是用这把密钥"):
        answer(tmp_path, first, tmp_path / "other.json")
    use(folder, HEAD, answer(tmp_path, second, tmp_path / "other.json"), OWN)


def test_without_the_passphrase_or_the_slot_nothing_opens(server, folder, tmp_path):
    key = made_key(server, tmp_path)
    with pytest.raises(RecoveryRefused, match="没有按区里"):
        ask(folder, HEAD, tmp_path / "early.json")
    assert sealed(folder) is not None
    ask(folder, HEAD, tmp_path / "ask.json")
    (tmp_path / "passphrase").write_text("another-passphrase")
    with pytest.raises(KeyRefused, match="打不开"):
        answer(tmp_path, key, tmp_path / "ask.json")
    with pytest.raises(KeyRefused, match="已存在"):
        make_recovery_key(Namespace(make_recovery_key=key, passphrase_file=tmp_path / "passphrase"))
    shutil.copy(tmp_path / "ask.json", tmp_path / "changed.json")


def test_two_independent_ways_in_stand_before_the_first_record(tmp_path):
    desk, code = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    desk.close()
    slots = KeySlots.open(tmp_path / "data")
    assert slots.ways() == ["password", "recovery"]
    assert slots.unlock(HEAD, PASSWORD) == slots.unlock_with_code(code)
