"""Settings and the small files beside the database: read back, survive damage, never half written."""

import random

import pytest

from app.safe_file import twin_of, write_safely
from app.settings import Settings, SettingsDamaged, default_data_folder, load_settings, save_settings

SET = Settings(
    district_url="https://district.example", text_size=125, theme="contrast", scan_folder="D:/扫描"
)


def test_settings_are_read_back_and_missing_ones_are_the_defaults(tmp_path):
    assert load_settings(tmp_path) == Settings()
    save_settings(tmp_path, SET)
    assert load_settings(tmp_path) == SET
    assert load_settings(tmp_path).with_changes(text_size=200).text_size == 200


def test_the_data_folder_can_be_named_from_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("FENGQIAO_DATA", str(tmp_path))
    assert default_data_folder() == tmp_path
    monkeypatch.delenv("FENGQIAO_DATA")
    assert default_data_folder().name == "fengqiao"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 90,
        b'{"district_url":"http',
        b"[]",
        b"null",
        b'{"text_size":"big"}',
        b'{"text_size":100.0}',
        b'{"theme":["light"]}',
        b'{"district_url":7}',
        b'{"language":1}',
        b'{"attachment_mb":0}',
        b'{"attachment_mb":"50"}',
        b'{"scan_folder":7}',
        b'{"second_backup":7}',
        "{}".encode("utf-16"),
    ],
)
def test_a_damaged_file_is_answered_by_its_second_copy(tmp_path, content):
    save_settings(tmp_path, SET)
    (tmp_path / "settings.json").write_bytes(content)
    assert load_settings(tmp_path) == SET
    twin_of(tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(SettingsDamaged, match=r"settings\.json.*记录没有受影响"):
        load_settings(tmp_path)


def test_settings_of_a_newer_program_are_read_as_far_as_they_are_known(tmp_path):
    (tmp_path / "settings.json").write_bytes(b'{"text_size":150,"sound":true}')
    assert load_settings(tmp_path) == Settings(text_size=150)


def test_saving_over_a_damaged_file_never_spoils_the_whole_copy(tmp_path):
    """Neither of the two writes can be done in turn: one whole copy stands all the time."""
    path = tmp_path / "settings.json"
    save_settings(tmp_path, SET)
    path.write_bytes(b"damaged")
    (tmp_path / "settings.json.new").mkdir()
    with pytest.raises(IsADirectoryError):
        save_settings(tmp_path, Settings(text_size=200))
    assert load_settings(tmp_path) == SET
    (tmp_path / "settings.json.new").rmdir()
    (tmp_path / "settings.json.prev.new").mkdir()
    with pytest.raises(IsADirectoryError):
        save_settings(tmp_path, Settings(text_size=200))
    assert load_settings(tmp_path) == Settings(text_size=200)


def test_a_safe_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "note"
    write_safely(path, b"old")
    (tmp_path / "note.new").mkdir()
    with pytest.raises(IsADirectoryError):
        write_safely(path, b"new")
    assert path.read_bytes() == b"old"
    (tmp_path / "note.new").rmdir()
    content = random.Random(1).randbytes(100_000)
    write_safely(path, content)
    assert path.read_bytes() == content
    assert [found.name for found in tmp_path.iterdir()] == ["note"]
