"""An erasure goes to the district and to every other PC; receipts stay, and nobody mistakes a scrubbed line for another."""

import random
from datetime import date

import orjson
import pytest
from sqlalchemy import select

from app.district.tables import conflict as district_conflict
from app.district.tables import record_state
from app.district.tables import revision as at_server
from app.models.registry import RECORD_TYPES
from app.models.scrubbing import line_digest, scrubbed
from app.store import audit, reading
from app.store.erasing import ErasingStore, StillKept, scrub_erased
from app.store.search import find
from app.store.tables import blob, draft, erased, revision
from app.store.verify import verify
from app.sync.protocol import NoAnswer
from tests.district.parts import new_id
from tests.real_files import jpeg
from tests.samples import SAMPLES
from tests.sync.stations import Desk, Near, now, settled, template

RESIDENT, CASE, VISIT = (RECORD_TYPES[code] for code in ("resident", "mediation_case", "service_visit"))
CARD, PHONE, NAME, STREET = "511421189901010027", "13700137000", "单小梅", "鹰头村2组8号"
SECRETS = [text.encode() for text in (CARD, PHONE, NAME, STREET, "改过的备注")]


@pytest.fixture
def near(tmp_path):
    made = Near(tmp_path / "district")
    yield made
    made.close()


@pytest.fixture
def pair(tmp_path, near):
    of = template(tmp_path)
    desks = [Desk(tmp_path / f"{name}.db", of, near, random.Random(7)) for name in "甲乙"]
    yield desks
    for desk in desks:
        desk.close()


def erase(desk, kind, record_id, reason="已按本人请求删除个人信息"):
    stored = desk.reader.load(kind, record_id)
    store = ErasingStore(desk.database, desk.station, now)
    store.erase(kind, record_id, reason=reason, by=desk.by, base=stored.head)


def saved_resident(desk):
    record_id = new_id()
    first = desk.store.save(RESIDENT, SAMPLES["resident"](), by=desk.by, record_id=record_id)
    desk.store.save(
        RESIDENT, first.values | {"notes": "改过的备注"}, by=desk.by, record_id=record_id, base=first.head
    )
    return record_id


def lines_here(desk, record_id):
    with desk.database.read() as connection:
        return list(
            connection.execute(select(revision.c.line).where(revision.c.record_id == record_id)).scalars()
        )


def lines_there(near, record_id):
    return [bytes(row.line) for row in near.rows(at_server) if row.record == record_id]


def none_of_it(lines):
    return not [secret for secret in SECRETS for line in lines if secret in line]


def test_nothing_personal_is_left_at_either_pc_or_at_the_district(near, pair):
    here, other = pair
    record_id = saved_resident(here)
    settled(*pair)
    erase(here, RESIDENT, record_id)
    assert scrub_erased(here.database) == 0, "what is not receipted yet is not touched"
    settled(*pair)
    assert [scrub_erased(desk.database) for desk in pair] == [1, 1]
    for desk in pair:
        assert none_of_it(lines_here(desk, record_id))
        stored = desk.reader.load(RESIDENT, record_id)
        assert (stored.values["name"], stored.values["id_number"], stored.values["sex"]) == (
            "（已删除）",
            None,
            "2",
        )
        assert stored.void_reason == "已按本人请求删除个人信息"
        assert [change.act for change in desk.reader.history(record_id)] == ["create", "edit", "edit", "void"]
        with desk.database.read() as connection:
            assert [find(connection, word) for word in (NAME, CARD, "danxiaomei")] == [[], [], []]
            assert list(audit.check_chain(connection)) == []
        assert verify(desk.database, RECORD_TYPES) == []
    assert none_of_it(lines_there(near, record_id))
    (state,) = [row for row in near.rows(record_state) if row.record == record_id]
    assert none_of_it([bytes(state.document)])
    assert {row.outcome for row in near.rows(at_server)} == {"applied"}
    # Later rounds, another start and reading the log anew bring nothing back and stop nothing.
    other.restart()
    other.receiver.start_over()
    settled(*pair)
    assert none_of_it(lines_here(other, record_id))


def test_a_receipt_that_was_lost_is_repeated_although_the_district_kept_no_content(near, pair):
    here, _ = pair
    record_id = saved_resident(here)
    erase(here, RESIDENT, record_id)
    push, lost = here.line.push, []

    def answer_lost(header, body):
        push(header, body)
        lost.append(header.count)
        raise NoAnswer("timeout")

    here.line.push = answer_lost
    here.sync()
    here.line.push = push
    assert lost == [4]
    assert none_of_it(lines_there(near, record_id))
    settled(here)
    assert here.outbox.acked_seq() == 4
    assert scrub_erased(here.database) == 1


def test_the_same_batch_again_word_for_word_is_a_duplicate(near, pair):
    here, _ = pair
    saved_resident(here)
    settled(here)
    push, sent = here.line.push, []
    here.line.push = lambda header, body: (sent.append((header, body)), push(header, body))[1]
    record_id = saved_resident(here)
    erase(here, RESIDENT, record_id)
    settled(here)
    for header, body in sent:
        receipt = push(header, body)
        assert {verdict.code for verdict in receipt.verdicts} == {"duplicate"}


def test_another_pc_whose_last_line_was_erased_is_not_taken_for_a_clone(near, pair):
    here, other = pair
    record_id = saved_resident(other)
    settled(*pair)
    erase(here, RESIDENT, record_id)
    settled(here)
    mine = lines_here(other, record_id)[-1]
    hello = other.line.hello(other.outbox.acked_seq())
    assert hello.acked_sha256 == line_digest(mine)
    settled(*pair)
    assert scrub_erased(other.database) == 1
    assert hello.acked_sha256 == line_digest(
        next(line for line in lines_here(other, record_id) if line_digest(line) == hello.acked_sha256)
    )
    other.line.faults = 0
    saved_resident(other)
    settled(*pair)


def test_differences_hold_nothing_either(near, pair):
    here, other = pair
    record_id = saved_resident(here)
    settled(*pair)
    for desk, phone in ((here, "13800138111"), (other, "13800138222")):
        stored = desk.reader.load(RESIDENT, record_id)
        desk.store.save(
            RESIDENT, stored.values | {"phone": phone}, by=desk.by, record_id=record_id, base=stored.head
        )
    settled(*pair)
    assert [bytes(row.other) for row in near.rows(district_conflict)] == [b'"13800138222"']
    erase(here, RESIDENT, record_id)
    settled(*pair)
    for desk in pair:
        scrub_erased(desk.database)
    kept = [bytes(row.other) + bytes(row.standing) for row in near.rows(district_conflict)]
    assert kept == [b"nullnull"]
    assert not [line for desk in pair for line in lines_here(desk, record_id) if b"13800138" in line]


def test_what_never_left_this_pc_is_sent_blank(tmp_path, desk):
    """A PC without a district has nobody to wait for."""
    store, record_id = ErasingStore(desk.database, desk.station, desk.clock), new_id()
    first = store.save(RESIDENT, SAMPLES["resident"](), by="李四", record_id=record_id)
    store.erase(RESIDENT, record_id, reason="已按本人请求删除个人信息", by="李四", base=first.head)
    assert scrub_erased(desk.database) == 1
    with desk.database.read() as connection:
        lines = connection.execute(select(revision.c.line).order_by(revision.c.position)).scalars().all()
    assert none_of_it(lines)
    assert orjson.loads(lines[0])["data"]["name"] == "（已删除）"
    assert desk.reader.load(RESIDENT, record_id).void_reason


def test_files_of_an_erased_record_go_unless_another_names_them(desk):
    store, attachments = ErasingStore(desk.database, desk.station, desk.clock), desk.attachments
    own, shared = attachments.add(jpeg(), "现场.jpg"), attachments.add(jpeg() + b" ", "共用.jpg")
    ids = [new_id(), new_id()]
    first = store.save(VISIT, SAMPLES["service_visit"](photos=[own, shared]), by="李四", record_id=ids[0])
    store.save(VISIT, SAMPLES["service_visit"](photos=[shared]), by="李四", record_id=ids[1])
    store.erase(VISIT, ids[0], reason="已按本人请求删除个人信息", by="李四", base=first.head)
    scrub_erased(desk.database)
    desk.clock.pass_time(days=2)
    attachments.sweep()
    with desk.database.read() as connection:
        assert list(connection.execute(select(blob.c.sha256)).scalars()) == [shared.sha256]


def test_drafts_of_the_record_go_with_it(desk):
    from app.store.drafts import Drafts

    store, record_id = ErasingStore(desk.database, desk.station, desk.clock), new_id()
    first = store.save(RESIDENT, SAMPLES["resident"](), by="李四", record_id=record_id)
    Drafts(desk.database).keep(
        "王五", "resident", record_id, {"name": NAME}, base=first.head, at=desk.clock()
    )
    store.erase(RESIDENT, record_id, reason="已按本人请求删除个人信息", by="李四", base=first.head)
    with desk.database.read() as connection:
        assert connection.execute(select(draft)).all() == []
        assert [row.scrubbed for row in connection.execute(select(erased))] == [False]
        assert reading.load(connection, RESIDENT, record_id).values["name"] == "（已删除）"


@pytest.mark.parametrize("code", ["mediation_case", "patrol_log", "screening"])
def test_what_the_law_keeps_is_refused_in_words(desk, code):
    store, record_id, kind = (
        ErasingStore(desk.database, desk.station, desk.clock),
        new_id(),
        RECORD_TYPES[code],
    )
    first = store.save(kind, SAMPLES[code](), by="李四", record_id=record_id)
    with pytest.raises(StillKept, match="没有删除任何内容"):
        store.erase(kind, record_id, reason="x", by="李四", base=first.head)
    assert len(desk.reader.history(record_id)) == 1


def test_a_case_past_its_term_goes_and_still_counts(desk):
    store, record_id = ErasingStore(desk.database, desk.station, desk.clock), new_id()
    day, sample = date(2026, 11, 6), SAMPLES["mediation_case"]()
    signed = {"sign_modes": ["fingerprint"], "signed_on": day}
    values = sample | {
        "parties": [{**party, **signed} for party in sample["parties"]],
        "mediators": [{**one, "signed_on": day} for one in sample["mediators"]],
        "sealed_on": day,
        "archived_on": date(2026, 11, 22),
        "retention": "short",
        "filed_by": "李四",
    }
    first = store.save(CASE, values, by="李四", record_id=record_id)
    desk.clock.pass_time(days=3650)
    with pytest.raises(StillKept):
        store.erase(CASE, record_id, reason="保存期满", by="李四", base=first.head)
    desk.clock.pass_time(days=10)
    store.erase(CASE, record_id, reason="保存期满", by="李四", base=first.head)
    left = desk.reader.load(CASE, record_id).values
    assert [party["name"] for party in left["parties"]] == ["（已删除）", "（已删除）"]
    assert (left["result"], left["amount"], left["number"]) == (
        "written",
        values["amount"],
        first.values["number"],
    )
    assert "张石头" not in str(left)
    assert "511421189901010019" not in str(left)


def test_scrubbing_twice_changes_nothing():
    line = orjson.dumps({"seq": 1, "act": "edit", "data": {"name": "甲"}, "blobs": []})
    once = scrubbed(line)
    assert scrubbed(once) == once
    assert "甲".encode() not in once
    assert line_digest(once) == line_digest(line)
