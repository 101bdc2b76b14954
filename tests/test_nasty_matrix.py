"""Nasty inputs × validator, service, HTTP, import, PDF, XLSX: stored exactly, or refused with the field's name.

One desk and one district server serve all of them; every surface is held to the same table (tests/nasty_inputs.py).
"""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import openpyxl
import orjson
import pytest
from conftest import SettableClock
from district.parts import STATION, Pc, new_id, sample
from nasty_inputs import FAMILY, FILE_NAMES, INPUTS, Nasty
from openpyxl.utils.exceptions import IllegalCharacterError
from printing.reading import text_of
from real_files import jpeg
from sqlalchemy import select

from app.district.server import DistrictServer
from app.district.tables import held, record_state
from app.exchange.importing import import_rows, record_id_of
from app.exchange.record_file import _write
from app.exchange.source_rows import source_rows
from app.models.attached_file import file_of
from app.models.column_types import moment_text
from app.models.registry import RECORD_TYPES
from app.models.telling import told
from app.models.text import search_fold
from app.printing.paper import Paper, Words, paper_pdf
from app.printing.pictures import look_of
from app.store.attachments import Attachments
from app.store.database import Database
from app.store.founding import found
from app.store.reading import ListQuery, RecordReader, StoredRecord
from app.store.records import RecordStore
from app.store.refused_saves import Invalid
from app.store.station import read_station
from app.sync.batch import encode_batch
from app.sync.protocol import Refusal
from app.typeset.fonts import is_unseen

BY = "王调解"


@dataclass
class Sat:
    """One desk for the whole module."""

    database: Database
    store: RecordStore
    reader: RecordReader
    attachments: Attachments


@pytest.fixture(scope="module")
def sat(tmp_path_factory):
    path, clock = tmp_path_factory.mktemp("nasty") / "desk.db", SettableClock()
    database = found(path, b"k" * 32, station_code=STATION, station_name="鹰头村")
    with database.read() as connection:
        station = read_station(connection)
    attachments = Attachments(database, station, clock, largest=2**20, draw=look_of)
    yield Sat(database, RecordStore(database, station, clock), RecordReader(database), attachments)
    database.close()


@pytest.fixture(scope="module")
def pc(tmp_path_factory):
    with DistrictServer(tmp_path_factory.mktemp("district") / "data") as server:
        one = Pc.enrolled(server.url, server.open_code(STATION, "鹰头村"))
        one.server = server
        yield one
        one.district.close()


def kind_of(one: Nasty):
    return RECORD_TYPES[one.type]


def label_of(one: Nasty) -> str:
    return kind_of(one).fields[one.field].label


inputs = pytest.mark.parametrize("one", INPUTS, ids=lambda one: one.id)


@inputs
def test_validator(one):
    cleaned, problems = kind_of(one).clean(one.values())
    wrong = {problem.path for problem in problems if problem.severity == "error"}
    assert wrong == (set() if one.kept is not None else {one.field})
    if one.kept is not None:
        assert cleaned[one.field] == one.kept


@inputs
def test_service(sat, one):
    record_id = new_id()
    if one.kept is None:
        with pytest.raises(Invalid) as refused:
            sat.store.save(kind_of(one), one.values(), by=BY, record_id=record_id)
        assert {p.path for p in refused.value.problems if p.severity == "error"} == {one.field}
        assert sat.reader.load(kind_of(one), record_id) is None
        return
    sat.store.save(kind_of(one), one.values(), by=BY, record_id=record_id)
    assert sat.reader.load(kind_of(one), record_id).values[one.field] == one.kept


@inputs
def test_import(sat, tmp_path, one):
    path, wire = tmp_path / "in.jsonl", {"type": one.type, "key": one.id}
    values = {name: value for name, value in one.values().items() if not isinstance(value, list)}
    if one.type == "mediation_case":
        begun = ("accepted_on", "source", "dispute_type", "facts", "amount")
        values = {name: values[name] for name in begun}
        values["parties"] = [{"side": "applicant", "name": "甲"}, {"side": "respondent", "name": "乙"}]
    text = orjson.dumps(_plain(wire | values)) if one.number != 11 else _with_surrogate(wire | values)
    path.write_bytes(text)
    (row,) = source_rows(path, RECORD_TYPES, None)
    report = import_rows([row], sat.store, sat.reader, by=BY)
    if one.kept is not None:
        assert (report.created, report.refused) == (1, [])
        assert sat.reader.load(kind_of(one), record_id_of(row, kind_of(one))).values[one.field] == one.kept
        return
    assert report.created == 0
    # A half sign is no JSON at all: the whole line is named.
    named = "" if one.number == 11 else one.field
    assert {(refused.line, refused.column) for refused in report.refused} == {(1, named)}


@pytest.mark.parametrize("one", [each for each in INPUTS if each.type == "resident"], ids=lambda one: one.id)
def test_import_of_a_spreadsheet(sat, tmp_path, one):
    path, book = tmp_path / "in.xlsx", openpyxl.Workbook()
    sheet = book.active
    sheet.title = "居民"
    labels = {"name": "姓名", "id_number": "证件号码", "birth": "出生日期"}
    sheet.append(["导入编号", *labels.values()])
    values = {"name": "甲", one.field: one.typed}
    try:
        sheet.append([f"表 {one.id}", *(values.get(name) for name in labels)])
    except IllegalCharacterError:
        assert one.kept is None, "what no spreadsheet can hold is refused elsewhere, too"
        return
    for cell in sheet[2]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
    if one.number == 11:
        return
    book.save(path)
    (row,) = source_rows(path, RECORD_TYPES, None)
    report = import_rows([row], sat.store, sat.reader, by=BY)
    if one.kept is None:
        assert report.created == 0
        assert report.refused
        assert all(label_of(one) in refused.column and refused.line == 2 for refused in report.refused)
        return
    assert report.refused == []
    assert sat.reader.load(kind_of(one), record_id_of(row, kind_of(one))).values[one.field] == one.kept


def test_http(pc):
    """All of them in one batch: what is sound is applied as it is, what is not is held and its field named."""
    sent = [one for one in INPUTS if one.number != 11]
    lines = [pc.pen.write("create", _wire(one), kind=one.type) for one in sent]
    receipt = pc.push(*lines)
    verdicts = {verdict.seq: verdict for verdict in receipt.verdicts}
    assert receipt.acked_seq == len(lines)
    with pc.server._database.read() as connection:
        states = {row.record: row for row in connection.execute(select(record_state))}
        waiting = {row.record: row.detail for row in connection.execute(select(held))}
    for one, line in zip(sent, lines, strict=True):
        if one.kept is None or _form_of(one) != one.typed:
            # A form the desk would have tidied is not one it sends; whether taken or held, it is as it was sent.
            assert line.record in states or line.record in waiting
        if one.kept is None:
            assert line.record not in states, one.id
            assert verdicts[line.seq].code == "held"
            words = (label_of(one).removesuffix("（元）"), "身份证号码", "格式不对")
            assert any(word in waiting[line.record] for word in words), one.id
        elif line.record in states:
            document = states[line.record].document
            data = orjson.loads(document) if document else orjson.loads(line.body)["data"]
            assert data[one.field] == _wire(one)[one.field], one.id


def test_half_a_sign_never_gets_past_the_door(pc):
    good = pc.pen.create()
    body = good.body.replace("单小梅".encode(), b"\\ud800")
    header = pc.header([good])
    with pytest.raises(Refusal) as refused:
        pc.district.push(header, encode_batch(header, [body]))
    assert (refused.value.status, refused.value.seq) == (400, good.seq)
    assert pc.push(good).acked_seq == good.seq


def test_pdf():
    """Every text that may be stored stands on paper, character for character; nothing of it is mark-up."""
    texts = [one.kept for one in INPUTS if isinstance(one.kept, str)]
    printed = paper_pdf(Paper("试印", tuple(Words(f"{text}。", flush=True) for text in texts)))
    there = text_of(printed.data)
    for text in texts:
        seen = "".join(sign for sign in text if not is_unseen(sign) and not sign.isspace())
        # What no font has is a box, and the program says which signs these are.
        assert seen in there or set(seen) <= set(printed.missing), ascii(text)
    assert set(printed.missing) <= set(FAMILY)


def test_xlsx():
    """Every value that may be stored is in the cell as it is; no cell is a formula."""
    for code in {one.type for one in INPUTS}:
        kind = RECORD_TYPES[code]
        kept = [one for one in INPUTS if one.type == code and one.kept is not None]
        content = io.BytesIO()
        _write(content, kind, [_stored(one) for one in kept], ["说明"], whole=True)
        book = openpyxl.load_workbook(content)
        heading, *rows = book[kind.title].iter_rows()
        places = {cell.value: at for at, cell in enumerate(heading)}
        for one, row in zip(kept, rows, strict=True):
            cell = row[places[label_of(one)]]
            shown = (
                float(one.kept)
                if isinstance(one.kept, Decimal)
                else told(kind.fields[one.field], one.kept, whole=True)
            )
            assert cell.value == shown, one.id
            assert cell.data_type != "f"
        assert b"<f>" not in ZipFile(content).read("xl/worksheets/sheet1.xml")


def test_three_dots_are_one_name_to_the_search_and_three_to_the_eye(sat):
    resident, typed = RECORD_TYPES["resident"], [f"阿依{dot}古丽" for dot in "\u00b7\u2022\u2027"]
    for name in typed:
        sat.store.save(resident, {"name": name}, by=BY, record_id=new_id())
    for name in typed:
        found_now = sat.reader.page(resident, ListQuery(words=name))
        assert sorted(row["name"] for row in found_now) == sorted(typed)
    assert len({search_fold(name) for name in typed}) == 1


@pytest.mark.parametrize(("number", "name"), FILE_NAMES)
def test_a_file_has_a_name_to_show_and_lies_under_its_hash(sat, tmp_path, number, name):
    """57-60: whatever a file is called, the desk opens nothing outside its own folder and saves under a plain name."""
    file = sat.attachments.add(jpeg(), name)
    shown = file.name
    assert shown.endswith(".jpg")
    assert not set(shown) & set('\\/:*?"<>|\u202e\0')
    assert shown.partition(".")[0].upper() not in {"CON", "NUL", "COM\u00b9", "COM1"}
    assert len(shown.encode()) <= 255
    assert shown.strip(" .") == shown
    wire = {"name": name, "media_type": "image/jpeg", "size": file.size, "sha256": file.sha256}
    with pytest.raises(ValueError, match="请删去后重新添加"):
        file_of(wire)
    assert file_of({**wire, "name": shown}) == file
    folder = sat.database.path.with_name("attachments")
    lying = {path.name for path in folder.rglob("*") if path.is_file()}
    assert not [one for one in lying if name.strip(" .") and name.strip(" .") in one]
    sat.attachments.save_as(file, tmp_path / shown, by=BY)
    assert (tmp_path / shown).read_bytes() == jpeg()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, datetime):
        return moment_text(value)
    return str(value) if isinstance(value, Decimal | date) else value


def _with_surrogate(values: dict[str, Any]) -> bytes:
    plain = orjson.dumps(_plain({name: value for name, value in values.items() if name != "name"}))
    return plain[:-1] + b',"name":"\\u5f20\\ud800"}'


def _wire(one: Nasty) -> dict[str, Any]:
    """Wire data as a desk would send it, but for the input, which goes as it was typed."""
    beside = {name: value for name, value in one.beside.items() if value is not None}
    data = {name: value for name, value in sample(one.type).items() if name not in one.beside}
    timed = {name: _form(value) for name, value in beside.items()}
    return data | timed | {one.field: _form(one.typed)}


def _form(value: Any) -> Any:
    """`2026-11-20 10:00` as the wire writes it."""
    if isinstance(value, str) and len(value) == 16 and value[4] == "-" and value[10] == " ":
        return (
            f"{value[:10]}T{int(value[11:13]) - 8:02d}{value[13:]}:00Z" if int(value[11:13]) >= 8 else value
        )
    return value


def _form_of(one: Nasty) -> Any:
    return str(one.kept) if isinstance(one.kept, Decimal) else one.kept


def _stored(one: Nasty) -> StoredRecord:
    cleaned, _ = kind_of(one).clean(one.values())
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return StoredRecord(new_id(), 1, new_id(), STATION, BY, at, BY, at, None, cleaned)
