"""Numbers: provisional and visibly so while the district is awaited, final once it gave this PC its block."""

import re
import secrets

import pytest
from samples import SAMPLES
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.models.registry import RECORD_TYPES
from app.printing.signing_papers import SigningPapers
from app.store import numbers
from app.store.founding import found
from app.store.records import RecordStore
from app.store.station import enrolled, read_station
from app.store.verify import verify
from tests.printing.full_case import OFFICE


@pytest.fixture
def awaiting(desk):
    """The store of a PC whose district's address is set, but which is not enrolled."""
    return RecordStore(desk.database, desk.station, desk.clock, lambda: True)


def saved(store, code="mediation_case", **changes):
    record_id = str(uuid7())
    kind = RECORD_TYPES[code]
    return store.save(kind, SAMPLES[code](**changes), by="李调解", record_id=record_id)


def enrol(desk, segment):
    with desk.database.write() as connection:
        enrolled(connection, server_id="区", server_key=b"k" * 32, segment=segment)


def number(desk, one):
    return desk.reader.load(MEDIATION_CASE, one.record_id).values["number"]


def test_a_station_on_its_own_counts_in_its_first_block(desk):
    assert saved(desk.store).values["number"] == "〔2026〕鹰头人调字第001号"


def test_provisional_numbers_say_so_and_name_the_pc(desk, awaiting):
    first, second = saved(awaiting).values["number"], saved(awaiting).values["number"]
    tag = desk.station.device_id[-4:].upper()
    assert first == f"〔2026〕鹰头人调字第临{tag}-001号"
    assert second == f"〔2026〕鹰头人调字第临{tag}-002号"


def test_once_the_block_is_known_every_provisional_number_is_replaced_once(desk, awaiting):
    one, other = saved(awaiting), saved(awaiting, code="patrol_log")
    assert awaiting.make_numbers_final(by="李调解") == 0  # the block is not known yet
    enrol(desk, segment=2)
    assert awaiting.make_numbers_final(by="李调解") == 2
    assert number(desk, one) == "〔2026〕鹰头人调字第20001号"
    assert awaiting.make_numbers_final(by="李调解") == 0
    patrol = desk.reader.load(RECORD_TYPES["patrol_log"], other.record_id)
    assert re.fullmatch("〔2026〕鹰头巡字第20001号", patrol.values["number"])
    assert saved(awaiting).values["number"] == "〔2026〕鹰头人调字第20002号"
    assert verify(desk.database, RECORD_TYPES) == []
    found = desk.reader.by_number(MEDIATION_CASE, "〔2026〕鹰头人调字第20001号")
    assert found.id == one.record_id


def test_a_case_whose_papers_went_out_keeps_its_number(desk, awaiting):
    one = saved(awaiting)
    papers = SigningPapers(awaiting, desk.attachments, OFFICE, desk.clock, "李调解")
    papers.freeze(desk.reader.load(MEDIATION_CASE, one.record_id), "agreement")
    enrol(desk, segment=1)
    assert awaiting.make_numbers_final(by="李调解") == 0
    assert "临" in number(desk, one)
    with desk.database.read() as connection:
        assert numbers.provisional_records(connection) == []


def test_two_pcs_waiting_for_the_district_never_give_the_same_number(desk, awaiting, tmp_path):
    mine = {saved(awaiting).values["number"] for _ in range(5)}
    database = found(
        tmp_path / "other.db", secrets.token_bytes(32), station_code="511421125201", station_name="鹰头村"
    )
    with database.read() as connection:
        theirs = RecordStore(database, read_station(connection), desk.clock, lambda: True)
    assert not mine & {saved(theirs).values["number"] for _ in range(5)}
    database.close()
