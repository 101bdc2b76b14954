"""Printing a document of a case for an open desk, noted in the audit."""

from app.commands.desk import Desk
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.committee import committee_name
from app.printing.case_print import print_case
from app.printing.papers.common import Office
from app.store.reading import StoredRecord
from app.typeset.sheet import PrintedPdf


def print_document_of(desk: Desk, record: StoredRecord, code: str, *, draft: bool) -> PrintedPdf:
    """The document `code` of a case.  Raises NotAllowed, as `print_case`, and what reading an attached file raises."""
    desk.access.require_record("print", MEDIATION_CASE, record.id)
    office = Office(committee_name(desk.station.name), desk.station.name)
    printed = print_case(
        code,
        record.values,
        office,
        lambda file: b"".join(desk.attachments.frames(file)),
        draft=draft,
    )
    desk.access.note("print", f"mediation_case/{record.id}", code)
    return printed
