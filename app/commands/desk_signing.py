"""Printing for signature as the window asks for it; the typesetter loads with the first paper, not with the window."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from app.commands.desk import Desk
from app.models.attached_file import AttachedFile
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.printed import Mark
from app.store.reading import StoredRecord

if TYPE_CHECKING:
    from app.printing.signing_papers import SigningPapers
    from app.typeset.sheet import PrintedPdf


class DeskSigning:
    """SigningPapers of a desk, made when first asked, with what is printed noted in the audit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def _papers(self) -> "SigningPapers":
        from app.commands.printing import signing_papers_of  # noqa: PLC0415  # see above

        return signing_papers_of(self._desk)

    def current(self, record: StoredRecord, code: str) -> "PrintedPdf | None":
        """As SigningPapers.current."""
        pdf = self._papers.current(record, code)
        if pdf is not None:
            self._desk.access.require_record("print", MEDIATION_CASE, record.id)
            self._desk.access.note("print", f"{MEDIATION_CASE.code}/{record.id}", f"{code} frozen")
        return pdf

    def freeze(self, record: StoredRecord, code: str) -> "PrintedPdf":
        """As SigningPapers.freeze."""
        from app.commands.printing import frozen_document_of  # noqa: PLC0415  # see above

        return frozen_document_of(self._desk, record, code)

    def differing(self, record: StoredRecord) -> dict[str, list[str]]:
        """As SigningPapers.differing; nothing is loaded for a case that has nothing frozen."""
        return self._papers.differing(record) if record.values.get("printed") else {}

    def marks(self, files: Sequence[AttachedFile]) -> list[Mark]:
        """As SigningPapers.marks."""
        return self._papers.marks(files)
