"""R26, by stick: exactly once, whatever is done with the files; a clear sentence for every one that is no good."""

import base64
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
import zstandard
from sqlalchemy import select, update

from app.district.identity import begin_server_epoch
from app.models.attached_file import AttachedFile
from app.models.registry import RECORD_TYPES
from app.store.attachments import Attachments, Look, MissingContent
from app.store.blob_transfers import Transfers
from app.store.lives import begin_new_life
from app.store.tables import device, revision
from app.sync.ferry import EntryKind, Piece, PushHead, put_entry, put_head
from app.sync.protocol import Refusal
from app.sync.sealed_file import Kind, Sealing, public_part, sealing_key
from app.sync.stick import StickRefused
from tests.small_disk import mounted
from tests.sync.stations import Near, now, server_ops, server_records
from tests.sync.sticks import Carried, failing, taken

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\1" * 2 + b"\x08\2\0\0\0" + b"\0" * 20


@pytest.fixture(params=["sqlite", "postgresql"])
def near(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Near]:
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    one = Near(tmp_path / "district", url)
    yield one
    one.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Near]:
    one = Near(tmp_path / "district")
    yield one
    one.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    place = tmp_path / "stick"
    place.mkdir()
    return place


@pytest.fixture
def pc(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Carried]:
    where = "near" if "near" in request.fixturenames else "lite"
    one = Carried(tmp_path, "one", request.getfixturevalue(where))
    yield one
    one.desk.close()


@pytest.fixture
def second(tmp_path: Path, pc: Carried) -> Iterator[Carried]:
    one = Carried(tmp_path, "two", pc.desk.near)
    yield one
    one.desk.close()


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


def names(stick: Path) -> list[str]:
    return sorted(os.listdir(stick))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ops_here(pc: Carried) -> list[str]:
    with pc.desk.database.read() as connection:
        return sorted(connection.execute(select(revision.c.op_id)).scalars())


def said(results: list) -> str:
    return "\n".join(one.sentence for one in results)


# The whole way


def test_the_whole_way_and_back_is_exactly_once_and_the_rows_wait_for_the_receipt(near, pc, second, stick):
    for _ in range(3):
        pc.save()
    case = pc.save("mediation_case")
    seen = second.save()
    made = pc.out(stick)
    assert made.rows == 4
    assert made.sentence.startswith("导出 4 条，约 ")
    assert made.sentence.endswith("KB；请把U盘带到区里。数据仍显示未上报，等回执带回。")
    assert names(stick) == ["枫桥-鹰头村-1号机-1.0001.push"]
    assert pc.unsent() == 4
    second.out(stick)
    before = {name: digest(stick / name) for name in names(stick)}

    results = taken(near, stick)
    assert [one.rows for one in results] == [4, 1]
    assert "收下 4 条" in results[0].sentence
    assert not any(one.is_fault for one in results)
    assert {name: digest(stick / name) for name in before} == before
    assert len(names(stick)) == 6
    assert sorted(server_ops(near)) == sorted({*ops_here(pc), *ops_here(second)})

    read = pc.read(stick)
    assert sum(one.receipted for one in read) == 4
    assert pc.unsent() == 0
    # The files of the other PC are named and left alone.
    assert said(read).count("是给另一台电脑的") == 2
    assert said(read).count("收下区里的内容，涉及 1 条记录") == 1
    second.read(stick)
    assert second.unsent() == 0
    assert pc.desk.reader.load(RECORD_TYPES["resident"], seen) is not None
    assert second.desk.reader.load(RECORD_TYPES["mediation_case"], case) is not None
    assert len(server_records(near)) == 5


def test_the_same_files_twice_in_every_place_change_nothing_more(near, pc, stick):
    pc.save()
    pc.out(stick)
    pc.out(stick)
    first = taken(near, stick)
    again = taken(near, stick)
    assert [one.rows for one in first] == [1, 0]
    assert [one.rows for one in again] == [0, 0]
    assert "以前都收过了" in again[1].sentence
    assert pc.read(stick)[0].receipted == 1
    again_here = pc.read(stick)
    assert sum(one.receipted + one.received for one in again_here) == 0
    assert not any(one.is_fault for one in again_here)
    assert "本机都已知道" in again_here[0].sentence
    assert len(server_ops(near)) == 1


def test_two_exports_taken_in_reverse_and_answers_imported_the_newer_first(near, pc, stick, tmp_path):
    pc.save()
    older = pc.out(stick).path
    pc.save()
    newer = pc.out(stick).path
    sticks = []
    for path in (newer, older):
        place = tmp_path / path.stem
        place.mkdir()
        shutil.move(path, place)
        sticks.append(place)
        assert not any(one.is_fault for one in taken(near, place))
    assert len(server_ops(near)) == 2
    receipts = [sum(one.receipted for one in pc.read(place)) for place in sticks]
    assert receipts == [2, 0]
    assert pc.unsent() == 0
    assert sorted(server_ops(near)) == ops_here(pc)


def test_an_old_receipt_never_brings_an_old_verdict_back(near, pc, stick, tmp_path):
    pc.save()
    pc.out(stick)
    taken(near, stick)
    kept = tmp_path / "kept"
    shutil.copytree(stick, kept)
    pc.read(stick)
    with pc.desk.database.write() as connection:
        connection.execute(update(revision).values(verdict="held", detail="后来的话"))
    pc.read(kept)
    assert [one.detail for one in pc.desk.outbox.refusals()] == ["后来的话"]


def test_verdicts_on_rows_the_line_receipted_meanwhile_are_not_taken_from_the_stick(lite, pc, stick):
    pc.save()
    pc.save()
    with pc.desk.database.write() as connection:
        line = connection.execute(select(revision.c.line).where(revision.c.seq == 1)).scalar_one()
        unheard = line.replace(b'"type":"resident"', b'"type":"unheard_of"')
        connection.execute(update(revision).where(revision.c.seq == 1).values(line=unheard))
    pc.out(stick)
    taken(lite, stick)
    pc.desk.outbox.apply_receipt(1, (), now())
    (pull,) = stick.glob("*.pull")
    held_back = pull.rename(stick.parent / pull.name)
    pc.read(stick)
    assert pc.unsent() == 0
    assert list(pc.desk.outbox.refusals()) == []
    # A pull says what stands now.
    held_back.rename(pull)
    pc.read(stick)
    assert [refusal.code for refusal in pc.desk.outbox.refusals()] == ["held"]


def test_what_the_district_holds_back_comes_with_its_reason(lite, pc, stick):
    record = pc.save()
    with pc.desk.database.write() as connection:
        line = connection.execute(select(revision.c.line)).scalar_one()
        spoilt = line.replace(b'"data":{', b'"data":{"id_number":"110105194912310021",', 1)
        assert record.encode() in spoilt
        connection.execute(
            update(revision).values(line=line.replace(b'"type":"resident"', b'"type":"unheard_of"'))
        )
    pc.out(stick)
    (one,) = taken(lite, stick)
    assert "其中 1 条退回或待选定" in one.sentence
    pc.read(stick)
    assert [refusal.code for refusal in pc.desk.outbox.refusals()] == ["held"]
    assert pc.unsent() == 0


# Stick and line side by side


def test_the_same_rows_by_line_while_the_stick_is_on_its_way(near, pc, stick):
    pc.save()
    pc.out(stick)
    pc.save()
    assert pc.desk.sync().sent == 2
    pc.save()
    (one,) = taken(near, stick)
    assert one.rows == 0
    read = pc.read(stick)
    assert not any(one.is_fault for one in read)
    assert pc.unsent() == 1
    assert pc.desk.sync().sent == 1
    assert sorted(server_ops(near)) == ops_here(pc)


def test_by_stick_first_then_the_line_goes_on_behind_it(near, pc, stick):
    pc.save()
    pc.out(stick)
    taken(near, stick)
    pc.save()
    # The answer is still on the stick: the line learns by itself that the first row is there.
    assert pc.desk.sync().state == "idle"
    assert pc.unsent() == 0
    read = pc.read(stick)
    assert sum(one.receipted for one in read) == 0
    assert not any(one.is_fault for one in read)
    assert sorted(server_ops(near)) == ops_here(pc)


def test_changes_a_line_brought_meanwhile_are_not_taken_twice(near, pc, second, stick):
    second.save()
    second.desk.sync()
    pc.out(stick)
    taken(near, stick)
    assert pc.desk.sync().received == 1
    read = pc.read(stick)
    assert "本机都已收过" in said(read)
    assert sum(one.received for one in read) == 0


# Wrong files


def test_a_file_for_another_district_is_refused_there_and_names_where_to_take_it(lite, pc, stick, tmp_path):
    pc.save()
    pc.out(stick)
    other = Near(tmp_path / "other")
    (one,) = taken(other, stick)
    assert "是给别的区的" in one.sentence
    assert one.is_fault
    assert names(stick) == ["枫桥-鹰头村-1号机-1.0001.push"]
    assert server_ops(other) == []
    other.close()


def test_a_pc_of_another_district_refuses_its_answers(lite, pc, stick, tmp_path):
    other = Near(tmp_path / "other")
    stranger = Carried(tmp_path, "stranger", other)
    stranger.save()
    stranger.out(stick)
    taken(other, stick)
    read = pc.read(stick)
    assert said(read).count("不是本站登记的区里给的") == 2
    stranger.desk.close()
    other.close()


def test_a_pc_nobody_enrolled_here_is_named(lite, pc, stick):
    pc.save()
    pc.out(stick)
    with pc.desk.database.write() as connection:
        connection.execute(update(device).values(device_id="018f0000-0000-7000-8000-000000000001"))
    pc.desk.restart()
    pc.out(stick)
    results = taken(lite, stick)
    assert [("没有在本区登记" in one.sentence, one.rows) for one in results] == [(False, 1), (True, 0)]


def test_one_bad_file_does_not_stop_the_others(lite, pc, second, stick):
    pc.save()
    second.save()
    bad = pc.out(stick).path
    bad.write_bytes(bad.read_bytes()[:-1])
    (stick / "说明.push").write_text("不是文件", encoding="utf-8")
    (stick / "空.push").write_bytes(b"")
    second.out(stick)
    (stick / "自动.lnk").write_bytes(b"L\0")
    (stick / "环.push").symlink_to(bad)
    results = {one.file: one for one in taken(lite, stick)}
    assert len(results) == 4
    assert "不完整" in results[bad.name].sentence
    assert "不是枫桥工作台的文件" in results["说明.push"].sentence
    assert "不完整" in results["空.push"].sentence
    assert results["枫桥-鹰头村-2号机-1.0001.push"].rows == 1
    for path in stick.glob("*.ack"):
        shutil.copy(path, stick / "一.ack")
        (stick / "二.ack").write_bytes(path.read_bytes()[:200])
        (stick / "三.pull").write_bytes(path.read_bytes())
        break
    told = {one.name: one.sentence for one in second.read(stick)}
    assert "不完整" in told["二.ack"]
    assert "与文件名不符" in told["三.pull"]
    assert second.unsent() == 0


def test_a_stick_without_answers_says_what_to_do(lite, pc, stick):
    with pytest.raises(StickRefused, match="先把U盘带到区里"):
        pc.read(stick)
    with pytest.raises(StickRefused, match="找不到这个U盘"):
        pc.read(stick / "gone")


@pytest.mark.parametrize("part", ["push", "ack", "pull"])
def test_cut_or_changed_anywhere_nothing_of_it_is_taken(lite, pc, second, stick, tmp_path, part):
    second.save()
    second.desk.sync()
    for _ in range(3):
        pc.save()
    pc.out(stick)
    if part != "push":
        taken(lite, stick)
    (whole,) = stick.glob(f"*.{part}")
    body = whole.read_bytes()
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    step = max(1, len(body) // 60)
    places = sorted({*range(0, len(body), step), *range(74), *range(len(body) - 70, len(body))})
    target = spoilt / whole.name
    for at in places:
        for content in (body[:at], body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]):
            target.write_bytes(content)
            (one,) = taken(lite, spoilt) if part == "push" else pc.read(spoilt)
            assert one.is_fault or "是给另一台电脑的" in one.sentence, (at, one.sentence)
            assert whole.name in one.sentence
    target.write_bytes(body + b"x")
    (one,) = taken(lite, spoilt) if part == "push" else pc.read(spoilt)
    assert "损坏或被改动过" in one.sentence
    assert os.listdir(spoilt) == [whole.name]
    assert (len(server_ops(lite)), pc.unsent()) == ((1, 3) if part == "push" else (4, 3))


def test_a_copied_disk_is_not_receipted_for_what_its_twin_sent(lite, pc, stick, tmp_path):
    pc.save()
    pc.desk.close()
    shutil.copyfile(pc.desk.path, tmp_path / "twin.db")
    pc.desk.open()
    pc.save()
    pc.out(stick)
    taken(lite, stick)
    own = pc.desk.path
    pc.desk.close()
    pc.desk.path = tmp_path / "twin.db"
    pc.desk.open()
    pc.save()
    read = pc.read(stick)
    assert said(read).count("可能有一台电脑是从本机复制的") == 2
    assert pc.unsent() == 2
    other = tmp_path / "other"
    other.mkdir()
    pc.out(other)
    (one,) = taken(lite, other)
    assert "同一序号在区里已有不同内容" in one.sentence
    assert "硬盘被复制" in said(pc.read(other)) or "复制" in said(pc.read(other))
    assert pc.unsent() == 2
    pc.desk.path = own


def test_a_revoked_pc_is_told_so_on_its_stick_and_keeps_everything(lite, pc, stick):
    pc.save()
    pc.out(stick)
    lite.services.enrolments.revoke(pc.desk.station.device_id)
    (one,) = taken(lite, stick)
    assert "已停用，没有收下" in one.sentence
    assert [path.suffix for path in stick.glob("*")].count(".pull") == 0
    assert "已被区里停用" in said(pc.read(stick))
    assert pc.unsent() == 1
    assert server_ops(lite) == []


# Lives and losses


def test_a_restored_pc_begins_its_new_life_by_stick(near, pc, stick, tmp_path):
    pc.save()
    pc.desk.close()
    shutil.copyfile(pc.desk.path, tmp_path / "backup.db")
    pc.desk.open()
    pc.save()
    early = tmp_path / "early"
    early.mkdir()
    pc.out(early)
    taken(near, early)
    pc.desk.close()
    shutil.copyfile(tmp_path / "backup.db", pc.desk.path)
    pc.desk.open()
    with pc.desk.database.write() as connection:
        begin_new_life(connection)
    pc.desk.restart()
    assert pc.unsent() == 1
    # The receipt for the lost life is no receipt for this one.
    assert said(pc.read(early)).count("恢复备份以前") == 2
    made = pc.out(stick)
    assert (made.rows, made.new_life) == (0, True)
    assert "登记申请" in made.sentence
    (one,) = taken(near, stick)
    assert "已认可恢复备份后的这台电脑" in one.sentence
    pc.read(stick)
    assert not pc.desk.receiver.position().new_life
    assert len(ops_here(pc)) == 2
    pc.out(stick)
    results = taken(near, stick)
    assert not any(one.is_fault for one in results)
    pc.read(stick)
    assert pc.unsent() == 0
    assert sorted(server_ops(near)) == ops_here(pc)
    # A push of the life before stays out for good.
    (late,) = taken(near, early)
    assert "恢复备份以前" in late.sentence


def test_a_district_put_back_from_a_backup_gets_back_what_it_lost(lite, pc, second, stick, tmp_path):
    pc.save()
    pc.out(stick)
    taken(lite, stick)
    pc.read(stick)
    lite.copy_to(tmp_path / "copy")
    second.save()
    second.desk.sync()
    pc.save()
    pc.save()
    pc.out(stick)
    taken(lite, stick)
    pc.read(stick)
    assert pc.unsent() == 0
    lite.put_back(tmp_path / "copy")
    begin_server_epoch(lite.database)
    lite.open()
    for one in stick.iterdir():
        one.unlink()
    pc.save()
    pc.out(stick)
    (one,) = taken(lite, stick)
    assert "中间缺一段" in one.sentence
    assert "有 2 条要再上报" in said(pc.read(stick))
    assert pc.unsent() >= 3
    waiting = pc.unsent()
    pc.read(stick)
    assert pc.unsent() == waiting
    # Sent again over the line meanwhile: the same answer, read once more, does not set the outbox back.
    pc.desk.outbox.apply_receipt(3, (), now())
    pc.read(stick)
    assert pc.desk.outbox.acked_seq() == 3
    pc.desk.outbox.continue_from(2)
    for _ in range(2):
        pc.out(stick)
        taken(lite, stick)
        pc.read(stick)
    assert pc.unsent() == 0
    assert sorted(server_ops(lite)) == ops_here(pc)


def test_an_old_answer_that_says_less_does_not_set_the_outbox_back(lite, pc, stick, tmp_path):
    pc.save()
    early = pc.out(stick)
    taken(lite, stick)
    pc.read(stick)
    pc.save()
    pc.desk.sync()
    assert pc.unsent() == 0
    pc.read(stick)
    assert pc.unsent() == 0
    assert early.path.exists()


# What an enrolled PC may not do either


def test_a_line_the_district_cannot_read_is_skipped_the_next_time_and_the_others_go_on(lite, pc, stick):
    for _ in range(3):
        pc.save()
    with pc.desk.database.write() as connection:
        line = connection.execute(select(revision.c.line).where(revision.c.seq == 2)).scalar_one()
        bad = line.replace(b'"type":"resident"', b'"type":"no type"')
        connection.execute(update(revision).where(revision.c.seq == 2).values(line=bad))
    pc.out(stick)
    (one,) = taken(lite, stick)
    assert "有一条读不了（wrong_type）" in one.sentence
    assert "区里读不了第 2 条" in said(pc.read(stick))
    assert pc.unsent() == 3
    for _ in range(2):
        pc.out(stick)
    assert sum(one.rows for one in taken(lite, stick)) == 3
    pc.read(stick)
    assert pc.unsent() == 0
    assert [refusal.code for refusal in pc.desk.outbox.refusals()] == ["held"]


def hostile(pc: Carried, stick: Path, *bodies: tuple[EntryKind, bytes], **changes: object) -> None:
    """A push this PC signs, with anything inside."""
    ends = pc.ends()
    seal_key = base64.b64encode(public_part(sealing_key(ends.key.private_bytes_raw()))).decode()
    head = PushHead(ends.device, 1, 1, 0, "", False, seal_key, "test")
    with open(stick / "x.push", "wb") as out:
        sealing = Sealing(
            out, Kind.PUSH, sender=ends.device, key=ends.key, to=ends.server, to_key=ends.seal_key
        )
        put_head(sealing, replace(head, **changes))
        for kind, body in bodies:
            put_entry(sealing, kind, body)
        sealing.close()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (zstandard.ZstdCompressor().compress(bytes(60 << 20)), "expands_too_far"),
        (gzip.compress(bytes(20 << 20)), "expands_too_far"),
        (b"\x28\xb5\x2f\xfdnothing", "not_zstd"),
        (b"", "header_not_json"),
        (b"{" * 1000, "header_too_deep"),
    ],
)
def test_hostile_batches_are_refused_by_name_before_they_grow(lite, pc, stick, body, code):
    hostile(pc, stick, (EntryKind.BATCH, body))
    tracemalloc.start()
    try:
        (one,) = taken(lite, stick)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (one.is_fault, one.rows) == (True, 0)
    assert code in one.sentence
    assert most < 24 << 20
    assert server_ops(lite) == []


def test_hostile_heads_and_entries_are_refused_and_unknown_entries_passed_over(lite, pc, stick):
    for changes in (
        {"epoch": 0},
        {"epoch": 1 << 40},
        {"seal_key": "YWJj"},
        {"cursor": "x" * 300},
        {"proto": 9},
    ):
        hostile(pc, stick, **changes)
        (one,) = taken(lite, stick)
        assert one.is_fault
        assert names(stick) == ["x.push"]
    hostile(pc, stick, device="018f0000-0000-7000-8000-000000000001")
    assert taken(lite, stick)[0].is_fault
    hostile(pc, stick, epoch=7)
    assert "恢复备份以前" in taken(lite, stick)[0].sentence
    hostile(pc, stick, (99, b"later"), (EntryKind.BLOB, b"short"))  # type: ignore[arg-type]
    assert "不合格式" in taken(lite, stick)[0].sentence
    hostile(pc, stick, (99, b"later"))  # type: ignore[arg-type]
    assert not taken(lite, stick)[0].is_fault


# Attachments


class Settling(Transfers):
    """An account of contents that remembers what was settled, named by a row or not."""

    settled: Sequence[str] = ()

    def settle(self, digests: Sequence[str]) -> None:
        self.settled = [*self.settled, *digests]
        super().settle(digests)


class Kept:
    """Real encrypted contents of a PC; one may be asked for that is not there."""

    def __init__(self, pc: Carried, *contents: bytes) -> None:
        self.files = Attachments(
            pc.desk.database, pc.desk.station, now, largest=2**22, draw=lambda *_: Look()
        )
        self.added = {self.files.add(PNG + one, "照片.png").sha256: PNG + one for one in contents}
        self.left = [*self.added, "0" * 64]
        self.account = Settling(pc.desk.database, self.files.folder, now)

    def waiting(self) -> list[str]:
        return self.left

    @contextmanager
    def opened(self, sha256: str) -> Iterator[tuple[BinaryIO, int]]:
        file = AttachedFile(sha256, "照片.png", "image/png", len(self.added.get(sha256, b"x")))
        try:
            whole = b"".join(self.files.frames(file))
        except MissingContent as missing:
            raise FileNotFoundError(sha256) from missing
        yield io.BytesIO(whole), len(whole)

    def settle(self, sha256s: Sequence[str]) -> None:
        self.account.settle(sha256s)

    def wanted(self) -> list[tuple[str, int]]:
        return []


def test_attachments_go_along_piece_by_piece_and_come_back_settled(lite, pc, stick):
    pc.save()
    contents = Kept(pc, os.urandom(700_000), b"small")
    made = pc.out(stick, contents)
    assert (made.rows, made.contents) == (1, 2)
    assert "导出 1 条和 2 个附件" in made.sentence
    held: dict[str, bytes] = {}
    pieces = []

    def keep(asking: object, piece: Piece) -> bool:
        if piece.size < 1000:
            raise Refusal(415, "wrong_type")
        pieces.append(len(piece.content))
        held[piece.sha256] = held.get(piece.sha256, b"")[: piece.offset] + piece.content
        return hashlib.sha256(held[piece.sha256]).hexdigest() == piece.sha256

    (one,) = taken(lite, stick, keep=keep)
    assert one.rows == 1
    assert "附件 1 个" in one.sentence
    large = next(digest for digest, content in contents.added.items() if len(content) > 1000)
    assert held == {large: contents.added[large]}
    assert max(pieces) <= 256 * 1024
    pc.read(stick, contents.account)
    assert set(contents.account.settled) == {large}
    assert pc.unsent() == 0


def test_a_district_that_stores_no_attachments_takes_the_rows_and_says_so(lite, pc, stick):
    pc.save()
    contents = Kept(pc, b"small")
    pc.out(stick, contents)
    (one,) = taken(lite, stick)
    assert "收下 1 条，附件没有收下，仍在站里" in one.sentence
    pc.read(stick, contents.account)
    assert contents.account.settled == ()


# The stick itself


def test_pulled_at_any_write_no_file_has_the_final_name_and_nothing_counts_as_exported(lite, pc, stick):
    pc.fill(30, 60_000)
    for writes in range(5):
        with pytest.raises(StickRefused, match="可能已被拔出"):
            pc.out(stick, writing=failing(writes))
        assert names(stick) == []
    whole = pc.out(stick, writing=failing(100))
    assert names(stick) == [whole.path.name]
    assert pc.unsent() == 30
    assert "回执没有写上" in taken(lite, stick, writing=failing(1))[0].sentence
    assert names(stick) == [whole.path.name]
    (one,) = taken(lite, stick)
    assert one.rows == 0
    pc.read(stick)
    assert pc.unsent() == 0
    assert sorted(server_ops(lite)) == ops_here(pc)


def test_a_full_stick_says_so_and_keeps_nothing_half(lite, pc, tmp_path):
    pc.fill(60, 60_000)
    with mounted(tmp_path / "small", mebibytes=1) as small:
        with pytest.raises(StickRefused, match="空间不够"):
            pc.out(small)
        assert names(small) == []
    assert pc.unsent() == 60


def test_a_stick_nobody_may_write_to(lite, pc, tmp_path, stick):
    pc.save()
    pc.out(stick)
    with mounted(tmp_path / "locked", mebibytes=4) as locked:
        for path in stick.iterdir():
            shutil.copy(path, locked)
        remount(locked, "ro")
        with pytest.raises(StickRefused, match="不能写入"):
            pc.out(locked)
        (one,) = taken(lite, locked)
        assert "内容已收下，但回执没有写上" in one.sentence
        assert (one.is_fault, one.rows) == (True, 1)
        remount(locked, "rw")
        (again,) = taken(lite, locked)
        assert again.rows == 0
        pc.read(locked)
    assert pc.unsent() == 0
    assert len(server_ops(lite)) == 1


def test_stopping_leaves_no_file(lite, pc, stick):
    pc.save()
    with pytest.raises(StickRefused, match="已停下"):
        pc.out(stick, watch=lambda done, of: False)
    assert names(stick) == []


def test_five_thousand_records_in_one_file(lite, pc, stick):
    pc.fill(5000)
    made = pc.out(stick)
    assert made.rows == 5000
    (one,) = taken(lite, stick)
    assert one.rows == 5000
    pc.read(stick)
    assert pc.unsent() == 0
    assert sorted(server_ops(lite)) == ops_here(pc)
