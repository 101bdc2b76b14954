"""Search over a real encrypted file: what is found, in which order, and that nothing typed can break it."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.store import search
from app.store.search import Hit, SearchTerms
from tests.conftest import DeskFile
from tests.store.search_file import found_ids, search_file

ID_1, ID_2, ID_3 = "511421189901010019", "511421189901010027", "11010519491231002X"
SLUICE = "双方因宅基地边界的排水沟发生争执，多次协商不成。𠮷家院墙倒塌。"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with search_file(tmp_path / "search.db") as opened:
        opened.exec_driver_sql("BEGIN IMMEDIATE")
        yield opened
        opened.exec_driver_sql("COMMIT")


def person(connection: Connection, record_id: str, *names: str, numbers: tuple[str, ...] = ()) -> None:
    search.index(connection, "resident", record_id, SearchTerms(names, numbers, ("鹰头村3组12号",)))


@pytest.fixture
def village(connection: Connection) -> Connection:
    person(connection, "p1", "张三", numbers=(ID_1, "13800138000"))
    person(connection, "p2", "张三丰", numbers=(ID_2, "028-38123456"))
    person(connection, "p3", "单雄信", numbers=(ID_3, "13900139123"))
    person(connection, "p4", "买买提·吐尔逊")
    person(connection, "p5", "𠮷野家")
    person(connection, "p6", "李张三")
    person(connection, "p7", "丁")
    search.index(
        connection,
        "mediation_case",
        "c1",
        SearchTerms(("张三", "欧阳峰"), ("〔2026〕鹰头村人调字第12号", ID_1), (SLUICE, "请求恢复原状")),
    )
    return connection


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("张三", ["c1", "p1", "p2", "p6"]),
        ("张", ["c1", "p2", "p1"]),
        ("丁", ["p7"]),
        ("三丰", ["p2"]),
        ("张三丰", ["p2"]),
        ("张 三", ["c1", "p1", "p2", "p6"]),
        ("张\u3000三丰", ["p2"]),
        ("吐尔逊", ["p4"]),
        ("买买提吐尔逊", ["p4"]),
        ("买买提•吐尔逊", ["p4"]),
        ("买买提‧吐", ["p4"]),
        ("𠮷野", ["p5"]),
        ("𠮷", ["p5"]),
        ("𠮷家", ["c1"]),
        ("zsf", ["p2"]),
        ("zhangsan", ["c1", "p2", "p1"]),
        ("Zhang San", ["c1", "p2", "p1"]),
        ("shanxiong", ["p3"]),
        ("sxx", ["p3"]),
        ("dxx", ["p3"]),
        ("oyf", ["c1"]),
        (ID_1, ["c1", "p1"]),
        ("511421", ["c1", "p2", "p1"]),
        ("51142118990101002", ["p2"]),
        ("0027", ["p2"]),
        ("10027", ["p2"]),
        ("010027", ["p2"]),
        ("1010027", ["p2"]),
        ("002x", ["p3"]),
        ("002X", ["p3"]),
        ("００２Ｘ", ["p3"]),
        ("1380013", ["p1"]),
        ("138 0013 8000", ["p1"]),
        ("9123", ["p3"]),
        ("02838", ["p2"]),
        ("028-3812", ["p2"]),
        ("381234", ["p2"]),
        ("3456", ["p2"]),
        ("〔2026〕鹰头村人调字第12号", ["c1"]),
        ("2026鹰头村", ["c1"]),
        ("第12号", ["c1"]),
        ("人调字", ["c1"]),
        ("排水", ["c1"]),
        ("水沟发生", ["c1"]),
        ("沟发", ["c1"]),
        ("执，多", ["c1"]),
        ("执,多", ["c1"]),
        ("成。", ["c1"]),
        ("张三 排水沟", ["c1"]),
        ("欧阳 排水 原状", ["c1"]),
        ("张 沟", []),
        ("欧 倒塌", ["c1"]),
        ("峰塌 张", []),
        ("张 欧", ["c1"]),
        ("峰 塌", []),
        ("李 排水", []),
        ("水排", []),
        ("边界排水", []),
        ("沟", []),
        ("张四", []),
        ("9999", []),
    ],
)
def test_finds(village: Connection, query: str, found: list[str]) -> None:
    assert found_ids(village, query) == found


def test_says_what_matched(village: Connection) -> None:
    assert [search.find(village, q)[0].matched for q in ("张三", "zsf", "0027", "排水")] == [
        "name",
        "pinyin",
        "number",
        "text",
    ]


def test_orders_whole_name_head_inside_then_number_pinyin_text(connection: Connection) -> None:
    search.index(connection, "a", "text", SearchTerms(texts=("见ab12店",)))
    search.index(connection, "a", "pinyin", SearchTerms(names=("阿爸12店",)))
    search.index(connection, "a", "number", SearchTerms(numbers=("ab12",)))
    search.index(connection, "a", "inside", SearchTerms(names=("小ab12店",)))
    search.index(connection, "a", "head", SearchTerms(names=("AB12店",)))
    search.index(connection, "a", "whole", SearchTerms(names=("AB12",)))
    search.index(connection, "a", "whole, newer", SearchTerms(names=("ａｂ12",)))
    assert found_ids(connection, "ab12") == [
        "whole, newer",
        "whole",
        "head",
        "inside",
        "number",
        "pinyin",
        "text",
    ]
    assert found_ids(connection, "ab12", limit=3) == ["whole, newer", "whole", "head"]
    assert found_ids(connection, "ab12", limit=0) == []


def test_limits_to_types(village: Connection) -> None:
    assert found_ids(village, "张三", types=("mediation_case",)) == ["c1"]
    assert found_ids(village, "张三", types=("resident",)) == ["p1", "p2", "p6"]
    assert found_ids(village, "张三 鹰头", types=("resident",)) == ["p1", "p2", "p6"]
    assert found_ids(village, "张三", types=("mediation_case", "resident")) == found_ids(village, "张三")
    assert found_ids(village, "张三", types=("case",)) == []
    assert found_ids(village, "张三", types=('x" OR "n张',)) == []


def test_voided_come_last_and_say_so(village: Connection) -> None:
    case = SearchTerms(("张三", "欧阳峰"), (), (SLUICE,))
    search.index(village, "mediation_case", "c1", case, active=False)
    assert found_ids(village, "张三") == ["p1", "p2", "p6", "c1"]
    assert found_ids(village, "张三", limit=3) == ["p1", "p2", "p6"]
    assert search.find(village, "排水") == [Hit("mediation_case", "c1", "text", active=False)]
    search.index(village, "mediation_case", "c1", case, active=True)
    assert found_ids(village, "张三")[0] == "c1"


def test_an_edit_replaces_the_terms_and_keeps_the_place(village: Connection) -> None:
    person(village, "p1", "张四")
    assert found_ids(village, "张四") == ["p1"]
    assert found_ids(village, "张") == ["c1", "p2", "p1"]
    assert found_ids(village, "13800138000") == []
    assert "p1" not in found_ids(village, "张三")
    assert search.consistency(village) == []


def test_an_unchanged_record_writes_nothing(village: Connection) -> None:
    before = village.exec_driver_sql("SELECT total_changes()").scalar()
    person(village, "p4", "买买提·吐尔逊")
    assert village.exec_driver_sql("SELECT total_changes()").scalar() == before


def test_same_id_in_two_types_is_two_entries(connection: Connection) -> None:
    for record_type in ("resident", "service_visit"):
        search.index(connection, record_type, "x", SearchTerms(("张三",)))
    search.remove(connection, "resident", "x")
    assert search.find(connection, "张三") == [Hit("service_visit", "x", "name")]


def test_removed_is_gone(village: Connection) -> None:
    search.remove(village, "mediation_case", "c1")
    search.remove(village, "mediation_case", "never there")
    assert found_ids(village, "排水") == []
    assert found_ids(village, "张三") == ["p1", "p2", "p6"]
    assert search.consistency(village) == []


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "\u3000", "\x00", "张\x00三", "\ud800", '"', '""', "'", "' OR 1=1 --", "'; DROP TABLE search_entry--",
        "*", "张*", "%", "_", "张%", "^张", "(", ")", "张 AND", "AND", "OR NOT", "NEAR(张 三)", "tokens:张", "-张", "+", "{", "}",
        ":", "\\", "?", "?1", ":a", "@a", "$a", "{0}", "%s", "${x}", "NULL", "\u202e张", "\ufeff", "\U0010f0ff", "·", "，",
        "𠮷" * 500, "张 " * 2000, "a" * 20_000, "1" * 9000, "👨‍👩‍👧", "<b>张三", "=HYPERLINK", "ﷺ", "ß", "İ",
    ],
)  # fmt: skip
def test_nothing_typed_can_raise_or_find_everything(village: Connection, query: str) -> None:
    assert len(found_ids(village, query)) < 8
    assert found_ids(village, "张三") == ["c1", "p1", "p2", "p6"]


def test_long_and_many_words_are_checked_whole(connection: Connection) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(60))
    search.index(connection, "a", "right", SearchTerms(texts=(text,)))
    search.index(connection, "a", "wrong", SearchTerms(texts=(text[:59], text[58:])))
    assert found_ids(connection, text) == ["right"]
    words = [text[n : n + 2] for n in range(0, 40, 2)]
    assert found_ids(connection, " ".join(words)) == ["wrong", "right"]
    assert found_ids(connection, " ".join([*words, "没有"])) == []


def rows(count: int) -> Iterator[search.Row]:
    for n in range(count):
        yield (
            "resident",
            f"r{n}",
            SearchTerms((f"张{chr(0x4E00 + n)}",), (f"138{n:08d}",), (f"{n}组",)),
            n % 7 != 0,
        )


def test_rebuild_replaces_everything(village: Connection) -> None:
    assert search.rebuild(village, rows(2500)) == 2500
    assert found_ids(village, "排水") == []
    assert search.find(village, "张\u4e00")[0] == Hit("resident", "r0", "name", active=False)
    assert found_ids(village, "张", limit=3) == ["r2498", "r2497", "r2496"]
    assert found_ids(village, "002499") == ["r2499"]
    search.index(village, "resident", "r2499", SearchTerms(("李四",)))
    assert found_ids(village, "李四") == ["r2499"]
    assert search.consistency(village) == []
    assert search.rebuild(village, ()) == 0
    assert found_ids(village, "张") == []


def test_rebuild_refuses_a_record_that_comes_twice(connection: Connection) -> None:
    with pytest.raises(IntegrityError):
        search.rebuild(connection, [*rows(3), *rows(1)])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM search_index WHERE rowid = 3", "没有进入"),
        ("DELETE FROM search_entry WHERE id = 3", "多余"),
        ("UPDATE search_entry SET names = '王五' WHERE id = 3", "不能按内容检索"),
        ("DELETE FROM search_index_data WHERE id > 100", "已损坏"),
    ],
)
def test_consistency_names_the_fault(village: Connection, damage: str, sentence: str) -> None:
    village.exec_driver_sql("COMMIT")  # until then the tokens are in memory, not in the tables to damage
    village.exec_driver_sql("BEGIN IMMEDIATE")
    assert search.consistency(village) == []
    village.exec_driver_sql(damage)
    faults = search.consistency(village)
    assert any(sentence in fault for fault in faults), faults


def test_a_rolled_back_save_leaves_nothing_and_a_committed_one_survives(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    with search_file(tmp_path / "a.db", key) as first:
        first.exec_driver_sql("BEGIN")
        person(first, "kept", "张三")
        first.exec_driver_sql("COMMIT")
        first.exec_driver_sql("BEGIN")
        person(first, "undone", "张三")
        first.exec_driver_sql("ROLLBACK")
    assert "张三".encode() not in (tmp_path / "a.db").read_bytes()
    with search_file(tmp_path / "a.db", key) as again:
        assert found_ids(again, "张三") == ["kept"]
        assert search.consistency(again) == []


def test_the_first_schema_has_the_same_tables(desk: DeskFile, tmp_path: Path) -> None:
    wanted = "SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE 'search%' ORDER BY name"
    with search_file(tmp_path / "search.db") as plain, desk.database.read() as migrated:
        ours, theirs = (
            {name: "".join((sql or "").split()) for name, sql in opened.exec_driver_sql(wanted)}
            for opened in (plain, migrated)
        )
        leaf = "SELECT v FROM search_index_config WHERE k = 'pgsz'"
        assert plain.exec_driver_sql(leaf).scalar() == migrated.exec_driver_sql(leaf).scalar()
    assert ours == theirs
