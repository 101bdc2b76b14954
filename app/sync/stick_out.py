"""导出到U盘: what is unsent, and where this PC stands, as one sealed file; nothing counts as sent by it."""

import base64
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.safe_file import writing_safely
from app.store.blob_file import BlobDamaged
from app.store.outbox import Outbox
from app.store.receiving import Receiver
from app.store.stick import StickLog
from app.sync.batch_size import BatchSize
from app.sync.ferry import EntryKind, Piece, PushHead, put_entry, put_head, put_piece
from app.sync.line_speed import LineSpeed
from app.sync.packing import Identity, Packer
from app.sync.protocol import MAX_REVISIONS
from app.sync.sealed_file import FRAME, Kind, Sealing, public_part, sealing_key
from app.sync.stick import PUSH, Ends, Naming, StickRefused, Stopped, Watch, Writing, disk_sentence
from app.sync.stick_wanted import put_wanted

WINDOW = 4 << 20  # raw bytes of lines read at once
KEPT = "没有导出；数据都在本机，仍在等待上报"


class Contents(Protocol):
    """Attached contents that lie in this PC's data folder, as sync by stick needs them."""

    def waiting(self) -> Iterable[str]:
        """SHA-256 (hex) of every content the district may lack."""

    def opened(self, sha256: str) -> AbstractContextManager[tuple[BinaryIO, int]]:
        """The content, verified as it is read, and its bytes.  Raises BlobDamaged, OSError."""

    def settle(self, sha256s: Sequence[str]) -> None:
        """The district holds these whole."""

    def wanted(self) -> Sequence[tuple[str, int]]:
        """SHA-256 (hex) and the bytes that are here of what this PC lacks, at most 500, the most wanted first."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file on the stick: `rows` revisions and `contents` attachments in `size` bytes; `wanted` are asked for."""

    path: Path
    rows: int
    contents: int
    size: int
    new_life: bool
    wanted: int = 0

    @property
    def sentence(self) -> str:
        """What was done and what comes next."""
        kilobytes = max(1, round(self.size / 1024))
        size = f"{kilobytes} KB" if kilobytes < 1024 else f"{kilobytes / 1024:.1f} MB"
        if self.new_life:
            return f"已导出恢复备份后的登记申请，约 {size}；请把U盘带到区里，带回回执导入后，再导出一次未上报的记录。"
        asked = f"，并请区里带回 {self.wanted} 个附件" if self.wanted else ""
        if not self.rows:
            return f"没有未上报的记录；已导出一份领取区里内容的文件{asked}，约 {size}。请把U盘带到区里。"
        files = f"和 {self.contents} 个附件" if self.contents else ""
        return (
            f"导出 {self.rows} 条{files}{asked}，约 {size}；请把U盘带到区里。数据仍显示未上报，等回执带回。"
        )


class StickExport:
    """Writes exports of one PC; the rows stay unsent until the district's answer is imported."""

    def __init__(
        self,
        ends: Ends,
        identity: Identity,
        naming: Naming,
        *,
        outbox: Outbox,
        receiver: Receiver,
        log: StickLog,
        clock: Callable[[], datetime],
        contents: Contents | None = None,
    ) -> None:
        self._ends, self._identity, self._naming = ends, identity, naming
        self._outbox, self._receiver, self._log = outbox, receiver, log
        self._clock = clock
        self._contents = contents

    def write(
        self, folder: Path, watch: Watch = lambda done, of: True, writing: Writing = writing_safely
    ) -> Exported:
        """One new file in `folder`, durable when this returns.

        Raises StickRefused with a sentence; then nothing lies under the file's name.  Raises StorageError.
        """
        stood = self._receiver.position()
        head = PushHead(
            device=self._ends.device,
            epoch=self._ends.epoch,
            number=self._log.next_number(),
            acked_seq=stood.acked_seq,
            cursor=stood.cursor,
            new_life=stood.new_life,
            seal_key=base64.b64encode(public_part(self._own_seal())).decode(),
            app=self._identity.app,
        )
        try:
            with ExitStack() as stack:
                path, out = _begun(folder, self._naming.stems(head.number), writing, stack)
                wanted = self._contents.wanted() if self._contents else ()
                rows, contents = self._fill(out, head, wanted, watch)
            size = path.stat().st_size
        except OSError as failure:
            raise StickRefused(disk_sentence(failure, KEPT)) from failure
        self._log.exported(rows, self._clock())
        return Exported(path, rows, contents, size, head.new_life, len(wanted))

    def _fill(
        self, out: BinaryIO, head: PushHead, wanted: Sequence[tuple[str, int]], watch: Watch
    ) -> tuple[int, int]:
        ends = self._ends
        sealing = Sealing(
            out, Kind.PUSH, sender=ends.device, key=ends.key, to=ends.server, to_key=ends.seal_key
        )
        put_head(sealing, head)
        # Before the rows, so that a row the district refuses does not hide it; also when it is empty.
        put_wanted(sealing, wanted)
        rows, contents = 0, 0
        # Nothing is sent in a new life before the district was read: the lost one may have sent it.
        if not head.new_life:
            rows = self._put_rows(sealing, head.acked_seq, watch)
            for sha256 in self._contents.waiting() if self._contents else ():
                contents += self._put_content(sealing, sha256, watch)
        sealing.close()
        return rows, contents

    def _put_rows(self, sealing: Sealing, acked: int, watch: Watch) -> int:
        """Every unsent line as the batches a push would carry; answers how many."""
        total, rows, after = self._outbox.status().unsent, 0, acked
        # A stick may reach a district that reads only the plainest packing.
        size, plain, skips = BatchSize(), LineSpeed(), set(self._log.state().skips)
        with Packer(self._outbox, self._identity, size, plain, skips) as packer:
            while lines := self._outbox.lines_after(after, WINDOW, MAX_REVISIONS):
                packed = packer.pack(lines)
                put_entry(sealing, EntryKind.BATCH, packed.body)
                rows += packed.header.count
                after = packed.last
                if not watch(min(rows, total), max(rows, total)):
                    raise Stopped(f"已停下，{KEPT}。")
        return rows

    def _put_content(self, sealing: Sealing, sha256: str, watch: Watch) -> bool:
        """A content piece by piece; one that cannot be read here stays out and stops nothing."""
        assert self._contents is not None
        offset, size = 0, 1
        with ExitStack() as stack:
            while offset < size:
                try:
                    if offset == 0:
                        source, size = stack.enter_context(self._contents.opened(sha256))
                    part = source.read(FRAME)
                except (BlobDamaged, OSError):
                    return False
                if not part:
                    return False
                put_piece(sealing, Piece(sha256, size, offset, part))
                offset += len(part)
                if not watch(offset, size):
                    raise Stopped(f"已停下，{KEPT}。")
        return True

    def _own_seal(self) -> X25519PrivateKey:
        return sealing_key(self._ends.key.private_bytes_raw())


def _begun(folder: Path, stems: tuple[str, str], writing: Writing, stack: ExitStack) -> tuple[Path, BinaryIO]:
    """The file under way, under its ASCII name where the stick takes no other; no file is ever written over."""
    chinese, ascii_ = stems
    try:
        path = _free(folder, chinese)
        return path, stack.enter_context(writing(path))
    except (OSError, UnicodeError):
        path = _free(folder, ascii_)
        return path, stack.enter_context(writing(path))


def _free(folder: Path, stem: str) -> Path:
    path, again = folder / (stem + PUSH), 1
    while path.exists():
        again += 1
        path = folder / f"{stem}-{again}{PUSH}"
    return path
