"""Ways users lost data over users, upgrades, clocks, copies and backups, by their numbers (R16-R25)."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from app.commands.desk import found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.desk_line import enrol_desk
from app.district.server import DistrictServer
from app.models.payload import canonical
from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeyFileError, WrongPassword
from app.store.database import Database
from app.store.station import found_station
from app.store.upgrade import MIGRATIONS, upgrade
from tests.district.parts import new_id, sample
from tests.samples import SAMPLES
from tests.simulator.campaign import in_memory
from tests.simulator.ground import STATION
from tests.simulator.oracle import documents_at
from tests.simulator.pc import DEK, FUTURE, SimulatedPc
from tests.sync.test_pull_line import run
from tests.sync.two_pcs import RESIDENT, Pair, two_pcs

HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"
RECORDS = int(os.environ.get("FENGQIAO_RECORDS", "600"))


@pytest.fixture
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="pair-") as name, two_pcs(Path(name)) as one:
        yield one


@pytest.fixture
def served(tmp_path: Path) -> Iterator[DistrictServer]:
    with DistrictServer(tmp_path / "district") as server:
        yield server


def lines_of(server: DistrictServer) -> list[dict]:  # type: ignore[type-arg]
    with server.services.database.read() as connection:
        found = connection.exec_driver_sql("SELECT line FROM revision ORDER BY position").scalars()
        return [orjson.loads(bytes(line)) for line in found]


def test_r16_who_left_loses_nothing_and_who_follows_sends_it(tmp_path: Path, served: DistrictServer) -> None:
    """A works offline, is removed, B signs in on the same PC: A's work goes out under A's name."""
    desk, _ = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    with closing(desk):
        enrol_desk(desk, served.url, served.open_code(STATION, "鹰头村"))
        first = DeskAccounts(desk).add("王调解", "mediator", own_password=PASSWORD)
    with closing(open_desk(tmp_path / "data", "王调解", first)) as desk:
        DeskAccounts(desk).change_password(first, OWN)
        desk.store.save(RESIDENT, SAMPLES["resident"](), by="王调解", record_id=new_id())
    with closing(open_desk(tmp_path / "data", HEAD, PASSWORD)) as desk:
        DeskAccounts(desk).remove("王调解", own_password=PASSWORD)
        assert run(desk).state == "idle"
        assert desk.outbox.status().unsent == 0
    assert [line["by"] for line in lines_of(served)] == ["王调解"]


def test_r17_a_password_changed_while_sending_leaves_the_queue_and_the_line_alone(
    tmp_path: Path, served: DistrictServer
) -> None:
    desk, _ = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    with closing(desk):
        enrol_desk(desk, served.url, served.open_code(STATION, "鹰头村"))
        for _ in range(3):
            desk.store.save(RESIDENT, SAMPLES["resident"](), by=HEAD, record_id=new_id())
        DeskAccounts(desk).change_password(PASSWORD, OWN)
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=HEAD, record_id=new_id())
        assert (run(desk).state, desk.outbox.status().unsent) == ("idle", 0)
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=HEAD, record_id=new_id())
    with pytest.raises(WrongPassword):
        open_desk(tmp_path / "data", HEAD, PASSWORD)
    with closing(open_desk(tmp_path / "data", HEAD, OWN)) as desk:
        assert desk.outbox.status().unsent == 1
        assert run(desk).state == "idle"
    assert len(lines_of(served)) == 5


def test_r18_a_file_of_the_first_schema_with_500_unsent_upgrades_and_sends_them_all(pair: Pair) -> None:
    """Written with the columns the first schema had; what later steps add must not touch the queue."""
    path = pair.folder / "old.db"
    old = pair.folder / "first schema"
    (old / "versions").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "env.py", old)
    shutil.copy(MIGRATIONS / "versions" / "0001_first_schema.py", old / "versions")
    database = Database.create(path, DEK)
    upgrade(database, old)
    with database.write() as connection:
        found_station(connection, code=STATION, name="鹰头村", signing_key=b"o" * 32)
        for seq in range(1, 501):
            said = {"seq": seq, "op_id": new_id(), "type": "resident", "record": new_id(), "act": "create"}
            more = {"base": None, "revision": 1, "by": "老干部", "at": "2026-01-05T01:00:00Z", "blobs": []}
            line = canonical({**said, **more, "data": sample()})
            connection.exec_driver_sql(
                "INSERT INTO revision (epoch, seq, op_id, record_type, record_id, act, by, at, line) "
                "VALUES (1, ?, ?, 'resident', ?, 'create', '老干部', '2026-01-05T01:00:00Z', ?)",
                (seq, said["op_id"], said["record"], line),
            )
    copy = upgrade(database)
    assert (copy is not None) == (len(list((MIGRATIONS / "versions").glob("0*.py"))) > 1)
    database.close()
    pc = SimulatedPc(path, pair.district, pair.line, pair.clock, pair.first.jitter)
    pc.enrol()
    pc.open()
    outcome = pc.sync()
    assert (outcome.state, outcome.sent, pc.outbox.status().unsent) == ("idle", 500, 0)
    pc.close()
    assert pair.at_district() == 500


def test_r19_a_new_installation_takes_over_the_data_folder_with_its_queue(
    tmp_path: Path, served: DistrictServer
) -> None:
    founding = {"station_code": STATION, "station_name": "鹰头村", "user": HEAD, "password": PASSWORD}
    desk, _ = found_desk(tmp_path / "data", **founding)
    with closing(desk):
        enrol_desk(desk, served.url, served.open_code(STATION, "鹰头村"))
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=HEAD, record_id=new_id())
        who = desk.station.device_id
    with pytest.raises(KeyFileError):
        found_desk(tmp_path / "data", **founding)
    with closing(open_desk(tmp_path / "data", HEAD, PASSWORD)) as desk:
        assert (desk.station.device_id, desk.outbox.status().unsent) == (who, 1)
        assert run(desk).state == "idle"
    assert len(lines_of(served)) == 1


def test_r20_fields_of_a_newer_program_are_kept_at_both_ends(pair: Pair) -> None:
    """The other way round, an old client: tests/district/test_web.py."""
    pair.second.newer = True
    pair.second.restart()
    record = pair.create(pair.second)
    pair.settled()
    assert documents_at(pair.district, STATION)[record][3][FUTURE] == "后来的"
    pair.edit(pair.first, record, notes="旧程序改的")
    pair.settled()
    assert documents_at(pair.district, STATION)[record][3][FUTURE] == "后来的"


def test_r21_400_days_offline_and_everything_goes(pair: Pair) -> None:
    """`FENGQIAO_RECORDS=20000` for the full number."""
    for day in range(400):
        pair.first.clock.now += timedelta(days=1)  # type: ignore[attr-defined]
        for _ in range(RECORDS // 400 + (day < RECORDS % 400)):
            record = new_id()
            pair.first.store.save(RESIDENT, SAMPLES["resident"](), by="干部甲", record_id=record)
    assert pair.first.sync().sent == RECORDS
    assert (pair.at_district(), pair.first.outbox.status().unsent) == (RECORDS, 0)


def test_r22_a_retired_code_still_goes_up_and_comes_down(pair: Pair) -> None:
    record = pair.create(pair.first, id_document="116", id_number="12345678")
    pair.settled()
    assert pair.first.outbox.refusals() == []
    assert pair.value(pair.second, record, "id_document") == "116"


@pytest.mark.parametrize("years", [-10, 10])
def test_r23_a_clock_ten_years_off_orders_nothing_and_skips_nothing(pair: Pair, years: int) -> None:
    record = pair.create(pair.first)
    pair.settled()
    pair.first.clock.now += timedelta(days=3650 * years)  # type: ignore[attr-defined]
    pair.edit(pair.first, record, notes="先写的")
    pair.settled()
    pair.edit(pair.second, record, notes="后写的")
    pair.settled()
    pair.first.clock.now -= timedelta(days=3650 * years * 2)  # type: ignore[attr-defined]
    last = pair.create(pair.first)
    pair.settled()
    assert {pair.value(pc, record, "notes") for pc in (pair.first, pair.second)} == {"后写的"}
    assert pair.second.reader.load(RESIDENT, last) is not None


def copied(pair: Pair) -> SimulatedPc:
    twin = SimulatedPc(pair.folder / "twin.db", pair.district, pair.line, pair.clock, pair.first.jitter)
    pair.first.copy_to(twin.path)
    twin.open()
    return twin


def test_r24_a_copied_pc_is_noticed_at_first_contact_and_gets_an_id_and_numbers_of_its_own(
    pair: Pair,
) -> None:
    pair.create(pair.first)
    pair.settled()
    twin = copied(pair)
    case = new_id()
    twin.store.save(RECORD_TYPES["mediation_case"], SAMPLES["mediation_case"](), by="副本", record_id=case)
    pair.oracle.acknowledged(twin, case)
    original = pair.create(pair.first, "mediation_case")
    assert pair.first.sync().state == "idle"
    outcome = twin.sync()
    assert (outcome.state, outcome.code, twin.outbox.status().unsent) == ("stopped", "other_content", 1)
    before = twin.station
    twin.become_another(new_id(), b"t" * 32)
    assert twin.station.device_id != before.device_id
    assert twin.station.segment != pair.first.station.segment
    twin.store.make_numbers_final(by="副本")
    assert twin.sync().state == "idle"
    pair.quiet()
    twin.sync()
    numbers = set()
    for record in (case, original):
        stored = pair.first.reader.load(RECORD_TYPES["mediation_case"], record)
        assert stored is not None
        numbers.add(stored.values["number"])
    twin.close()
    assert len(numbers) == 2


def test_r24_a_copy_that_wrote_nothing_is_told_before_it_falls_behind_in_silence(pair: Pair) -> None:
    pair.create(pair.first)
    pair.settled()
    twin = copied(pair)
    pair.create(pair.first)
    assert pair.first.sync().state == "idle"
    outcome = twin.sync()
    assert (outcome.state, outcome.code) == ("stopped", "twin")
    assert "复制" in outcome.sentence
    twin.become_another(new_id(), b"t" * 32)
    assert twin.sync().state == "idle"
    assert len(documents_at(pair.district, STATION)) == 2
    with twin.database.read() as connection:
        assert len(connection.execute(select(RESIDENT.table.c.id)).all()) == 2
    twin.close()


def test_r25_a_station_and_the_district_put_back_to_last_week_fill_each_other_again(pair: Pair) -> None:
    old = pair.create(pair.first)
    pair.settled()
    backup = pair.folder / "backup.db"
    pair.first.copy_to(backup)
    there = pair.district.place.copy(pair.district.database, "district backup")
    pair.district.restart()
    pair.edit(pair.first, old, notes="备份之后改的")
    later = [pair.create(pair.first, "mediation_case"), pair.create(pair.second, "mediation_case")]
    pair.settled()
    pair.first.put_back(backup, above=1)
    pair.settled()
    assert pair.value(pair.first, old, "notes") == "备份之后改的"
    pair.district.put_back(there)
    pair.first.register_anew()
    pair.settled()
    for pc in (pair.first, pair.second):
        assert pair.value(pc, old, "notes") == "备份之后改的"
        cases = [pc.reader.load(RECORD_TYPES["mediation_case"], one) for one in later]
        assert len({one.values["number"] for one in cases if one is not None}) == 2


def test_r25_a_file_copied_back_by_hand_is_told_and_loses_nothing(pair: Pair) -> None:
    pair.create(pair.first)
    pair.settled()
    backup = pair.folder / "backup.db"
    pair.first.copy_to(backup)
    pair.create(pair.first)
    pair.settled()
    pair.first.close()
    pair.first._replace(backup)
    pair.first.open()
    assert pair.first.sync().code == "twin"
    pair.first.become_another(new_id(), b"h" * 32)
    pair.settled()
