"""Import: good rows in, bad rows named by row and column, and nothing doubled by importing again."""

import orjson
import pytest
from openpyxl import Workbook
from samples import SAMPLES

from app.exchange.importing import import_rows
from app.exchange.source_rows import UnreadableFile, source_rows
from app.models import payload
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery


@pytest.fixture
def run(desk):
    def imported(path, code=None):
        rows = source_rows(path, RECORD_TYPES, RECORD_TYPES[code] if code else None)
        return import_rows(rows, desk.store, desk.reader, by="导入员")

    return imported


def sheet(path, rows, title="居民"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def count(desk, code):
    return len(desk.reader.page(RECORD_TYPES[code], ListQuery(), limit=1000))


def json_lines(path, *records):
    path.write_bytes(
        b"\n".join(record if isinstance(record, bytes) else orjson.dumps(record) for record in records)
    )
    return path


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_every_record_type_imports_from_json_lines_and_only_once(desk, run, tmp_path, code):
    values, _ = RECORD_TYPES[code].clean(SAMPLES[code]())
    data = payload.encode(
        RECORD_TYPES[code], {name: v for name, v in values.items() if not isinstance(v, list)}
    )
    for name, field in RECORD_TYPES[code].fields.items():
        if field.rows is not None:
            rows = [{k: v for k, v in part.items() if k != "id"} for part in values[name]]
            data[name] = orjson.loads(orjson.dumps(rows, default=str))
    path = json_lines(tmp_path / "in.jsonl", {"type": code, **data}, {"type": code, "key": "二", **data})
    first = run(path)
    assert (first.created, first.refused) == (2, [])
    again = run(path)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert count(desk, code) == 2
    assert desk.outbox.status().unsent == 2


def test_a_sheet_names_row_and_column_of_what_it_refuses_and_imports_the_rest(desk, run, tmp_path):
    path = sheet(
        tmp_path / "居民.xlsx",
        [
            ["姓名*", "性别", "证件号码", "出生日期", "联系电话"],
            ["单小梅", "女", "511421189901010027", "1899-01-01", "13700137000"],
            ["坏日期", "女", "", "2024-02-30", ""],
            ["科学计数", "男", 5.11421e17, "", ""],
            [None, "男", "", "", "13800138000"],
            ["陌生性别", "雌", "", "", ""],
            ["𠮷秀英", "女性", "", "", ""],
        ],
    )
    report = run(path)
    assert report.created == 2
    assert [(row.line, row.column) for row in report.refused] == [
        (3, "D 列“出生日期”"),
        (4, "C 列“证件号码”"),
        (5, "A 列“姓名*”"),
        (6, "B 列“性别”"),
    ]
    assert "文本格式" in report.refused[1].message
    assert count(desk, "resident") == 2


def test_parties_of_a_case_come_from_numbered_columns(desk, run, tmp_path):
    headings = ["导入编号", "受理日期", "案件来源", "纠纷类型", "纠纷简要情况", "当事人1一方", "当事人1姓名或名称",
                "当事人2一方", "当事人2姓名或名称"]  # fmt: skip
    kind = RECORD_TYPES["mediation_case"]
    label = "邻里纠纷"
    row = ["A1", "2026-11-02", "当事人申请", label, "排水沟纠纷", "申请人", "张三", "被申请人", "李四"]
    path = sheet(tmp_path / "案件.xlsx", [headings, row], title="矛盾纠纷")
    report = run(path)
    assert (report.created, report.refused) == (1, [])
    (listed,) = desk.reader.page(kind, ListQuery(words="李四"))
    stored = desk.reader.load(kind, listed["id"])
    assert [party["name"] for party in stored.values["parties"]] == ["张三", "李四"]
    row[4] = "排水沟纠纷，已现场查看"
    assert run(sheet(path, [headings, row], title="矛盾纠纷")).changed == 1
    assert run(path).unchanged == 1


def test_what_was_edited_at_the_desk_is_not_overwritten(desk, run, tmp_path):
    kind = RECORD_TYPES["resident"]
    path = json_lines(tmp_path / "in.jsonl", {"type": "resident", "key": "1", "name": "单小梅"})
    run(path)
    (row,) = desk.reader.page(kind, ListQuery())
    stored = desk.reader.load(kind, row["id"])
    desk.store.save(
        kind, stored.values | {"notes": "手工补充"}, by="李调解", record_id=stored.id, base=stored.head
    )
    json_lines(path, {"type": "resident", "key": "1", "name": "单小妹"})
    report = run(path)
    assert [refused.message for refused in report.refused] == ["这条记录导入后已在工作台修改过，没有覆盖。"]
    assert desk.reader.load(kind, row["id"]).values["notes"] == "手工补充"


@pytest.mark.parametrize(
    "line",
    [b"{", b"[1]", b'{"type":"resident"', b'{"name":"x"}', b'{"type":"nothing","name":"x"}', b"\xff\xfe"],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_come_in(desk, run, tmp_path, line):
    path = json_lines(tmp_path / "in.jsonl", line, {"type": "resident", "name": "单小梅"})
    report = run(path)
    assert (report.created, [row.line for row in report.refused]) == (1, [1])


@pytest.mark.parametrize("name", ["broken.xlsx", "notes.txt", "missing.xlsx"])
def test_a_file_that_cannot_be_imported_gets_a_sentence(run, tmp_path, name):
    if name != "missing.xlsx":
        (tmp_path / name).write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(UnreadableFile, match=r"。$"):
        run(tmp_path / name, "resident")


def test_an_unknown_heading_is_named(run, tmp_path):
    with pytest.raises(UnreadableFile, match="绰号"):
        run(sheet(tmp_path / "居民.xlsx", [["姓名", "绰号"], ["单小梅", "小梅"]]))
