"""A power cut while a station is being founded must leave neither a half station nor a locked-out user."""

import pytest

from app.commands.desk import DATABASE, FOUNDING, Desk, found_desk, is_founded, open_desk, recover_desk
from app.security.keyslots import KeySlots, SlotRefused
from app.store.errors import StorageFull

STATION = {
    "station_code": "511421125201",
    "station_name": "鹰头村",
    "user": "李调解",
    "password": "Ce-shi-2026-kou",
}


def test_keys_without_a_database_are_set_aside_when_founding_was_cut_short(tmp_path, monkeypatch):
    folder = tmp_path / "data"

    class PowerCut(Exception):
        pass

    def cut(*_, **__):
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr("app.commands.desk.found", cut)
        with pytest.raises(PowerCut):
            found_desk(folder, **STATION)
    assert (folder / "keyslots.json").exists()
    assert not is_founded(folder)
    desk, _ = found_desk(folder, **STATION)
    desk.close()
    assert is_founded(folder)
    assert len(list(folder.glob("keyslots.json.unfinished-*"))) == 1
    open_desk(folder, "李调解", "Ce-shi-2026-kou").close()


def test_keys_whose_database_was_lost_are_never_founded_over(tmp_path):
    folder = tmp_path / "data"
    desk, _ = found_desk(folder, **STATION)
    desk.close()
    (folder / DATABASE).unlink()
    assert is_founded(folder)
    with pytest.raises(SlotRefused):
        found_desk(folder, **STATION)
    assert KeySlots.open(folder).users() == ["李调解"]


def refused(*_, **__):
    raise StorageFull


def disk_full(*_, **__):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("step", "fault", "failure"),
    [
        ("app.commands.desk.save_settings", disk_full, OSError),
        ("app.commands.desk.found", refused, StorageFull),
        ("app.commands.desk.Desk.note", refused, StorageFull),
    ],
)
def test_a_founding_the_disk_refused_can_be_tried_again_and_shows_its_code(
    tmp_path, monkeypatch, step, fault, failure
):
    folder = tmp_path / "data"
    with monkeypatch.context() as broken:
        broken.setattr(step, fault)
        with pytest.raises(failure):
            found_desk(folder, **STATION)
    assert not is_founded(folder)
    desk, code = found_desk(folder, **STATION)
    desk.close()
    recover_desk(folder, code, "李调解", "Ce-shi-2026-xin").close()


def test_a_desk_the_disk_did_not_let_open_can_be_opened_once_it_is_well(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    desk, code = found_desk(folder, **STATION)
    desk.close()
    with monkeypatch.context() as broken:
        broken.setattr(Desk, "note", refused)
        with pytest.raises(StorageFull):
            open_desk(folder, "李调解", "Ce-shi-2026-kou")
        with pytest.raises(StorageFull):
            recover_desk(folder, code, "李调解", "Ce-shi-2026-kou")
    with monkeypatch.context() as broken:
        broken.setattr(KeySlots, "set_password", disk_full)
        with pytest.raises(OSError, match="No space"):
            recover_desk(folder, code, "李调解", "Ce-shi-2026-kou")
    open_desk(folder, "李调解", "Ce-shi-2026-kou").close()


def test_a_marker_of_founding_that_came_back_after_a_power_cut_goes_when_the_desk_opens(tmp_path):
    folder = tmp_path / "data"
    desk, _ = found_desk(folder, **STATION)
    desk.close()
    (folder / FOUNDING).touch()
    open_desk(folder, "李调解", "Ce-shi-2026-kou").close()
    assert not (folder / FOUNDING).exists()
