"""backup, backups and restore as an administrator runs them: sentences, JSON, exit codes, nothing deleted."""

import shutil
from contextlib import closing

import orjson
import pytest
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands import backups as commands
from app.commands.desk import found_desk, open_desk
from app.commands.desk_line import enrol_desk
from app.commands.parser import build_parser
from app.district.server import DistrictServer
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from tests.commands.test_command_line import PASSWORD, USER, run

STATION = {"station_code": "511421125201", "station_name": "鹰头村", "user": USER, "password": PASSWORD}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A founded station with two visits, closed."""
    folder = tmp_path_factory.mktemp("template") / "data"
    desk, _ = found_desk(folder, **STATION)
    save(desk, 2)
    desk.close()
    return folder


def save(desk, count=1):
    for _ in range(count):
        kind = RECORD_TYPES["service_visit"]
        desk.store.save(kind, SAMPLES["service_visit"](), by=USER, record_id=str(uuid7()))


@pytest.fixture
def folder(template, tmp_path):
    shutil.copytree(template, tmp_path / "data")
    (tmp_path / "password.txt").write_text(PASSWORD, encoding="utf-8")
    return tmp_path / "data"


def signed(folder, *words):
    return run(*words, "--password-file", folder.parent / "password.txt", folder=folder)


def test_a_backup_is_made_listed_and_restored(folder):
    made = signed(folder, "backup")
    assert made.returncode == 0, made.stderr
    assert "共 2 条记录、0 个附件" in made.stdout
    (listed,) = orjson.loads(run("backups", folder=folder).stdout)
    assert (listed["records"]["service_visit"], listed["epoch"], listed["number"]) == (2, 1, 1)
    (folder / "desk.db").write_bytes(b"ruined")
    broken = signed(folder, "verify")
    assert (broken.returncode, "有损坏" in broken.stderr) == (2, True)
    asked = signed(folder, "restore")
    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    assert (folder / "desk.db").read_bytes() == b"ruined"
    done = signed(folder, "restore", "--yes")
    assert done.returncode == 0, done.stderr
    assert "共 2 条记录" in done.stdout
    assert "等待上报" in done.stdout
    assert [path.read_bytes() for path in folder.glob("quarantine/*/desk.db")] == [b"ruined"]
    assert signed(folder, "verify").returncode == 0
    # The restored desk backs itself up at once, under its new epoch.
    assert [row["epoch"] for row in orjson.loads(run("backups", folder=folder).stdout)] == [2, 1]


def test_a_new_pc_is_restored_from_the_other_drive(folder, tmp_path):
    drive, fresh = tmp_path / "usb", tmp_path / "new" / "data"
    drive.mkdir()
    made = signed(folder, "backup", "--to", drive)
    assert made.returncode == 0, made.stderr
    (fresh.parent).mkdir()
    shutil.copy(folder.parent / "password.txt", fresh.parent)
    done = signed(fresh, "restore", "--from", drive, "--yes")
    assert done.returncode == 0, done.stderr
    assert (fresh / "keyslots.json").read_bytes() == (folder / "keyslots.json").read_bytes()
    assert len(orjson.loads(signed(fresh, "list", "service_visit").stdout)) == 2


def test_a_folder_without_backups_is_refused_and_nothing_is_made(folder, tmp_path):
    refused = signed(folder, "restore", "--from", tmp_path, "--yes")
    assert (refused.returncode, "没有备份" in refused.stderr) == (2, True)
    nowhere = run("restore", "--yes", folder=tmp_path / "nowhere")
    assert (nowhere.returncode, "没有备份" in nowhere.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()
    assert orjson.loads(run("backups", folder=tmp_path / "nowhere").stdout) == []


def test_a_drive_that_is_away_is_said(folder, tmp_path):
    made = signed(folder, "backup", "--to", tmp_path / "away")
    assert (made.returncode, "另一个盘上没有备份到" in made.stderr) == (1, True)


def test_who_does_not_type_the_word_restores_nothing(folder, capsys):
    assert signed(folder, "backup").returncode == 0
    before = (folder / "desk.db").read_bytes()
    words = ["--data", str(folder), "restore", "--password-file", str(folder.parent / "password.txt")]
    asked = []
    assert (
        commands.restore(build_parser().parse_args(words), lambda question: bool(asked.append(question))) == 1
    )
    assert "现有文件会移到隔离文件夹" in asked[0]
    assert (folder / "desk.db").read_bytes() == before
    assert "什么也没有改动" in capsys.readouterr().err


def test_the_help_names_the_commands_of_backup():
    told = run("--help").stdout
    for word in ("backup", "backups", "restore"):
        assert word in told
    assert "--from" in run("restore", "--help").stdout


def test_after_a_restore_the_district_takes_the_new_epoch_and_holds_everything_once(folder, tmp_path):
    with DistrictServer(tmp_path / "district") as district:
        desk = open_desk(folder, USER, PASSWORD)
        enrol_desk(desk, district.url, district.open_code("511421125201", "鹰头村"))
        desk.close()
        assert signed(folder, "backup").returncode == 0
        desk = open_desk(folder, USER, PASSWORD)
        save(desk, 3)
        desk.close()
        assert "本次上报 5 条" in signed(folder, "sync").stdout
        restored = signed(folder, "restore", "--yes")
        assert "备份以后还有 3 次修改不在备份里：3 次区里已收到" in restored.stdout
        assert "不用重新登记" in restored.stdout
        desk = open_desk(folder, USER, PASSWORD)
        assert desk.station.epoch == 2
        save(desk)
        desk.close()
        sent = signed(folder, "sync")
        assert (sent.returncode, "未上报 0 条，退回 0 条" in sent.stdout) == (0, True), sent.stdout
        # What the backup had unsent is there already, what came after it comes back, and one is new: each once.
        with closing(open_desk(folder, USER, PASSWORD)) as desk:
            assert len(desk.reader.page(RECORD_TYPES["service_visit"], ListQuery())) == 6
        import sqlite3

        file = tmp_path / "district" / "district.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as held:
            counted = held.execute("SELECT count(*), count(DISTINCT op_id) FROM revision").fetchone()
        assert counted == (6, 6)
