"""Lines of Chinese text: 禁则, U+3000, even edges, nothing lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.typeset.fonts import FontBook
from app.typeset.lines import LINE_ENDS, NO_LINE_END, NO_LINE_START, Line, Style, Typesetter

BODY = Style("song", 14)
MEASURE = 10 * 14.0


def lines(text: str, *, first: float = 0.0, measure: float = MEASURE, justify: bool = True) -> list[Line]:
    return Typesetter(FontBook()).paragraph(text, BODY, measure, first=first, justify=justify)


def texts(text: str, **options: float) -> list[str]:
    return [line.text for line in lines(text, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("mark", list("，。、；：？！）》】〕」』”’…—%％℃·"))
@pytest.mark.parametrize("before", range(8, 12))
def test_no_line_begins_with_a_closing_mark(mark: str, before: int) -> None:
    found = texts("一" * before + mark + "二" * 15)
    assert not any(line[0] in NO_LINE_START for line in found)
    assert "".join(found) == "一" * before + mark + "二" * 15


@pytest.mark.parametrize("mark", list("（《【〔「『“‘"))
@pytest.mark.parametrize("before", range(8, 12))
def test_no_line_ends_with_an_opening_mark(mark: str, before: int) -> None:
    found = texts("一" * before + mark + "二" * 15)
    assert not any(line[-1] in NO_LINE_END for line in found)


def test_ideographic_spaces_are_kept() -> None:
    assert texts("\u3000\u3000张\u3000三") == ["\u3000\u3000张\u3000三"]
    assert texts("张\u3000" * 20)[0].startswith("张\u3000张\u3000")
    line = lines("张\u3000三")[0]
    assert line.offsets == (0.0, 14.0, 28.0)


def test_numbers_and_latin_words_are_not_divided() -> None:
    assert texts("补偿人民币合计3600.50元整") == ["补偿人民币合计", "3600.50元整"]
    assert texts("他的联系方式为electronic") == ["他的联系方式为", "electronic"]


def test_a_word_longer_than_a_line_is_divided_without_loss() -> None:
    found = texts("x" * 300)
    assert "".join(found) == "x" * 300
    assert len(found) > 5


def test_dashes_and_ellipses_stay_in_pairs() -> None:
    for before in range(6, 12):
        found = texts("一" * before + "——" + "二" * 12 + "……" + "三" * 12)
        assert not any((a[-1], b[0]) in {("—", "—"), ("…", "…")} for a, b in pairwise(found))


def test_full_lines_reach_the_edge_and_the_last_does_not() -> None:
    found = lines("甲方于2026年11月30日前，自行拆除越界部分的墙基，恢复原状并承担全部费用。" * 3)
    assert all(line.width == pytest.approx(MEASURE, abs=0.01) for line in found[:-1])
    assert found[-1].width < MEASURE


def test_a_closing_mark_may_hang_half_its_blank_at_the_edge() -> None:
    found = lines("一" * 10 + "。" + "二" * 5, measure=10.5 * 14)
    assert found[0].text == "一" * 10 + "。"
    assert found[0].width == pytest.approx(10.5 * 14)


def test_blank_halves_of_neighbouring_marks_meet() -> None:
    (line,) = lines("“《法》，”")
    assert line.width < 6 * 14
    assert lines("）（")[0].width == pytest.approx(1.5 * 14)


def test_the_first_line_gives_room_for_the_indent() -> None:
    assert [len(line) for line in texts("一" * 25, first=28.0)] == [8, 10, 7]


def test_line_ends_begin_new_lines_and_empty_text_is_one_line() -> None:
    assert texts("一\n二\r\n三\u2028四") == ["一", "二", "三", "四"]
    assert texts("") == [""]


def test_unseen_characters_never_stand_apart_from_what_they_follow() -> None:
    for before in range(7, 12):
        found = texts("一" * before + "\U000e0100" + "二" * 8)
        assert not any(line.startswith("\U000e0100") for line in found)


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.one_of(
            st.sampled_from("一二，。（）“”《》—…、 \u3000a1%·\u200d\u202e𠮷"),
            st.characters(blacklist_categories=("Cs",)),
        ),
        max_size=120,
    )
)
def test_no_text_is_lost_and_no_line_is_too_wide(text: str) -> None:
    found = lines(text)
    assert "".join(line.text for line in found) == LINE_ENDS.sub("", text)
    for line in found:
        ink = [glyph for glyph in line.glyphs if glyph.char.strip()]
        if len(ink) > 1 and line.glyphs[-1].char != " ":
            assert line.width <= MEASURE + 0.01
        assert list(line.offsets) == sorted(line.offsets)
