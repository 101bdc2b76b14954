"""The papers of a hand-over: written by whom, to whom, whole, with a receipt that stands for itself when torn off."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import case_from
from app.models.handover.papers import FEEDBACK, TRANSFER, NoFeedback, letter_paper_of
from app.models.mediation.committee import office_name
from app.printing.letter_papers import letter_paper, letter_pdf
from app.printing.papers.common import Office
from app.printing.papers.letters import feedbacks
from app.typeset.fonts import FontBook
from tests.printing.reading import page_texts, text_of
from tests.samples import handover

FONTS = FontBook()
RECORD = "0194d6f0-0000-7000-8000-000000000001"
ANSWERED = {
    "answer": "received",
    "answered_on": date(2026, 11, 19),
    "answered_by": "李调解",
    "case_number": "〔2026〕鹰头人调字第001号",
    "result": "settled",
    "fed_back_on": date(2026, 11, 30),
    "result_note": "双方已达成书面协议并当场履行。",
    "performance_status": "done",
    "risk_note": "汛期前再走访一次。",
}
CAME = {
    "direction": "in",
    "letter_number": "〔2026〕派移字第7号",
    "peer_name": "鹰头派出所",
    "peer_kind": "police",
}


def letter(**changes: Any) -> dict[str, Any]:
    values, problems = HANDOVER.clean(handover(sent_on=date(2026, 11, 18), **changes))
    assert not [problem for problem in problems if problem.severity.value == "error"]
    return values


def test_the_letter_goes_from_this_office_to_the_other_with_all_it_says() -> None:
    values = letter(claims="要求疏通排水沟。", harm="菜地被淹约半分")
    values["number"] = "〔2026〕鹰头移字第001号"
    paper = letter_paper(TRANSFER, values, RECORD, "鹰头村")
    pdf = letter_pdf(TRANSFER, values, RECORD, "鹰头村", draft=False, fonts=FONTS)
    printed = text_of(pdf.data)
    assert pdf.missing == ()
    assert paper.office == "鹰头村人民调解委员会"
    assert paper.lines()[3] == "鹰头人民调解委员会："
    for words in (
        *(
            "〔2026〕鹰头移字第001号",
            "张石头，13800138000，鹰头村3组12号",
            "买买提·吐尔逊",
            "非警务纠纷",
            "吴警官",
        ),
        *(
            "028-38000000",
            "菜地被淹约半分",
            "要求疏通排水沟。",
            "民警到场后劝开",
            "请于2026年12月18日前",
            "2026年11月18日",
        ),
    ):
        assert words in printed, words


def test_the_receipt_says_what_was_received_from_whom_and_stays_in_one_piece() -> None:
    long = letter(facts="情" * 700, **CAME, **ANSWERED)
    pages = page_texts(letter_pdf(TRANSFER, long, RECORD, "鹰头村", draft=False, fonts=FONTS).data)
    receipt = pages[-1].split("移交回执", 1)[1]
    for words in ("鹰头派出所：", "〔2026〕派移字第7号", "李调解", "2026年11月19日", "签收单位（印章）"):
        assert words in receipt


def test_feedback_goes_back_to_who_handed_the_matter_over() -> None:
    values = letter(**CAME, **ANSWERED)
    assert letter_paper_of(values) == FEEDBACK
    paper = letter_paper(FEEDBACK, values, RECORD, "鹰头村")
    lines = paper.lines()
    assert (paper.office, lines[2]) == ("鹰头村人民调解委员会", "鹰头派出所：")
    printed = text_of(letter_pdf(FEEDBACK, values, RECORD, "鹰头村", draft=False, fonts=FONTS).data)
    for words in (
        "〔2026〕鹰头人调字第001号",
        "调解成功",
        "已履行",
        "当场履行。",
        "汛期前再走访一次。",
        "2026年11月30日",
    ):
        assert words in printed, words


def test_letter_and_case_feed_back_on_the_same_paper() -> None:
    values = letter(**CAME, **ANSWERED)
    case = case_from(values, RECORD) | {
        "number": values["case_number"],
        "performance_status": values["performance_status"],
        "measures": values["risk_note"],
    }
    (of_case,) = feedbacks(case, Office("鹰头村人民调解委员会", "鹰头村"))
    assert of_case == letter_paper(FEEDBACK, values, RECORD, "鹰头村")


def test_without_a_result_there_is_no_feedback_to_print() -> None:
    values = letter(**CAME)
    assert letter_paper_of(values) == TRANSFER
    with pytest.raises(NoFeedback, match="还没有办理结果"):
        letter_paper(FEEDBACK, values, RECORD, "鹰头村")


def test_extremes_stay_on_the_page() -> None:
    values = letter(facts="情" * 5000, amount=Decimal("99999999.99"))
    values["parties"] = [
        {**values["parties"][place % 2], "name": f"𠮷㛃䶮<b>&amp;{place}", "address": "址" * 190}
        for place in range(50)
    ]
    pages = page_texts(letter_pdf(TRANSFER, values, RECORD, "鹰头村", draft=True, fonts=FONTS).data)
    printed = "".join(pages)
    assert all(len(page) > 20 for page in pages)
    assert all(f"&amp;{place}，" in printed for place in range(50))


@pytest.mark.parametrize(
    ("station", "writes_as"),
    [
        ("鹰头村", "鹰头村人民调解委员会"),
        ("中心社区", "中心社区人民调解委员会"),
        ("鹰头派出所", "鹰头派出所"),
        ("仁寿县人民法院", "仁寿县人民法院"),
        ("仁寿县信访局", "仁寿县信访局"),
        ("鹰头人民调解委员会", "鹰头人民调解委员会"),
    ],
)
def test_an_office_writes_under_its_own_name(station: str, writes_as: str) -> None:
    assert office_name(station) == writes_as
