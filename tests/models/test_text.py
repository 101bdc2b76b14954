"""Typed text is stored exactly or refused with a sentence; only the search copy is folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.text import OUTER, clean_text, search_fold, text_problems

KEPT = [
    "𠮷野家", "㛃", "买买提·吐尔逊", "买买提•吐尔逊", "买买提‧吐尔逊", "丁", "张　三", "a\u200db", "﨑", "⼈",
    "👨‍👩‍👧", "<b>张三", "</para>", '<img src="/etc/x.png"/>', '=HYPERLINK("http://x","点我")', "+86138", "-1", "@SUM(1)",
    "'; DROP TABLE--", "{0}", "%s", "${x}", "NULL", "None", "true", "\ue000",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_odd_but_honest_text_is_stored_exactly(text: str) -> None:
    assert clean_text(text) == text
    assert text_problems(text, max_length=100) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("张\0三", "第 2 个字是看不见的控制符（U+0000）"),
        ("张\x1b三", "控制符（U+001B）"),
        ("张\x85三", "控制符（U+0085）"),
        ("张\ud842", "第 2 个字只有半个字符（U+D842）"),
        ("调解书\u202egpj.exe", "第 4 个字是改变文字方向的隐藏符号（U+202E）"),
        ("\ufffe", "控制符（U+FFFE）"),
        ("\ufdd0", "控制符（U+FDD0）"),
        ("\U0010ffff", "控制符（U+10FFFF）"),
        ("a\u2028b", "控制符（U+2028）"),
        ("第一行\n第二行", "第 4 个字是换行或制表符"),
        ("名\t字", "第 2 个字是换行或制表符"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(text: str, words: str) -> None:
    (sentence,) = text_problems(text)
    assert words in sentence
    assert sentence.endswith("。")


def test_long_text_may_have_lines() -> None:
    assert text_problems("一\n\t二", lines=True) == ()
    assert clean_text("一\r\n二\r三\n") == "一\n二\n三"


def test_length_counts_code_points() -> None:
    assert text_problems("𠮷" * 80, max_length=80) == ()
    assert text_problems("𠮷" * 81, max_length=80) == ("最多 80 个字，现在有 81 个字，请删减后再保存。",)
    assert len(text_problems("张" * 10_000, max_length=80)) == 1


@pytest.mark.parametrize("text", ["", " ", "　　", "\u00a0\t\r\n", "\ufeff"])
def test_spaces_only_is_empty(text: str) -> None:
    assert clean_text(text) == ""


@given(st.text(st.characters()))
def test_cleaning_only_takes_from_the_ends(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned in text.replace("\r\n", "\n").replace("\r", "\n")
    assert not cleaned or (cleaned[0] not in OUTER and cleaned[-1] not in OUTER)


@given(st.text(st.characters()))
def test_accepted_text_survives_utf8(text: str) -> None:
    cleaned = clean_text(text)
    if not text_problems(cleaned, lines=True):
        assert cleaned.encode().decode() == cleaned
        assert "\0" not in cleaned


@pytest.mark.parametrize(
    "dotted",
    ["买买提•吐尔逊", "买买提‧吐尔逊", "买买提・吐尔逊", "买买提･吐尔逊", "买买提.吐尔逊", "买买提．吐尔逊"],
)
def test_middle_dots_are_one_in_search(dotted: str) -> None:
    assert search_fold(dotted) == search_fold("买买提·吐尔逊")


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("张　三", "张三"),
        ("张\u200d三", "张三"),
        ("ＡＢＣ１２３", "abc123"),
        ("⼈民", "人民"),
        ("3.5元", "3.5元"),
        ("Straße", "strasse"),
        ("葛\U000e0100城", "葛城"),
        (" a B ", "ab"),
        ("", ""),
    ],
)
def test_folding(typed: str, folded: str) -> None:
    assert search_fold(typed) == folded


@given(st.text(st.characters()))
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = search_fold(text)
    assert search_fold(folded) == folded
    assert not any(character.isspace() for character in folded)
