"""The real division list: opened in an instant, found by name, pinyin, code and two parts."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app import resources
from app.models.division_file import MAGIC, DivisionFileError, packed
from app.models.divisions import Division, Divisions

FILE = resources.path("divisions", "divisions.bin")
SEEDS = {
    "511421004009": ("视高铺社区", "四川省眉山市仁寿县视高街道视高铺社区"),
    "511421125201": ("鹰头村", "四川省眉山市仁寿县高家镇鹰头村"),
    "511403003002": ("莲池社区", "四川省眉山市彭山区青龙街道莲池社区"),
    "511403110001": ("毛家渡社区", "四川省眉山市彭山区锦江镇毛家渡社区"),
}
DIVISIONS = Divisions.open(FILE)


def codes(query: str, **where: str) -> list[str]:
    return [division.code for division in DIVISIONS.search(query, **where)]


@pytest.mark.parametrize("code", SEEDS)
def test_the_seed_villages(code: str) -> None:
    assert DIVISIONS.get(code) == Division(code, *SEEDS[code], level=5)


@pytest.mark.parametrize(
    "query",
    ["鹰头", "鹰头村", "四川省眉山市仁寿县高家镇鹰头村", "仁寿县鹰头村", "仁寿 鹰头", "仁寿,鹰头村",
     "眉山 仁寿 鹰头", "meishan yingtou", "meishanyingtou", "Meishan Yingtoucun", "renshou yt", "rs yt",
     "511421125201", "51142112520"],
)  # fmt: skip
def test_ways_to_find_yingtou(query: str) -> None:
    assert "511421125201" in codes(query)


@pytest.mark.parametrize("query", ["yingtou", "yingtoucun", "yt", "ytc"])
def test_pinyin_near_home(query: str) -> None:
    assert "511421125201" in codes(query, within="511421125")
    assert "511421125201" in codes(query, within="511421") or query in {"yt", "ytc"}
    assert DIVISIONS.search(query)


def test_a_village_sought_in_the_neighbouring_county_is_still_found() -> None:
    # 鹰头村 is served with 彭山区 in mind, but lies in 仁寿县.
    assert codes("彭山 鹰头") == ["511421125201"]


def test_larger_divisions_come_first() -> None:
    assert [d.full_name for d in DIVISIONS.search("眉山", limit=1)] == ["四川省眉山市"]
    levels = [d.level for d in DIVISIONS.search("和平", limit=50)]
    assert levels == sorted(levels)
    assert codes("yt")[:2] == ["3606", "3706"]  # 鹰潭市, 烟台市


def test_a_larger_name_may_be_the_beginning_of_another() -> None:
    # 青冈县 holds 青冈镇, and a farm bears the county's name.
    assert DIVISIONS.search("青冈县繁荣村")[0].full_name.startswith("黑龙江省绥化市青冈县")


def test_levels_that_are_no_place_are_left_out() -> None:
    assert DIVISIONS.search("市辖区") == []
    beijing = DIVISIONS.get("110101001001")
    assert beijing is not None
    assert beijing.full_name == "北京市东城区东华门街道多福巷社区"


def test_cities_without_counties() -> None:
    town = DIVISIONS.get("441900102")
    assert town is not None
    assert town.full_name == "广东省东莞市石龙镇"
    assert [DIVISIONS.get(code) for code in ("4419", "441900000000")] == [
        Division("4419", "东莞市", "广东省东莞市", 2)
    ] * 2
    assert DIVISIONS.get("441900") == Division("441900", "东莞市", "广东省东莞市", 3)
    assert "441900102" in codes("东莞 石龙")


def test_codes_filled_up_with_zeros() -> None:
    assert DIVISIONS.get("511421000000") == DIVISIONS.get("511421")
    assert codes("511421")[0] == "511421"


@pytest.mark.parametrize(
    "code", ["", "5", "99", "511421125299", "5114211252011", "51142112520", "五一", "５１", "51 "]
)
def test_no_such_code(code: str) -> None:
    assert DIVISIONS.get(code) is None


def everything(code: str = "") -> Iterator[Division]:
    for child in DIVISIONS.children(code):
        yield child
        if child.level < 3:
            yield from everything(child.code)


COUNTIES = [division for division in everything() if division.level == 3]


def test_children() -> None:
    assert [d.name for d in DIVISIONS.children("5114")] == [
        "东坡区",
        "彭山区",
        "仁寿县",
        "洪雅县",
        "丹棱县",
        "青神县",
    ]
    assert len(DIVISIONS.children("")) == 31
    assert "511421125201" in [d.code for d in DIVISIONS.children("511421125")]
    assert DIVISIONS.children("511421125201") == []
    assert DIVISIONS.children("99") == []
    counts = [sum(d.level == level for d in everything()) for level in (1, 2, 3)]
    assert counts == [31, 342, 2978]


def test_within_keeps_to_a_division() -> None:
    assert codes("莲池", within="511403") == ["511403003002"]
    assert len(codes("莲池")) > 1
    assert codes("和平", within="99") == []


@pytest.mark.parametrize(
    "query", ["", "   ", ",", "\u200b", "没有这个地方", "qqqqqq", "%", "\0", "\ud800", "\n", "9999", "1" * 30]
)
def test_nothing_is_found(query: str) -> None:
    assert DIVISIONS.search(query) == []


@given(
    st.text(st.characters(), max_size=30)
    | st.text("仁寿县鹰头村彭山 和平一区", max_size=12)
    | st.text("abcyingtou 5", max_size=10)
)
def test_any_query_is_answered(query: str) -> None:
    found = DIVISIONS.search(query, limit=5)
    assert len(found) <= 5
    assert len({division.code for division in found}) == len(found)


def test_a_name_that_holds_a_mark_between_names_is_found():
    for name in ("鸿基花苑、金世纪新城社区", "鸿基花苑、金世纪", "丛台区 鸿基花苑、金世纪新城社区"):
        assert "130403009001" in [d.code for d in DIVISIONS.search(name)]


@given(st.integers(0, 2977), st.data())
def test_a_village_is_found_by_county_and_name(which: int, data: st.DataObject) -> None:
    county = COUNTIES[which]
    town = data.draw(st.sampled_from(DIVISIONS.children(county.code)))
    village = data.draw(st.sampled_from(DIVISIONS.children(town.code)))
    assert village.code in [d.code for d in DIVISIONS.search(village.name, limit=500, within=county.code)]
    assert village.code in [d.code for d in DIVISIONS.search(f"{county.name} {village.name}", limit=2000)]


def test_opening_reads_next_to_nothing_and_search_is_quick() -> None:
    started = time.perf_counter()
    divisions = Divisions.open(FILE)
    opened = time.perf_counter() - started
    divisions.search("热身")
    divisions.search("reshen")
    took = []
    for query in (
        "鹰头",
        "yt",
        "yingtou",
        "彭山 鹰头",
        "meishan yingtou",
        "和平",
        "x",
        "5114",
        "仁寿县鹰头村",
    ) * 4:
        started = time.perf_counter()
        divisions.search(query)
        took.append(time.perf_counter() - started)
    assert opened < 0.05  # measured 0.04 ms; slack for a busy machine
    assert sorted(took)[len(took) * 95 // 100] < 0.15  # measured 20 ms


def test_it_fits_and_carries_its_licence() -> None:
    assert FILE.stat().st_size < 16 * 1024 * 1024
    assert "LICENSE" in FILE.with_name("LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damaged", [b"", b"FQ", MAGIC, FILE.read_bytes()[:-1], b"x" + FILE.read_bytes()[1:], FILE.read_bytes() + b"x"],
    ids=["empty", "short", "magic only", "cut", "other", "longer"],
)  # fmt: skip
def test_a_damaged_file_is_refused_with_a_sentence(damaged: bytes, tmp_path: Path) -> None:
    path = tmp_path / "divisions.bin"
    path.write_bytes(damaged)
    with pytest.raises(DivisionFileError, match="请重新安装本程序。"):
        Divisions.open(path)


def test_a_small_country_can_be_built(tmp_path: Path) -> None:
    rows = {
        "provinces": ["code,name", '51,"四川省"'],
        "cities": ["code,name,provinceCode", '5114,"眉山市",51'],
        "areas": ["code,name,cityCode,provinceCode", '511421,"仁寿县",5114,51'],
        "streets": ["code,name,areaCode,provinceCode,cityCode", '511421125,"高家镇",511421,51,5114'],
        "villages": [
            "code,name,streetCode,provinceCode,cityCode,areaCode",
            '511421125001,"花园社区居民委员会",511421125,51,5114,511421',
            '511421125201,"鹰头村民委员会",511421125,51,5114,511421',
            '511421125202,"金河村村委会",511421125,51,5114,511421',
            '511421125203,"王府居民委员会",511421125,51,5114,511421',
            '511421125204,"一七（东）生活区",511421125,51,5114,511421',
        ],
    }
    (tmp_path / "dist").mkdir()
    for name, lines in rows.items():
        (tmp_path / "dist" / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "LICENSE").write_text("LICENSE")
    tool = Path(app.__file__).parent.parent / "tools" / "build_divisions.py"
    subprocess.run(
        [sys.executable, str(tool), str(tmp_path), str(tmp_path / "out")], check=True, capture_output=True
    )
    small = Divisions.open(tmp_path / "out" / "divisions.bin")
    assert [d.name for d in small.children("511421125")] == [
        "花园社区",
        "鹰头村",
        "金河村",
        "王府居委会",
        "一七（东）生活区",
    ]
    assert [d.code for d in small.search("一七（东")] == ["511421125204"]
    assert [d.code for d in small.search("hyshequ")] == []
    assert [d.code for d in small.search("hysq")] == ["511421125001"]


def test_packing_keeps_every_section() -> None:
    with pytest.raises(KeyError):
        packed({})
