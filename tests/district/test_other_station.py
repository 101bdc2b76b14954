"""A station reaches nothing of another: twenty foreign ids at each way of asking, over HTTP, signed by a real PC."""

import pytest
from sqlalchemy import select

from app.district.administration.rights import PC, rights
from app.district.tables import record_state, revision
from app.district.web import VERSION, routes_of
from app.models.changes import Notice
from app.models.registry import RECORD_TYPES
from app.sync.protocol import Refusal
from tests.district.parts import Pc, Pen

ELSEWHERE = "511421125202"
# The ways of attached files are held to the same in tests/district/test_blobs.py.
ASKED = {"enrol", "hello", "push", "pull", "digest", "epoch", "blobs", "blobs/{sha256}"}


@pytest.fixture
def other(sqlite_district):
    """A PC of another station that has sent twenty records of all types."""
    one = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(ELSEWHERE, "邻村"))
    codes = sorted(RECORD_TYPES)
    lines = [one.pen.create(codes[n % len(codes)]) for n in range(20)]
    one.push(*lines)
    yield one, lines
    one.district.close()


@pytest.fixture
def here(sqlite_district):
    one = Pc.enrolled(sqlite_district.url, sqlite_district.open_code("511421125201", "鹰头村"))
    yield one
    one.district.close()


def test_every_signed_way_of_asking_is_known_to_this_table(sqlite_district):
    """A new one needs a line here that says what it gives of another station: nothing."""
    asked = {
        route.path: rights().of_route(min(route.methods), route.path)
        for route in routes_of(sqlite_district.services)
    }
    signed = {path for path, what in asked.items() if what == PC}
    assert {path.removeprefix(f"{VERSION}/") for path in signed} == ASKED
    # What of the protocol is open to everybody is the same for everybody.
    assert {path for path in asked if path.startswith(VERSION)} - signed == {"/v1/openapi.json", "/v1/ca"}


def test_foreign_ids_bring_nothing_down(here, other):
    _, lines = other
    for line in lines:
        page = here.district.record(line.record)
        assert (page.changes, page.ops) == ((), ())
    # The list of offices is for everybody.
    assert {type(change) for change in here.district.pull("").changes} == {Notice}
    assert here.district.tallies() == {}
    for code, month in other[0].district.tallies():
        assert other[0].district.digests(code, month)
        assert here.district.digests(code, month) == {}


def test_foreign_records_are_not_changed_and_tell_nothing(sqlite_district, here, other):
    _, lines = other
    pen = Pen()
    sent = [pen.edit(line, notes="改别站的。") for line in lines]
    verdicts = here.push(*sent).verdicts
    assert [v.code for v in verdicts] == ["held"] * 20
    assert {v.detail for v in verdicts} == {"它的上一版还没有到区里，已先收存，等上一版到达后自动处理。"}
    with sqlite_district.services.database.read() as connection:
        states = connection.execute(select(record_state.c.station, record_state.c.version)).all()
        taken = connection.execute(select(revision.c.station).where(revision.c.act == "edit")).scalars().all()
    assert {tuple(row) for row in states} == {(ELSEWHERE, 1)}
    assert set(taken) == {"511421125201"}


def test_a_pc_cannot_speak_in_the_name_of_another(here, other):
    one, _ = other
    stolen = type(here.district)(one.enrolment, here.key, idle=10.0)
    for ask in (lambda: stolen.pull(""), lambda: stolen.hello(0), stolen.begin_epoch):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.status == 401
    stolen.close()
