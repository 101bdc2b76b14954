"""Worlds of two or three stations that hand matters over to each other: letters, answers, feedback, and the cases beside them.

What the district's own pen writes in the other office's ledger nobody saved; it is judged by what it has to agree with.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import case_from, letter_from
from app.models.handover.sides import AFTERWARDS, ANSWER, LETTER, mirror_of
from app.models.mediation.case import MEDIATION_CASE
from app.models.payload import decode
from app.store.reading import ListQuery
from tests.samples import SAMPLES, UNFINISHED
from tests.simulator.ground import OTHER_STATION, STATION, THIRD_STATION, Ground
from tests.simulator.oracle import documents_at, held_records
from tests.simulator.pc import SimulatedPc
from tests.simulator.sql import rows_at, rows_of
from tests.simulator.world import BOUND, World
from tests.sync.offices import FEEDBACK, RETURNED, SIGNED, TODAY

OFTEN = {
    "write_letter": 5,
    "send_letter": 4,
    "answer_letter": 12,
    "work_on_letter": 12,
    "confirm_letter": 6,
    "follow": 2,
    "sync": 24,
}
SELDOM = {"begin_case": 3, "amend_letter": 2, "withdraw_letter": 2, "void_letter": 1, "rewrite_answer": 2}
OFFICES = (STATION, OTHER_STATION, THIRD_STATION)
TOLD = (*LETTER, *AFTERWARDS, *ANSWER)


class Offices(World):
    """A world whose stations write to each other."""

    kind = "offices"
    saving = (*World.saving, "write_letter", "send_letter", "answer_letter", "work_on_letter", "follow")

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        seldom = {act: share for act, share in SELDOM.items() if self.chance.random() < 0.5}
        self.acts |= OFTEN | seldom
        # A letter takes more steps from its beginning to its end than a record.
        self.steps *= 2

    def _people(self, ground: Ground) -> None:
        for name in "甲乙"[: self.chance.choice((1, 2))]:
            self._add(ground, name, STATION)
        for name in ("邻", "邻乙")[: self.chance.choice((1, 1, 2))]:
            self._add(ground, name, OTHER_STATION)
        if self.chance.random() < 0.5:
            self._add(ground, "远", THIRD_STATION)

    # What people do

    def begin_case(self, pc: SimulatedPc) -> None:
        record = str(self.ids())
        values = SAMPLES["mediation_case"](**UNFINISHED)
        self._save(pc, record, lambda: pc.store.save(MEDIATION_CASE, values, by=pc.by, record_id=record))
        self.records[pc.station.code].append(("mediation_case", record))

    def write_letter(self, pc: SimulatedPc) -> None:
        """A draft, or sent at once; of a case there is, or of nothing."""
        record = str(self.ids())
        peer = self.chance.choice([code for code in self._offices() if code != pc.station.code])
        said: dict[str, Any] = {"sent_on": TODAY} if self.chance.random() < 0.6 else {}
        case = self._chosen(pc, "mediation_case") if self.chance.random() < 0.5 else None
        if case is not None:
            said |= letter_from(case[1].values, case[1].id)
        values = SAMPLES["handover"](peer=peer, peer_name=peer, **said)
        self._save(pc, record, lambda: pc.store.save(HANDOVER, values, by=pc.by, record_id=record))

    def send_letter(self, pc: SimulatedPc) -> None:
        self._on_letter(pc, "out", ("draft",), {"sent_on": TODAY})

    def amend_letter(self, pc: SimulatedPc) -> None:
        self._on_letter(pc, "out", ("sent", "received"), {"harm": self._word("补充")})

    def withdraw_letter(self, pc: SimulatedPc) -> None:
        said = {"withdrawn_on": TODAY, "withdrawn_reason": self._word("撤回")}
        self._on_letter(pc, "out", ("sent",), said)

    def confirm_letter(self, pc: SimulatedPc) -> None:
        self._on_letter(pc, "out", ("fed_back",), {"confirmed_on": TODAY, "confirmed_by": self._word(pc.by)})

    def answer_letter(self, pc: SimulatedPc) -> None:
        said = SIGNED if self.chance.random() < 0.8 else RETURNED
        self._on_letter(pc, "in", ("sent",), said | {"answered_by": self._word(pc.by)})

    def rewrite_answer(self, pc: SimulatedPc) -> None:
        """It was a mistake, or there is more to say."""
        said = self.chance.choice((SIGNED, RETURNED, {"answer_note": self._word("说明")}))
        self._on_letter(pc, "in", ("received", "returned", "under_way"), said)

    def work_on_letter(self, pc: SimulatedPc) -> None:
        """A case filled from the letter, or the feedback at once."""
        letter = self._letter(pc, "in", ("received",))
        if letter is None or self.chance.random() < 0.5:
            self._on_letter(pc, "in", ("received", "under_way"), FEEDBACK)
            return
        record = str(self.ids())
        values = case_from(letter.values, letter.id) | {"accepted_on": TODAY, "consent": True}
        self._save(pc, record, lambda: pc.store.save(MEDIATION_CASE, values, by=pc.by, record_id=record))
        self.records[pc.station.code].append(("mediation_case", record))

    def void_letter(self, pc: SimulatedPc) -> None:
        letter = self._letter(pc, "out", ("draft", "sent", "received"))
        if letter is not None:
            self._save(
                pc,
                letter.id,
                lambda: pc.store.void(HANDOVER, letter.id, reason="写错", by=pc.by, base=letter.head),
            )

    def follow(self, pc: SimulatedPc) -> None:
        """Rows 移交与反馈 of cases come up to what the letters say, as the program sees to after each round."""
        self._save(pc, "", lambda: pc.store.follow_letters(by=pc.by))

    def sync(self, pc: SimulatedPc) -> None:
        super().sync(pc)
        if self.chance.random() < 0.5:
            self.follow(pc)

    def _offices(self) -> tuple[str, ...]:
        """The third the district knows only when it has a PC; now and then somebody writes to it anyway."""
        known = any(pc.station.code == THIRD_STATION for pc in self.pcs)
        return OFFICES if known or self.chance.random() < 0.05 else OFFICES[:2]

    def _word(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.number}"

    def _letter(self, pc: SimulatedPc, direction: str, statuses: tuple[str, ...]) -> Any:
        """One that stands there, often after a round: who answers letters has looked for them."""
        if self.chance.random() < 0.5:
            self.sync(pc)
        asked = ListQuery(codes={"direction": direction, "status": self.chance.choice(statuses)})
        found = sorted(row["id"] for row in pc.reader.page(HANDOVER, asked, limit=50))
        return pc.reader.load(HANDOVER, self.chance.choice(found)) if found else None

    def _on_letter(
        self, pc: SimulatedPc, direction: str, statuses: tuple[str, ...], said: Mapping[str, Any]
    ) -> None:
        letter = self._letter(pc, direction, statuses)
        if letter is None:
            return
        values = {**letter.values, **said}
        self._save(
            pc,
            letter.id,
            lambda: pc.store.save(HANDOVER, values, by=pc.by, record_id=letter.id, base=letter.head),
        )

    def _save(
        self, pc: SimulatedPc, record: str, act: Callable[[], object], typed: Mapping[str, Any] | None = None
    ) -> None:
        """What is saved beside a letter or a case, in the same commit, is acknowledged with it."""
        before = dict(_own(pc))
        super()._save(pc, record, act, typed)
        for op, beside in _own(pc):
            if op not in before and beside != record:
                self.oracle.acknowledged_beside(pc, op)

    # The end

    def drain(self) -> int:
        """As of any world; what letters bring about in cases goes up and down as well."""
        rounds = 0
        for _ in range(BOUND):
            rounds += super().drain()
            before = len(self.oracle.saved)
            for pc in self.pcs:
                self.follow(pc)
            if len(self.oracle.saved) == before:
                return rounds
        raise AssertionError("stuck: cases and letters never agree")

    def judge(self) -> None:
        self._own_to_the_pen()
        super().judge()
        self._agree()

    def _own_to_the_pen(self) -> None:
        """What the district's pen wrote of letters was saved by nobody."""
        rows = rows_at(self.district, "SELECT op_id, record, line FROM revision WHERE type = 'handover'")
        told = {(str(row.op_id), str(row.record), bytes(row.line)) for row in rows}
        for pc in self.pcs:
            here = rows_of(pc, "SELECT op_id, record_id, line FROM revision WHERE record_type = 'handover'")
            told |= {(row.op_id, row.record_id, bytes(row.line)) for row in here}
        by_the_pen = {
            (op, record) for op, record, line in told if orjson.loads(line).get("by") in OFFICES
        } - self.oracle.saved.keys()
        for _, record in by_the_pen:
            self.oracle.maybe[record] += 1

    def _agree(self) -> None:
        """Both ledgers of every letter say the same, unless the disks that knew it were replaced or it is held."""
        ledgers = {code: documents_at(self.district, code) for code in OFFICES}
        uncertain = held_records(self.district) | {self.oracle.saved[op].record for op in self.oracle.gone}
        for code, ledger in ledgers.items():
            for record, (kind, _, void, document) in ledger.items():
                if kind != "handover" or document["direction"] != "out" or not document.get("sent_on"):
                    continue
                mirror = mirror_of(code, record)
                if {record, mirror} & uncertain:
                    self.count("letters uncertain")
                    continue
                there = ledgers[document["peer"]].get(mirror)
                if void is not None:
                    # Voided before it went anywhere it need not be told.
                    assert there is None or there[3].get("voided_there"), f"letter {record}: void not told"
                    self.count("letters voided")
                    continue
                assert there is not None, f"letter {record} of {code} is not in the other ledger"
                assert there[2] is None
                assert _told(document) == _told(there[3]), (
                    f"letter {record}: {_told(document)} {_told(there[3])}"
                )
                assert document.get("number") == there[3].get("letter_number")
                assert _status(document) == _status(there[3])
                self.count(f"letters {_status(document)}")


def _own(pc: SimulatedPc) -> list[tuple[str, str]]:
    """Revisions of this file's own making, oldest first."""
    rows = rows_of(pc, "SELECT op_id, record_id FROM revision WHERE epoch IS NOT NULL ORDER BY position")
    return [(row.op_id, row.record_id) for row in rows]


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document.get(name) for name in TOLD}


def _status(document: Mapping[str, Any]) -> str:
    return str(HANDOVER.complete(decode(HANDOVER, document))["status"])
