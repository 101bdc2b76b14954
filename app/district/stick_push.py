"""One push of a station before the intake: what is taken of it, and what its station is told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from app.district.blobs import Blobs
from app.district.enrolment import Device
from app.district.hello import SCHEMA_MIN, hello_to
from app.district.intake import Sender
from app.district.repeats import digest_of
from app.district.web import Services
from app.sync.ferry import AnswerHead, EntryKind, Piece, PushHead, piece_of
from app.sync.protocol import PROTO, ProtocolError, Receipt, Refusal, Verdict
from app.sync.stick_wanted import wanted_of

KeepPiece = Callable[[Device, Piece], bool]
"""Stores a part of an attached content of a station; answers whether the content is there whole and checked now.

Raises Refusal for one it does not take, ProtocolError for a piece that fits no content.
"""


def kept_in(blobs: Blobs) -> KeepPiece:
    """Pieces go where those of the line go, and are checked there."""
    return lambda asking, piece: (
        blobs.take(asking.station, piece.sha256, piece.offset, piece.size, piece.content).complete
    )


NOT_COUNTED = frozenset({"revoked", "unknown_epoch", "epoch_used"})
REFUSED = {
    "revoked": "这台电脑已停用，没有收下；回执里写明了",
    "epoch_used": "那台电脑恢复后用的编号区里已经用过，没有收下；请让它联网一次，会自动换新的编号",
    "unknown_epoch": "这份文件是那台电脑恢复备份以前的，没有收下；请让它重新导出",
    "other_content": "同一序号在区里已有不同内容，可能有电脑是复制出来的，没有收下；请核对这个站的电脑",
    "gap": "中间缺一段，没有收下；回执里写明从哪里补，请让它导入回执后重新导出",
    "too_old": "那台电脑的程序太旧，没有收下；请先升级",
}


class Applying:
    """One push before the intake: what was taken of it, and why the rest was not."""

    def __init__(self, services: Services, device: Device, head: PushHead, keep: KeepPiece | None) -> None:
        self.device = device
        self.rows = self.pieces = self.not_kept = 0
        self._services = services
        self.head = head
        self._keep = keep
        self.wanted: Mapping[str, int] | None = None
        """Contents the PC lacks; None where its program does not say."""
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
                elif kind == EntryKind.WANTED:
                    self.wanted = wanted_of(body)
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
        batch = self._services.intake.read(body)
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
