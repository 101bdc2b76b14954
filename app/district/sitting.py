"""One batch before the ledger: each revision is applied, merged or held, and what waited may be released."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.exc import DataError, IntegrityError

from app.district import disputes
from app.district.judge import Judge, Reason
from app.district.ledger import Ledger, Waiting
from app.district.lineage import authors_of
from app.district.passing import pass_on, remark_on_late_work
from app.district.repeats import told_before
from app.district.scrub import scrub
from app.district.weigh import Scales
from app.models.merging import Folded
from app.sync.protocol import Header, Line, Verdict, VerdictCode

NOT_STORABLE = Reason("not_storable", "区里暂时无法存放这条内容，已原样收存，请与区里联系。")


class Sitting:
    """Goes through the lines of one batch in order."""

    def __init__(self, ledger: Ledger, judge: Judge, header: Header) -> None:
        self._ledger = ledger
        self._judge = judge
        self._scales = Scales(ledger, judge)
        self._device = header.device
        self._epoch = header.epoch
        self._verdicts: dict[int, Verdict] = {}
        self._chosen: list[tuple[str, int, Collection[str]]] = []

    def take(self, lines: Sequence[Line]) -> list[Verdict]:
        """The ordinary way: new records are taken to be new and op ids unused; the tables' keys prove it."""
        self._ledger.load(line.record for line in lines if line.act != "create")
        self._ledger.load_waiting(line.record for line in lines)
        for line in lines:
            self._place(line)
        self._ledger.flush()
        self._settle()
        pass_on(self._ledger, lines)
        scrub(self._ledger.connection, self._ledger.station, lines)
        return list(self._verdicts.values())

    def take_carefully(self, lines: Sequence[Line]) -> list[Verdict]:
        """After a key said no: look first, one savepoint a revision, hold what cannot be stored."""
        for line in lines:
            self._ledger.forget()
            self._ledger.load([line.record])
            self._ledger.load_waiting([line.record])
            before = dict(self._verdicts)
            try:
                with self._ledger.connection.begin_nested():
                    if not self._is_repeated(line):
                        self._place(line)
                    self._ledger.flush()
            except (IntegrityError, DataError):
                self._verdicts = before
                self._ledger.forget()
                self._hold(line, NOT_STORABLE)
                self._ledger.flush()
        self._settle()
        self._ledger.forget()
        pass_on(self._ledger, lines)
        scrub(self._ledger.connection, self._ledger.station, lines)
        return list(self._verdicts.values())

    def look_again(self, records: Sequence[str]) -> int:
        """Held revisions of `records` that have become sound take effect; answers how many did."""
        ledger, freed = self._ledger, 0
        for record in records:
            lines: list[Line] = []
            ledger.load([record])
            ledger.load_waiting([record])
            while waiting := ledger.waiting(record):
                release = self._scales.release(waiting, ledger.state(record))
                if release is None:
                    break
                for one, after in release.steps:
                    self._take_effect(one, after)
                lines += [one.line for one, _ in release.steps]
            ledger.flush()
            ledger.forget()
            pass_on(ledger, lines)
            scrub(ledger.connection, ledger.station, lines)
            freed += len(lines)
        return freed

    def _settle(self) -> None:
        """Edits whose authors had seen both values close the differences of their fields."""
        ledger = self._ledger
        if self._chosen and disputes.open_at(ledger.connection, ledger.station):
            disputes.settle(ledger.connection, ledger.station, self._chosen, ledger.now)

    def _is_repeated(self, line: Line) -> bool:
        """The same revision under another seq or epoch (sent again after a restore) is there already."""
        told = told_before(self._ledger.connection, self._ledger.station, line)
        if told is not None:
            self._verdicts[line.seq] = told
        return told is not None

    def _place(self, line: Line) -> None:
        after = self._scales.after(line, self._ledger.state(line.record))
        if isinstance(after, Reason):
            self._hold(line, after)
        else:
            self._apply(line, after)
        if self._ledger.waiting(line.record):
            self._release(line)

    def _apply(self, line: Line, after: Folded) -> None:
        position = self._ledger.next_position()
        remark = remark_on_late_work(self._ledger.connection, self._ledger.station, line)
        if not after.merged:
            whole = line.act == "create"
            if line.act in ("edit", "void"):
                fields = line.data.keys() if line.act == "edit" else ("",)
                self._chosen.append((line.record, position, fields))
            if remark:
                # Taken whole, though its author could not know: "merged" without another head is such late work.
                self._verdicts[line.seq] = Verdict(line.seq, "merged", remark)
            outcome = "merged" if remark else "applied"
            self._ledger.add(line, position, outcome, remark, position, position, None)
            self._ledger.put(line.record, after.state, position, whole=whole)
            return
        verdict = self._merge_verdict(line, after)
        verdict = replace(verdict, detail=verdict.detail + remark)
        self._verdicts[line.seq] = verdict
        self._ledger.add(line, position, verdict.code, verdict.detail, position, after.seen, after.state.head)
        self._ledger.put(line.record, after.state, position, whole=False)
        self._ledger.differ(line.record, position, after.differing, position)

    def _hold(self, line: Line, reason: Reason) -> None:
        position = self._ledger.next_position()
        detail = reason.sentence.replace("\0", "")
        self._ledger.add(line, position, "held", detail, None, None, None)
        self._ledger.hold(Waiting(position, self._device, self._epoch, line), reason.code, detail)
        self._verdicts[line.seq] = Verdict(line.seq, "held", detail)

    def _release(self, arrived: Line) -> None:
        """Whatever waits on this record and has become sound with the line that just arrived takes effect."""
        record = arrived.record
        while waiting := self._ledger.waiting(record):
            release = self._scales.release(waiting, self._ledger.state(record))
            if release is None:
                return
            for one, after in release.steps:
                self._take_effect(one, after)
            arrived_with = arrived.op_id in {one.line.op_id for one, _ in release.steps}
            if arrived_with and self._verdicts[arrived.seq].code == "released":
                del self._verdicts[arrived.seq]

    def _take_effect(self, one: Waiting, after: Folded) -> None:
        line, position = one.line, self._ledger.next_position()
        code: VerdictCode = "conflict" if after.differing else "released"
        detail = self._merge_verdict(line, after).detail if after.merged else ""
        self._ledger.release(
            one,
            outcome=code,
            detail=detail,
            applied=position,
            seen=after.seen if after.merged else position,
            head_after=after.state.head if after.merged else None,
        )
        self._ledger.put(line.record, after.state, position, whole=False)
        self._ledger.differ(line.record, one.position, after.differing, position)
        if (one.device, one.epoch) == (self._device, self._epoch):
            self._verdicts[line.seq] = Verdict(line.seq, code, detail)

    def _merged_with(self, line: Line, seen: int) -> str:
        authors = authors_of(self._ledger.unseen(line, seen))
        return f"与{'、'.join(authors) or '另一处'}的修改已合并。"

    def _merge_verdict(self, line: Line, after: Folded) -> Verdict:
        if not after.differing:
            return Verdict(line.seq, "merged", self._merged_with(line, after.seen))
        if "" in after.differing:
            return Verdict(line.seq, "conflict", "这条记录已在另一处作废，您的修改已保存在区里，请核对。")
        labels = "、".join(self._judge.label(line.type, name) for name in after.differing)
        return Verdict(
            line.seq, "conflict", f"“{labels}”另一处也改过，区里保留了先到的内容，您写的已另存，请核对。"
        )
