"""The dossier: complete, in order, its pages numbered as its index says, attachments in place."""

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
from PIL import Image

from app.models.attached_file import AttachedFile
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.dossier import Standing, archive_hindrances, checklist
from app.printing.dossier import DossierStopped, dossier_pdf
from tests.printing.full_case import OFFICE, full_case
from tests.printing.reading import page_texts


def scan(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1240, 1754), (shade, shade, 255)).save(out, "JPEG")
    return out.getvalue()


def two_pages() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(842, 1191)
    document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FILES = {
    "a" * 64: ("身份证.jpg", "image/jpeg", scan(200)),
    "b" * 64: ("现场.jpg", "image/jpeg", scan(120)),
    "c" * 64: ("图纸.pdf", "application/pdf", two_pages()),
    "d" * 64: ("录音.mp3", "audio/mpeg", b"ID3"),
    "e" * 64: ("坏.pdf", "application/pdf", b"%PDF-1.4 broken"),
}


def attached(*letters: str) -> list[AttachedFile]:
    return [
        AttachedFile(key, name, media, len(data))
        for key, (name, media, data) in FILES.items()
        if key[0] in letters
    ]


def content(file: AttachedFile) -> bytes:
    return FILES[file.sha256][2]


@pytest.fixture
def values():
    made = full_case()
    made["evidence"][0]["files"] = attached("a")
    made["evidence"][1]["files"] = attached("b", "c", "d", "e")
    return made


def test_pages_are_numbered_as_the_index_says(values):
    dossier = dossier_pdf(values, OFFICE, content)
    pages = page_texts(dossier.pdf.data)
    assert dossier.pdf.pages == len(pages)
    assert "调解卷宗" in pages[0]
    assert "卷内目录" in pages[1]
    titles = [entry.title for entry in dossier.entries]
    assert titles[:3] == ["人民调解申请书", "人民调解受理登记表", "当事人权利义务告知书"]
    assert titles.index("人民调解协议书") < titles.index("人民调解回访记录") < titles.index("卷宗情况说明")
    assert titles.index("现场照片") == titles.index("双方身份证复印件") + 1
    for entry in dossier.entries:
        assert f"{entry.title}" in pages[1]
        page = pages[1 + entry.page]
        assert page.endswith(str(entry.page)) or page.startswith(str(entry.page))
        heading = {"履行情况记录": "调解协议履行情况记录", "移交函和反馈函": "函", "证据材料清单": "证据材料清单",
                   "公安机关案件参考文本": "参考文本"}.get(entry.title, entry.title)  # fmt: skip
        if entry.title not in ("双方身份证复印件", "现场照片"):
            assert heading in page
    assert f"本卷共{len(pages) - 3}页" in pages[-1]


def test_what_cannot_be_printed_is_named_as_kept_apart(values):
    dossier = dossier_pdf(values, OFFICE, content)
    (photos,) = [entry for entry in dossier.entries if entry.title == "现场照片"]
    assert "录音.mp3" in photos.remark
    assert "坏.pdf" in photos.remark


def test_making_a_dossier_can_be_cancelled(values):
    told = []

    def watch(done: int, whole: int) -> bool:
        told.append((done, whole))
        return len(told) < 4

    with pytest.raises(DossierStopped):
        dossier_pdf(values, OFFICE, content, watch)
    assert told[0][0] == 0
    assert told[0][1] > 10


def test_the_checklist_says_what_is_missing_and_why():
    case = MEDIATION_CASE.build(full_case())
    assert [item.code for item in checklist(case) if item.standing is Standing.MISSING] == []
    assert archive_hindrances(case) == []
    bare = MEDIATION_CASE.build(
        full_case() | {"evidence": [], "follow_ups": [], "sessions": [], "notice_on": None}
    )
    missing = {item.code: item.path for item in checklist(bare) if item.standing is Standing.MISSING}
    assert missing == {
        "notice": "notice_on",
        "identity": "evidence",
        "session": "sessions",
        "visit": "follow_ups",
    }
    assert len(archive_hindrances(bare)) == 4
    explained = MEDIATION_CASE.build(
        full_case() | {"follow_ups": [], "dossier_note": "当事人外出，无法回访。"}
    )
    assert archive_hindrances(explained) == []


def test_what_was_frozen_and_signed_stands_in_the_place_of_the_agreement(values):
    frozen = {
        "document": "agreement",
        "version": 1,
        "printed_at": datetime(2026, 11, 5, 2, tzinfo=UTC),
        "printed_by": "李调解",
        "content": "人民调解协议书",
        "paper": attached("c"),
        "scans": None,
    }
    index = page_texts(dossier_pdf(values, OFFICE, content).pdf.data)
    for row, pages, remark in ((frozen, 2, ""), (frozen | {"scans": attached("a")}, 1, "签字扫描件")):
        dossier = dossier_pdf({**values, "printed": [row]}, OFFICE, content)
        titles = [entry.title for entry in dossier.entries]
        assert titles.count("人民调解协议书") == 1
        place = titles.index("人民调解协议书")
        entry, after = dossier.entries[place], dossier.entries[place + 1]
        assert after.page - entry.page == pages
        assert entry.remark == remark
        assert "当事人（甲方）" not in page_texts(dossier.pdf.data)[1 + entry.page]
    assert any("当事人（甲方）" in page for page in index)
