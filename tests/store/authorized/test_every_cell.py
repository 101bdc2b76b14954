"""Every cell of the table through the services themselves: role × action × whose record, on a real encrypted file."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import pytest
from real_files import jpeg
from samples import SAMPLES
from sqlalchemy import select, update
from uuid_utils import uuid7

from app.models.period import Period
from app.models.registry import RECORD_TYPES
from app.models.retention import retention_table
from app.printing.pictures import look_of
from app.reports.authorized import AuthorizedReports
from app.reports.catalogue import Reports
from app.reports.reckoning import SuccessBase
from app.security.authorize import DESK, Actor, NotAllowed, Reach, Subject, matrix
from app.store.attachments import Attachments
from app.store.authorized.access import DENIED, Access
from app.store.authorized.exports import RecordExports
from app.store.authorized.files import AuthorizedAttachments
from app.store.authorized.lists import (
    AuthorizedDifferences,
    AuthorizedDrafts,
    AuthorizedDue,
    AuthorizedOutbox,
    AuthorizedRecent,
)
from app.store.authorized.records import AuthorizedReader, AuthorizedStore
from app.store.authorized.trail import AuditTrail
from app.store.differences import Differences
from app.store.drafts import Drafts
from app.store.due import DueReader
from app.store.erasing import ErasingStore, StillKept
from app.store.outbox import Outbox
from app.store.reading import ListQuery, RecordReader
from app.store.recent import RecentReader
from app.store.tables import audit

ME, ANOTHER, ELSEWHERE = "王调解", "李四", "511421125202"
NUMBER = "511421189901010019"
SCOPES = {"own": Reach.OWN, "station": Reach.STATION, "all": Reach.ALL}
ROLES = ["", *matrix().roles]
YEAR = Period(date(2026, 1, 1), date(2026, 11, 23))


@dataclass
class Sat:
    """The services of the station's file for one user in a role, and a record of each kind and scope."""

    access: Access
    store: AuthorizedStore
    reader: AuthorizedReader
    drafts: AuthorizedDrafts
    attachments: AuthorizedAttachments
    reports: AuthorizedReports
    trail: AuditTrail
    exports: RecordExports
    raw: RecordReader


def sit(desk, role) -> Sat:
    database, station = desk.database, desk.station
    access = Access(database, station.device_id, desk.clock, Actor(ME, role, station.code))
    return Sat(
        access,
        AuthorizedStore(database, station, desk.clock, access),
        AuthorizedReader(database, access),
        AuthorizedDrafts(database, access),
        AuthorizedAttachments(database, station, desk.clock, largest=2**20, draw=look_of, access=access),
        AuthorizedReports(database, station, success=SuccessBase.RECEIVED, access=access),
        AuditTrail(database, access),
        RecordExports(database, access, desk.clock),
        desk.reader,
    )


def record(desk, code, scope) -> str:
    """A fresh record of mine, of a colleague's, or of another station's."""
    kind, record_id = RECORD_TYPES[code], str(uuid7())
    by = ANOTHER if scope == "station" else ME
    desk.store.save(kind, SAMPLES[code](), by=by, record_id=record_id)
    if scope == "all":
        with desk.database.write() as connection:
            table = kind.table
            connection.execute(update(table).where(table.c.id == record_id).values(station=ELSEWHERE))
    return record_id


def listed(sat, code, record_id):
    """Not to be in the list is how a list refuses one record."""
    rows = sat.reader.page(RECORD_TYPES[code], ListQuery(), limit=1000)
    if record_id not in {row["id"] for row in rows}:
        raise NotAllowed(sat.access.actor, "list", Subject(code, record_id))


def edited(sat, code, record_id):
    kind = RECORD_TYPES[code]
    stored = sat.raw.load(kind, record_id)
    name = next(f.name for f in kind.fields.values() if f.kind.value == "long_text")
    sat.store.save(kind, stored.values | {name: "改过。"}, by=ME, record_id=record_id, base=stored.head)


def voided(sat, code, record_id):
    kind = RECORD_TYPES[code]
    sat.store.void(kind, record_id, reason="重复", by=ME, base=sat.raw.load(kind, record_id).head)


def settled(sat, code, record_id):
    kind = RECORD_TYPES[code]
    sat.store.settle(kind, record_id, {}, by=ME, base=sat.raw.load(kind, record_id).head)


def printed(sat, code, record_id):
    sat.access.require_record("print", RECORD_TYPES[code], record_id)


def exported(sat, code, record_id, action):
    """Not to be in the file is how an export refuses one record."""
    records = sat.exports.records(RECORD_TYPES[code], ListQuery(), action=action)
    if record_id not in {record.id for record in records}:
        raise NotAllowed(sat.access.actor, action, Subject(code, record_id))


def erased(sat, code, record_id):
    """The law may keep what the role might erase; that is another refusal, of another test."""
    kind = RECORD_TYPES[code]
    base = sat.raw.load(kind, record_id).head
    with suppress(StillKept):
        sat.store.erase(kind, record_id, reason="本人请求", by=ME, base=base)


ON_RECORDS: dict[str, Callable] = {
    "list": listed,
    "read": lambda sat, code, record_id: sat.reader.load(RECORD_TYPES[code], record_id),
    "edit": edited,
    "void": voided,
    "settle": settled,
    "print": printed,
    "reveal": lambda sat, code, record_id: sat.reader.reveal(RECORD_TYPES[code], record_id, "核对身份"),
    "export": lambda sat, code, record_id: exported(sat, code, record_id, "export"),
    "export_full": lambda sat, code, record_id: exported(sat, code, record_id, "export_full"),
    "erase": erased,
}
OF_ONES_OWN: dict[str, Callable] = {
    "create": lambda sat, code: sat.store.save(
        RECORD_TYPES[code], SAMPLES[code](), by=ME, record_id=str(uuid7())
    ),
    "draft": lambda sat, code: sat.drafts.keep(ME, code, str(uuid7()), {}, base=None, at=sat.access._clock()),
    "search_id": lambda sat, code: sat.reader.page(RECORD_TYPES[code], ListQuery(words=NUMBER)),
}
OF_THE_DESK: dict[str, Callable] = {
    "add_file": lambda sat, file: sat.attachments.add(jpeg(), "现场.jpg"),
    "open_file": lambda sat, file: sat.attachments.open(file, by=ME),
    "figures": lambda sat, file: sat.reports.report("overview", YEAR),
    "read_audit": lambda sat, file: sat.trail.known(),
    "verify": lambda sat, file: sat.trail.check(),
}


def attempt(act, *given) -> bool:
    try:
        act(*given)
    except NotAllowed:
        return False
    return True


def denials(desk) -> int:
    with desk.database.read() as connection:
        return len(connection.execute(select(audit.c.seq).where(audit.c.action == DENIED)).all())


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_over_records(desk, role):
    sat = sit(desk, role)
    for code in RECORD_TYPES:
        for scope, needed in SCOPES.items():
            for action, act in ON_RECORDS.items():
                record_id, before = record(desk, code, scope), denials(desk)
                revisions = len(desk.reader.history(record_id))
                expected = matrix().reach(role, code, action) >= needed
                assert attempt(act, sat, code, record_id) is expected, (role, code, action, scope)
                changed = len(desk.reader.history(record_id)) - revisions
                ours = 2 if action == "erase" and retention_table()[code].on_request else 0
                assert changed == expected * (ours or (action in ("edit", "void", "settle")))
                # A list leaves out; everything else that is refused is noted.
                lists = action in ("list", "export", "export_full")
                noted = not expected and (not lists or matrix().reach(role, code, action) == 0)
                assert denials(desk) - before == noted, (role, code, action, scope)


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_over_ones_own_and_the_desk(desk, role):
    sat = sit(desk, role)
    file = desk.attachments.add(jpeg(), "现场.jpg")
    for code in RECORD_TYPES:
        for action, act in OF_ONES_OWN.items():
            before = denials(desk)
            expected = matrix().reach(role, code, action) >= Reach.OWN
            assert attempt(act, sat, code) is expected, (role, code, action)
            assert denials(desk) - before == (not expected)
    for table, action, of in matrix().cells:
        if table != DESK or of != (role or "clerk"):
            continue
        before = denials(desk)
        expected = matrix().reach(role, DESK, action) >= Reach.STATION
        act = OF_THE_DESK.get(action)
        given = (act, sat, file) if act else (sat.access.require, action)
        assert attempt(*given) is expected, (role, action)
        assert denials(desk) - before == (not expected)


def test_the_cells_are_all_there():
    kinds = {action for table, action, _ in matrix().cells if table != DESK}
    assert kinds == {*ON_RECORDS, *OF_ONES_OWN}


ANSWERS_NOTHING = {
    # Counts without a name in them; the look of the trade's own upkeep.
    (Outbox, "status"),
    (Outbox, "unsent"),
    (Outbox, "acked_seq"),
    (Outbox, "has_unsent"),
    (Attachments, "faults"),
    (Attachments, "sweep"),
}


@pytest.mark.parametrize(
    ("service", "authorized"),
    [
        (ErasingStore, AuthorizedStore),
        (RecordReader, AuthorizedReader),
        (Drafts, AuthorizedDrafts),
        (Differences, AuthorizedDifferences),
        (Outbox, AuthorizedOutbox),
        (Attachments, AuthorizedAttachments),
        (DueReader, AuthorizedDue),
        (RecentReader, AuthorizedRecent),
        (Reports, AuthorizedReports),
    ],
)
def test_no_method_of_a_service_reaches_a_page_unasked(service, authorized):
    public = {name for name, _ in inspect.getmembers(service, inspect.isfunction) if not name.startswith("_")}
    unasked = {name for name in public if getattr(authorized, name) is getattr(service, name)}
    assert unasked == {name for of, name in ANSWERS_NOTHING if of is service}


def test_the_short_lists_leave_out_what_is_not_seen(desk):
    mine, theirs = record(desk, "mediation_case", "own"), record(desk, "mediation_case", "station")
    patrol = record(desk, "patrol_log", "station")
    for role, expected in (
        ("head", {mine, theirs, patrol}),
        ("mediator", {mine, theirs}),
        ("police", {mine, patrol}),
        ("clerk", {mine}),
        ("sysadmin", set()),
    ):
        access = sit(desk, role).access
        recent = AuthorizedRecent(desk.database, access)
        assert {one.record_id for one in recent.newest()} == expected
        named = {mine: "mediation_case", theirs: "mediation_case", patrol: "patrol_log"}
        assert set(recent.headlines(named)) == expected
        waiting = recent.waiting()
        assert {one.record_id for one in waiting} == {mine, theirs, patrol}
        assert {one.record_id for one in waiting if one.headline} == expected
        due = AuthorizedDue(desk.database, access).items(date(2027, 12, 31), ahead=3650)
        assert {item.record_id for item in due} <= expected


def test_history_and_another_name_are_not_ways_around(desk):
    theirs = record(desk, "mediation_case", "station")
    sat = sit(desk, "police")
    for way in (
        lambda: sat.reader.history(theirs),
        lambda: sat.reader.by_number(
            RECORD_TYPES["mediation_case"],
            desk.reader.load(RECORD_TYPES["mediation_case"], theirs).values["number"],
        ),
        lambda: sat.drafts.of(ANOTHER),
    ):
        with pytest.raises(NotAllowed):
            way()
    head = sit(desk, "head")
    stored = desk.reader.load(RECORD_TYPES["mediation_case"], theirs)
    with pytest.raises(Exception, match="只能用当前登录的用户名保存"):
        head.store.save(
            RECORD_TYPES["mediation_case"], stored.values, by=ANOTHER, record_id=theirs, base=stored.head
        )


def test_what_is_read_revealed_and_looked_for_is_in_the_trail_without_a_number(desk):
    resident, record_id = RECORD_TYPES["resident"], record(desk, "resident", "station")
    sat = sit(desk, "head")
    sat.reader.load(resident, record_id)
    sat.reader.load(resident, record_id)
    sat.reader.page(resident, ListQuery(words=NUMBER))
    sat.reader.page(resident, ListQuery(words="0019"))
    sat.reader.opened_to_edit(resident, record_id)
    assert sat.reader.reveal(resident, record_id, f"核对 {NUMBER}").id == record_id
    with pytest.raises(Exception, match="请写明为什么"):
        sat.reader.reveal(resident, record_id, "  ")
    with desk.database.read() as connection:
        lines = connection.execute(select(audit.c.action, audit.c.object, audit.c.detail)).all()
    assert [tuple(line) for line in lines if line.action != "create"] == [
        ("read", f"resident/{record_id}", ""),
        ("search_id", "resident", ""),
        ("open form", f"resident/{record_id}", ""),
        ("reveal", f"resident/{record_id}", "核对 …"),
    ]
    assert sat.trail.check() == []
