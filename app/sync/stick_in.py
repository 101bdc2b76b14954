"""从U盘导入: the district's receipts and changes enter the file exactly as over the line, in whatever order they come."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from app.store.blob_transfers import Transfers
from app.store.outbox import Outbox
from app.store.receiving import Receiver
from app.store.stick import StickLog
from app.sync.ferry import AnswerHead, EntryKind, Piece, answer_head_of, entries, piece_of
from app.sync.outcome import REFUSED, STOPPED
from app.sync.protocol import ProtocolError
from app.sync.pull_page import decode_page
from app.sync.sealed_file import FerryError, Kind, header_of, opened, sealing_key
from app.sync.stick import (
    ACK,
    PULL,
    Ends,
    StickRefused,
    Stopped,
    Watch,
    disk_sentence,
    fault_sentence,
    files_on,
)
from app.sync.stick_files import FilesIn, PiecesLost

KINDS = {ACK: Kind.ACK, PULL: Kind.PULL}
# The district does not count this PC in this epoch: what its answer says of positions means nothing.
NOT_COUNTED = frozenset({"revoked", "unknown_epoch"})
AGAIN = "请再导出一次，送到区里。"


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of one file: revisions receipted by it, records it brought, and the sentence that says so.

    `is_fault` when somebody has to do something; `files` are the SHA-256 of attached contents that came whole.
    """

    name: str
    sentence: str
    is_fault: bool = False
    receipted: int = 0
    received: int = 0
    files: tuple[str, ...] = ()


class StickImport:
    """Reads the answers for this PC from a stick; nothing on the stick is changed."""

    def __init__(
        self,
        ends: Ends,
        *,
        outbox: Outbox,
        receiver: Receiver,
        log: StickLog,
        send_lost_again: Callable[[], int],
        clock: Callable[[], datetime],
        contents: Transfers | None = None,
    ) -> None:
        self._ends = ends
        self._outbox, self._receiver, self._log = outbox, receiver, log
        self._send_lost_again = send_lost_again
        self._clock = clock
        self._contents = contents

    def read(self, folder: Path, watch: Watch = lambda done, of: True) -> list[FileRead]:
        """Every receipt, then every file of changes in `folder`; one that is no good does not stop the others.

        Raises StickRefused with a sentence when there is none or it was stopped; StorageError.
        """
        kept = "没有导入；本机数据没有受影响"
        try:
            files = files_on(folder, KINDS)
        except OSError as failure:
            raise StickRefused(disk_sentence(failure, kept)) from failure
        if not files:
            raise StickRefused(
                "这里没有区里给的文件（.ack 或 .pull），没有导入。请选择U盘上存放这些文件的文件夹；"
                "还没有到区里去过的，请先把U盘带到区里。"
            )
        read: list[FileRead] = []

        def go_on() -> None:
            if not watch(len(read), len(files)):
                raise Stopped("已停下；已导入的不受影响，其余的可以再导入一次。")

        for path in files:
            go_on()
            read.append(self._read_one(path, go_on))
        return read

    def _read_one(self, path: Path, go_on: Callable[[], None]) -> FileRead:
        try:
            return self._take(path, go_on)
        except FerryError as fault:
            # On a stick that serves several PCs the answers to the others are nobody's fault.
            return FileRead(path.name, fault_sentence(fault, path), is_fault=fault.code != "other_pc")
        except OSError as failure:
            sentence = disk_sentence(failure, f"“{path.name}”没有读完；本机数据没有受影响")
            return FileRead(path.name, sentence, is_fault=True)

    def _take(self, path: Path, go_on: Callable[[], None]) -> FileRead:
        ends = self._ends
        with open(path, "rb") as source:
            header = header_of(source)
            if header.kind != KINDS[path.suffix.lower()]:
                raise FerryError("wrong_kind")
            if header.sender != ends.server:
                raise FerryError("foreign_district")
            if header.recipient != ends.device:
                raise FerryError("other_pc")
            own = sealing_key(ends.key.private_bytes_raw())
            read = entries(opened(source, header, signer=ends.server_key, key=own))
            head = answer_head_of(read)
            if (head.device, head.epoch) != (ends.device, ends.epoch):
                raise FerryError("other_epoch")
            receipted, said = self._receipt(head)
            if head.refused in NOT_COUNTED or header.kind is Kind.ACK:
                return _told(path, head, receipted, said)
            rest: list[tuple[int, bytes]] = []
            received, news = self._pages(head, _before_pieces(read, rest))
            # What became of the pages is said even where the stick fails among the pieces after them.
            files = self._files(chain(rest, read), go_on)
            told = _told(path, head, receipted, [*said, news, *(files.words() if files else ())], received)
            if files is None:
                return told
            return replace(told, is_fault=told.is_fault or files.failed, files=tuple(files.came))

    def _files(self, read: Iterator[tuple[int, bytes]], go_on: Callable[[], None]) -> FilesIn | None:
        """Take in the attached contents that follow the pages."""
        if self._contents is None:
            return None
        files = FilesIn(self._contents)
        files.take(_pieces(read), go_on)
        return files

    def _receipt(self, head: AnswerHead) -> tuple[int, list[str]]:
        """Settle what the district has committed; answers how many rows, and what else there is to say."""
        if head.refused in NOT_COUNTED:
            self._log.answered(head.number)
            return 0, []
        own, acked = self._outbox.acked_seq(), head.receipt.acked_seq
        receipted, said = 0, []
        if head.proved_seq > own:
            self._prove(head)
            # A verdict on what was receipted before is older than what the line or a pull has said since.
            verdicts = [verdict for verdict in head.receipt.verdicts if own < verdict.seq <= head.proved_seq]
            self._outbox.apply_receipt(head.proved_seq, verdicts, self._clock())
            receipted = head.proved_seq - own
            said = [f"收到回执，{receipted} 条已由区里收下"]
        elif acked < head.told_acked == own and head.number > self._log.state().answered:
            self._outbox.continue_from(acked + 1)
            said = [f"区里的数据恢复过，有 {own - acked} 条要再上报。{AGAIN}"]
        if head.refused_seq > max(own, acked):
            self._log.skip(head.refused_seq)
        if head.contents and self._contents is not None:
            self._contents.settle(head.contents)
        self._log.answered(head.number)
        return receipted, said

    def _prove(self, head: AnswerHead) -> None:
        """Only the very line the district holds proves that it was this PC, not a twin, that was receipted."""
        seq = head.proved_seq
        line = next(iter(self._outbox.lines_after(seq - 1, 1, 1)), None)
        if line is None or line.seq != seq or hashlib.sha256(line.body).hexdigest() != head.proof:
            raise FerryError("twin")

    def _pages(self, head: AnswerHead, read: Iterator[tuple[int, bytes]]) -> tuple[int, str]:
        """Bring the pages in that follow on what is here; answers how many records changed, and what to say."""
        begun = self._receiver.position().cursor
        after = "" if head.start_over else head.cursor
        if head.start_over and begun and begun == head.cursor:
            self._receiver.start_over()
        received, more, fits = 0, True, False
        for kind, body in read:
            if kind != EntryKind.PAGE:
                continue
            try:
                page = decode_page(body)
            except ProtocolError as error:
                raise FerryError("wrong_form") from error
            fits = fits or self._receiver.position().cursor == after
            if page.cursor != after:
                received += self._receiver.take(page, after)
            after, more = page.cursor, page.more
        if not more and self._receiver.position().cursor == after:
            self._arrived()
        if received:
            return received, f"收下区里的内容，涉及 {received} 条记录"
        return 0, "区里没有新的内容" if fits else "里面的内容本机都已收过"

    def _arrived(self) -> None:
        """The file stands at the end of the log as the district wrote it."""
        stood = self._receiver.position()
        self._receiver.pulled()
        if stood.new_life:
            self._receiver.life_known()
        if stood.recheck:
            self._send_lost_again()


def _before_pieces(
    read: Iterator[tuple[int, bytes]], rest: list[tuple[int, bytes]]
) -> Iterator[tuple[int, bytes]]:
    """The entries before the first piece, which goes to `rest`."""
    for entry in read:
        if entry[0] == EntryKind.BLOB:
            rest.append(entry)
            return
        yield entry


def _pieces(read: Iterator[tuple[int, bytes]]) -> Iterator[Piece]:
    """The pieces; raises PiecesLost where the stick, not this PC's disk, fails among them."""
    try:
        for kind, body in read:
            if kind == EntryKind.BLOB:
                yield piece_of(body)
    except (FerryError, OSError) as fault:
        raise PiecesLost from fault


def _told(path: Path, head: AnswerHead, receipted: int, said: list[str], received: int = 0) -> FileRead:
    name = f"“{path.name}”"
    if head.refused and head.refused != "gap":
        # Parts before the one refused may have been receipted all the same.
        why = _refused(head)
        return FileRead(path.name, f"{name}：" + "；".join([*said, why]), True, receipted, received)
    sentence = "；".join(said) if said else "回执里的内容本机都已知道，没有改动"
    ending = "" if sentence.endswith("。") else "。"
    return FileRead(path.name, f"{name}：{sentence}{ending}", AGAIN in sentence, receipted, received)


def _refused(head: AnswerHead) -> str:
    if head.refused_seq and head.refused not in REFUSED:
        return f"区里读不了第 {head.refused_seq} 条，其后的没有收下；下次导出时只报它的位置，内容留在本机。{AGAIN}"
    return REFUSED.get(head.refused, STOPPED.format(code=head.refused))
