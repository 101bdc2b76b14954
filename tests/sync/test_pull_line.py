"""Pull over real sockets: cut at random bytes, answers lost, server killed back to an older copy, files restored."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from app.commands.desk import Desk, found_desk, open_desk
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.district import backup
from app.district.administration.trail import COMMAND
from app.district.server import DistrictServer
from app.district.tables import record_state, revision
from app.models.registry import RECORD_TYPES
from app.store import tables
from app.store.lives import begin_new_life
from app.store.reading import ListQuery
from app.store.verify import verify
from app.sync.http_district import HttpDistrict
from app.sync.outcome import Outcome
from tests.district.parts import Cut, CuttingProxy, new_id
from tests.samples import SAMPLES

PASSWORD = "Ce-shi-2026-kou"
STATION = "511421125201", "鹰头村"
RESIDENT = RECORD_TYPES["resident"]


@dataclass
class Place:
    """A district on loopback and the folder its data lies in."""

    folder: Path
    server: DistrictServer

    def again(self) -> None:
        """Stop and start at the same address, over whatever lies in the folder now."""
        port = urlsplit(self.server.url).port
        self.server.stop()
        assert port is not None
        self.server = DistrictServer(self.folder, port=port).start()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    one = Place(tmp_path / "district", DistrictServer(tmp_path / "district").start())
    yield one
    one.server.stop()


def founded(folder: Path, user: str, place: Place) -> Desk:
    desk, _ = found_desk(
        folder, station_code=STATION[0], station_name=STATION[1], user=user, password=PASSWORD
    )
    enrol_desk(desk, place.server.url, place.server.open_code(*STATION))
    return desk


@pytest.fixture
def desks(tmp_path: Path, place: Place) -> Iterator[list[Desk]]:
    made = [founded(tmp_path / user, user, place) for user in ("张三", "李四")]
    yield made
    for desk in made:
        desk.close()


def run(desk: Desk) -> Outcome:
    district = district_of(desk)
    assert district is not None
    with district:
        return rounds_of(desk, district).run()


def quiet(*desks: Desk) -> None:
    for _ in range(10):
        outcomes = [run(desk) for desk in desks]
        assert {outcome.state for outcome in outcomes} == {"idle"}, outcomes
        if not any(outcome.sent + outcome.received for outcome in outcomes):
            return
    raise AssertionError("still moving")


def save(desk: Desk, count: int = 1) -> list[str]:
    ids = [new_id() for _ in range(count)]
    for record_id in ids:
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=desk.user, record_id=record_id)
    return ids


def edit(desk: Desk, record_id: str, **changes: object) -> None:
    stored = desk.reader.load(RESIDENT, record_id)
    assert stored is not None
    values = {**stored.values, **changes}
    desk.store.save(RESIDENT, values, by=desk.user, record_id=record_id, base=stored.head)


def ids_of(desk: Desk) -> list[str]:
    return sorted(row["id"] for row in desk.reader.page(RESIDENT, ListQuery(), limit=500))


def ops_of(desk: Desk) -> list[str]:
    with desk.database.read() as connection:
        return sorted(connection.execute(select(tables.revision.c.op_id)).scalars())


def at_district(place: Place) -> list[str]:
    with place.server.services.database.read() as connection:
        return sorted(connection.execute(select(revision.c.op_id)).scalars())


def test_cuts_at_random_bytes_bring_each_record_once_and_never_run_ahead(
    place: Place, desks: list[Desk]
) -> None:
    """After every cut, what lies before the cursor is in the file; in the end each revision is there once."""
    first, second = desks
    chance = Random(20261123)
    port = urlsplit(place.server.url).port
    assert port is not None
    proxy = CuttingProxy(port)
    cut = cuts = 0
    while cuts < 60:
        save(first, 3)
        assert run(first).state == "idle"
        direct = district_of(second)
        assert direct is not None
        through = HttpDistrict(
            type(direct._enrolment)(
                **{
                    **{name: getattr(direct._enrolment, name) for name in direct._enrolment.__slots__},
                    "address": proxy.address,
                }
            ),
            direct._key,
            idle=10.0,
        )
        direct.close()
        proxy.cuts = [Cut(chance.random() < 0.3, chance.randrange(0, 2200)) for _ in range(2)]
        with through:
            for _ in range(4):
                outcome = rounds_of(second, through).run()
                assert outcome.state in ("idle", "waiting")
                cut += outcome.state == "waiting"
                _cursor_is_covered(place, second)
        cuts = proxy.done
    proxy.close()
    quiet(first, second)
    assert ids_of(first) == ids_of(second)
    assert ops_of(second) == ops_of(first) == at_district(place)
    assert len(set(ops_of(second))) == len(ops_of(second))
    assert cut >= 20
    assert verify(second.database, RECORD_TYPES) == []


def _cursor_is_covered(place: Place, desk: Desk) -> None:
    cursor = desk.receiver.position().cursor
    end = int(cursor.split(".")[1]) if cursor else 0
    with place.server.services.database.read() as connection:
        before = select(revision.c.record).where(revision.c.position <= end)
        assert set(connection.execute(before).scalars()) <= set(ids_of(desk))


@pytest.mark.parametrize("told", [True, False])
def test_district_put_back_from_an_older_copy_gets_back_what_it_lost(
    place: Place, desks: list[Desk], tmp_path: Path, told: bool
) -> None:
    """By our own backup, which begins a new server epoch, or by a copy of the files nobody told the server about."""
    first, second = desks
    old = save(first, 2)
    quiet(first, second)
    kept = backup.back_up(
        place.server.services.database, None, tmp_path, datetime(2026, 11, 23, tzinfo=UTC), COMMAND
    )
    place.server.stop()
    shutil.copytree(place.folder, tmp_path / "copy")
    place.again()
    newer = save(first, 2)
    edit(second, old[0], notes="李四的备注")
    quiet(first, second)
    edit(first, old[0], occupation="木工")
    quiet(first, second)
    everything = at_district(place)
    place.server.stop()
    shutil.rmtree(place.folder)
    if told:
        backup.put_back(kept, None, place.folder, datetime(2026, 11, 24, tzinfo=UTC), COMMAND)
    else:
        shutil.copytree(tmp_path / "copy", place.folder)
    place.again()
    assert len(at_district(place)) == 2
    # 张三 alone gives back what the other PC wrote as well: it may never come again.
    run(first)
    assert at_district(place) == everything
    quiet(first, second)
    assert ids_of(first) == ids_of(second) == sorted(old + newer)
    for desk in desks:
        stored = desk.reader.load(RESIDENT, old[0])
        assert stored is not None
        assert (stored.values["notes"], stored.values["occupation"]) == ("李四的备注", "木工")
        assert desk.outbox.status().held == 0
        assert verify(desk.database, RECORD_TYPES) == []


def test_a_flushed_district_is_filled_again_after_a_new_enrolment(place: Place, desks: list[Desk]) -> None:
    first, second = desks
    ids = save(first, 2) + save(second, 1)
    quiet(first, second)
    everything = at_district(place)
    place.server.stop()
    shutil.rmtree(place.folder)
    place.again()
    assert run(first).code == "not_the_district"
    enrol_desk(first, place.server.url, place.server.open_code(*STATION))
    quiet(first)
    assert at_district(place) == everything
    enrol_desk(second, place.server.url, place.server.open_code(*STATION))
    quiet(first, second)
    assert at_district(place) == everything
    assert ids_of(first) == ids_of(second) == sorted(ids)


def test_a_file_put_back_from_a_backup_begins_a_new_life(
    place: Place, desks: list[Desk], tmp_path: Path
) -> None:
    """Restored to yesterday: what its later life sent comes back, what it had not sent goes out, nothing twice."""
    first, second = desks
    old = save(first, 2)
    quiet(first, second)
    unsent = save(first, 1)
    first.close()
    shutil.copytree(first.folder, tmp_path / "backup")
    first = desks[0] = open_desk(tmp_path / "张三", "张三", PASSWORD)
    later = save(first, 2)
    edit(first, old[0], notes="备份之后写的")
    quiet(first, second)
    everything = at_district(place)
    first.close()
    shutil.rmtree(first.folder)
    shutil.copytree(tmp_path / "backup", first.folder)
    first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
    with first.database.write() as connection:
        assert begin_new_life(connection) == 2
    first.close()
    first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
    assert first.outbox.status().unsent == 1
    fresh = save(first, 1)
    quiet(first, second)
    assert ids_of(first) == ids_of(second) == sorted(old + unsent + later + fresh)
    assert len(at_district(place)) == len(everything) + 1
    stored = first.reader.load(RESIDENT, old[0])
    assert stored is not None
    assert stored.values["notes"] == "备份之后写的"
    assert verify(first.database, RECORD_TYPES) == []
    assert first.outbox.status().unsent == 0


def test_a_backup_put_back_twice_goes_on_above_the_life_the_district_knows(
    place: Place, desks: list[Desk], tmp_path: Path
) -> None:
    """The disk died again, nothing but the same old backup is left: told once, then all is there, nothing stuck."""
    first, second = desks
    old = save(first, 2)
    quiet(first, second)
    first.close()
    shutil.copytree(first.folder, tmp_path / "backup")
    written = list(old)
    for again in range(2):
        shutil.rmtree(first.folder)
        shutil.copytree(tmp_path / "backup", first.folder)
        first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
        with first.database.write() as connection:
            assert begin_new_life(connection) == 2
        first.close()
        first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
        if again:
            outcome = run(first)
            assert (outcome.state, outcome.code) == ("stopped", "epoch_used")
            first.close()
            first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
            assert first.station.epoch == 3
        written += save(first, 2)
        quiet(first, second)
        assert ids_of(first) == ids_of(second) == sorted(written)
        assert first.outbox.status().unsent == 0
        assert verify(first.database, RECORD_TYPES) == []
        first.close()
    first = desks[0] = open_desk(first.folder, "张三", PASSWORD)


def test_a_cloned_disk_is_refused_once_the_other_began_a_new_life(
    place: Place, desks: list[Desk], tmp_path: Path
) -> None:
    first, _ = desks
    save(first)
    quiet(first)
    first.close()
    shutil.copytree(first.folder, tmp_path / "clone")
    first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
    with first.database.write() as connection:
        begin_new_life(connection)
    first.close()
    first = desks[0] = open_desk(first.folder, "张三", PASSWORD)
    save(first)
    quiet(first)
    with closing(open_desk(tmp_path / "clone", "张三", PASSWORD)) as clone:
        save(clone)
        outcome = run(clone)
        assert (outcome.state, outcome.code) == ("stopped", "unknown_epoch")
        assert clone.outbox.status().unsent == 1


def test_lost_answers_of_pull_change_nothing_twice(place: Place, desks: list[Desk]) -> None:
    first, second = desks
    ids = save(first, 5)
    assert run(first).state == "idle"
    port = urlsplit(place.server.url).port
    assert port is not None
    proxy = CuttingProxy(port)
    with second.database.write() as connection:
        connection.execute(update(tables.device).values(pulled_seq=0))
    direct = second.settings
    second.settings = type(direct)(**{**vars(direct), "district_url": proxy.address})
    proxy.cuts = [Cut(False, at) for at in (400, 600, 800, 1000)]
    states = [run(second).state for _ in range(6)]
    proxy.close()
    second.settings = direct
    assert "waiting" in states
    assert states[-1] == "idle"
    assert ids_of(second) == sorted(ids)
    assert len(ops_of(second)) == 5
    with place.server.services.database.read() as connection:
        assert len(connection.execute(select(record_state)).all()) == 5
