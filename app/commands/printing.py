"""Printing a document of a case for an open desk, noted in the audit."""

from io import BytesIO
from pathlib import Path

from app.commands.desk import Desk
from app.models.file_type import media_of
from app.models.handover.handover import HANDOVER
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.committee import committee_name
from app.models.mediation.printed import read_mark
from app.printing.case_print import print_case
from app.printing.dossier import Watch
from app.printing.letter_papers import letter_pdf
from app.printing.papers.common import Office
from app.printing.scan_marks import marks_in
from app.printing.signing_papers import SigningPapers
from app.store.reading import StoredRecord
from app.typeset.sheet import PrintedPdf


def print_document_of(
    desk: Desk,
    record: StoredRecord,
    code: str,
    *,
    draft: bool,
    watch: Watch = lambda done, all_: True,
) -> PrintedPdf:
    """The document `code` of a case.  Raises NotAllowed, as `print_case`, and what reading an attached file raises."""
    desk.access.require_record("print", MEDIATION_CASE, record.id)
    printed = print_case(
        code,
        record.values,
        _office(desk),
        lambda file: b"".join(desk.attachments.frames(file)),
        draft=draft,
        watch=watch,
    )
    desk.access.note("print", f"mediation_case/{record.id}", code)
    return printed


def print_letter_of(desk: Desk, record: StoredRecord, code: str) -> PrintedPdf:
    """The paper `code` of a hand-over, 草稿 while it is not sent or void.  Raises NotAllowed, as `letter_pdf`."""
    desk.access.require_record("print", HANDOVER, record.id)
    draft = record.void_reason is not None or not record.values.get("sent_on")
    printed = letter_pdf(code, record.values, record.id, desk.station.name, draft=draft)
    desk.access.note("print", f"{HANDOVER.code}/{record.id}", code)
    return printed


def signing_papers_of(desk: Desk) -> SigningPapers:
    """What is printed for signature at this desk."""
    return SigningPapers(desk.store, desk.attachments, _office(desk), desk.clock, desk.user)


def frozen_document_of(desk: Desk, record: StoredRecord, code: str) -> PrintedPdf:
    """The paper as it is printed for signature.  Raises NotAllowed, as SigningPapers.freeze."""
    desk.access.require_record("print", MEDIATION_CASE, record.id)
    pdf = signing_papers_of(desk).freeze(record, code)
    desk.access.note("print", f"{MEDIATION_CASE.code}/{record.id}", f"{code} for signature")
    return pdf


def said_of_paper(desk: Desk, paper: str) -> tuple[bool, str]:
    """Whether a printed paper is what this desk froze; `paper`: the text of its code, or a scan's file name."""
    mark, path = read_mark(paper), Path(paper)
    if mark is None and path.is_file():
        content = path.read_bytes()
        mark = next(iter(marks_in(content, media_of(BytesIO(content)).media_type)), None)
    if mark is None:
        return False, "读不出定稿文书的二维码，请核对文字，或换一份清楚的扫描件（PDF、图片）。"
    case = desk.reader.by_number(MEDIATION_CASE, mark.number)
    if case is None:
        return False, f"没有编号为“{mark.number}”的案件，请核对。"
    return signing_papers_of(desk).said_of(case, mark)


def _office(desk: Desk) -> Office:
    return Office(committee_name(desk.station.name), desk.station.name)
