"""A stick brought to the district: every push on it goes through the ordinary intake, every answer back onto it.

Nothing a station wrote is changed or removed; taking a stick twice changes nothing the second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from app.district.enrolment import Device
from app.district.log import page_for
from app.district.stick_push import NOT_COUNTED, Applying, KeepPiece
from app.district.tables import station
from app.district.web import Services
from app.models.changes import Page
from app.safe_file import writing_safely
from app.sync.ferry import (
    AnswerHead,
    EntryKind,
    PushHead,
    entries,
    push_head_of,
    put_entry,
    put_head,
    seal_key_of,
)
from app.sync.protocol import Refusal
from app.sync.pull_page import encode_page
from app.sync.sealed_file import FerryError, Kind, Sealing, header_of, opened
from app.sync.stick import ACK, PULL, PUSH, Watch, Writing, disk_sentence, fault_sentence, files_on


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: revisions new to the district, and the sentence that says so."""

    file: str
    sentence: str
    is_fault: bool = False
    station: str = ""
    device: str = ""
    rows: int = 0
    pieces: int = 0


class StickIntake:
    """Takes sticks; `keep` stores attachments, without it they stay on the stick and in their station."""

    def __init__(
        self, services: Services, keep: KeepPiece | None = None, writing: Writing = writing_safely
    ) -> None:
        self._services = services
        self._keep = keep
        self._writing = writing

    def take(self, folder: Path, watch: Watch = lambda done, of: True) -> list[Taken]:
        """Every push right in `folder`, each by itself; one that is no good does not stop the others.

        Writes `NAME.ack` and `NAME.pull` beside each once all are taken, so that the PCs of a station on one stick
        hear of each other.  Raises OSError when the folder cannot be read.
        """
        files = files_on(folder, [PUSH])
        applied: dict[Path, Taken | Applying] = {}
        for number, path in enumerate(files):
            if not watch(number, len(files)):
                break
            applied[path] = self._apply(path)
        return [one if isinstance(one, Taken) else self._answered(path, one) for path, one in applied.items()]

    def _apply(self, path: Path) -> Taken | Applying:
        try:
            with open(path, "rb") as source:
                return self._read(source)
        except FerryError as fault:
            return Taken(path.name, fault_sentence(fault, path), is_fault=True)
        except OSError as failure:
            return Taken(path.name, disk_sentence(failure, f"“{path.name}”没有读完"), is_fault=True)

    def _read(self, source: BinaryIO) -> Applying:
        identity = self._services.identity
        header = header_of(source)
        if header.kind is not Kind.PUSH:
            raise FerryError("wrong_kind")
        if header.recipient != identity.server:
            raise FerryError("other_district")
        known = self._services.enrolments.find(header.sender)
        if known is None or not known.public_key:
            raise FerryError("unknown_device")
        read = entries(opened(source, header, signer=known.public_key, key=identity.sealing_key))
        head = push_head_of(read)
        if head.device != known.device or head.epoch >= 1 << 31:
            raise FerryError("wrong_form")
        applying = Applying(self._services, known, head, self._keep)
        applying.apply(read)
        return applying

    def _answered(self, path: Path, done: Applying) -> Taken:
        answer, head = done.answer(), done.head
        try:
            self._write(path.with_suffix(ACK), Kind.ACK, head, answer, iter(()))
            if answer.refused not in NOT_COUNTED:
                self._services.policies.hand_on(done.device.station)
                self._services.letters.hand_on(done.device.station)
                start_over, pages = self._pages(done.device, head.cursor)
                self._write(
                    path.with_suffix(PULL), Kind.PULL, head, replace(answer, start_over=start_over), pages
                )
        except OSError as failure:
            kept = "内容已收下，但回执没有写上"
            sentence = f"“{path.name}”：{disk_sentence(failure, kept)}再取一次不会重复入账。"
            return self._told(path, done, sentence, is_fault=True)
        return self._told(path, done, f"“{path.name}”：{done.words()}。", is_fault=bool(answer.refused))

    def _told(self, path: Path, done: Applying, sentence: str, *, is_fault: bool) -> Taken:
        named = select(station.c.name).where(station.c.station == done.device.station)
        with self._services.database.read() as connection:
            name = connection.execute(named).scalar() or ""
        return Taken(
            path.name,
            f"{name or done.device.station} {sentence}",
            is_fault,
            done.device.station,
            done.device.device,
            done.rows,
            done.pieces,
        )

    def _pages(self, device: Device, cursor: str) -> tuple[bool, Iterator[Page]]:
        """Whether the log is read from its start, and its pages to the end."""
        start_over = False
        try:
            first = self._page(device, cursor)
        except Refusal:
            start_over, cursor = True, ""
            first = self._page(device, cursor)

        def pages() -> Iterator[Page]:
            page = first
            yield page
            while page.more:
                page = self._page(device, page.cursor)
                yield page

        return start_over, pages()

    def _page(self, device: Device, cursor: str) -> Page:
        return page_for(self._services.database, device, self._services.identity.epoch, cursor)

    def _write(
        self, path: Path, kind: Kind, head: PushHead, answer: AnswerHead, pages: Iterator[Page]
    ) -> None:
        identity = self._services.identity
        with self._writing(path) as out:
            sealing = Sealing(
                out,
                kind,
                sender=identity.server,
                key=identity.signing_key,
                to=head.device,
                to_key=seal_key_of(head),
            )
            put_head(sealing, answer)
            for page in pages:
                put_entry(sealing, EntryKind.PAGE, encode_page(page))
            sealing.close()
