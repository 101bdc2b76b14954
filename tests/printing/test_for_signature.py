"""What is printed for signature is fixed: its code is read back, it prints again the same, differences are said."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.documents import NotToFreeze
from app.models.mediation.printed import Mark, check_of, differences, read_mark
from app.printing.case_print import print_case
from app.printing.scan_marks import marks_in
from app.printing.signing_papers import SigningPapers
from app.store.refused_saves import Invalid
from tests.printing.full_case import OFFICE, full_case
from tests.printing.reading import text_of
from tests.samples import mediation_case

BY = "李调解"


@pytest.fixture
def papers(desk):
    return SigningPapers(desk.store, desk.attachments, OFFICE, desk.clock, BY)


@pytest.fixture
def stored(desk):
    def store(values=None):
        record_id = str(uuid7())
        desk.store.save(MEDIATION_CASE, values or mediation_case(), by=BY, record_id=record_id)
        return record_id

    return store


@pytest.fixture
def loaded(desk):
    return lambda record_id: desk.reader.load(MEDIATION_CASE, record_id)


def edited(desk, record, **changes):
    desk.store.save(MEDIATION_CASE, record.values | changes, by=BY, record_id=record.id, base=record.head)


def photographed(pdf: bytes, page: int = 0, turned: float = 0.0) -> bytes:
    """A page as a scanner at 200 dots to the inch gives it, a little askew."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=200 / 72).to_pil().convert("L")
    out = io.BytesIO()
    picture.rotate(turned, fillcolor=255, resample=Image.Resampling.BICUBIC).save(out, "JPEG", quality=70)
    return out.getvalue()


def test_every_page_carries_a_code_that_names_number_version_and_content(desk, papers, stored, loaded):
    record_id = stored(mediation_case(facts="因排水沟发生争执。" * 120))
    pdf = papers.freeze(loaded(record_id), "agreement")
    assert pdf.pages >= 2
    record = loaded(record_id)
    (row,) = record.values["printed"]
    mark = Mark("人民调解协议书", record.values["number"], 1, check_of(row["content"]))
    assert marks_in(pdf.data, "application/pdf") == [mark]
    for page in range(pdf.pages):
        assert marks_in(photographed(pdf.data, page, turned=1.5), "image/jpeg") == [mark]
    assert read_mark(str(mark)) == mark
    assert papers.said_of(record, mark)[0]


def test_what_was_frozen_is_printed_again_byte_for_byte_while_the_case_says_the_same(
    desk, papers, stored, loaded
):
    record_id = stored()
    first = papers.freeze(loaded(record_id), "agreement")
    again = papers.current(loaded(record_id), "agreement")
    assert again is not None
    assert again.data == first.data
    assert papers.freeze(loaded(record_id), "agreement").data == first.data
    assert len(loaded(record_id).values["printed"]) == 1


def test_a_later_difference_is_said_in_words_and_freezing_again_makes_the_next_version(
    desk, papers, stored, loaded
):
    record_id = stored()
    papers.freeze(loaded(record_id), "agreement")
    record = loaded(record_id)
    number = record.values["number"]
    clauses = [
        {**record.values["clauses"][0], "content": "甲方付给乙方 6000 元。"},
        *record.values["clauses"][1:],
    ]
    edited(desk, record, clauses=clauses)
    record = loaded(record_id)
    (sentence,) = papers.differing(record)["agreement"]
    assert "改成了" in sentence
    assert "6000" in sentence
    assert papers.current(record, "agreement") is None
    papers.freeze(record, "agreement")
    record = loaded(record_id)
    assert [row["version"] for row in record.values["printed"]] == [1, 2]
    assert papers.differing(record) == {}
    old = Mark("人民调解协议书", number, 1, check_of(record.values["printed"][0]["content"]))
    fits, said = papers.said_of(record, old)
    assert fits
    assert "后来又定稿了第2版" in said


def test_a_paper_whose_content_was_never_frozen_is_not_believed(papers, stored, loaded):
    record_id = stored()
    papers.freeze(loaded(record_id), "agreement")
    record = loaded(record_id)
    true = Mark(
        "人民调解协议书", record.values["number"], 1, check_of(record.values["printed"][0]["content"])
    )
    for forged in (replace(true, check="0" * 24), replace(true, version=2), replace(true, number="别的")):
        fits, said = papers.said_of(record, forged)
        assert not fits
        assert "不符" in said


def test_a_reprint_that_differs_says_so_at_its_end(desk, papers, stored, loaded):
    record_id = stored()
    papers.freeze(loaded(record_id), "agreement")
    edited(desk, loaded(record_id), performance_place="村委会")
    record = loaded(record_id)
    text = text_of(print_case("agreement", record.values, OFFICE, lambda _: b"").data)
    assert "本件不是签字文本，与第1版" in text
    assert "村委会" in text.split("本件不是签字文本")[1]


def test_a_frozen_version_can_neither_be_changed_nor_dropped_and_scans_only_added(
    desk, papers, stored, loaded
):
    record_id = stored()
    papers.freeze(loaded(record_id), "agreement")
    scan = desk.attachments.add(
        photographed(b"".join(desk.attachments.frames(loaded(record_id).values["printed"][0]["paper"][0]))),
        "签字.jpg",
    )
    record = loaded(record_id)
    (row,) = record.values["printed"]
    for printed in ([], [{**row, "content": "别的"}], [{**row, "version": 2}], [{**row, "paper": None}]):
        with pytest.raises(Invalid, match="不能修改或删除"):
            edited(desk, record, printed=printed)
    edited(desk, record, printed=[{**row, "scans": [scan]}])
    record = loaded(record_id)
    assert record.values["printed"][0]["scans"] == [scan]
    with pytest.raises(Invalid, match="不能修改或删除"):
        edited(desk, record, printed=[{**row, "scans": None}])


def test_an_agreement_that_lacks_something_is_not_frozen(papers, stored, loaded):
    record_id = stored(
        mediation_case(result=None, result_on=None, clauses=[], agreed_on=None, performance_due=None)
    )
    with pytest.raises(NotToFreeze, match="不能定稿"):
        papers.freeze(loaded(record_id), "agreement")
    assert loaded(record_id).values["printed"] == []


@pytest.mark.parametrize("code", ["application", "confirmation"])
def test_other_signed_papers_are_frozen_too(desk, papers, stored, loaded, code):
    record_id = stored(full_case() | {"archived_on": None, "filed_by": None, "archive_notes": []})
    pdf = papers.freeze(loaded(record_id), code)
    (mark,) = marks_in(pdf.data, "application/pdf")
    assert papers.said_of(loaded(record_id), mark)[0]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("一\n二\n三", "一\n二\n三", []),
        ("一\n二", "一\n二\n三", ["多了“三”。"]),
        ("一\n二\n三", "一\n三", ["少了“二”。"]),
        ("赔偿5000元", "赔偿6000元", ["“赔偿5000元”改成了“赔偿6000元”。"]),
        ("甲" * 30 + "乙", "甲" * 30, ["“" + "甲" * 8 + "乙”改成了“" + "甲" * 8 + "”。"]),
    ],
)
def test_differences_in_words(before, after, said):
    assert differences(before, after) == said


def test_a_paper_nobody_signs_is_not_frozen(papers, stored, loaded):
    with pytest.raises(NotToFreeze, match="不需要定稿"):
        papers.freeze(loaded(stored()), "cover")


def test_a_picture_that_is_no_scan_of_ours_has_no_mark():
    out = io.BytesIO()
    Image.new("L", (800, 1100), 255).save(out, "PNG")
    assert marks_in(out.getvalue(), "image/png") == []
    assert marks_in(b"%PDF-1.4 broken", "application/pdf") == []
    assert marks_in(b"broken", "image/jpeg") == []
