"""What a revision would make of its record, or why it has to wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.district import passing
from app.district.judge import Judge, Reason
from app.district.ledger import Ledger, Waiting
from app.district.lineage import changed_in
from app.models.handover.handover import HANDOVER
from app.models.handover.status import IN
from app.models.merging import Folded, State, created, folded, merge_of, merged
from app.sync.protocol import Line

MISSING_PARENT = Reason("missing_parent", "它的上一版还没有到区里，已先收存，等上一版到达后自动处理。")
RECORD_EXISTS = Reason("record_exists", "区里已有同一编号的另一条记录，已先收存，请与区里核对。")
NO_VOID_REASON = Reason("no_reason", "作废没有写明理由，已先收存，请补写理由。")
TOO_LARGE = Reason("too_large", "这条内容太大，没有传到区里，仍保存在本站，请删减后重新保存。")


@dataclass(frozen=True, slots=True)
class Release:
    """Waiting revisions that together make a sound record, and the state after each."""

    steps: tuple[tuple[Waiting, Folded], ...]


class Scales:
    """Weighs revisions against the records of one ledger."""

    def __init__(self, ledger: Ledger, judge: Judge) -> None:
        self._ledger = ledger
        self._judge = judge

    def after(self, line: Line, state: State | None) -> Folded | Reason:
        """The sound state after `line`, or why it has to wait."""
        after = self._not_allowed(line) or self._folded(line, state)
        if isinstance(after, Reason):
            return after
        return self._objection(after.state) or after

    def release(self, waiting: Sequence[Waiting], state: State | None) -> Release | None:
        """Which of `waiting` can take effect now: all whose parent is known together, else the first alone."""
        together = self._chain(waiting, state)
        if together is not None:
            return together
        for one in waiting:
            alone = self._chain([one], state) if len(waiting) > 1 else None
            if alone is not None:
                return alone
        return None

    def _chain(self, waiting: Sequence[Waiting], state: State | None) -> Release | None:
        """Fold in the order of arrival; only the last content has to be sound, and none may be missing.

        What its author's role did not allow comes along once somebody who may has saved upon it.
        """
        steps: list[tuple[Waiting, Folded]] = []
        missing: set[str] = set()
        forbidden = self._still_forbidden(waiting)
        for one in waiting:
            line = one.line
            if line.op_id in forbidden:
                continue
            if line.act == "skip":
                after = _skipped(line, state)
            elif line.act == "create" and not steps_allow_create(state, steps):
                after = RECORD_EXISTS
            else:
                after = self._folded(line, None if line.act == "create" else state)
            if isinstance(after, Reason):
                continue
            missing = missing | _fields_of(line) if line.act == "skip" else missing - line.data.keys()
            state = after.state
            steps.append((one, after))
        if not steps or state is None or missing or all(one.line.act == "skip" for one, _ in steps):
            return None
        if self._objection(state) is not None:
            return None
        return Release(tuple(steps))

    def _objection(self, state: State) -> Reason | None:
        ledger = self._ledger
        # What is void counts nowhere, and nobody can correct it any more.
        objection = None if state.void_reason else self._judge.objection(state.type, state.document)
        return objection or passing.objection(ledger.connection, ledger.station, state)

    def _not_allowed(self, line: Line) -> Reason | None:
        """By the role its author had; a line that names none is judged by its content alone."""
        if not line.role or line.act == "skip":
            return None
        if line.act == "create":
            return self._judge.not_allowed(line.role, line.act, line.type, own=True)
        if self._judge.not_allowed(line.role, line.act, line.type, own=False) is None:
            return None
        # Only for who may change no more than their own is it asked whose the record is.
        own = self._ledger.entered_by(line.record) in (line.by, None)
        return self._judge.not_allowed(line.role, line.act, line.type, own=own)

    def _still_forbidden(self, waiting: Sequence[Waiting]) -> set[str]:
        """The ids of waiting revisions nobody who may has saved upon."""
        forbidden = {one.line.op_id for one in waiting if self._not_allowed(one.line) is not None}
        base_of = {one.line.op_id: one.line.base for one in waiting}
        for op_id in base_of.keys() - forbidden if forbidden else ():
            base = base_of[op_id]
            while base in forbidden:
                forbidden.discard(base)
                base = base_of[base]
        return forbidden

    def _folded(self, line: Line, state: State | None) -> Folded | Reason:
        if line.act == "create":
            return Folded(created(line)) if state is None else _created_before(line, state)
        reason = _cannot_follow(line, state)
        if reason is not None or state is None or line.base is None:
            return reason or MISSING_PARENT
        if line.base == state.head:
            return folded(state, line)
        seen = self._ledger.seen_by(line.record, line.base)
        if seen is None:
            return MISSING_PARENT
        ledger = self._ledger
        since = changed_in(ledger.connection, ledger.station, ledger.unseen(line, seen))
        return merged(state, line, since)._replace(seen=seen) if since else folded(state, line)


def _created_before(line: Line, state: State) -> Folded | Reason:
    """A letter that came in is written by the district's pen, anew where the district had lost it: the same letter
    brought back by a PC joins it, and what that PC wrote on it can follow.
    """
    known, again = state.document, line.data
    is_letter = state.type == line.type == HANDOVER.code and again.get("direction") == IN
    if not is_letter or again.get("letter_id") != known.get("letter_id"):
        return RECORD_EXISTS
    joined = state._replace(head=merge_of(line.op_id), version=state.version + 1)
    return Folded(joined, merged=True)


def _cannot_follow(line: Line, state: State | None) -> Reason | None:
    if line.act == "skip":
        return TOO_LARGE
    if line.act == "void" and not _says_why(line):
        return NO_VOID_REASON
    return RECORD_EXISTS if state is not None and state.type != line.type else None


def _skipped(line: Line, state: State | None) -> Folded | Reason:
    if state is None and line.data.get("act") == "create":
        return Folded(State(line.type, line.op_id, 1, {}))
    if state is None or line.base != state.head:
        return MISSING_PARENT
    return Folded(state._replace(head=line.op_id, version=state.version + 1))


def steps_allow_create(state: State | None, steps: Sequence[tuple[Waiting, Folded]]) -> bool:
    """A create stands first, or takes the place of one that was too large to travel."""
    return state is None or (bool(steps) and all(one.line.act == "skip" for one, _ in steps))


def _fields_of(line: Line) -> set[str]:
    fields = line.data.get("fields")
    return {str(name) for name in fields} if isinstance(fields, list) else set()


def _says_why(line: Line) -> bool:
    reason = line.data.get("reason")
    return isinstance(reason, str) and bool(reason.strip()) and "\0" not in reason
