"""The whole dossier as one PDF: every paper in its order, attachments in place, pages numbered as the index says."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2

from app.models.attached_file import MEDIA, AttachedFile
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.documents import AGREEMENT, PAPERS
from app.models.mediation.dossier import Standing, checklist
from app.models.mediation.printed import latest
from app.printing.case_papers import case_pdfs, papers_of
from app.printing.paper import Paper, Words, paper_pdf
from app.printing.papers import binding
from app.printing.papers.common import Office, Values, rows
from app.printing.pdfium import PDFIUM
from app.printing.picture_page import picture_page
from app.printing.pictures import UnreadablePictureError
from app.printing.preview import UnreadablePdfError, page_count
from app.typeset.fonts import FontBook
from app.typeset.lines import Style, Typesetter
from app.typeset.page import MM
from app.typeset.sheet import PAGE_HEIGHT, PAGE_WIDTH, PrintedPdf, Sheet

FOLIO = Style("song", 12)
PDF = "application/pdf"
OWN = ("cover", "index", "back")
"""Papers that hold the dossier together; they carry no page number (archive practice)."""

Content = Callable[[AttachedFile], bytes]
"""The bytes of an attached file."""
Watch = Callable[[int, int], bool]
"""Is told how many papers and files are done and how many there are; answers whether to go on."""


class DossierStopped(Exception):
    """Somebody cancelled; nothing was made."""

    def __init__(self) -> None:
        super().__init__("已取消，没有生成卷宗。")


@dataclass(frozen=True)
class Part:
    """Papers that make one line of the index."""

    title: str
    pdfs: tuple[bytes, ...]
    remark: str = ""


@dataclass(frozen=True)
class Dossier:
    """The finished dossier and the lines of its index."""

    pdf: PrintedPdf
    entries: tuple[binding.Entry, ...]


def dossier_pdf(
    values: Values, office: Office, content: Content, watch: Watch = lambda done, all_: True
) -> Dossier:
    """Everything of a case in the order of 司发通〔2010〕239号.  Raises DossierStopped; what `content` raises.

    Pictures take a page each, PDFs keep their pages; what cannot be printed (recordings, documents of other
    programs) is named in the index as kept apart.
    """
    fonts = FontBook()
    parts = list(_parts(values, office, content, fonts, _Steps(values, watch)))
    entries, page = [], 1
    for part in parts:
        entries.append(binding.Entry(part.title, page, part.remark))
        page += sum(page_count(pdf) for pdf in part.pdfs)
    total = page - 1
    front = [
        paper_pdf(binding.cover(values, office), fonts=fonts),
        paper_pdf(binding.index(entries), fonts=fonts),
    ]
    end = paper_pdf(binding.back(total, office), fonts=fonts)
    body = [pdf for part in parts for pdf in part.pdfs]
    data, pages = _bound([front[0].data, front[1].data], body, [end.data], fonts)
    missing = tuple(dict.fromkeys(char for paper in (*front, end) for char in paper.missing))
    return Dossier(PrintedPdf(data, pages, missing), tuple(entries))


def joined(pdfs: Sequence[PrintedPdf]) -> PrintedPdf:
    """Several papers as one document."""
    if len(pdfs) == 1:
        return pdfs[0]
    data, pages = _bound([pdf.data for pdf in pdfs], [], [], None)
    return PrintedPdf(data, pages, tuple(dict.fromkeys(char for pdf in pdfs for char in pdf.missing)))


class _Steps:
    """How far the dossier is: every paper and every attached file is a step."""

    def __init__(self, values: Values, watch: Watch) -> None:
        case: Any = MEDIATION_CASE.build(values)
        there = [item.code for item in checklist(case) if item.standing is Standing.DONE]
        self.papers = [code for code in there if code not in OWN and code != "identity"]
        self._whole = len(self.papers) + sum(len(row.get("files") or ()) for row in rows(values, "evidence"))
        self._done = 0
        self._watch = watch

    def take(self) -> None:
        """One more is begun.  Raises DossierStopped."""
        if not self._watch(self._done, self._whole):
            raise DossierStopped
        self._done += 1


def _parts(
    values: Values, office: Office, content: Content, fonts: FontBook, steps: _Steps
) -> Iterator[Part]:
    for code in steps.papers:
        steps.take()
        if (signed := _as_signed(values, code, content, fonts)) is not None:
            yield signed
        elif code == AGREEMENT or papers_of(code, values, office):
            pdfs = tuple(pdf.data for pdf in case_pdfs(code, values, office, fonts))
            yield Part(PAPERS[code], pdfs)
        if code == "evidence":
            yield from _attached(values, content, fonts, steps)


def _as_signed(values: Values, code: str, content: Content, fonts: FontBook) -> Part | None:
    """The signed scan of a paper, else its frozen print; None where nothing was frozen."""
    printed = latest(values, code)
    if printed is None:
        return None
    files = printed.get("scans") or printed.get("paper") or ()
    pages = [page for page in (_printable(file, content, fonts) for file in files) if page is not None]
    return Part(PAPERS[code], tuple(pages), "签字扫描件" if printed.get("scans") else "") if pages else None


def _attached(values: Values, content: Content, fonts: FontBook, steps: _Steps) -> Iterator[Part]:
    for row in rows(values, "evidence"):
        printed, apart = [], []
        for file in row.get("files") or ():
            steps.take()
            page = _printable(file, content, fonts)
            if page is None:
                apart.append(file.name)
            else:
                printed.append(page)
        remark = f"另存：{'、'.join(apart)}" if apart else ""
        if printed or apart:
            yield Part(row.get("title") or "证据材料", tuple(printed) or (_kept_apart(apart, fonts),), remark)


def _printable(file: AttachedFile, content: Content, fonts: FontBook) -> bytes | None:
    """The file as a PDF; None for what cannot be printed, a broken picture or PDF included."""
    try:
        if MEDIA[file.media_type].is_picture:
            return picture_page(content(file), file.name, fonts)
        if file.media_type == PDF:
            data = content(file)
            page_count(data)
            return data
    except (UnreadablePdfError, UnreadablePictureError):
        return None
    return None


def _kept_apart(names: Iterable[str], fonts: FontBook) -> bytes:
    """A page in the place of what cannot be printed."""
    paper = Paper("证据材料", (Words("本项材料不能打印，另行保存：" + "、".join(names) + "。"),))
    return paper_pdf(paper, fonts=fonts).data


def _bound(
    front: Sequence[bytes], body: Sequence[bytes], end: Sequence[bytes], fonts: FontBook | None
) -> tuple[bytes, int]:
    """All documents in one, the pages of `body` numbered from 1 at their outer upper corner."""
    with PDFIUM:
        whole = pypdfium2.PdfDocument.new()
        _append(whole, front)
        first = len(whole)
        _append(whole, body)
        last = len(whole)
        _append(whole, end)
        if fonts is not None and last > first:
            _number(whole, first, last, _folios(last - first, fonts))
        out = BytesIO()
        whole.save(out)
        pages = len(whole)
        whole.close()
    return out.getvalue(), pages


def _append(whole: pypdfium2.PdfDocument, pdfs: Sequence[bytes]) -> None:
    for pdf in pdfs:
        source = pypdfium2.PdfDocument(pdf)
        whole.import_pages(source)
        source.close()


def _folios(count: int, fonts: FontBook) -> bytes:
    """Empty pages with nothing but their number, odd ones at the right, even ones at the left."""
    typesetter = Typesetter(fonts)
    sheet = Sheet("", typesetter)
    for number in range(1, count + 1):
        line = typesetter.line(str(number), FOLIO)
        x = PAGE_WIDTH - 15 * MM - line.width if number % 2 else 15 * MM
        sheet.show(line, x, PAGE_HEIGHT - 12 * MM)
        sheet.end_page()
    return sheet.finish().data


def _number(whole: pypdfium2.PdfDocument, first: int, last: int, folios: bytes) -> None:
    stamps = pypdfium2.PdfDocument(folios)
    for place in range(first, last):
        page = whole[place]
        left, _, _, top = page.get_mediabox()
        # A page of another size carries its number at its own corner.
        aside = page.get_width() - PAGE_WIDTH if (place - first) % 2 == 0 else 0.0
        stamp = stamps.page_as_xobject(place - first, whole).as_pageobject()
        stamp.transform(pypdfium2.PdfMatrix().translate(left + aside, top - PAGE_HEIGHT))
        page.insert_obj(stamp)
        page.gen_content()
        page.close()
    stamps.close()
