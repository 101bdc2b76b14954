"""What leaves the desk by command is masked, asked for and in the trail."""

from argparse import Namespace
from contextlib import closing

import orjson
import pytest
from conftest import SettableClock
from samples import SAMPLES
from sqlalchemy import select
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.figures import show_figures
from app.commands.parser import build_parser
from app.commands.printing import print_document_of
from app.commands.records import import_file, list_records, print_document, show_record
from app.commands.sign_in import signed_in
from app.models.registry import RECORD_TYPES
from app.security.authorize import NotAllowed, matrix
from app.store.tables import audit

HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"
WHOLE, MASKED, PHONE = "511421189901010027", "511***********0027", "137****7000"


@pytest.fixture
def station(tmp_path):
    """A station with a record of each type; the folder, the clock and the records' ids by type."""
    clock, ids = SettableClock(), {}
    desk, _ = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user=HEAD,
        password=PASSWORD,
        clock=clock,
    )
    with closing(desk):
        for code, record_type in RECORD_TYPES.items():
            ids[code] = str(uuid7())
            desk.store.save(record_type, SAMPLES[code](), by=HEAD, record_id=ids[code])
    return tmp_path / "data", clock, ids


@pytest.fixture
def desk(station):
    folder, clock, _ = station
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as opened:
        yield opened


def as_role(station, role) -> Desk:
    folder, clock, _ = station
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        first = DeskAccounts(desk).add(role, role, own_password=PASSWORD)
    with closing(open_desk(folder, role, first, clock=clock)) as desk:
        DeskAccounts(desk).change_password(first, OWN)
    return open_desk(folder, role, OWN, clock=clock)


def arguments(*words) -> Namespace:
    return build_parser().parse_args([str(word) for word in words])


def last(desk, count=1):
    with desk.database.read() as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.object, audit.c.detail).order_by(audit.c.seq)
        ).all()
    return [tuple(row) for row in rows][-count:]


def test_lists_and_records_are_masked_until_a_reason_is_given(station, desk, capsysbinary):
    record_id = station[2]["resident"]
    assert list_records(desk, arguments("list", "resident")) == 0
    (row,) = orjson.loads(capsysbinary.readouterr().out)
    assert (row["id_number"], row["phone"]) == (MASKED, PHONE)
    assert last(desk) == [("list", "resident", "1 rows")]
    show_record(desk, arguments("show", record_id))
    shown = capsysbinary.readouterr().out.decode()
    assert WHOLE not in shown
    assert shown.count(MASKED) == 2
    assert last(desk) == [("read", f"resident/{record_id}", "")]
    show_record(desk, arguments("show", record_id, "--reveal", "核对身份"))
    assert capsysbinary.readouterr().out.decode().count(WHOLE) == 2
    assert last(desk) == [("reveal", f"resident/{record_id}", "核对身份")]
    # The parties of a case are rows of their own.
    show_record(desk, arguments("show", station[2]["mediation_case"]))
    parties = orjson.loads(capsysbinary.readouterr().out)["values"]["parties"]
    hidden = {value for party in parties for name, value in party.items() if "*" in str(value)}
    assert {len(value) for value in hidden} >= {11, 18}


def test_a_printed_case_and_exported_figures_are_in_the_trail(station, desk, tmp_path, capsys):
    case, record_id = RECORD_TYPES["mediation_case"], station[2]["mediation_case"]
    print_document_of(desk, desk.reader.load(case, record_id), "agreement", draft=True)
    assert last(desk) == [("print", f"mediation_case/{record_id}", "agreement")]
    asked = ("figures", "--from", "2026-01-01", "--to", "2026-11-23")
    show_figures(desk, arguments(*asked))
    assert last(desk) == [("figures", "desk", "overview 2026-01-01 2026-11-23")]
    show_figures(desk, arguments(*asked, "-o", tmp_path / "f.xlsx"))
    assert last(desk) == [("export_figures", "desk", "overview 2026-01-01 2026-11-23 xlsx")]
    capsys.readouterr()


def test_an_import_is_one_line_and_each_of_its_records_another(desk, tmp_path, capsys):
    source = tmp_path / "residents.jsonl"
    source.write_bytes(orjson.dumps({"type": "resident", "key": "1", "name": "甲"}))
    assert import_file(desk, arguments("import", source)) == 0
    assert [line[0] for line in last(desk, 2)] == ["create", "import"]
    capsys.readouterr()


def test_a_role_without_the_right_prints_exports_and_imports_nothing(station, tmp_path, capsys):
    record_id = station[2]["mediation_case"]
    with closing(as_role(station, "township")) as desk:
        stored = desk.reader.load(RECORD_TYPES["mediation_case"], record_id)
        with pytest.raises(NotAllowed, match="打印"):
            print_document_of(desk, stored, "agreement", draft=True)
        assert last(desk) == [("denied", f"mediation_case/{record_id}", "print township")]
        with pytest.raises(NotAllowed, match="完整号码"):
            show_record(desk, arguments("show", record_id, "--reveal", "看看"))
    with closing(as_role(station, "police")) as desk:
        target = tmp_path / "f.xlsx"
        asked = ("figures", "--from", "2026-01-01", "--to", "2026-11-23", "-o", target)
        with pytest.raises(NotAllowed, match="导出统计报表"):
            show_figures(desk, arguments(*asked))
        assert not target.exists()
    with closing(as_role(station, "clerk")) as desk:
        source = tmp_path / "patrol.jsonl"
        # Own records may be imported, whatever the file: others' are refused row by row.
        source.write_bytes(orjson.dumps({"type": "mediation_case", "key": record_id, "title": "x"}))
        assert import_file(desk, arguments("import", source)) == 1
    capsys.readouterr()


def test_each_command_lets_in_whom_its_line_names(station, tmp_path):
    folder, clock, _ = station
    roles, password = ("clerk", "auditor", "sysadmin"), tmp_path / "password"
    password.write_text(OWN, "utf-8")
    for role in roles:
        as_role(station, role).close()
    for command, asked in matrix().commands.items():
        table, _, action = asked.partition(".")
        if not asked or command == "restore":
            continue
        tables = RECORD_TYPES if table == "*" else (table,)
        for role in roles:
            expected = any(matrix().reach(role, each, action) for each in tables)
            given = Namespace(command=command, user=role, password_file=password)
            if expected:
                signed_in(folder, given).close()
            else:
                with pytest.raises(NotAllowed):
                    signed_in(folder, given)
                with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
                    assert ("denied", f"command/{command}", role) in last(desk, 3), (
                        "before the sign-in under the clock of the test"
                    )


def test_a_printed_hand_over_is_in_the_trail_and_feedback_waits_for_a_result(station, desk, tmp_path, capsys):
    record_id = station[2]["handover"]
    number = desk.reader.load(RECORD_TYPES["handover"], record_id).values["number"]
    out = tmp_path / "移交函.pdf"
    assert print_document(desk, arguments("print", number, "transfer", "-o", out)) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert last(desk) == [("print", f"handover/{record_id}", "transfer")]
    assert print_document(desk, arguments("print", number, "feedback", "-o", tmp_path / "x.pdf")) == 1
    assert print_document(desk, arguments("print", "无此号", "transfer", "-o", tmp_path / "x.pdf")) == 1
    said = capsys.readouterr().err
    assert "还没有办理结果" in said
    assert "没有编号为“无此号”的移交" in said
    assert not (tmp_path / "x.pdf").exists()
