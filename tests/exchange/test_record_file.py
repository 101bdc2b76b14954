"""Lists as spreadsheets: masked, typed as text, whole only inside an encrypted archive, nothing half or left behind."""

import io
import tempfile
from datetime import UTC, datetime
from zipfile import ZipFile

import openpyxl
import pytest
import pyzipper
from conftest import DeskFile
from samples import SAMPLES, resident
from uuid_utils import uuid7

from app.exchange.record_file import ExportStopped, export_masked, export_whole, new_passphrase
from app.exchange.source_rows import source_rows
from app.models.registry import RECORD_TYPES
from app.store.reading import StoredRecord

RESIDENT = RECORD_TYPES["resident"]
CARD, PHONE = "511421189901010027", "13700137000"
NASTY = [
    '=HYPERLINK("http://x","点我")',
    "+8613700137000",
    "-1",
    "@SUM(1)",
    "<b>张三</b>&amp;",
    "买买提·吐尔逊",
    "𠮷野家",
]


def stored(record_type, **changes) -> StoredRecord:
    values, problems = record_type.clean(SAMPLES[record_type.code](**changes))
    assert [one for one in problems if one.severity == "error"] == []
    at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    return StoredRecord(str(uuid7()), 1, str(uuid7()), "511421125201", "李四", at, "李四", at, None, values)


def cells(path_or_file, title):
    book = openpyxl.load_workbook(path_or_file)
    rows = list(book[title].iter_rows())
    return [cell.value for cell in rows[0]], rows[1:], book


@pytest.mark.parametrize("code", list(RECORD_TYPES))
def test_every_kind_leaves_masked_and_can_be_read_again(tmp_path, code):
    kind, path = RECORD_TYPES[code], tmp_path / "out.xlsx"
    assert export_masked(path, kind, [stored(kind)], ["说明"]) == 1
    headings, rows, book = cells(path, kind.title)
    assert headings[-5:] == ["记录人", "记录时间", "修改人", "修改时间", "作废原因"]
    said = "\n".join(str(cell.value) for cell in rows[0])
    sample = SAMPLES[code]()
    for secret in (
        sample.get("id_number"),
        sample.get("phone"),
        *(p.get("id_number") for p in sample.get("parties", ())),
    ):
        assert not secret or secret not in said
    for headline in kind.headline:
        assert str(sample.get(headline, "")) in said
    assert book["说明"]["A2"].value == "说明"
    content = ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in content


def test_words_are_text_whatever_they_begin_with(tmp_path):
    path = tmp_path / "out.xlsx"
    export_masked(path, RESIDENT, [stored(RESIDENT, name=name, notes=f"{name} 其他") for name in NASTY], [])
    _, rows, _ = cells(path, "居民")
    shown = ["+86*******7000" if name.startswith("+86") else name for name in NASTY]
    for row, name, masked in zip(rows, NASTY, shown, strict=True):
        assert row[0].data_type == "s"
        assert row[0].quotePrefix is name.startswith(("=", "+", "-", "@"))
        assert row[0].value in (name, masked)
    assert [row[0].value for row in rows if row[0].value.startswith("=")] == [NASTY[0]]


def test_numbers_written_into_sentences_are_masked_too(tmp_path):
    path = tmp_path / "out.xlsx"
    note = f"本人证件{CARD}，电话 137-0013-7000，旧证 130503670401001，门牌 2026000012"
    export_masked(path, RESIDENT, [stored(RESIDENT, notes=note)], [])
    text = ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "511***********0027" in text
    assert "2026000012" in text
    for whole in (CARD, "0013-7000，", "130503670401001", PHONE):
        assert whole not in text


def test_what_a_masked_file_says_of_the_type_is_what_import_reads(tmp_path):
    path = tmp_path / "out.xlsx"
    export_masked(path, RESIDENT, [stored(RESIDENT)], ["说明"])
    with pytest.raises(Exception, match="记录人"):
        # The columns about who wrote it are no fields: a file that left is not taken for one to come in.
        list(source_rows(path, RECORD_TYPES, None))


def test_stopping_leaves_nothing_and_keeps_what_was_there(tmp_path):
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    records = (stored(RESIDENT) for _ in range(1000))
    with pytest.raises(ExportStopped, match="没有留下文件"):
        export_masked(path, RESIDENT, records, [], lambda done: done < 400)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_whole_numbers_are_only_inside_the_archive(tmp_path, monkeypatch):
    """Neither beside the archive nor in the folder of temporary files does the workbook lie in clear."""
    aside = tmp_path / "temporary"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    path = tmp_path / "out.zip"
    seen: list[str] = []

    def watch(done: int) -> bool:
        seen.extend(str(left.name) for left in aside.iterdir())
        return True

    count, passphrase = export_whole(
        path, RESIDENT, [stored(RESIDENT)], ["李四 于 2026-11-23 导出", "批准人：王五"], watch
    )
    assert (count, seen, list(aside.iterdir())) == (1, [], [])
    assert CARD.encode() not in path.read_bytes()
    assert "单小梅".encode() not in path.read_bytes()
    with pyzipper.AESZipFile(path) as archive:
        with pytest.raises(RuntimeError):
            archive.read("居民.xlsx")
        archive.setpassword(passphrase.encode())
        (entry,) = archive.infolist()
        assert (entry.wz_aes_strength, entry.filename) == (3, "居民.xlsx")
        book = io.BytesIO(archive.read(entry))
    _, rows, opened = cells(book, "居民")
    assert rows[0][3].value == CARD
    assert [row[0].value for row in opened["说明"].iter_rows()][1:] == [
        "李四 于 2026-11-23 导出",
        "批准人：王五",
    ]
    assert "王五" in opened["居民"].oddFooter.left.text


def test_passphrases_are_long_and_none_is_like_another():
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 24 and not set(one) & set("IO01L") for one in made)


def test_rows_of_a_real_file_come_in_the_order_of_the_list(desk: DeskFile, tmp_path):
    from app.security.authorize import Actor
    from app.store.authorized.access import Access
    from app.store.authorized.exports import RecordExports
    from app.store.reading import ListQuery

    for number in range(7):
        desk.store.save(
            RESIDENT, resident(name=f"张{number}", id_number=None), by="李四", record_id=str(uuid7())
        )
    access = Access(
        desk.database, desk.station.device_id, desk.clock, Actor("李四", "head", desk.station.code)
    )
    exports = RecordExports(desk.database, access, desk.clock)
    listed = [row["name"] for row in desk.reader.page(RESIDENT, ListQuery())]
    path = tmp_path / "out.xlsx"
    assert export_masked(path, RESIDENT, exports.records(RESIDENT, ListQuery()), []) == 7
    assert [row[0].value for row in cells(path, "居民")[1]] == listed
    assert [one.values["name"] for one in exports.records(RESIDENT, ListQuery(words="张3"))] == ["张3"]
