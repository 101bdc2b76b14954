"""The agreement read back: text as typed, fonts embedded, signatures together, nothing outside the frame."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pypdfium2.raw as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.printing.agreement import (
    EFFECT,
    NaturalParty,
    OrganisationParty,
    agreement_pdf,
    chinese_number,
    numbered,
)
from app.typeset.page import CONTRACT, MM
from app.typeset.sheet import PAGE_HEIGHT

NASTY_NAMES = [
    "𠮷野家",
    "㛃",
    "䶮",
    "𬭩",
    "𪚥𫝀𫠝𬺰𮯠",
    "买买提·吐尔逊",
    "买买提\u2022吐尔逊",
    "买买提\u2027吐尔逊",
    "丁",
    "古丽娜尔·阿卜杜热合曼·买买提吐尔逊·艾则孜·木沙",
    "张\u3000三",
    "张\u200d三",
    "张\u202e三四",
    "﨑",
    "⼈",
    "葛\U000e0100城",
    "\U0002f800",
    "<b>张三",
    "</para>",
    '<img src="/etc/x.png"/>',
    '=HYPERLINK("http://x","点我")',
    "'; DROP TABLE--",
    "{0} %s ${x}",
    "(a\\)b(",
    "NULL",
    "+86138",
    "👨张三",
    "\U00030000",
]
SIGNING = "当事人（签名、盖章或按指印）"


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_a_name_reads_back_as_typed(name, paper, read) -> None:  # type: ignore[no-untyped-def]
    parties = (NaturalParty("甲方", name, agent=name), NaturalParty("乙方", "张守成"))
    printed = agreement_pdf(paper(parties=parties, facts=f"甲方{name}与他人争执。", recorder=name))
    pages = [page.replace("\n", "") for page in read(printed.data).pages()]
    assert f"姓名{name}" in re.sub("(?<=姓名) ", "", pages[0])
    assert f"委托代理人{name}" in re.sub("(?<=代理人) ", "", pages[0])
    assert f"甲方{name}与他人争执。" in pages[0]
    assert name in pages[-1].split("记录人（签名）")[1]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
def test_another_reader_finds_the_same_names(paper, tmp_path) -> None:  # type: ignore[no-untyped-def]
    names = [name for name in NASTY_NAMES if not re.search("[\u3000\u202e\u200d]", name)]
    path = tmp_path / "agreement.pdf"
    path.write_bytes(agreement_pdf(replace(paper(), clauses=tuple(f"乙方{name}。" for name in names))).data)
    text = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout
    for name in names:
        assert f"乙方{name}。" in text.replace("\n", "")


def test_five_thousand_characters_of_facts_are_all_there(paper, read) -> None:  # type: ignore[no-untyped-def]
    facts = "".join(chr(0x4E00 + place * 4) for place in range(5000))
    printed = agreement_pdf(paper(facts=facts))
    body = [line for page in read(printed.data).pages() for line in page.split("\n")]
    text = "".join(line for line in body if not line.startswith(("— ", "人民调解协议书\u3000〔", "共 ")))
    assert facts in text
    assert printed.missing == ()


def test_what_has_no_glyph_is_boxed_and_listed(paper, read) -> None:  # type: ignore[no-untyped-def]
    printed = agreement_pdf(paper(facts="当事人ئ与👨、\x00、\ud800争执。"))
    assert printed.missing == ("ئ", "👨", "U+0000", "U+D800")
    boxes = [char for char in read(printed.data).chars(0) if char.text in ("ئ", "\ud83d", "\ufffd")]
    assert len(boxes) == 4
    assert all(char.right - char.left > 7 for char in boxes)


@pytest.mark.parametrize("clauses", [1, 7, 30])
@pytest.mark.parametrize("parties", range(1, 11))
def test_signatures_stand_together_under_text(parties, clauses, paper, read) -> None:  # type: ignore[no-untyped-def]
    printed = agreement_pdf(paper(parties, clauses))
    pages = read(printed.data).pages()
    assert len(pages) == printed.pages
    *before, last = pages
    assert not any(SIGNING in page for page in before)
    above, block = last.split(SIGNING)
    count = "两" if parties == 1 else chinese_number(parties + 1)
    copies = f"本协议一式{count}份，当事人、鹰头村人民调解委员会各持一份。"
    assert EFFECT in above.replace("\n", "")
    assert copies in "".join(pages).replace("\n", "")
    for part in [
        "人民调解员（签名）",
        "周明华",
        "陈素芳",
        "记录人（签名）",
        "刘洋",
        "（人民调解委员会印章）",
        "2026年11月23日",
    ]:
        assert part in block
    assert block.count("甲方") == 1
    assert sum(block.count(f"张守成{place}") for place in range(parties)) == len(
        [place for place in range(parties) if place % 4 != 2]
    )


@pytest.mark.parametrize(
    ("parties", "clauses", "length"), [(1, 1, 1), (2, 4, 600), (5, 30, 50), (10, 30, 5000)]
)
def test_nothing_leaves_the_frame(parties, clauses, length, paper, read) -> None:  # type: ignore[no-untyped-def]
    facts = ("甲方称：“该地块（0.35亩）归其所有”；乙方不认可，并出示《承包合同》等材料。" * 200)[:length]
    pdf = read(agreement_pdf(paper(parties, clauses, facts)).data)
    for page in range(len(pdf.pages())):
        for char in pdf.chars(page):
            assert char.left >= CONTRACT.left - 1
            assert char.right <= CONTRACT.right + 1
            assert char.top <= PAGE_HEIGHT - CONTRACT.top + 8 * MM
            assert char.bottom >= 10 * MM


@pytest.mark.parametrize(
    "change",
    [
        {"number": "〔2026〕" + "长" * 300 + "号"},
        {"committee": "会" * 300},
        {"performance": "x" * 500},
        {"clauses": ("字" * 3000,)},
        {"mediators": tuple(f"调解员{place}" for place in range(40))},
        {"parties": tuple(NaturalParty(f"乙方{place}", "名" * 30) for place in range(40))},
        {"parties": (NaturalParty("甲方", "名" * 10_000, agent="代" * 200),)},
        {"parties": (OrganisationParty("甲方" * 40, "某公司" * 90, address="路" * 900),)},
        {"recorder": "记" * 200, "mediators": ("调" * 200,)},
        {"parties": (NaturalParty("甲方", "张\n三\r\n四", address="一\u2028二"),)},
    ],
)
def test_values_far_too_long_stay_on_the_paper(change, paper, read) -> None:  # type: ignore[no-untyped-def]
    pdf = read(agreement_pdf(paper(**change)).data)
    for page in range(len(pdf.pages())):
        for char in pdf.chars(page):
            assert char.left >= CONTRACT.left - 1
            assert char.right <= CONTRACT.right + 1
            assert char.bottom >= 10 * MM


def test_every_font_is_an_embedded_subset(paper) -> None:  # type: ignore[no-untyped-def]
    data = agreement_pdf(paper(facts="𠮷﨑\U0002f800与甲方争执。"), draft=True).data
    bases = re.findall(rb"/BaseFont /(\S+)", data)
    assert bases
    assert all(re.fullmatch(rb"[A-Z]{6}\+[a-z-]+", base) for base in bases)
    assert b"Helvetica" not in data
    assert data.count(b"/FontFile2") == data.count(b"/Type0")


def test_user_text_puts_no_action_link_or_picture_in_the_file(paper, read) -> None:  # type: ignore[no-untyped-def]
    evil = '<a href="javascript:alert(1)">x</a><img src="file:///etc/passwd"/> (/URI (http://x)) Tj'
    printed = agreement_pdf(paper(facts=evil, number=evil))
    for word in (b"/URI", b"/Annot", b"/JavaScript", b"/Subtype /Image", b"/Launch", b"/AA"):
        assert word not in printed.data
    page = read(printed.data).document[0]
    kinds = {item.type for item in page.get_objects()}
    assert kinds <= {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH}


def test_the_same_paper_gives_the_same_bytes_without_a_date(paper) -> None:  # type: ignore[no-untyped-def]
    first = agreement_pdf(paper())
    assert first == agreement_pdf(paper())
    assert b"CreationDate" not in first.data


def test_a_draft_says_so_on_every_page(paper, read) -> None:  # type: ignore[no-untyped-def]
    pages = read(agreement_pdf(paper(4, 10), draft=True).data).pages()
    assert len(pages) > 1
    assert all("草" in page and "稿" in page for page in pages)
    assert not any("稿" in page for page in read(agreement_pdf(paper(4, 10)).data).pages())


def test_pages_are_numbered_and_say_how_many_there_are(paper, read) -> None:  # type: ignore[no-untyped-def]
    pages = read(agreement_pdf(paper(3, 12)).data).pages()
    for number, page in enumerate(pages, start=1):
        assert f"— {number} —" in page
        assert (f"共 {len(pages)} 页" in page) == (number > 1)


def test_a_paper_without_a_day_leaves_the_date_to_be_written(paper, read) -> None:  # type: ignore[no-untyped-def]
    assert "年\u3000\u3000月\u3000\u3000日" in read(agreement_pdf(paper(day=None)).data).pages()[-1]
    assert "2027年2月3日" in read(agreement_pdf(paper(day=date(2027, 2, 3))).data).pages()[-1]


def test_clauses_are_numbered_unless_they_bring_numbers() -> None:
    assert numbered(["付款。", "道歉。"]) == ["一、付款。", "二、道歉。"]
    assert numbered(["1. 付款。", "2. 道歉。"]) == ["1. 付款。", "2. 道歉。"]
    assert numbered(["第一条 付款。", "道歉。"]) == ["一、第一条 付款。", "二、道歉。"]
    assert numbered(["3600元由甲方支付。", "1.5亩地归乙方。"]) == [
        "一、3600元由甲方支付。",
        "二、1.5亩地归乙方。",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九"), (120, "120")],
)
def test_chinese_numbers(number, text) -> None:  # type: ignore[no-untyped-def]
    assert chinese_number(number) == text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=60), min_size=6, max_size=6))
def test_any_text_at_all_prints_inside_the_frame(paper, read, texts) -> None:  # type: ignore[no-untyped-def]
    number, committee, name, facts, clause, recorder = texts
    parties = (NaturalParty("甲方", name, occupation=facts), OrganisationParty("乙方", clause, address=name))
    changes = {"number": number, "committee": committee, "recorder": recorder, "performance": name}
    printed = agreement_pdf(paper(parties=parties, clauses=(clause,), facts=facts, **changes))
    pdf = read(printed.data)
    assert len(pdf.pages()) == printed.pages
    for page in range(printed.pages):
        assert all(
            CONTRACT.left - 8 <= char.left and char.right <= CONTRACT.right + 8 for char in pdf.chars(page)
        )
