"""A leaver's copy opens nothing of today: the file gets a new key, everybody else keeps their password."""

import shutil
import threading
from contextlib import closing

import pytest
from real_files import jpeg
from released_files import HEAD as RELEASED_HEAD
from released_files import PASSWORD as RELEASED_PASSWORD
from released_files import released
from samples import SAMPLES
from sqlalchemy import select
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk, recover_desk
from app.commands.desk_accounts import DeskAccounts
from app.models.registry import RECORD_TYPES
from app.security import keyslots
from app.security import slots as slots_module
from app.security.authorize import NotAllowed
from app.security.keyslots import KeySlots, SlotRefused, WrongPassword
from app.store import rekeying
from app.store.attachments import MissingContent
from app.store.database import Database
from app.store.errors import StorageFailed, WrongKey
from app.store.tables import audit, blob_root, install
from app.store.verify import verify

HEAD, PASSWORD = "李站长", "Ce-shi-2026-kou"
COLLEAGUE, OWN = "王网格", "Zi-ji-ding-2026"
LEAVER, LEFT = "赵调解", "Yao-zou-le-2026"
RESIDENT = RECORD_TYPES["resident"]


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """The least a key file may ask for; the slow key has no part in what is tested here."""
    monkeypatch.setattr(keyslots, "ARGON2", {"t": 2, "m": 19456, "p": 1})


@pytest.fixture
def station(tmp_path):
    """A station of three, with a record and an attachment, and the copy the leaver took along."""
    desk, code = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user=HEAD,
        password=PASSWORD,
    )
    with closing(desk):
        made = DeskAccounts(desk)
        firsts = {
            name: made.add(name, role, own_password=PASSWORD)
            for name, role in ((COLLEAGUE, "grid"), (LEAVER, "mediator"))
        }
        save(desk)
        old_file = desk.attachments.add(jpeg(), "旧照片.jpg")
    for name, own in ((COLLEAGUE, OWN), (LEAVER, LEFT)):
        with closing(open_desk(tmp_path / "data", name, firsts[name])) as theirs:
            DeskAccounts(theirs).change_password(firsts[name], own)
    shutil.copytree(tmp_path / "data", tmp_path / "taken")
    return tmp_path, code, old_file


def save(desk):
    return desk.store.save(RESIDENT, SAMPLES["resident"](), by=desk.user, record_id=str(uuid7()))


def removed(folder):
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        made = DeskAccounts(desk)
        made.remove(LEAVER, own_password=PASSWORD)
        assert made.key_change_due()
        assert made.change_key(own_password=PASSWORD) == ""
        assert not made.key_change_due()


def test_what_the_leaver_took_along_opens_nothing_of_today(station):
    folder, _, _ = station
    removed(folder / "data")
    taken = KeySlots.open(folder / "taken").unlock(LEAVER, LEFT)
    with pytest.raises(WrongKey):
        Database.open(folder / "data" / "desk.db", taken)
    with pytest.raises(WrongPassword):
        KeySlots.open(folder / "data").unlock(LEAVER, LEFT)
    # Their old copy is theirs still, and says nothing about today.
    Database.open(folder / "taken" / "desk.db", taken).close()


def test_everybody_else_keeps_their_password_and_the_printed_code_stays(station):
    folder, code, _ = station
    removed(folder / "data")
    for name, password in ((HEAD, PASSWORD), (COLLEAGUE, OWN)):
        with closing(open_desk(folder / "data", name, password)) as desk:
            assert desk.user == name
            assert verify(desk.database, RECORD_TYPES) == []
    with closing(recover_desk(folder / "data", code, HEAD, "Yong-hui-fu-ma-1")) as desk:
        assert save(desk).revision == 1


def test_the_open_desk_goes_on_with_its_records_and_files_old_and_new(station):
    folder, _, old_file = station
    with closing(open_desk(folder / "data", HEAD, PASSWORD)) as desk:
        before = desk.database.mark
        DeskAccounts(desk).change_key(own_password=PASSWORD)
        assert desk.database.mark != before
        assert save(desk).revision == 1
        new_file = desk.attachments.add(b"\xff\xd8\xff\xe0" + jpeg()[4:] + b"\0", "新照片.jpg")
        assert desk.attachments.open(old_file, by=HEAD) == jpeg()
        with desk.database.read() as connection:
            assert len(connection.execute(select(blob_root)).all()) == 2
            assert list(connection.execute(select(audit.c.action)).scalars()).count("change key") == 1
        path = desk.attachments._blobs.path(new_file.sha256)
        DeskAccounts(desk).change_key(own_password=PASSWORD)
        assert desk.attachments.open(new_file, by=HEAD)
        assert desk.attachments.open(old_file, by=HEAD) == jpeg()
    # With the key and the file of before, what was attached since cannot be read.
    target = folder / "taken" / "attachments" / new_file.sha256[:2]
    target.mkdir(exist_ok=True)
    shutil.copy(path, target)
    with closing(open_desk(folder / "taken", LEAVER, LEFT)) as theirs:
        assert theirs.attachments.open(old_file, by=LEAVER) == jpeg()
        with pytest.raises(MissingContent):
            theirs.attachments.open(new_file, by=LEAVER)


def test_saving_goes_on_beside_it_and_loses_nothing(station):
    folder, _, _ = station
    with closing(open_desk(folder / "data", HEAD, PASSWORD)) as desk:
        saved, stop = [], threading.Event()

        def write():
            while not stop.is_set():
                saved.append(save(desk).record_id)

        threads = [threading.Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            DeskAccounts(desk).change_key(own_password=PASSWORD)
        stop.set()
        for thread in threads:
            thread.join()
        assert all(desk.reader.load(RESIDENT, record_id) for record_id in saved)
        assert verify(desk.database, RECORD_TYPES) == []


def test_backups_made_before_open_with_their_own_keys_and_a_new_one_is_due(station):
    folder, _, _ = station
    with closing(open_desk(folder / "data", HEAD, PASSWORD)) as desk:
        old = desk.backups.make()
        assert not desk.backups.is_due()
        DeskAccounts(desk).change_key(own_password=PASSWORD)
        assert desk.backups.is_due()
        assert not desk.backups.drill_due()
        new = desk.backups.make()
        assert desk.backups.drill().faults == ()
    for made in (old, new):
        dek = KeySlots.open(made.path).unlock(COLLEAGUE, OWN)
        Database.open(made.database, dek).close()


@pytest.mark.parametrize("step", ["_rekey", "_take_place", "sync_folder"])
def test_a_step_that_fails_leaves_a_desk_that_opens(station, monkeypatch, step):
    folder, _, _ = station
    real, calls = getattr(rekeying, step), []

    def failing(*given):
        calls.append(given)
        if step == "sync_folder" and len(calls) == 2:
            real(*given)
        raise OSError(28, "no room")

    with closing(open_desk(folder / "data", HEAD, PASSWORD)) as desk:
        record = save(desk)
        monkeypatch.setattr(rekeying, step, failing)
        with pytest.raises(Exception, match="磁盘"):
            DeskAccounts(desk).change_key(own_password=PASSWORD)
        monkeypatch.undo()
        assert desk.reader.load(RESIDENT, record.record_id) is not None
        assert save(desk).revision == 1
        assert b'"next"' not in (folder / "data" / "keyslots.json").read_bytes()
    with closing(open_desk(folder / "data", COLLEAGUE, OWN)) as desk:
        assert verify(desk.database, RECORD_TYPES) == []
    assert not (folder / "data" / "desk.db.rekeyed").exists()


def test_a_planted_public_key_gets_nothing(station):
    """Who may write the key file but has no key cannot have the next key sealed to one of their own."""
    folder, _, _ = station
    data = folder / "data"
    slots = KeySlots.open(data)
    private = slots_module.new_private_key()
    planted = [
        slots_module.replace(slot, public=slots_module.public_key_of(private))
        if slot.user == COLLEAGUE
        else slot
        for slot in slots._slots
    ]
    slots._replace(planted)
    with closing(open_desk(data, HEAD, PASSWORD)) as desk:
        with pytest.raises(SlotRefused, match="被改动过"):
            DeskAccounts(desk).change_key(own_password=PASSWORD)
        assert save(desk).revision == 1


def test_only_who_manages_users_changes_the_key_and_the_refusal_is_noted(station):
    folder, _, _ = station
    with closing(open_desk(folder / "data", COLLEAGUE, OWN)) as desk, pytest.raises(NotAllowed):
        DeskAccounts(desk).change_key(own_password=OWN)


def test_a_full_disk_changes_nothing(station, monkeypatch):
    folder, _, _ = station
    with closing(open_desk(folder / "data", HEAD, PASSWORD)) as desk:
        with desk.database.write() as connection:
            connection.execute(install.update().values(rekey_due=True))
        monkeypatch.setattr(rekeying, "remove", lambda path: (_ for _ in ()).throw(OSError(5, "broken")))
        with pytest.raises(StorageFailed):
            DeskAccounts(desk).change_key(own_password=PASSWORD)
        monkeypatch.undo()
        assert DeskAccounts(desk).key_change_due()
        assert save(desk).revision == 1


def test_slots_of_the_first_release_are_renewed_at_sign_in_and_the_code_is_printed_anew(tmp_path):
    folder = tmp_path / "old"
    slots = KeySlots.open(released("0002", folder))
    assert slots.outdated() == [RELEASED_HEAD, ""]
    dek = slots.unlock(RELEASED_HEAD, RELEASED_PASSWORD)
    with pytest.raises(SlotRefused, match=f"“{RELEASED_HEAD}”升级后还没有登录过"):
        slots.begin_change(dek, bytes(32), bytes(16))
    with closing(open_desk(folder, RELEASED_HEAD, RELEASED_PASSWORD)) as desk:
        assert KeySlots.open(folder).outdated() == [""]
        code = DeskAccounts(desk).change_key(own_password=RELEASED_PASSWORD)
    assert KeySlots.open(folder).outdated() == []
    with closing(recover_desk(folder, code, RELEASED_HEAD, "Yong-hui-fu-ma-1")) as desk:
        assert verify(desk.database, RECORD_TYPES) == []
