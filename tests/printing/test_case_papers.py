"""Every paper of the dossier: said in full, on paper whole, nobody signing an empty page."""

import pytest

from app.models.mediation.documents import AGREEMENT, PAPERS, NothingToPrint
from app.printing.case_papers import MAKERS, case_pdfs, papers_of
from app.printing.paper import Signing
from app.typeset.fonts import FontBook
from tests.printing.full_case import OFFICE, full_case
from tests.printing.reading import page_texts, text_of

FONTS = FontBook()
NASTY = "𠮷㛃䶮𬭩<b>&amp;“”（）\u3000ＡＢ—…"


def test_every_paper_has_a_maker():
    assert set(MAKERS) | {AGREEMENT} == set(PAPERS)


@pytest.mark.parametrize("code", MAKERS)
def test_a_paper_says_on_paper_what_it_says_in_words(code):
    values = full_case()
    for paper, pdf in zip(
        papers_of(code, values, OFFICE), case_pdfs(code, values, OFFICE, FONTS), strict=True
    ):
        assert pdf.missing == ()
        printed = text_of(pdf.data)
        for line in paper.lines():
            for part in line.replace("：", "｜").split("｜"):
                words = "".join(part.split())
                assert words in printed, (code, words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("application", ["人民调解申请书", "请求恢复排水沟原状", "现自愿申请"]),
        ("acceptance", ["受理登记表", "当事人申请", "邻里纠纷", "伍仟元整", "赵登记"]),
        ("notice", ["权利义务告知书", "不收取任何费用", "要求终止调解"]),
        ("attorney", ["授权委托书", "周代理", "代为收集、提供证据"]),
        ("referral", ["视高街道综治中心", "移交回执", "视高派出所", "双方已达成书面协议"]),
        ("investigation", ["孙邻居", "答：九月底"]),
        ("evidence", ["现场照片", "排水沟被填处"]),
        ("session", ["人民调解记录", "现场丈量", "赵记录"]),
        ("oral", ["口头协议登记表", "一、乙方于三日内"]),
        ("termination", ["终止书", "向人民法院起诉"]),
        ("performance", ["贰仟伍佰元整", "2026-12-10", "收条一张"]),
        ("visit", ["回访记录", "赔偿已付清", "非常满意"]),
        ("confirmation", ["司法确认申请书", "仁寿县人民法院", "没有恶意串通"]),
        ("police", ["参考文本", "不代替公安机关文书"]),
        ("closing", ["结案报告表", "达成书面协议"]),
        ("cover", ["调解卷宗", "〔2026〕鹰头人调字第001号"]),
        ("note", ["卷宗情况说明", "没有缺页"]),
    ],
)  # fmt: skip
def test_a_paper_carries_its_own_words(code, words):
    printed = "".join(text_of(pdf.data) for pdf in case_pdfs(code, full_case(), OFFICE, FONTS))
    assert [word for word in words if word not in printed] == []


@pytest.mark.parametrize("code", MAKERS)
def test_extremes_stay_on_the_page_and_nobody_signs_an_empty_one(code):
    values = full_case(facts="情" * 5000, claims="求" * 2000)
    values["parties"] = [
        {**values["parties"][place % 2], "name": f"{NASTY}{place}", "address": "址" * 190}
        for place in range(20)
    ]
    values["clauses"] = [{"content": f"第{number}项内容。" + "款" * 100} for number in range(60)]
    for paper, pdf in zip(
        papers_of(code, values, OFFICE), case_pdfs(code, values, OFFICE, FONTS), strict=True
    ):
        pages = page_texts(pdf.data)
        assert all(len(page) > 20 for page in pages)
        captions = [block.caption for block in paper.blocks if isinstance(block, Signing)]
        for page in pages[1:]:
            body = page.split("页", 1)[1] if "共" in page[:60] else page
            assert not any(body.startswith(caption) for caption in captions[:1])


@pytest.mark.parametrize("code", ["attorney", "session", "visit", "investigation", "referral", "police"])
def test_a_case_without_such_a_paper_says_so(code):
    values = full_case() | {
        "parties": [],
        "sessions": [],
        "follow_ups": [],
        "investigations": [],
        "referrals": [],
    }
    with pytest.raises(NothingToPrint, match="还没有可以打印的"):
        case_pdfs(code, values, OFFICE, FONTS)
