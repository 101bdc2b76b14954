"""A stick brought to the district: every push on it goes through the ordinary intake, every answer back onto it.

Nothing a station wrote is changed or removed; taking a stick twice changes nothing the second time.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from app.district.blobs import Blobs
from app.district.enrolment import Device
from app.district.hello import SCHEMA_MIN, hello_to
from app.district.intake import Sender
from app.district.log import page_for
from app.district.repeats import digest_of
from app.district.tables import station
from app.district.web import Services
from app.models.changes import Page
from app.safe_file import writing_safely
from app.sync.batch import decode_batch
from app.sync.ferry import (
    AnswerHead,
    EntryKind,
    Piece,
    PushHead,
    entries,
    piece_of,
    push_head_of,
    put_entry,
    put_head,
    seal_key_of,
)
from app.sync.protocol import PROTO, ProtocolError, Receipt, Refusal, Verdict
from app.sync.pull_page import encode_page
from app.sync.sealed_file import FerryError, Kind, Sealing, header_of, opened
from app.sync.stick import ACK, PULL, PUSH, Watch, Writing, disk_sentence, fault_sentence, files_on

KeepPiece = Callable[[Device, Piece], bool]
"""Stores a part of an attached content of a station; answers whether the content is there whole and checked now.

Raises Refusal for one it does not take, ProtocolError for a piece that fits no content.
"""


def kept_in(blobs: Blobs) -> KeepPiece:
    """Pieces go where those of the line go, and are checked there."""
    return lambda asking, piece: (
        blobs.take(asking.station, piece.sha256, piece.offset, piece.size, piece.content).complete
    )


NOT_COUNTED = frozenset({"revoked", "unknown_epoch"})
REFUSED = {
    "revoked": "这台电脑已停用，没有收下；回执里写明了",
    "unknown_epoch": "这份文件是那台电脑恢复备份以前的，没有收下；请让它重新导出",
    "other_content": "同一序号在区里已有不同内容，可能有电脑是复制出来的，没有收下；请核对这个站的电脑",
    "gap": "中间缺一段，没有收下；回执里写明从哪里补，请让它导入回执后重新导出",
    "too_old": "那台电脑的程序太旧，没有收下；请先升级",
}


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
        applied: dict[Path, Taken | _Applying] = {}
        for number, path in enumerate(files):
            if not watch(number, len(files)):
                break
            applied[path] = self._apply(path)
        return [one if isinstance(one, Taken) else self._answered(path, one) for path, one in applied.items()]

    def _apply(self, path: Path) -> "Taken | _Applying":
        try:
            with open(path, "rb") as source:
                return self._read(source)
        except FerryError as fault:
            return Taken(path.name, fault_sentence(fault, path), is_fault=True)
        except OSError as failure:
            return Taken(path.name, disk_sentence(failure, f"“{path.name}”没有读完"), is_fault=True)

    def _read(self, source: BinaryIO) -> "_Applying":
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
        applying = _Applying(self._services, known, head, self._keep)
        applying.apply(read)
        return applying

    def _answered(self, path: Path, done: "_Applying") -> Taken:
        answer, head = done.answer(), done.head
        try:
            self._write(path.with_suffix(ACK), Kind.ACK, head, answer, iter(()))
            if answer.refused not in NOT_COUNTED:
                start_over, pages = self._pages(done.device, head.cursor)
                self._write(
                    path.with_suffix(PULL), Kind.PULL, head, replace(answer, start_over=start_over), pages
                )
        except OSError as failure:
            kept = "内容已收下，但回执没有写上"
            sentence = f"“{path.name}”：{disk_sentence(failure, kept)}再取一次不会重复入账。"
            return self._told(path, done, sentence, is_fault=True)
        return self._told(path, done, f"“{path.name}”：{done.words()}。", is_fault=bool(answer.refused))

    def _told(self, path: Path, done: "_Applying", sentence: str, *, is_fault: bool) -> Taken:
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


class _Applying:
    """One push before the intake: what was taken of it, and why the rest was not."""

    def __init__(self, services: Services, device: Device, head: PushHead, keep: KeepPiece | None) -> None:
        self.device = device
        self.rows = self.pieces = self.not_kept = 0
        self._services = services
        self.head = head
        self._keep = keep
        self._refusal: Refusal | ProtocolError | None = None
        self._verdicts: dict[int, Verdict] = {}
        self._last = (0, "")
        self._whole: set[str] = set()

    def apply(self, read: Iterator[tuple[int, bytes]]) -> None:
        """Go through the entries; a batch that is refused ends it, as the next would not follow on.

        Raises FerryError, OSError.
        """
        try:
            self._enter_life()
            for kind, body in read:
                if kind == EntryKind.BATCH:
                    self._push(body)
                elif kind == EntryKind.BLOB:
                    self._take_piece(piece_of(body))
        except (Refusal, ProtocolError) as refusal:
            self._refusal = refusal

    def answer(self) -> AnswerHead:
        """What the station is told, as the district stands now."""
        services, head, refusal = self._services, self.head, self._refusal
        refused = "" if refusal is None else refusal.code
        receipt, proved = Receipt(0), (0, "")
        try:
            self._refresh()
        except Refusal as revoked:
            refused = revoked.code
        if refused not in NOT_COUNTED:
            hello = hello_to(
                services.database, services.identity, self.device, head.acked_seq, services.clock()
            )
            told = {verdict.seq: verdict for verdict in hello.receipt.verdicts} | self._verdicts
            receipt = replace(hello.receipt, verdicts=tuple(told[seq] for seq in sorted(told)))
            # Where a restored PC sent again what is here under another seq, only its own push names the line.
            proved = (receipt.acked_seq, hello.acked_sha256) if hello.acked_sha256 else self._last
        is_line = isinstance(refusal, ProtocolError)
        return AnswerHead(
            device=head.device,
            epoch=head.epoch,
            number=head.number,
            told_acked=head.acked_seq,
            cursor=head.cursor,
            receipt=receipt,
            contents=tuple(sorted(self._whole)),
            proved_seq=proved[0],
            proof=proved[1],
            refused=refused,
            refused_seq=(refusal.seq or 0) if refusal is not None and is_line else 0,
        )

    def words(self) -> str:
        """What was taken of this file."""
        said = [f"收下 {self.rows} 条" if self.rows else "里面的内容以前都收过了"]
        if self.head.new_life:
            said = ["已认可恢复备份后的这台电脑"]
        noted = [one.code for one in self._verdicts.values() if one.code in ("held", "conflict")]
        if noted:
            said.append(f"其中 {len(noted)} 条退回或待选定")
        if self._whole:
            said.append(f"附件 {len(self._whole)} 个")
        if self.not_kept:
            said.append("附件没有收下，仍在站里")
        if self._refusal is not None:
            code = self._refusal.code
            reason = REFUSED.get(code, f"有一条读不了（{code}），其后的没有收下；回执里写明了")
            said = [*(said if self.rows else []), reason]
        return "，".join(said)

    def _enter_life(self) -> None:
        if self.device.revoked:
            raise Refusal(401, "revoked")
        if self.head.new_life:
            self._services.enrolments.begin_epoch(self.device.device, self.head.epoch)
            self._refresh()
        if self.head.epoch != self.device.epoch:
            raise Refusal(422, "unknown_epoch")

    def _push(self, body: bytes) -> None:
        batch = decode_batch(body)
        header = batch.header
        if header.proto != PROTO or header.schema < SCHEMA_MIN:
            raise Refusal(426, "too_old")
        if (header.device, header.epoch) != (self.head.device, self.head.epoch):
            raise ProtocolError("header_not_signed")
        before = self.device.acked_seq
        receipt = self._services.intake.take(batch, Sender(self.device.station, self.device.device))
        self._refresh()
        last = batch.lines[-1]
        self._last = (last.seq, digest_of(last.body))
        self.rows += max(0, self.device.acked_seq - max(before, header.first - 1))
        self._verdicts |= {one.seq: one for one in receipt.verdicts if one.code != "duplicate"}

    def _take_piece(self, piece: Piece) -> None:
        if self._keep is None:
            self.not_kept += 1
            return
        with suppress(Refusal, ProtocolError):
            # A content the district will not have stays in its station and stops no record.
            if self._keep(self.device, piece):
                self._whole.add(piece.sha256)
            self.pieces += 1

    def _refresh(self) -> None:
        known = self._services.enrolments.find(self.device.device)
        if known is None or known.revoked:
            raise Refusal(401, "revoked")
        self.device = known
