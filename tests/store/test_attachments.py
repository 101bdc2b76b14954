"""Attachments: stored once, encrypted, given back exactly or not at all, and never in clear on the disk."""

import io
import random
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from PIL import Image
from real_files import EVERY_KIND, jpeg, mp3, pdf
from samples import SAMPLES, mediation_case, patrol_log
from sqlalchemy import select
from uuid_utils import uuid7

from app.models.file_type import FileRefused
from app.models.registry import RECORD_TYPES
from app.store import blob_file
from app.store.attachments import MissingContent, NoRoomForFile
from app.store.blob_folder import BlobFolder
from app.store.drafts import Drafts
from app.store.refused_saves import MissingFile
from app.store.tables import audit, blob, thumbnail
from app.store.verify import verify

CASE = RECORD_TYPES["mediation_case"]
MARK = b"511421189901010019-PLANTED-MARK"


def content_of(desk, file) -> bytes:
    return b"".join(desk.attachments.frames(file))


def case_with(*files):
    return mediation_case(evidence=[{"title": "借条", "provider": "张石头", "files": list(files)}])


def typed(file):
    """What a form shows while a piece of evidence is being written."""
    return {"evidence": [{"title": "借条", "files": [file]}]}


def save(desk, values, **more):
    return desk.store.save(CASE, values, by="甲", record_id=more.pop("record_id", str(uuid7())), **more)


def blob_path(desk, file) -> Path:
    return desk.path.with_name("attachments") / file.sha256[:2] / file.sha256


def long_recording(size: int) -> bytes:
    """An MP3 of this many bytes that does not repeat itself."""
    head = mp3(tagged=False)
    return head + random.Random(size).randbytes(size - len(head))


@pytest.mark.parametrize("ending", EVERY_KIND)
def test_every_kind_comes_back_byte_for_byte(desk, tmp_path, ending):
    source = tmp_path / f"材料.{ending}"
    source.write_bytes(EVERY_KIND[ending]())
    file = desk.attachments.add(source)
    assert (file.name, file.size) == (source.name, source.stat().st_size)
    assert file.sha256 == sha256(source.read_bytes()).hexdigest()
    assert content_of(desk, file) == source.read_bytes()


@pytest.mark.parametrize(
    "size", [5 * 2**20, 60 * 2**20, blob_file.FRAME, blob_file.FRAME + 1, 2 * blob_file.FRAME]
)
def test_large_files_come_back_and_say_how_far_they_are(desk, size):
    desk.attachments._largest = 100 * 2**20
    content, told = long_recording(size), []
    file = desk.attachments.add(content, "录音.mp3", done=lambda done, of: told.append((done, of)))
    assert content_of(desk, file) == content
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert blob_path(desk, file).stat().st_size == blob_file.file_size(size)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(desk):
    with pytest.raises(FileRefused, match="60 MB，超过 50 MB"):
        desk.attachments.add(long_recording(60 * 2**20), "录音.mp3")
    assert not desk.path.with_name("attachments").exists()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"", "空.pdf", "空的"), (b"MZ" + bytes(300), "照片.jpg", "病毒"), (b"<html>", "借条.pdf", "网页")],
)
def test_content_that_is_not_what_its_name_says_is_refused(desk, content, name, words):
    with pytest.raises(FileRefused, match=words):
        desk.attachments.add(content, name)


def test_a_wrong_ending_is_put_right(desk):
    assert desk.attachments.add(jpeg(), "借条.pdf").name == "借条.pdf.jpg"


@pytest.mark.parametrize("source", ["gone.pdf", "folder"])
def test_what_cannot_be_opened_is_said_in_words(desk, tmp_path, source):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileRefused, match="没有收下"):
        desk.attachments.add(tmp_path / source)


def test_the_same_content_is_stored_once_and_damage_is_mended_by_adding_it_again(desk):
    first = desk.attachments.add(jpeg(), "正面.jpg")
    before = blob_path(desk, first).stat().st_mtime_ns
    again = desk.attachments.add(jpeg(), "又一张.jpg")
    assert (again.sha256, again.name) == (first.sha256, "又一张.jpg")
    assert blob_path(desk, first).stat().st_mtime_ns == before
    stored = blob_path(desk, first).read_bytes()
    blob_path(desk, first).write_bytes(b"")
    desk.attachments.add(jpeg(), "正面.jpg")
    assert content_of(desk, first) == jpeg()
    assert blob_path(desk, first).read_bytes() == stored  # what a backup noted of it still holds


def test_a_saved_record_names_its_contents_and_the_district_line_too(desk):
    files = [desk.attachments.add(jpeg(), "一.jpg"), desk.attachments.add(pdf(), "二.pdf")]
    saved = save(desk, case_with(*files))
    stored = desk.reader.load(CASE, saved.record_id)
    assert stored.values["evidence"][0]["files"] == files
    (line,) = desk.outbox.next_lines(1 << 20, 10)
    assert orjson.loads(line.body)["blobs"] == [file.sha256 for file in files]
    more = desk.attachments.add(pdf(3), "三.pdf")
    evidence = [{**stored.values["evidence"][0], "files": [*files, more]}]
    edited = save(desk, stored.values | {"evidence": evidence}, record_id=saved.record_id, base=saved.head)
    noted = save(desk, edited.values | {"notes": "x"}, record_id=saved.record_id, base=edited.head)
    lines = [orjson.loads(line.body) for line in desk.outbox.next_lines(1 << 20, 10)]
    assert lines[1]["blobs"] == [file.sha256 for file in (*files, more)]
    assert lines[2]["blobs"] == []
    assert noted.revision == 3
    assert [*verify(desk.database, RECORD_TYPES), *desk.attachments.faults()] == []


def test_a_record_cannot_name_a_content_that_was_never_stored(desk):
    file = replace(desk.attachments.add(jpeg(), "一.jpg"), sha256="0" * 64)
    with pytest.raises(MissingFile, match="没有保存"):
        save(desk, case_with(file))
    assert desk.outbox.status().unsent == 0


def test_photographs_of_a_patrol_finding_stay_with_it(desk):
    photo = desk.attachments.add(jpeg(), "路灯.jpg")
    values = patrol_log()
    values["findings"][0]["photos"] = [photo]
    record_id = str(uuid7())
    desk.store.save(RECORD_TYPES["patrol_log"], values, by="甲", record_id=record_id)
    stored = desk.reader.load(RECORD_TYPES["patrol_log"], record_id)
    assert stored.values["findings"][0]["photos"] == [photo]


def test_every_flipped_bit_is_noticed_before_a_wrong_byte_is_given_out(desk):
    content = long_recording(3 * blob_file.FRAME + 77)
    file = desk.attachments.add(content, "录音.mp3")
    whole, chance = blob_path(desk, file).read_bytes(), random.Random(20261123)
    places = [*range(blob_file.HEADER.size), *(chance.randrange(len(whole)) for _ in range(60))]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        blob_path(desk, file).write_bytes(damaged)
        given: list[bytes] = []
        with pytest.raises(MissingContent, match=r"录音\.mp3.*备份恢复"):
            given.extend(desk.attachments.frames(file))
        assert content.startswith(b"".join(given))
    save(desk, case_with(file))
    assert list(desk.attachments.faults()) == [f"附件 {file.sha256[:12]} 已损坏，读不出来。"]


def test_frames_cut_off_added_swapped_or_of_another_content_are_noticed(desk):
    file = desk.attachments.add(long_recording(3 * blob_file.FRAME), "录音.mp3")
    other = desk.attachments.add(long_recording(3 * blob_file.FRAME + 1), "别的.mp3")
    whole, head, step = (
        blob_path(desk, file).read_bytes(),
        blob_file.HEADER.size,
        blob_file.FRAME + blob_file.TAG,
    )
    one, two, three = (whole[head + step * n : head + step * (n + 1)] for n in range(3))
    start = whole[:head]
    shorter = start[:-8] + (2 * blob_file.FRAME).to_bytes(8, "big")
    for damaged in (b"", start, start + one + two, shorter + one + two, start + two + one + three,
                    whole + b"x", whole[:-1], blob_path(desk, other).read_bytes()):  # fmt: skip
        blob_path(desk, file).write_bytes(damaged)
        with pytest.raises(MissingContent):
            content_of(desk, file)


def test_another_key_opens_nothing(desk, tmp_path):
    file = desk.attachments.add(jpeg(), "一.jpg")
    stranger = BlobFolder(desk.path.with_name("attachments"), secrets.token_bytes(32))
    assert not stranger.holds(file.sha256)


def test_a_missing_content_is_found_by_verify(desk):
    file = desk.attachments.add(jpeg(), "一.jpg")
    save(desk, case_with(file))
    blob_path(desk, file).unlink()
    assert list(desk.attachments.faults()) == [f"附件 {file.sha256[:12]} 不在数据文件夹里。"]
    with pytest.raises(MissingContent):
        content_of(desk, file)


def test_nothing_of_a_file_lies_in_clear_in_the_data_folder(desk, tmp_path):
    source = tmp_path.parent / f"{tmp_path.name}-{MARK[:18].decode()}.pdf"
    source.write_bytes(pdf(words=MARK.decode()) + b"%" + MARK)
    file = desk.attachments.add(source)
    Drafts(desk.database).keep("甲", CASE.code, str(uuid7()), typed(file), base=None, at=desk.clock())
    save(desk, case_with(file))
    b"".join(desk.attachments.frames(file))
    names = [path.relative_to(tmp_path) for path in tmp_path.rglob("*")]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert MARK not in content
            assert b"%PDF" not in content
            assert b"JFIF" not in content
    assert not [name for name in names if "511421" in str(name) or ".pdf" in str(name)]
    source.unlink()


def test_contents_no_record_came_to_name_are_cleared_after_a_day_and_drafts_keep_theirs(desk):
    unused = desk.attachments.add(jpeg(), "没用.jpg")
    drafted = desk.attachments.add(pdf(), "草稿里.pdf")
    saved = desk.attachments.add(pdf(3), "已保存.pdf")
    drafts, record_id = Drafts(desk.database), str(uuid7())
    drafts.keep("甲", CASE.code, record_id, typed(drafted), base=None, at=desk.clock())
    save(desk, case_with(saved))
    desk.clock.now = desk.clock.now.replace(year=2099)  # the files on the disk bear the time of this machine
    fresh = desk.attachments.add(mp3(), "刚加的.mp3")
    assert desk.attachments.sweep() == 1
    assert not blob_path(desk, unused).exists()
    for file in (drafted, saved, fresh):
        assert content_of(desk, file)
    with desk.database.read() as connection:
        left = set(connection.execute(select(blob.c.sha256)).scalars())
        assert set(connection.execute(select(thumbnail.c.sha256)).scalars()) <= left
    assert left == {drafted.sha256, saved.sha256, fresh.sha256}
    drafts.discard("甲", record_id)
    desk.clock.pass_time(hours=25)
    assert desk.attachments.sweep() == 2
    with pytest.raises(MissingFile):
        save(desk, case_with(drafted))


def test_a_draft_gives_its_files_back_as_they_were(desk):
    file = desk.attachments.add(jpeg(), "一.jpg")
    drafts, record_id = Drafts(desk.database), str(uuid7())
    drafts.keep("甲", CASE.code, record_id, typed(file), base=None, at=desk.clock())
    (draft,) = drafts.of("甲")
    cleaned, _ = CASE.clean(mediation_case(evidence=draft.content["evidence"]))
    assert cleaned["evidence"][0]["files"] == [file]


def test_a_wire_form_that_is_no_file_is_refused_by_its_field(desk):
    good = {"sha256": "a" * 64, "name": "一.jpg", "media_type": "image/jpeg", "size": 5}
    for change in ({"sha256": "A" * 64}, {"sha256": "../x"}, {"name": "a/b.jpg"}, {"name": "一.exe"}, {"size": 0}, {"size": True},
                   {"media_type": "text/html"}, {"more": 1}):  # fmt: skip
        problems = CASE.validate(mediation_case(evidence=[{"title": "x", "files": [{**good, **change}]}]))
        assert [problem.path for problem in problems] == ["evidence.0.files"]
    assert CASE.validate(mediation_case(evidence=[{"title": "x", "files": [good]}])) == []
    (problem,) = RECORD_TYPES["service_visit"].validate(SAMPLES["service_visit"](photos="一.jpg"))
    assert "不能从表格导入" in problem.message


def test_looking_and_saving_elsewhere_are_in_the_audit_without_a_name(desk, tmp_path):
    file = desk.attachments.add(jpeg(), "张石头的借条.jpg")
    assert desk.attachments.open(file, by="王调解") == jpeg()
    desk.attachments.save_as(file, tmp_path / "拷出.jpg", by="王调解")
    assert (tmp_path / "拷出.jpg").read_bytes() == jpeg()
    with desk.database.read() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
    assert [(row.action, row.actor, row.object) for row in rows] == [
        ("open file", "王调解", f"file/{file.sha256}"),
        ("export file", "王调解", f"file/{file.sha256}"),
    ]


def test_a_damaged_content_is_never_saved_elsewhere(desk, tmp_path):
    file = desk.attachments.add(long_recording(2 * blob_file.FRAME), "录音.mp3")
    damaged = bytearray(blob_path(desk, file).read_bytes())
    damaged[-1] ^= 1
    blob_path(desk, file).write_bytes(damaged)
    with pytest.raises(MissingContent):
        desk.attachments.save_as(file, tmp_path / "拷出.mp3", by="甲")
    assert not list(tmp_path.glob("拷出*"))


def test_looks_are_small_upright_and_carry_no_place(desk):
    look = desk.attachments.look(desk.attachments.add(jpeg(800, 400, orientation=6, gps=True), "一.jpg"))
    with Image.open(io.BytesIO(look.image)) as small:
        assert small.size == (120, 240)
        assert not small.getexif()
        assert small.getpixel((60, 20))[1] < 100  # the red half is above once the picture is turned
        assert small.getpixel((60, 220))[1] > 200
    scan = desk.attachments.look(desk.attachments.add(pdf(3), "二.pdf"))
    assert scan.pages == 3
    assert len(scan.image) < 20_000
    sound = desk.attachments.look(desk.attachments.add(mp3(), "三.mp3"))
    assert (sound.image, sound.pages) == (None, None)


def test_a_picture_nobody_can_draw_is_kept_all_the_same(desk):
    broken = jpeg()[:130] + bytes(200)
    file = desk.attachments.add(broken, "坏.jpg")
    assert desk.attachments.look(file).image is None
    assert content_of(desk, file) == broken


def test_a_full_disk_takes_no_file_says_so_and_leaves_nothing(small_disk):
    shutil.copy(__file__, small_disk / "ballast")
    folder, content = (
        BlobFolder(small_disk / "attachments", secrets.token_bytes(32)),
        long_recording(3 * 2**20),
    )

    def put(content: bytes) -> str:
        measured = blob_file.measure(io.BytesIO(content), lambda read: None)
        folder.make_folder(measured.digest)
        folder.put(io.BytesIO(content), measured, lambda written: None)
        return measured.digest

    with pytest.raises(OSError, match="No space left"):
        put(content)
    assert [path for path in folder.folder.rglob("*") if path.is_file()] == []
    assert folder.holds(put(mp3()))


def test_room_is_left_for_the_records(desk, monkeypatch):
    usage = shutil.disk_usage(desk.path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=50 * 2**20))
    with pytest.raises(NoRoomForFile, match="磁盘空间不够"):
        desk.attachments.add(jpeg(), "一.jpg")
    save(desk, mediation_case())


def test_a_source_that_changes_while_it_is_read_is_refused(desk, tmp_path):
    source = tmp_path / "录音.mp3"
    source.write_bytes(long_recording(2 * blob_file.FRAME))

    def change(done, of):
        if done:
            source.write_bytes(mp3(tagged=False) + bytes(2 * blob_file.FRAME))

    with pytest.raises(FileRefused, match="正在被别的程序改动"):
        desk.attachments.add(source, done=change)
    assert [path for path in desk.path.with_name("attachments").rglob("*") if path.is_file()] == []


KILLED = """
import os, signal, sys
from pathlib import Path
from app.store.attachments import Attachments
from app.store.database import Database
from app.store.station import read_station
database = Database.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[4]))
with database.read() as connection:
    station = read_station(connection)
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def clock():
    die()  # asked for the time of the row, once the content is on the disk
def done(done, of):
    if done > of * 3 // 4 and sys.argv[3] == "while writing":
        die()
desk = Attachments(database, station, clock, largest=2**30, draw=None)
desk.add(Path(sys.argv[2]), done=done)
"""


@pytest.mark.parametrize("moment", ["while writing", "before the row"])
def test_a_power_cut_leaves_no_row_without_a_content_and_the_rest_is_cleared(desk, tmp_path, moment):
    source = tmp_path.parent / f"{tmp_path.name}.pdf"
    source.write_bytes(pdf() + b"%" + random.Random(1).randbytes(3 * blob_file.FRAME))
    command = [sys.executable, "-c", KILLED, str(desk.path), str(source), moment, desk.dek.hex()]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == -signal.SIGKILL
    (left,) = (path for path in desk.path.with_name("attachments").rglob("*") if path.is_file())
    assert left.name.endswith(".new") == (moment == "while writing")
    with desk.database.read() as connection:
        assert connection.execute(select(blob)).all() == []
    assert list(desk.attachments.faults()) == []
    assert desk.attachments.sweep() == 0  # less than a day old
    desk.clock.now = datetime.now(UTC) + timedelta(hours=25)
    assert desk.attachments.sweep() == 1
    file = desk.attachments.add(source)
    save(desk, case_with(file))
    assert content_of(desk, file) == source.read_bytes()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MiB, where this machine lets the tests mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this machine does not let the tests mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)
