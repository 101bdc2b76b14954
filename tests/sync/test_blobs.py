"""Attached files between stations and district: cut anywhere, killed anywhere, one bad one among good ones."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from samples import service_visit
from sqlalchemy import delete, select, update

from app.commands.desk import Desk, found_desk, open_with_key
from app.commands.desk_files import files_of, transfers_of
from app.commands.desk_line import district_of, enrol_desk, reconcile_of, rounds_of
from app.district import tables as district_tables
from app.district.server import DistrictServer
from app.models.attached_file import AttachedFile
from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store.attachments import NotHereYet
from app.store.blob_counts import NOTHING
from app.store.tables import blob_transfer
from app.sync.backoff import Backoff
from app.sync.blob_progress import BlobProgress
from app.sync.blob_step import FIRST, LEAST, StepSize
from app.sync.blob_wire import STEP, BlobState
from app.sync.blobs import FILES_LATER, Blobs, Wishes
from app.sync.http_district import HttpDistrict
from app.sync.outcome import Outcome
from app.sync.protocol import NoAnswer, Refusal
from tests.district.parts import Cut, CuttingProxy, at_address, new_id
from tests.district.test_blobs import recording

PASSWORD = "Ce-shi-2026-kou"
STATION = "511421125201", "鹰头村"
VISIT = RECORD_TYPES["service_visit"]


@dataclass
class Place:
    """A district on loopback and the folder its data lies in."""

    folder: Path
    server: DistrictServer

    @property
    def port(self) -> int:
        port = urlsplit(self.server.url).port
        assert port is not None
        return port

    def again(self) -> None:
        """Stop and start at the same address, over whatever lies in the folder now."""
        port = self.port
        self.server.stop()
        self.server = DistrictServer(self.folder, port=port).start()

    def execute(self, statement: Any) -> None:
        with self.server.services.database.write() as connection:
            connection.execute(statement)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    one = Place(tmp_path / "district", DistrictServer(tmp_path / "district").start())
    yield one
    one.server.stop()


@dataclass
class Template:
    """A founded folder to copy, and the key that opens it without stretching a password."""

    folder: Path
    user: str
    key: bytes

    def open(self, folder: Path) -> Desk:
        return open_with_key(folder, self.user, self.key)

    def enrolled(self, folder: Path, place: Place) -> Desk:
        shutil.copytree(self.folder, folder)
        desk = self.open(folder)
        enrol_desk(desk, place.server.url, place.server.open_code(*STATION))
        return desk


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> list[Template]:
    made = []
    for user in ("张三", "李四"):
        folder = tmp_path_factory.mktemp("founded") / "desk"
        desk, _ = found_desk(
            folder, station_code=STATION[0], station_name=STATION[1], user=user, password=PASSWORD
        )
        desk.close()
        made.append(Template(folder, user, KeySlots.open(folder).unlock(user, PASSWORD)))
    return made


@pytest.fixture
def desk(tmp_path: Path, place: Place, templates: list[Template]) -> Iterator[Desk]:
    with closing(templates[0].enrolled(tmp_path / "one", place)) as one:
        yield one


@pytest.fixture
def second(tmp_path: Path, place: Place, templates: list[Template]) -> Iterator[Desk]:
    with closing(templates[1].enrolled(tmp_path / "two", place)) as one:
        yield one


def attach(desk: Desk, *contents: bytes) -> list[AttachedFile]:
    """A visit with these files, saved."""
    files = [desk.attachments.add(one, f"材料{at}.mp3") for at, one in enumerate(contents, 1)]
    desk.store.save(VISIT, service_visit(photos=files), by=desk.user, record_id=new_id())
    return files


class Counting(HttpDistrict):
    """The real client that counts the bytes of contents it moves, also those that were lost on the way."""

    sent = fetched = asked = 0

    def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        self.sent += len(piece)
        return super().send_piece(digest, offset, length, piece)

    def fetch_piece(self, digest: str, offset: int, length: int) -> bytes:
        self.fetched += length
        return super().fetch_piece(digest, offset, length)

    def blob_states(self, digests: Any) -> dict[str, BlobState]:
        self.asked += 1
        return super().blob_states(digests)


def line_of(desk: Desk, address: str | None = None) -> Counting:
    """The desk's way to its district, or to a proxy before it."""
    direct = district_of(desk)
    assert direct is not None
    direct.close()
    who = direct._enrolment
    return Counting(at_address(who, address or who.address), direct._key, idle=10.0)


def run(desk: Desk) -> Outcome:
    with line_of(desk) as line:
        return rounds_of(desk, line, files_of(desk, line)).run()


def compared(desk: Desk) -> Outcome:
    with line_of(desk) as line:
        return reconcile_of(desk, line, files_of(desk, line)).run()


def rows_only(desk: Desk) -> None:
    with line_of(desk) as line:
        assert rounds_of(desk, line).run().state == "idle"


def content_of(desk: Desk, file: AttachedFile) -> bytes:
    return desk.attachments.open(file, by=desk.user)


def states(desk: Desk) -> dict[str, tuple[str, str, str]]:
    with desk.database.read() as connection:
        rows = connection.execute(select(blob_transfer)).all()
    return {row.sha256: (row.way, row.state, row.reason) for row in rows}


def at_district(place: Place) -> set[str]:
    whole = select(district_tables.blob.c.sha256).where(district_tables.blob.c.complete_at.is_not(None))
    with place.server.services.database.read() as connection:
        return set(connection.execute(whole).scalars())


def test_files_follow_their_rows_and_come_to_the_other_pc(place: Place, desk: Desk, second: Desk) -> None:
    contents = [recording(3000), recording(STEP + 1), recording(700_000)]
    files = attach(desk, *contents)
    before = desk.outbox.status().files
    assert (before.up, before.up_bytes) == (3, sum(map(len, contents)))
    outcome = run(desk)
    assert (outcome.state, outcome.sent, outcome.files_sent) == ("idle", 1, 3)
    assert desk.outbox.status().files.up == 0
    rows_only(second)
    assert second.outbox.status().files.down == 3
    with pytest.raises(NotHereYet, match="还没有到本机"):
        content_of(second, files[0])
    assert not second.attachments.look(files[0]).here
    assert run(second).files_received == 3
    assert [content_of(second, file) for file in files] == contents
    assert second.attachments.look(files[0]).here
    assert list(second.attachments.faults()) == []
    assert second.attachments.sweep() == 0
    # What came from another PC is not sent back.
    assert run(second).files_sent == 0
    clear = [path for path in second.attachments.folder.folder.rglob("*") if path.is_file()]
    assert len(clear) == 3
    assert not any(contents[0][50:150] in path.read_bytes() for path in clear)


def test_cuts_at_every_step_boundary_cost_one_step_at_most(place: Place, desk: Desk) -> None:
    """R2: the line breaks one byte before, at and after the end of every request and of every answer."""
    size = 400_000
    marks: dict[bool, list[int]] = {True: [], False: []}
    proxy = Tallying(place.port)
    attach(desk, recording(size))
    rows_only(desk)
    with Marking(desk, proxy, marks) as line:
        assert files_of(desk, line).run().files_sent == 1
    assert len(marks[True]) == 4
    cuts = [Cut(True, mark + by) for mark in marks[True] for by in (-1, 0, 1)]
    cuts += [Cut(False, mark + by) for mark in marks[False] for by in (-1, 1)]
    for number, cut in enumerate(cuts, 1):
        (file,) = attach(desk, recording(size + number))
        rows_only(desk)
        proxy.cuts, done = [cut], proxy.done
        with line_of(desk, proxy.address) as line:
            blobs = files_of(desk, line)
            outcomes = [blobs.run() for _ in range(3)]
            assert outcomes[-1].state == "idle", (cut, outcomes)
            assert sum(outcome.files_sent for outcome in outcomes) <= 1
            assert line.sent <= file.size + STEP * (proxy.done - done), cut
        assert file.sha256 in at_district(place)
        assert states(desk)[file.sha256] == ("up", "done", "")
    assert proxy.done >= len(cuts) - 2
    proxy.close()


class Tallying(CuttingProxy):
    """Counts what passed on its newest connection."""

    def __init__(self, port: int) -> None:
        self.passed = {True: 0, False: 0}
        super().__init__(port)

    def _pass(self, source: Any, sink: Any, up: bool, cut: Cut | None) -> None:
        self.passed[up] = 0
        super()._pass(_Tallied(source, self.passed, up), sink, up, cut)


class _Tallied:
    """A socket that counts what is received from it."""

    def __init__(self, source: Any, passed: dict[bool, int], up: bool) -> None:
        self._source, self._passed, self._up = source, passed, up

    def recv(self, most: int) -> bytes:
        data: bytes = self._source.recv(most)
        self._passed[self._up] += len(data)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


class Marking(Counting):
    """Notes after each request how many bytes passed both ways."""

    def __init__(self, desk: Desk, proxy: Tallying, marks: dict[bool, list[int]]) -> None:
        direct = line_of(desk, proxy.address)
        super().__init__(direct._enrolment, direct._key)
        direct.close()
        self._proxy, self._marks = proxy, marks

    def _answer(self, method: str, path: str, seq: int, body: bytes) -> bytes:
        answer = super()._answer(method, path, seq, body)
        for up in (True, False):
            self._marks[up].append(self._proxy.passed[up])
        return answer


@pytest.mark.parametrize("seed", [1])
def test_cuts_at_random_bytes_both_ways_end_with_the_same_files(
    place: Place, desk: Desk, second: Desk, seed: int
) -> None:
    chance = Random(seed)
    contents = [recording(chance.randrange(1000, 400_000)) for _ in range(6)]
    files = attach(desk, *contents)
    total = sum(map(len, contents))
    rows_only(desk)
    rows_only(second)
    proxy = CuttingProxy(place.port)
    for one, way in ((desk, "sent"), (second, "fetched")):
        heavy = way == "sent"
        proxy.cuts = [
            Cut(heavy, chance.randrange(1, 120_000))
            if chance.random() < 0.7
            else Cut(not heavy, chance.randrange(1, 900))
            for _ in range(25)
        ]
        done = proxy.done
        with line_of(one, proxy.address) as line:
            blobs = files_of(one, line)
            outcomes = [blobs.run() for _ in range(40)]
            assert outcomes[-1].state == "idle"
            assert getattr(line, way) <= total + STEP * (proxy.done - done)
        assert proxy.done - done >= 8
        proxy.cuts.clear()
    proxy.close()
    assert at_district(place) == {file.sha256 for file in files}
    assert [content_of(second, file) for file in files] == contents
    assert desk.outbox.status().files == second.outbox.status().files == NOTHING


KILLED = """
import os, signal, sys
from app.commands.desk import open_with_key
from app.commands.desk_line import rounds_of, district_of
from app.commands.desk_files import files_of
from app.store import blob_folder, blob_transfers, partial_blob
from app.sync.http_district import HttpDistrict

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(owner, name, times):
    kept, left = getattr(owner, name), [times]
    def called(*given, **named):
        answer = kept(*given, **named)
        left[0] -= 1
        if left[0] == 0:
            die()
        return answer
    setattr(owner, name, called)

point, folder, user, key = sys.argv[1:]
if point == "before the receipt is noted":
    after(HttpDistrict, "send_piece", 3)
if point == "after the second step up":
    after(HttpDistrict, "send_piece", 2)
if point == "after the second step down":
    after(partial_blob.Partial, "add", 2)
if point == "before the file has its name":
    blob_transfers.Transfers.arrived = die
if point == "before the file is noted":
    after(blob_folder.BlobFolder, "put", 1)
if point == "after the file is noted":
    after(blob_transfers.Transfers, "_came", 1)
from pathlib import Path
desk = open_with_key(Path(folder), user, bytes.fromhex(key))
district = district_of(desk)
rounds_of(desk, district, files_of(desk, district)).run()
print("not killed")
"""


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("before the receipt is noted", 0),
        ("after the second step up", 400_000 - 3 * FIRST),
        ("after the second step down", 400_000 - 3 * FIRST),
        ("before the file has its name", 0),
        ("before the file is noted", 0),
        ("after the file is noted", 0),
    ],
)
def test_killed_anywhere_it_goes_on_where_it_was(
    place: Place,
    desk: Desk,
    second: Desk,
    tmp_path: Path,
    templates: list[Template],
    point: str,
    left: int,
) -> None:
    content = recording(400_000)
    (file,) = attach(desk, content)
    down = "down" in point or "file" in point
    rows_only(desk)
    if down:
        run(desk)
        rows_only(second)
    folder, of = (tmp_path / "two", templates[1]) if down else (tmp_path / "one", templates[0])
    (second if down else desk).close()
    told = subprocess.run(
        [sys.executable, "-c", KILLED, point, str(folder), of.user, of.key.hex()],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert told.returncode == -signal.SIGKILL, told
    with closing(of.open(folder)) as again, line_of(again) as line:
        outcome = rounds_of(again, line, files_of(again, line)).run()
        assert outcome.state == "idle"
        assert (line.fetched if down else line.sent) == left
        assert content_of(again, file) == content
        assert states(again)[file.sha256][1] == "done"
    assert at_district(place) == {file.sha256}


def test_a_photo_two_pcs_share_goes_over_once(place: Place, desk: Desk, second: Desk) -> None:
    content = recording(300_000)
    attach(desk, content)
    attach(second, content)
    with line_of(desk) as line:
        rounds_of(desk, line, files_of(desk, line)).run()
        assert line.sent == 300_000
    with line_of(second) as line:
        rounds_of(second, line, files_of(second, line)).run()
        assert (line.sent, line.fetched) == (0, 0)
    assert run(desk).files_received == 0
    assert desk.outbox.status().files == second.outbox.status().files == NOTHING


def test_a_photo_two_pcs_send_at_once_is_finished_by_both(place: Place, desk: Desk, second: Desk) -> None:
    content = recording(400_000)
    (file,) = attach(desk, content)
    attach(second, content)
    rows_only(desk)
    rows_only(second)
    with line_of(desk) as one, line_of(second) as two:
        other = files_of(second, two)

        class Between(Counting):
            """Before its second step the other PC sends the whole rest."""

            def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
                if offset == FIRST:
                    assert other.run().files_sent == 1
                return super().send_piece(digest, offset, length, piece)

        between = Between(one._enrolment, one._key)
        with between:
            assert files_of(desk, between).run().state == "idle"
        assert two.sent == 400_000 - FIRST
    assert states(desk)[file.sha256] == states(second)[file.sha256] == ("up", "done", "")


def test_bad_files_are_held_by_name_and_the_others_go_on(place: Place, desk: Desk) -> None:
    """R30: one missing here, one changed on the disk, one too large for the district; the fourth goes."""
    place.server.services.blobs._largest = 500_000
    missing, changed, large, good = attach(
        desk, recording(3000), recording(300_000), recording(500_001), recording(4000)
    )
    folder = desk.attachments.folder
    folder.path(missing.sha256).unlink()
    spoilt = bytearray(folder.path(changed.sha256).read_bytes())
    spoilt[-40] ^= 1
    folder.path(changed.sha256).write_bytes(spoilt)
    outcome = run(desk)
    assert (outcome.state, outcome.sent, outcome.files_sent, outcome.sentence) == ("idle", 1, 1, "")
    assert states(desk) == {
        missing.sha256: ("up", "held", "missing_here"),
        changed.sha256: ("up", "held", "missing_here"),
        large.sha256: ("up", "held", "blob_too_large"),
        good.sha256: ("up", "done", ""),
    }
    assert {held.name for held in desk.outbox.held_files()} == {missing.name, changed.name, large.name}
    assert (desk.outbox.status().files.up, desk.outbox.status().files.held) == (3, 3)
    # Added again, and with the district's limit raised, they go after one word of a person.
    desk.attachments.add(recording(3000))
    desk.attachments.add(recording(300_000))
    place.server.services.blobs._largest = 1 << 20
    transfers_of(desk).retry_held()
    assert run(desk).files_sent == 3
    assert desk.outbox.status().files == NOTHING


def test_files_the_district_dropped_go_again_after_a_comparison(
    place: Place, desk: Desk, second: Desk
) -> None:
    """R30: the server drops them; and one that went from this PC's disk comes back."""
    first, other = attach(desk, recording(3000), recording(4000))
    run(desk)
    run(second)
    place.execute(
        delete(district_tables.blob_piece).where(district_tables.blob_piece.c.sha256 == first.sha256)
    )
    lost = update(district_tables.blob).where(district_tables.blob.c.sha256 == first.sha256)
    place.execute(lost.values(held=0, length=None, complete_at=None))
    desk.attachments.folder.path(other.sha256).unlink()
    assert run(desk).files_sent == 0
    outcome = compared(desk)
    assert outcome.finding is not None
    assert (outcome.finding.files_lacking, outcome.finding.files_missing) == (1, 1)
    assert (outcome.files_sent, outcome.files_received) == (1, 1)
    assert at_district(place) == {first.sha256, other.sha256}
    assert content_of(desk, other) == recording(4000)
    again = compared(desk).finding
    assert again is not None
    assert (again.files_lacking, again.files_missing, again.differing) == (0, 0, ())


def test_a_district_put_back_from_a_copy_gets_its_files_again(
    place: Place, desk: Desk, second: Desk, tmp_path: Path
) -> None:
    """Also those another PC had sent, from whichever PC has them."""
    attach(desk, recording(3000))
    run(desk)
    run(second)
    place.server.stop()
    shutil.copytree(place.folder, tmp_path / "copy")
    place.again()
    files = attach(desk, recording(5000), recording(300_000))
    run(desk)
    run(second)
    assert [content_of(second, file) for file in files] == [recording(5000), recording(300_000)]
    place.server.stop()
    shutil.rmtree(place.folder)
    shutil.copytree(tmp_path / "copy", place.folder)
    place.again()
    assert len(at_district(place)) == 1
    # The PC that wrote them is gone; the other one has them.
    assert run(second).state == "idle"
    assert run(second).state == "idle"
    assert len(at_district(place)) == 3
    assert second.outbox.status().files == NOTHING


class Poisoned(Counting):
    """The district fails whenever it is given one certain content."""

    poison = ""

    def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        if digest == self.poison:
            raise Refusal(500, "server_failed")
        return super().send_piece(digest, offset, length, piece)


def test_one_file_that_always_fails_stops_neither_rows_nor_other_files(place: Place, desk: Desk) -> None:
    bad, *_ = attach(desk, recording(3000), recording(4000), recording(5000))
    direct = line_of(desk)
    with Poisoned(direct._enrolment, direct._key) as line:
        line.poison = bad.sha256
        rounds = rounds_of(desk, line, files_of(desk, line))
        outcome = rounds.run()
        assert (outcome.state, outcome.sent, outcome.files_sent) == ("idle", 1, 2)
        assert outcome.wait is not None
        assert outcome.wait <= 2.0
        assert "正忙" in outcome.sentence
        # `idle` lets the next save go at once; the file is tried again and still waits.
        attach(desk, recording(6000))
        outcome = rounds.run()
        assert (outcome.state, outcome.sent, outcome.files_sent) == ("idle", 1, 1)
        assert states(desk)[bad.sha256] == ("up", "waiting", "")
    direct.close()
    assert run(desk).files_sent == 1


class Changing(Counting):
    """Something on the way makes other bytes of one content, signed or not."""

    change = ""

    def fetch_piece(self, digest: str, offset: int, length: int) -> bytes:
        piece = super().fetch_piece(digest, offset, length)
        return piece[:-1] + b"!" if digest == self.change else piece


def test_other_bytes_than_the_hash_says_never_become_the_file(place: Place, desk: Desk, second: Desk) -> None:
    bad, good = attach(desk, recording(300_000), recording(4000))
    run(desk)
    direct = line_of(second)
    with Changing(direct._enrolment, direct._key) as line:
        line.change = bad.sha256
        assert rounds_of(second, line, files_of(second, line)).run().files_received == 1
        # Once more from the start, then it is held.
        assert line.fetched == 2 * 300_000 + 4000
    direct.close()
    assert states(second)[bad.sha256] == ("down", "held", "wrong_content")
    assert states(second)[good.sha256] == ("down", "done", "")
    assert not second.attachments.folder.path(bad.sha256).exists()
    transfers_of(second).retry_held()
    run(second)
    assert content_of(second, bad) == recording(300_000)


def test_without_room_a_file_is_held_and_the_rest_of_the_day_goes_on(
    place: Place, desk: Desk, second: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = attach(desk, recording(4000))
    run(desk)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 50 << 20))  # type: ignore[attr-defined]
        assert run(second).state == "idle"
    assert states(second)[file.sha256] == ("down", "held", "no_room")
    transfers_of(second).retry_held()
    with line_of(second) as line:
        rounds_of(second, line, files_of(second, line)).run()
        # It had come already and only had to be put into its place.
        assert line.fetched == 0
    assert content_of(second, file) == recording(4000)


def test_a_row_saved_meanwhile_goes_before_the_rest_of_a_file(place: Place, desk: Desk) -> None:
    attach(desk, recording(900_000))
    with line_of(desk) as line:
        told: list[BlobProgress] = []

        def tell(progress: BlobProgress) -> None:
            told.append(progress)
            if len(told) == 2:
                attach(desk, recording(3000))

        rounds = rounds_of(desk, line, files_of(desk, line, tell))
        outcome = rounds.run()
        assert (outcome.code, outcome.wait, outcome.files_sent) == (FILES_LATER, 0.0, 0)
        assert line.sent == 3 * FIRST
        outcome = rounds.run()
        assert (outcome.state, outcome.code, outcome.sent, outcome.files_sent) == ("idle", "", 1, 2)
        assert line.sent == 900_000 + 3000


def test_what_somebody_looks_at_comes_before_all_others(place: Place, desk: Desk, second: Desk) -> None:
    files = [attach(desk, recording(200_000 + at))[0] for at in range(4)]
    run(desk)
    rows_only(second)
    came: list[str] = []
    with line_of(second) as line:

        def look(progress: BlobProgress) -> None:
            if progress.arrived:
                came.append(progress.arrived)
            elif progress.done_bytes == FIRST:
                blobs.first(files[1].sha256)

        blobs = files_of(second, line, look)
        assert blobs.run().files_received == 4
        # Going on with the one that was left costs nothing anew.
        assert line.fetched == sum(file.size for file in files)
    assert came[0] == files[1].sha256
    assert set(came) == {file.sha256 for file in files}


def test_newest_files_come_first(place: Place, desk: Desk, second: Desk) -> None:
    now = desk.clock()
    files = [attach(desk, recording(3000 + at))[0] for at in range(3)]
    run(desk)
    rows_only(second)
    for at, file in enumerate(files):
        with second.database.write() as connection:
            moved = update(blob_transfer).where(blob_transfer.c.sha256 == file.sha256)
            connection.execute(moved.values(at=now.replace(year=2020 + at)))
    came: list[str] = []
    with line_of(second) as line:
        files_of(second, line, lambda told: came.append(told.arrived) if told.arrived else None).run()
    assert came == [file.sha256 for file in reversed(files)]


def test_a_file_whose_writer_has_not_sent_it_yet_waits_quietly(
    place: Place, desk: Desk, second: Desk
) -> None:
    (file,) = attach(desk, recording(3000))
    rows_only(desk)
    outcome = run(second)
    assert (outcome.state, outcome.files_received, outcome.sentence) == ("idle", 0, "")
    assert states(second)[file.sha256] == ("down", "waiting", "")
    run(desk)
    assert run(second).files_received == 1


def test_adding_a_file_that_was_on_its_way_here_settles_it(place: Place, desk: Desk, second: Desk) -> None:
    content = recording(3000)
    (file,) = attach(desk, content)
    run(desk)
    rows_only(second)
    attach(second, content)
    with line_of(second) as line:
        rounds_of(second, line, files_of(second, line)).run()
        assert (line.fetched, line.sent) == (0, 0)
    assert states(second)[file.sha256] == ("up", "done", "")
    assert content_of(second, file) == content


def test_stop_and_a_revoked_pc_end_a_turn_with_everything_kept(place: Place, desk: Desk) -> None:
    (file,) = attach(desk, recording(900_000))
    rows_only(desk)
    with line_of(desk) as line:
        blobs = files_of(desk, line)
        asked = iter([False, False, True])
        outcome = blobs.run(lambda: next(asked, True))
        assert (outcome.state, outcome.code) == ("waiting", "interrupted")
        assert 0 < line.sent < 900_000
        place.server.services.enrolments.revoke(desk.station.device_id)
        outcome = blobs.run()
        assert (outcome.state, outcome.code) == ("stopped", "revoked")
    assert states(desk)[file.sha256] == ("up", "waiting", "")


class Silent:
    """A district nobody reaches."""

    def blob_states(self, digests: Any) -> dict[str, BlobState]:
        raise NoAnswer("timeout")

    def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        raise AssertionError

    def fetch_piece(self, digest: str, offset: int, length: int) -> bytes:
        raise AssertionError


def test_without_an_answer_it_waits_longer_each_time(place: Place, desk: Desk) -> None:
    attach(desk, recording(3000))
    waits: list[float] = []
    blobs = Blobs(
        transfers_of(desk), Silent(), Backoff(lambda low, high: high), timer=lambda: 0.0, wishes=Wishes()
    )
    for _ in range(4):
        outcome = blobs.run()
        assert outcome.state == "waiting"
        waits.append(outcome.wait or 0.0)
    assert waits == [2.0, 4.0, 8.0, 16.0]


def test_steps_shrink_on_a_bad_line_and_grow_on_a_good_one() -> None:
    step = StepSize()
    for _ in range(5):
        step.went_well(0.1)
    assert step.bytes == STEP
    step.went_well(5.0)
    assert step.bytes == STEP // 2
    step.went_well(3.0)
    assert step.bytes == STEP // 2
    while step.failed():
        assert step.bytes >= LEAST
    assert step.bytes == LEAST


def test_a_torn_partial_file_counts_up_to_the_tear(desk: Desk) -> None:
    folder, digest = desk.attachments.folder, "ab" * 32
    content = recording(10_000)
    with closing(folder.partial(digest)) as partial:
        for start in range(0, 9000, 3000):
            partial.add(content[start : start + 3000])
    path = folder.path(digest).with_name(digest + ".part")
    whole = path.read_bytes()
    assert content[100:200] not in whole
    torn: list[tuple[Callable[[bytes], bytes], int]] = [
        (lambda raw: raw, 9000),
        (lambda raw: raw[:-1], 6000),
        (lambda raw: raw + b"\0" * 500, 9000),
        (lambda raw: raw[:4000] + bytes([raw[4000] ^ 1]) + raw[4001:], 3000),
        (lambda raw: raw[:20], 0),
        (lambda raw: b"", 0),
    ]
    for spoil, left in torn:
        path.write_bytes(spoil(whole))
        with closing(folder.partial(digest)) as partial:
            assert partial.size == left
            assert partial.content().read() == content[:left]
            partial.add(content[left : left + 777])
            assert partial.content().read() == content[: left + 777]


def test_the_beginning_of_a_file_is_kept_while_the_file_is_wanted(
    place: Place, desk: Desk, second: Desk
) -> None:
    (file,) = attach(desk, recording(300_000))
    run(desk)
    rows_only(second)
    with line_of(second) as line:
        asked = iter([False, False])
        files_of(second, line).run(lambda: next(asked, True))
    path = second.attachments.folder.path(file.sha256)
    partial = path.with_name(path.name + ".part")
    unwanted = path.with_name("cd" * 32 + ".part")
    unwanted.write_bytes(b"x")
    for one in (partial, unwanted):
        os.utime(one, (0, 0))
    assert second.attachments.sweep() == 1
    assert partial.exists()
    assert not unwanted.exists()
    assert run(second).files_received == 1
    assert not partial.exists()
    assert second.outbox.status().files == NOTHING
