"""The life of a mediation case: 受理 → 调查 → 调解 → 协议 → 履行 → 回访 → 归档, and what each step still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.models.mediation.agreement_rules import SETTLED, WRITTEN, effective_on, unsigned
from app.models.problems import Problem, error, warning

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

NOT_ACCEPTED = "not_accepted"


class Stage(StrEnum):
    """Where a case stands; the values are codes of the list case_stage."""

    INTAKE = "intake"
    INVESTIGATION = "investigation"
    MEDIATION = "mediation"
    AGREEMENT = "agreement"
    PERFORMANCE = "performance"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    ARCHIVED = "archived"
    NOT_ACCEPTED = "not_accepted"


class Progress(StrEnum):
    """How far one step is."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One step of the ribbon; `missing` says in words what it still lacks, each at its field."""

    stage: Stage
    title: str
    progress: Progress
    missing: tuple[Problem, ...] = ()


TITLES = {
    Stage.INTAKE: "受理",
    Stage.INVESTIGATION: "调查",
    Stage.MEDIATION: "调解",
    Stage.AGREEMENT: "协议",
    Stage.PERFORMANCE: "履行",
    Stage.FOLLOW_UP: "回访",
    Stage.ARCHIVED: "归档",
}


def stage_of(case: MediationCase) -> Stage:
    """The step the case is at, from what is recorded; never typed."""
    if case.archived_on:
        return Stage.ARCHIVED
    if case.result == NOT_ACCEPTED:
        return Stage.NOT_ACCEPTED
    if case.result is None:
        begun = Stage.INVESTIGATION if case.investigations else Stage.INTAKE
        return Stage.MEDIATION if case.sessions else begun
    return _stage_after(case) if case.result in SETTLED else Stage.CLOSED


def _stage_after(case: MediationCase) -> Stage:
    """Where a settled case stands."""
    if effective_on(case) is None:
        return Stage.AGREEMENT
    if case.performance_status != "done":
        return Stage.PERFORMANCE
    return Stage.CLOSED if _visited(case) else Stage.FOLLOW_UP


def steps(case: MediationCase) -> tuple[Step, ...]:
    """The ribbon: every step with its progress and what it lacks."""
    settled = case.result in SETTLED
    over = case.result is not None
    lacks = {
        Stage.INTAKE: tuple(intake_lacks(case)),
        Stage.INVESTIGATION: (),
        Stage.MEDIATION: tuple(mediation_lacks(case)),
        Stage.AGREEMENT: tuple(agreement_lacks(case))
        if settled
        else tuple(ending_lacks(case))
        if over
        else (),
        Stage.PERFORMANCE: tuple(performance_lacks(case)) if settled else (),
        Stage.FOLLOW_UP: tuple(follow_up_lacks(case)) if settled else (),
        Stage.ARCHIVED: tuple(archive_lacks(case)),
    }
    return tuple(_ribbon(case, lacks))


def _ribbon(case: MediationCase, lacks: dict[Stage, tuple[Problem, ...]]) -> Iterator[Step]:
    settled, refused = case.result in SETTLED, case.result == NOT_ACCEPTED
    unused = set()
    if not case.investigations:
        unused.add(Stage.INVESTIGATION)
    if case.result is not None and not settled:
        unused |= {Stage.PERFORMANCE, Stage.FOLLOW_UP}
    if refused:
        unused |= {Stage.MEDIATION, Stage.AGREEMENT}
    reached = False
    for stage, title in TITLES.items():
        if stage in unused:
            yield Step(stage, title, Progress.SKIPPED)
        elif reached:
            yield Step(stage, title, Progress.AHEAD, lacks[stage])
        elif _is_done(case, stage, lacks[stage]):
            yield Step(stage, title, Progress.DONE)
        else:
            reached = True
            yield Step(stage, title, Progress.CURRENT, lacks[stage])


def _is_done(case: MediationCase, stage: Stage, lacks: tuple[Problem, ...]) -> bool:
    if stage is Stage.INVESTIGATION:
        return bool(case.investigations)
    if stage is Stage.ARCHIVED:
        return case.archived_on is not None
    if stage in (Stage.AGREEMENT, Stage.PERFORMANCE, Stage.FOLLOW_UP) and case.result is None:
        return False
    return not lacks


def intake_lacks(case: MediationCase) -> Iterator[Problem]:
    """What acceptance needs (司发通〔2010〕239号 受理登记表; 人民调解法 arts 17, 18)."""
    for name, words in (("accepted_on", "受理日期"), ("source", "案件来源"), ("dispute_type", "纠纷类型"),
                        ("facts", "纠纷简要情况")):  # fmt: skip
        if not getattr(case, name):
            yield error(name, f"还没有填写{words}。", "R4")
    if len({party.side for party in case.parties if party.side}) < 2:
        yield error("parties", "双方当事人还没有填写齐全。", "R4")
    if case.consent is None and case.result != NOT_ACCEPTED:
        yield warning("consent", "还没有记明当事人是否同意调解（《人民调解法》第十七条）。", "R3")


def mediation_lacks(case: MediationCase) -> Iterator[Problem]:
    """What mediating needs: notice, mediators, a session, a result."""
    if case.notice_on is None:
        yield error("notice_on", "还没有告知当事人权利义务（《人民调解工作若干规定》第三十条）。", "R5")
    if not case.mediators:
        yield error("mediators", "还没有确定人民调解员（《人民调解法》第十九条）。", "R6")
    if not case.sessions:
        yield error("sessions", "还没有调解记录（《人民调解法》第二十七条）。", "R6")
    if case.result is None:
        yield error("result", "还没有填写调解结果。")


def agreement_lacks(case: MediationCase) -> Iterator[Problem]:
    """What an agreement needs to take effect (人民调解法 arts 28-30)."""
    if not case.clauses:
        yield error("clauses", "还没有填写协议内容。", "R11")
    if case.agreed_on is None:
        yield error("agreed_on", "还没有填写协议日期。", "R11")
    if case.result == WRITTEN:
        yield from unsigned(case)


def ending_lacks(case: MediationCase) -> Iterator[Problem]:
    """What closing without an agreement needs (人民调解法 art. 26)."""
    if case.result_on is None:
        yield error("result_on", "还没有填写结果日期。", "R10")
    if case.result in ("none", "ended", "withdrawn") and not (case.advised and case.advised_on):
        yield error(
            "advised",
            "还没有记明告知当事人的仲裁、行政、司法等途径和日期（《人民调解法》第二十六条）。",
            "R10",
        )


def performance_lacks(case: MediationCase) -> Iterator[Problem]:
    """Which duties are still open (人民调解法 art. 31)."""
    for index, duty in enumerate(case.obligations):
        if duty.status != "done":
            what = f"{duty.payer or ''}应{'向' + duty.payee if duty.payee else ''}履行的第 {index + 1} 项义务"
            yield error(
                f"obligations.{index}.status", f"{what}还没有履行完毕（《人民调解法》第三十一条）。", "R17"
            )
    if not case.obligations and case.performance_status != "done":
        yield error("performance_status", "协议还没有履行完毕（《人民调解法》第三十一条）。", "R17")


def follow_up_lacks(case: MediationCase) -> Iterator[Problem]:
    """Whether somebody went back to ask (人民调解工作若干规定 art. 39)."""
    if not _visited(case):
        yield error("follow_ups", "还没有回访（《人民调解工作若干规定》第三十九条）。", "R18")


def archive_lacks(case: MediationCase) -> Iterator[Problem]:
    """What filing needs on the case itself; which papers are missing the dossier says."""
    if case.result is None:
        yield error("result", "还没有调解结果，不能归档。", "R24")
    if case.result == WRITTEN and effective_on(case) is None:
        yield error("sealed_on", "协议还没有生效，不能归档。", "R11")
    if case.filed_by is None:
        yield error("filed_by", "还没有填写立卷人。", "R24")
    if case.archived_on is None:
        yield error("archived_on", "还没有填写归档日期。", "R24")


def _visited(case: MediationCase) -> bool:
    return any(row.kind == "visit" for row in case.follow_ups)
