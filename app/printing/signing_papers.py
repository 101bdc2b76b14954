"""What is printed for signature, for one user of a desk: frozen once, printed again as it was, compared, recognised."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app.models.attached_file import AttachedFile
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.documents import PAPERS
from app.models.mediation.printed import Mark, latest, marked_version
from app.printing.for_signature import SIGNED, content, differing, next_version, version_pdf
from app.printing.papers.common import Office
from app.printing.preview import page_count
from app.printing.scan_marks import marks_in
from app.store.attachments import Attachments
from app.store.reading import StoredRecord
from app.store.records import RecordStore
from app.typeset.sheet import PrintedPdf


class SigningPapers:
    """Freezes papers of mediation cases and knows them again."""

    def __init__(
        self,
        store: RecordStore,
        attachments: Attachments,
        office: Office,
        clock: Callable[[], datetime],
        user: str,
    ) -> None:
        self._store = store
        self._attachments = attachments
        self._office = office
        self._clock = clock
        self._user = user

    def current(self, record: StoredRecord, code: str) -> PrintedPdf | None:
        """The newest frozen version as it was printed, when the case still says the same; None otherwise.

        Raises MissingContent, StorageError.
        """
        before = latest(record.values, code) if code in SIGNED else None
        if before is None or not before["paper"]:
            return None
        if before["content"] != content(record.values, code, self._office):
            return None
        data = self._whole(before["paper"][0])
        return PrintedPdf(data, page_count(data), ())

    def freeze(self, record: StoredRecord, code: str) -> PrintedPdf:
        """The frozen version of what the case says now: the one there is, or a new one, saved before it is shown.

        Raises NotToFreeze, NothingToPrint, RefusedSave, Stale, StorageError, MissingContent.
        """
        if (same := self.current(record, code)) is not None:
            return same
        row = next_version(record.values, code, self._office, by=self._user, at=self._clock())
        pdf = version_pdf(record.values, row, self._office)
        paper = self._attachments.add(pdf.data, f"{PAPERS[code]}第{row['version']}版.pdf")
        printed = [*record.values["printed"], {**row, "paper": [paper]}]
        self._store.save(
            MEDIATION_CASE,
            {**record.values, "printed": printed},
            by=self._user,
            record_id=record.id,
            base=record.head,
        )
        return pdf

    def differing(self, record: StoredRecord) -> dict[str, list[str]]:
        """What each frozen paper would now say otherwise, in words, by document."""
        return differing(record.values, self._office)

    def marks(self, files: Sequence[AttachedFile]) -> list[Mark]:
        """The codes of frozen papers on scans.  Raises MissingContent, StorageError."""
        return [mark for file in files for mark in marks_in(self._whole(file), file.media_type)]

    def said_of(self, record: StoredRecord, mark: Mark) -> tuple[bool, str]:
        """Whether a paper with this mark is what the case has frozen, and in words how the case stands to it now."""
        row = marked_version(record.values, mark)
        if row is None:
            return False, (
                f"与保存的不符：{mark.number}没有内容是这样的第{mark.version}版{mark.title}。纸上的内容可能被改过。"
            )
        said = f"相符：是{mark.number}的{mark.title}第{mark.version}版，内容没有变动。"
        newest = latest(record.values, row["document"])
        if newest is not None and newest["version"] != mark.version:
            said += f"后来又定稿了第{newest['version']}版。"
        changed = self.differing(record).get(row["document"])
        return True, said + ("现在的记录与最新一版不同：" + "".join(changed) if changed else "")

    def _whole(self, file: AttachedFile) -> bytes:
        return b"".join(self._attachments.frames(file))
