"""A power cut while a station is being founded must leave neither a half station nor a locked-out user."""

import pytest

from app.commands.desk import DATABASE, found_desk, is_founded, open_desk
from app.security.keyslots import KeySlots, SlotRefused

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
