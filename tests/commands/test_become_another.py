"""A copied PC becomes one of its own by command: both go on, nothing is lost or doubled, no number clashes."""

import shutil
from contextlib import closing

import pytest
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands import upkeep
from app.commands.desk import found_desk, open_desk
from app.commands.desk_line import enrol_desk
from app.district.server import DistrictServer
from app.models.registry import RECORD_TYPES
from app.store.outbox import Outbox
from app.store.reading import ListQuery
from app.store.verify import verify

USER, PASSWORD, STATION = "李调解", "Ce-shi-2026-kou", "511421125201"
VISIT = RECORD_TYPES["service_visit"]


def save(desk, count=1):
    return [
        desk.store.save(VISIT, SAMPLES["service_visit"](), by=USER, record_id=str(uuid7())).record_id
        for _ in range(count)
    ]


@pytest.fixture
def place(tmp_path):
    """A district, an enrolled PC with two records there, and a copy of its disk."""
    with DistrictServer(tmp_path / "district") as district:
        desk, _ = found_desk(
            tmp_path / "first", station_code=STATION, station_name="鹰头村", user=USER, password=PASSWORD
        )
        enrol_desk(desk, district.url, district.open_code(STATION, "鹰头村"))
        save(desk, 2)
        assert upkeep.send(desk) == 0
        desk.close()
        shutil.copytree(tmp_path / "first", tmp_path / "copy")
        yield district, tmp_path


def opened(place, name):
    return closing(open_desk(place[1] / name, USER, PASSWORD))


def test_a_copy_that_was_stopped_goes_on_as_a_pc_of_its_own(place, capsys):
    district, _ = place
    with opened(place, "first") as desk:
        theirs = save(desk)
        assert upkeep.send(desk) == 0
    with opened(place, "copy") as desk:
        mine = save(desk, 2)
        assert upkeep.send(desk) == 1
        assert "复制" in capsys.readouterr().out
        assert upkeep.become_another(desk, yes=False) == 1
        assert upkeep.become_another(desk, yes=True) == 0
    with opened(place, "copy") as desk:
        enrol_desk(desk, district.url, district.open_code(STATION, "鹰头村"))
    with opened(place, "copy") as desk:
        assert upkeep.send(desk) == 0
        assert Outbox(desk.database, desk.station.epoch).status().unsent == 0
    with opened(place, "first") as desk:
        assert upkeep.send(desk) == 0
        ids = {row["id"] for row in desk.reader.page(VISIT, ListQuery())}
        first_numbers = [row["number"] for row in desk.reader.page(VISIT, ListQuery())]
        assert verify(desk.database, RECORD_TYPES) == []
    with opened(place, "copy") as desk:
        assert {row["id"] for row in desk.reader.page(VISIT, ListQuery())} == ids
        assert {*theirs, *mine} <= ids
        assert len(ids) == 5
        assert verify(desk.database, RECORD_TYPES) == []
    assert len(set(first_numbers)) == len(first_numbers)


def test_a_pc_the_district_stopped_goes_on_under_a_new_code_with_what_it_had_not_sent(place):
    district, _ = place
    with opened(place, "first") as desk:
        district.services.enrolments.revoke(desk.station.device_id)
        waiting = save(desk)
        assert upkeep.send(desk) == 1
        assert upkeep.become_another(desk, yes=True) == 0
    with opened(place, "first") as desk:
        enrol_desk(desk, district.url, district.open_code(STATION, "鹰头村"))
        assert upkeep.send(desk) == 0
        assert desk.outbox.status().unsent == 0
        listed = {row["id"] for row in desk.reader.page(VISIT, ListQuery())}
        assert len(listed) == 3
        assert set(waiting) < listed
        assert verify(desk.database, RECORD_TYPES) == []
