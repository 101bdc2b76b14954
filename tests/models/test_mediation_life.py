"""No sequence of steps leads a case where the law does not; what is blocked names its rule."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from samples import mediation_case

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.lifecycle import Progress, Stage, steps
from app.models.problems import Severity
from app.models.station_time import station_day

START = date(2026, 11, 2)
DAYS = st.integers(min_value=-3, max_value=60).map(lambda count: START + timedelta(days=count))
MAYBE_DAY = st.one_of(st.none(), DAYS)


NEW: dict[str, Any] = {
    "notice_on": None, "mediators": [], "sessions": [], "result": None, "result_on": None, "clauses": [],
    "agreed_on": None, "performance_due": None, "consent": None, "amount": None,
}  # fmt: skip
HEARD: dict[str, Any] = {
    "consent": True,
    "notice_on": START,
    "mediators": [{"name": "李调解"}],
    "sessions": [{"started_at": datetime(2026, 11, 5, 2, tzinfo=UTC), "outcome": "agreed"}],
}
AGREED: dict[str, Any] = HEARD | {
    "result": "written",
    "result_on": date(2026, 11, 5),
    "agreed_on": date(2026, 11, 5),
    "clauses": [{"content": "乙方赔偿甲方。"}],
}
SIGNATURE: dict[str, Any] = {"sign_modes": ["signature", "fingerprint"], "signed_on": date(2026, 11, 5)}
SIGNED: dict[str, Any] = AGREED | {
    "parties": [{**row, **SIGNATURE} for row in mediation_case()["parties"]],
    "mediators": [{"name": "李调解", "signed_on": date(2026, 11, 5)}],
    "sealed_on": date(2026, 11, 5),
}
BEGUN = {"new": {}, "heard": HEARD, "agreed": AGREED, "signed": SIGNED}


class CaseLife(RuleBasedStateMachine):
    """A mediator who may do anything at any time; only what the rules let through is kept."""

    @initialize(begun=st.sampled_from(sorted(BEGUN)))
    def intake(self, begun: str) -> None:
        self.archived: dict[str, Any] | None = None
        self.values, problems = MEDIATION_CASE.clean(mediation_case(**NEW | BEGUN[begun]))
        assert not problems

    def attempt(self, **changes: Any) -> None:
        """Save the case with some fields changed, as the store would."""
        after, problems = MEDIATION_CASE.clean(self.values | changes)
        errors = [p for p in problems if p.severity is Severity.ERROR]
        if not errors:
            errors = [
                p for p in MEDIATION_CASE.change_problems(self.values, after) if p.severity is Severity.ERROR
            ]
        if errors:
            assert all(p.message.endswith("。") for p in errors)
            assert any(p.rule or "核对" in p.message or "请填写" in p.message for p in errors)
            return
        if self.archived is None and after["archived_on"]:
            self.archived = after
        self.values = after

    @rule(consent=st.sampled_from([None, True, False]))
    def ask_consent(self, consent: bool | None) -> None:
        self.attempt(consent=consent)

    @rule(day=MAYBE_DAY)
    def tell_rights(self, day: date | None) -> None:
        self.attempt(notice_on=day)

    @rule()
    def name_mediator(self) -> None:
        self.attempt(mediators=[{"name": "李调解"}])

    @rule(day=DAYS, outcome=st.sampled_from(["agreed", "not_agreed", "continue"]))
    def hold_session(self, day: date, outcome: str) -> None:
        started = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        self.attempt(sessions=[*self.values["sessions"], {"started_at": started, "outcome": outcome}])

    @rule(bar=st.sampled_from([None, "special", "banned", "court", "police", "agency", "refused"]))
    def find_a_bar(self, bar: str | None) -> None:
        self.attempt(bar=bar)

    @rule(
        result=st.sampled_from([None, "written", "oral", "none", "ended", "not_accepted"]),
        day=DAYS,
        money=st.booleans(),
    )
    def come_to_a_result(self, result: str | None, day: date, money: bool) -> None:
        settled = result in ("written", "oral")
        duty = {"kind": "pay", "payer": "乙", "payee": "甲", "amount": Decimal("5000.00")}
        self.attempt(
            result=result,
            result_on=day if result else None,
            clauses=[{"content": "乙方赔偿甲方。"}] if settled else [],
            obligations=[duty] if settled and money else [],
            agreed_on=day if settled else None,
            agreed_amount=None,
        )

    @rule(day=DAYS)
    def sign(self, day: date) -> None:
        signed = [{**row, "sign_modes": ["fingerprint"], "signed_on": day} for row in self.values["parties"]]
        mediators = [{**row, "signed_on": day} for row in self.values["mediators"]]
        self.attempt(parties=signed, mediators=mediators, sealed_on=day)

    @rule(day=DAYS, joint=st.booleans())
    def ask_the_court(self, day: date, joint: bool) -> None:
        self.attempt(confirm_on=day, confirm_joint=joint)

    @rule(status=st.sampled_from(["done", "partly", "not_done"]), day=DAYS)
    def perform(self, status: str, day: date) -> None:
        duties = [{**row, "status": status, "done_on": day} for row in self.values["obligations"]]
        self.attempt(obligations=duties, performance_status=status)

    @rule(day=DAYS)
    def visit(self, day: date) -> None:
        visit = {"kind": "visit", "visited_on": day, "visitor": "李调解", "situation": "已履行，双方满意。"}
        self.attempt(follow_ups=[*self.values["follow_ups"], visit])

    @rule(day=DAYS)
    def advise(self, day: date) -> None:
        self.attempt(advised=["court"], advised_on=day)

    @rule(day=DAYS)
    def archive(self, day: date) -> None:
        self.attempt(archived_on=day, filed_by="李调解")

    @rule(words=st.sampled_from(["更正页码", "补入回执"]))
    def note(self, words: str) -> None:
        notes = [*self.values["archive_notes"], {"noted_on": START, "author": "李", "content": words}]
        self.attempt(archive_notes=notes)

    @rule(name=st.sampled_from(["facts", "archived_on", "archive_notes", "title"]))
    def tamper(self, name: str) -> None:
        self.attempt(
            **{name: {"facts": "改写", "archived_on": None, "archive_notes": [], "title": "改名"}[name]}
        )

    @invariant()
    def the_law_is_kept(self) -> None:
        case, settled = self.values, self.values["result"] in ("written", "oral")
        for session in case["sessions"]:
            assert case["notice_on"]
            assert case["notice_on"] <= station_day(session["started_at"])
        if settled:
            assert case["consent"] is not False
            assert case["clauses"]
            assert case["agreed_on"]
            assert case["bar"] is None
        if case["result"] == "oral":
            assert not case["obligations"]
        if case["result"] == "not_accepted":
            assert case["bar"]
            assert not case["sessions"] + case["clauses"]
        if case["effective_on"] and case["result"] == "written":
            assert all(row["signed_on"] and row["sign_modes"] for row in case["parties"])
            assert case["mediators"]
            assert all(row["signed_on"] for row in case["mediators"])
            assert case["sealed_on"]
            assert case["effective_on"] >= case["agreed_on"]
        if case["confirm_on"]:
            assert case["confirm_joint"]
            assert case["effective_on"]
            assert 0 <= (case["confirm_on"] - case["effective_on"]).days <= 30

    @invariant()
    def what_is_filed_stays(self) -> None:
        if self.archived is None:
            return
        assert self.values["result"] is not None
        changed = {name for name in self.archived if self.archived[name] != self.values[name]}
        assert changed <= {"archive_notes"}
        before = [note["content"] for note in self.archived["archive_notes"]]
        assert [note["content"] for note in self.values["archive_notes"]][: len(before)] == before

    @invariant()
    def the_ribbon_tells_the_stage(self) -> None:
        case = MEDIATION_CASE.build(self.values)
        ribbon = steps(case)
        current = [step for step in ribbon if step.progress is Progress.CURRENT]
        assert len(current) <= 1
        assert all(step.missing for step in current if step.stage is not Stage.INVESTIGATION)
        if self.values["archived_on"]:
            assert self.values["stage"] == Stage.ARCHIVED


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
