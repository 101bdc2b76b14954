"""Planted numbers, names, passwords and marks are found nowhere but in the encrypted files (and the district's database).

The desk and the district are processes of their own; the desk is killed in the middle of a save, then restored.
"""

import os
import re
import resource
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import pytest

from app.security.keyslots import KeySlots
from app.store.database import Database
from tests.planted.secrets import CARDS, MARK, NAMES, PASSWORD, PHONES, STREET, planted, sightings

ROOT = Path(__file__).parents[2]
USER = "李站长"


def run(arguments, place, **more):
    """A program of ours with temporary files, settings and working folder of its own."""
    aside = {name: place / name for name in ("tmp", "home", "work")}
    for folder in aside.values():
        folder.mkdir(exist_ok=True)
    given = dict(os.environ) | {
        "TMPDIR": str(aside["tmp"]),
        "HOME": str(aside["home"]),
        "XDG_CACHE_HOME": str(aside["home"]),
        "XDG_DATA_HOME": str(aside["home"]),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen([sys.executable, *arguments], cwd=aside["work"], env=given, **more)


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A day's work, killed in the middle; answers the folder everything lies in."""
    place = tmp_path_factory.mktemp("day")
    secret = tmp_path_factory.mktemp("keys") / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    district = place / "district"
    main = str(ROOT / "main.py")
    opened = run(
        [main, "district", "--folder", str(district), "--open-code", "511421125201"],
        place,
        stdout=subprocess.PIPE,
    )
    code = opened.communicate(timeout=60)[0].decode()
    with ExitStack() as streams:
        said = streams.enter_context((place / "district.err").open("wb"))
        log = streams.enter_context((place / "desk.out").open("wb"))
        server = run(
            [main, "district", "--folder", str(district), "--port", "0"],
            place,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        streams.callback(_end, server)
        url = next(
            found[0] for line in server.stdout if (found := re.search(r"https?://[0-9.:]+", line.decode()))
        )
        desk = run(
            ["-m", "tests.planted.desk", str(place / "data"), url, _code_in(code), str(place / "out.xlsx")],
            place,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        streams.callback(_end, desk)
        lines = [desk.stdout.readline() for _ in range(4)]
        assert lines[-1] == b"saved\n", (place / "desk.out").read_text(encoding="utf-8")[-2000:]
        desk.send_signal(signal.SIGKILL)
        (place / "desk.stdout").write_bytes(b"".join(lines) + desk.stdout.read())
    return place, secret


def _end(process):
    process.kill()
    process.wait()
    process.stdout.close()


def _code_in(text):
    return re.search("[A-Z0-9]+(?:-[A-Z0-9]+)+", text)[0]


def keys_of(place):
    return {"file key": KeySlots.open(place / "data").unlock(USER, PASSWORD)}


def test_nothing_is_found_in_clear(day):
    place, _ = day
    files = {path.name for path in (place / "data").rglob("*") if path.is_file()}
    assert {"desk.db", "desk.db-wal", "keyslots.json"} <= files
    assert any(path.is_file() for path in (place / "data" / "attachments").rglob("*"))
    names = {f"name {at}" for at in range(20)} | {"street"}
    found = list(sightings([place], planted() | keys_of(place)))
    outside = [one for one in found if "/district/" not in one]
    # A masked export shows names and addresses, as the list does: numbers it does not.
    shown = [one for one in outside if "out.xlsx" in one]
    assert [one for one in outside if one not in shown] == []
    assert {one.partition(" in ")[0] for one in shown} <= names
    in_district = {one.rpartition("/")[2] for one in found if "/district/" in one}
    assert in_district <= {"district.db", "district.db-wal"}, (
        "the district keeps records in its database only"
    )


def test_what_is_looked_for_would_be_found(day, tmp_path):
    """The search is no blind one: the records are in the file once it is opened, and at the district."""
    place, _ = day
    found = {one.partition(" in ")[0] for one in sightings([place / "district"], planted())}
    assert {"card 3", "name 19", "phone 0", "street", "file name"} <= found
    assert "password" not in found
    # Attached files go up too; the district's disk is the district's to encrypt.
    assert "mark" in found
    database = Database.open(place / "data" / "desk.db", keys_of(place)["file key"])
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, id_number FROM resident").all()
        (tmp_path / "opened").write_text(str(rows), encoding="utf-16-le")
    database.close()
    assert len(list(sightings([tmp_path], planted()))) >= 40


def test_the_masked_export_shows_no_number(day):
    place, _ = day
    sheet = openpyxl.load_workbook(place / "out.xlsx")["居民"]
    text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert NAMES[0] in text
    assert STREET in text
    assert not [secret for secret in (*CARDS, *PHONES, MARK) if secret in text]


def test_a_crash_leaves_no_picture_of_the_memory(day):
    place, _ = day
    assert not [path for path in place.rglob("core*") if path.is_file()]
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import main, resource; main.main(['backups']); print(resource.getrlimit(resource.RLIMIT_CORE))",
        ],
        cwd=ROOT,
        env=dict(os.environ) | {"FENGQIAO_DATA": str(place / "nothing")},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.splitlines()[-1] == str((0, 0))
    assert resource.getrlimit(resource.RLIMIT_CORE)


def test_after_a_restore_neither(day):
    place, secret = day
    restoring = run(
        [
            str(ROOT / "main.py"),
            "--data",
            str(place / "data"),
            "restore",
            "--yes",
            "--password-file",
            str(secret),
        ],
        place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = restoring.communicate(timeout=120)[0]
    assert restoring.returncode == 0, said.decode()
    (place / "restore.out").write_bytes(said)
    found = [one for one in sightings([place], planted() | keys_of(place)) if "/district/" not in one]
    assert [one for one in found if "out.xlsx" not in one] == []
