"""Attached files come down by stick to a PC that is never online: over several trips, checked, nothing of others."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update

from app.commands.desk import Desk, found_desk, open_with_key
from app.commands.desk_files import transfers_of
from app.commands.desk_line import enrol_desk
from app.commands.desk_stick import DeskStick
from app.district import tables
from app.district.server import DistrictServer
from app.district.stick import StickIntake, Taken
from app.district.stick_push import kept_in
from app.models.attached_file import AttachedFile
from app.security.keyslots import KeySlots
from app.store.attachments import NotHereYet
from app.store.lives import begin_new_life
from app.store.tables import blob_transfer, device
from app.sync import stick_out
from app.sync.blob_wire import STEP
from app.sync.ferry import EntryKind, Piece, entries
from app.sync.sealed_file import FerryError, Sealing, header_of, opened, sealing_key
from app.sync.stick_files import FilesIn, PiecesLost
from app.sync.stick_in import FileRead
from app.sync.stick_out import Exported
from app.sync.stick_wanted import MOST_WANTED, put_wanted, wanted_of
from tests.district.parts import new_id
from tests.district.test_blobs import recording
from tests.sync.test_blobs import attach, content_of, states

USER, PASSWORD = "张三", "Ce-shi-2026-kou"
STATION, ELSEWHERE = ("511421125201", "鹰头村"), ("511421126201", "石咀村")
LARGE = recording(2 * STEP + 1000)


class Post:
    """Two PCs that only ever meet their district over a stick."""

    def __init__(self, folder: Path, founded: tuple[Path, bytes]) -> None:
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.district = DistrictServer(folder / "district").start()
        self._folder, self._founded = folder, founded
        self._desks = ExitStack()

    def desk(self, name: str, station: tuple[str, str] = STATION) -> Desk:
        """A PC that was online once, to be enrolled."""
        shutil.copytree(self._founded[0], self._folder / name)
        with closing(self.open(self._folder / name)) as copied, copied.database.write() as connection:
            key = Ed25519PrivateKey.generate().private_bytes_raw()
            connection.execute(update(device).values(device_id=new_id(), signing_key=key))
        desk = self._desks.enter_context(closing(self.open(self._folder / name)))
        enrol_desk(desk, self.district.url, self.district.open_code(*station))
        return desk

    def open(self, folder: Path) -> Desk:
        return open_with_key(folder, USER, self._founded[1])

    def close(self) -> None:
        self._desks.close()
        self.district.stop()

    def out(self, desk: Desk) -> Exported:
        return DeskStick(desk).export(self.stick)

    def taken(self, **how: int) -> list[Taken]:
        services = self.district.services
        return StickIntake(services, kept_in(services.blobs), **how).take(self.stick)

    def read(self, desk: Desk) -> str:
        """What is said of the answers; the stick is cleared for the next trip."""
        files = self.files(desk)
        for path in self.stick.iterdir():
            path.unlink()
        return "\n".join(one.sentence for one in files if "是给另一台电脑的" not in one.sentence)

    def files(self, desk: Desk) -> list[FileRead]:
        return DeskStick(desk).read(self.stick)

    def trip(self, desk: Desk, **how: int) -> str:
        self.out(desk)
        self.taken(**how)
        return self.read(desk)

    def carried(self, desk: Desk) -> list[Piece]:
        """The pieces in the answer that lies on the stick for this PC."""
        found: list[Piece] = []
        ends = DeskStick(desk)._ends()
        for path in self.stick.glob("*.pull"):
            with open(path, "rb") as source:
                header = header_of(source)
                if header.recipient != ends.device:
                    continue
                key = sealing_key(ends.key.private_bytes_raw())
                read = entries(opened(source, header, signer=ends.server_key, key=key))
                found += [piece_in(body) for kind, body in read if kind == EntryKind.BLOB]
        return found


def piece_in(body: bytes) -> Piece:
    digest, size, offset = body[:32].hex(), int.from_bytes(body[32:40]), int.from_bytes(body[40:48])
    return Piece(digest, size, offset, body[48:])


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("founded") / "desk"
    code, name = STATION
    desk, _ = found_desk(folder, station_code=code, station_name=name, user=USER, password=PASSWORD)
    desk.close()
    return folder, KeySlots.open(folder).unlock(USER, PASSWORD)


@pytest.fixture
def post(tmp_path: Path, founded: tuple[Path, bytes]) -> Iterator[Post]:
    one = Post(tmp_path, founded)
    yield one
    one.close()


@pytest.fixture
def far(post: Post) -> Desk:
    """The PC without a line that lacks the files."""
    return post.desk("far")


def brought(post: Post, *contents: bytes) -> list[AttachedFile]:
    """Files another PC of the station attached and sent by stick."""
    desk = post.desk("near")
    files = attach(desk, *contents)
    post.trip(desk)
    assert set(states(desk).values()) == {("up", "done", "")}
    return files


def test_records_and_their_files_come_with_one_trip(post: Post, far: Desk) -> None:
    contents = [recording(3000), LARGE]
    files = brought(post, *contents)
    post.out(far)
    (taken,) = post.taken()
    assert "给站里带上 2 个附件" in taken.sentence
    assert taken.files == 2
    ack, pull = post.files(far)
    assert set(pull.files) == {file.sha256 for file in files}
    assert "收下 2 个附件" in pull.sentence
    assert [content_of(far, file) for file in files] == contents
    assert set(states(far).values()) == {("down", "done", "")}
    again = post.files(far)[1]
    assert (again.files, again.is_fault, ack.is_fault) == ((), False, False)
    made = post.out(far)
    assert (made.wanted, "附件" in made.sentence) == (0, False)


def test_a_file_larger_than_an_answer_comes_over_several_trips_and_no_byte_twice(
    post: Post, far: Desk
) -> None:
    small, large = brought(post, recording(3000), LARGE)
    sent = []
    said = []
    for _ in range(4):
        made = post.out(far)
        (taken,) = post.taken(most=STEP + 2000)
        sent += post.carried(far)
        said.append((made.wanted, taken.sentence, post.read(far)))
        if not transfers_of(far).to_come():
            break
    assert len(said) == 3
    assert sum(len(piece.content) for piece in sent) == len(LARGE) + 3000
    assert "还有 1 个附件这次放不下，下一趟接着带" in said[0][1]
    assert "还有 1 个附件没有到本机，联网时或下次用U盘会接着取" in said[0][2]
    assert said[1][0] == 1
    assert content_of(far, large) == LARGE
    assert content_of(far, small) == recording(3000)


def test_answers_twice_and_out_of_order_and_several_exports_of_one_pc(post: Post, far: Desk) -> None:
    (large,) = brought(post, LARGE)
    first = post.out(far)
    post.out(far)
    older, newer = post.taken(most=STEP)
    assert ("下一趟接着带" in older.sentence, "下一趟接着带" in newer.sentence) == (False, True)
    kept = {path: path.read_bytes() for path in post.stick.glob("*.pull")}
    assert len(kept[first.path.with_suffix(".pull")]) < STEP
    post.read(far)
    post.trip(far, most=STEP)
    for path, content in kept.items():
        path.write_bytes(content)
    assert not any(one.is_fault for one in post.files(far))
    ((digest, here),) = [
        (one.sha256, transfers_of(far).begun(one)) for one in transfers_of(far).waiting("down", 9)
    ]
    assert (digest, here) == (large.sha256, 2 * STEP)
    post.read(far)
    post.trip(far)
    assert content_of(far, large) == LARGE


def test_files_of_another_station_are_not_given_out(post: Post) -> None:
    (file,) = brought(post, recording(3000))
    stranger = post.desk("elsewhere", ELSEWHERE)
    wanted = {"sha256": file.sha256, "name": "x.mp3", "media_type": "audio/mpeg", "size": 3000}
    row = {"way": "down", "state": "waiting", "reason": "", "at": stranger.clock(), **wanted}
    with stranger.database.write() as connection:
        connection.execute(insert(blob_transfer).values(row))
    assert post.out(stranger).wanted == 1
    (taken,) = post.taken()
    assert (taken.files, post.carried(stranger)) == (0, [])
    assert "还有 1 个附件没有到本机" in post.read(stranger)


def test_other_bytes_than_the_hash_says_never_become_the_file_and_are_asked_for_anew(
    post: Post, far: Desk
) -> None:
    (file,) = brought(post, LARGE)
    one = tables.blob_piece.c.start == 0
    with post.district.services.database.write() as connection:
        sound = connection.execute(select(tables.blob_piece.c.content).where(one)).scalar_one()
        spoiled = bytes(len(sound))
        connection.execute(update(tables.blob_piece).where(one).values(content=spoiled))
    said = post.trip(far)
    assert "附件“材料1.mp3”取来的内容不对，没有收下，下次重新取" in said
    assert states(far)[file.sha256] == ("down", "waiting", "")
    with pytest.raises(NotHereYet):
        content_of(far, file)
    with post.district.services.database.write() as connection:
        connection.execute(update(tables.blob_piece).where(one).values(content=sound))
    assert "收下 1 个附件" in post.trip(far)
    assert content_of(far, file) == LARGE


def test_without_room_a_file_is_held_in_words_and_comes_when_there_is(
    post: Post, far: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = brought(post, recording(3000))
    post.out(far)
    post.taken()
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 50 << 20))  # type: ignore[attr-defined]
        pull = post.files(far)[1]
    assert pull.is_fault
    assert "附件“材料1.mp3”本机磁盘空间不够，没有取来；请清理出空间后再试" in pull.sentence
    assert states(far)[file.sha256] == ("down", "held", "no_room")
    transfers_of(far).retry_held()
    assert "收下 1 个附件" in post.read(far)
    assert content_of(far, file) == recording(3000)


def test_a_stick_with_little_room_takes_the_records_and_leaves_the_files(
    post: Post, far: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = brought(post, recording(3000))
    post.out(far)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1 << 20))  # type: ignore[attr-defined]
        (taken,) = post.taken()
    assert "还有 1 个附件这次放不下，下一趟接着带" in taken.sentence
    assert "还有 1 个附件没有到本机" in post.read(far)
    assert "收下 1 个附件" in post.trip(far)
    assert content_of(far, file) == recording(3000)


def test_what_comes_over_the_line_just_now_is_left_to_it(post: Post, far: Desk) -> None:
    (file,) = brought(post, recording(3000))
    post.trip(far, most=0)
    post.out(far)
    post.taken()
    transfers = transfers_of(far)
    transfer = transfers.find(file.sha256)
    assert transfer is not None
    with transfers.arriving(transfer) as line:
        assert post.files(far)[1].files == ()
        line.add(recording(3000)[:1000])
    assert transfers.begun(transfer) == 1000
    assert post.files(far)[1].files == (file.sha256,)


def test_pulled_out_among_the_files_the_rest_stays_and_is_said(post: Post, far: Desk) -> None:
    small, large = brought(post, recording(3000), LARGE)
    post.trip(far, most=0)

    def pieces() -> Iterator[Piece]:
        yield Piece(small.sha256, 3000, 0, recording(3000))
        yield Piece(large.sha256, len(LARGE), 0, LARGE[:STEP])
        raise PiecesLost

    files = FilesIn(transfers_of(far))
    files.take(pieces(), lambda: None)
    assert (files.came, files.failed) == ([small.sha256], True)
    assert "附件没有读完，U盘可能已被拔出；插好再导入一次，会接着取" in "；".join(files.words())
    assert post.out(far).wanted == 1
    post.taken()
    assert sum(len(piece.content) for piece in post.carried(far)) == len(LARGE) - STEP
    post.read(far)
    assert content_of(far, large) == LARGE


def test_a_program_that_does_not_ask_gets_no_files_and_a_wrong_question_is_refused(
    post: Post, far: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(post, recording(3000))
    with monkeypatch.context() as older:
        older.setattr(stick_out, "put_wanted", lambda sealing, wanted: None)
        post.out(far)
    (taken,) = post.taken()
    assert (taken.files, taken.is_fault, post.carried(far)) == (0, False, [])
    assert "还有 1 个附件没有到本机" in post.read(far)

    def wrong(sealing: Sealing, wanted: object) -> None:
        put_wanted(sealing, [("no hash", 0)])

    monkeypatch.setattr(stick_out, "put_wanted", wrong)
    post.out(far)
    (taken,) = post.taken()
    assert taken.is_fault
    assert "内容不合格式" in taken.sentence


def test_a_restored_pc_is_brought_what_it_asks_for_and_not_all_the_log_names(post: Post, far: Desk) -> None:
    (file,) = brought(post, recording(3000))
    assert "收下 1 个附件" in post.trip(far)
    with far.database.write() as connection:
        begin_new_life(connection)
    far.close()
    with closing(post.open(far.folder)) as again:
        assert post.out(again).wanted == 0
        (taken,) = post.taken()
        assert (taken.files, post.carried(again)) == (0, [])
        assert not any(one.is_fault for one in post.files(again))
        assert content_of(again, file) == recording(3000)


@pytest.mark.parametrize(
    "said",
    [
        [["0" * 64, -1]],
        [["0" * 64, True]],
        [["0" * 64, 1 << 60]],
        [["0" * 64]],
        [["G" * 64, 0]],
        ["0" * 64],
        {"0" * 64: 0},
        [["0" * 64, 0]] * (MOST_WANTED + 1),
    ],
)
def test_questions_of_the_wrong_form_are_refused_before_anything_is_looked_up(said: object) -> None:
    with pytest.raises(FerryError, match="wrong_form"):
        wanted_of(orjson.dumps({"blobs": said}))
