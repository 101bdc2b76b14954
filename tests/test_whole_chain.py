"""Every record type from the desk's file to the district and back in words: each revision exactly once."""

import sqlite3
from contextlib import closing

import orjson
import pytest
from real_files import jpeg, pdf
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands.desk import found_desk
from app.commands.desk_line import district_of, enrol_desk, push_of
from app.district.server import DistrictServer
from app.models import payload
from app.models.registry import RECORD_TYPES
from app.store.records import RecordStore

CODE, NAME = "511421125201", "鹰头村"


@pytest.fixture
def chain(tmp_path, clock):
    """A founded desk, enrolled with a district that listens on loopback."""
    with DistrictServer(tmp_path / "district", clock=clock) as district:
        desk, _ = found_desk(
            tmp_path / "desk",
            station_code=CODE,
            station_name=NAME,
            user="李调解",
            password="Ce-shi-2026-kou",
            clock=clock,
        )
        enrol_desk(desk, district.url, district.open_code(CODE, NAME))
        with closing(desk):
            yield desk, district, tmp_path / "district" / "district.db"


def send(desk):
    with district_of(desk) as district:
        return push_of(desk, district).run()


def held_there(file, record_id):
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        lines = connection.execute("SELECT line FROM revision WHERE record = ?", (record_id,)).fetchall()
        state = connection.execute(
            "SELECT document, void_reason FROM record_state WHERE record = ?", (record_id,)
        ).fetchone()
    return [orjson.loads(line) for (line,) in lines], state


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_create_edit_and_void_arrive_once_and_say_the_same_there(chain, code):
    desk, _, file = chain
    record_type, record_id = RECORD_TYPES[code], str(uuid7())
    long_text = next(f.name for f in record_type.fields.values() if f.kind.value == "long_text")
    first = desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=record_id)
    colleague = RecordStore(desk.database, desk.station, desk.clock)
    second = colleague.save(
        record_type,
        first.values | {long_text: "补充：𠮷、㛃、䶮"},
        by="王网格",
        record_id=record_id,
        base=first.head,
    )
    assert send(desk).state == "idle"
    lines, (document, void_reason) = held_there(file, record_id)
    assert [line["op_id"] for line in lines] == [first.head, second.head]
    assert orjson.loads(document) == payload.encode(record_type, second.values)
    assert void_reason is None
    desk.store.void(record_type, record_id, reason="重复登记", by="李调解", base=second.head)
    send(desk)
    lines, (_, void_reason) = held_there(file, record_id)
    assert (len(lines), void_reason) == (3, "重复登记")
    status = desk.outbox.status()
    assert (status.unsent, status.held, status.conflicts) == (0, 0, 0)
    assert status.last_receipt_at == desk.clock()


def test_an_outage_keeps_everything_and_the_next_round_sends_it_once(chain):
    desk, district, file = chain
    url = district.url
    district.stop()
    ids = []
    for code, record_type in RECORD_TYPES.items():
        ids.append(str(uuid7()))
        desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=ids[-1])
    outcome = send(desk)
    assert (outcome.state, outcome.code) == ("waiting", "offline")
    assert desk.outbox.status().unsent == len(ids)
    port = int(url.rsplit(":", 1)[1])
    with DistrictServer(file.parent, port=port, clock=desk.clock):
        assert send(desk).sent == len(ids)
        assert send(desk).sent == 0
    assert all(len(held_there(file, record_id)[0]) == 1 for record_id in ids)


def test_a_refused_record_shows_its_reason_while_the_others_flow_and_is_released_by_a_correction(
    chain, monkeypatch
):
    desk, _, file = chain
    resident = RECORD_TYPES["resident"]
    good, bad = str(uuid7()), str(uuid7())
    # A program of another version let a name through that this district does not take.
    values, _ = resident.clean(SAMPLES["resident"]())
    with monkeypatch.context() as other_version:
        other_version.setattr(type(resident), "clean", lambda self, given: (dict(given), []))
        broken = desk.store.save(resident, values | {"name": "长" * 200}, by="李调解", record_id=bad)
    desk.store.save(resident, SAMPLES["resident"](), by="李调解", record_id=good)
    assert send(desk).state == "idle"
    (refusal,) = desk.outbox.refusals()
    assert refusal.record_id == bad
    assert "最多 80 个字" in refusal.detail
    assert held_there(file, good)[1] is not None
    assert desk.outbox.status().held == 1
    desk.store.save(resident, values, by="李调解", record_id=bad, base=broken.head)
    send(desk)
    assert desk.outbox.status().held == 0
    assert orjson.loads(held_there(file, bad)[1][0])["name"] == "单小梅"


def test_evidence_and_photographs_arrive_as_they_were_saved(chain):
    desk, _, file = chain
    case, record_id = RECORD_TYPES["mediation_case"], str(uuid7())
    photo, scan = desk.attachments.add(jpeg(), "现场.jpg"), desk.attachments.add(pdf(3), "借条.pdf")
    first = desk.store.save(case, SAMPLES[case.code](), by="李调解", record_id=record_id)
    evidence = [{"title": "借条", "provider": "张石头", "form": "copy", "pages": 3, "files": [scan, photo]}]
    values = first.values | {"evidence": evidence}
    second = desk.store.save(case, values, by="李调解", record_id=record_id, base=first.head)
    assert send(desk).state == "idle"
    lines, (document, _) = held_there(file, record_id)
    assert orjson.loads(document) == payload.encode(case, second.values)
    assert orjson.loads(document)["evidence"][0]["files"][0]["name"] == "借条.pdf"
    assert [line["blobs"] for line in lines] == [[], [scan.sha256, photo.sha256]]
    status = desk.outbox.status()
    assert (status.unsent, status.held, status.conflicts) == (0, 0, 0)
