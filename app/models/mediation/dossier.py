"""The dossier (卷宗) of a case as one object: which papers it needs, which are there, and why one is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.models.mediation.agreement_rules import ORAL, SETTLED, WRITTEN, effective_on
from app.models.mediation.lifecycle import NOT_ACCEPTED, archive_lacks
from app.models.problems import Severity

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

IDENTITY = ("身份", "户口", "营业执照", "法人证书")
"""Words in the name of a piece of evidence that make it a party's proof of identity (document 5)."""


class Standing(StrEnum):
    """How it stands with one paper."""

    DONE = "done"
    MISSING = "missing"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class DossierItem:
    """One paper of the dossier in its order; `why` in words where it is missing; `path` where to mend it."""

    code: str
    title: str
    standing: Standing
    why: str = ""
    path: str = ""


def checklist(case: MediationCase) -> list[DossierItem]:
    """Every paper of the set of 司发通〔2010〕239号 in the order of binding, and the local ones after them."""
    settled = case.result in SETTLED
    accepted = case.result != NOT_ACCEPTED
    outward = [row for row in case.referrals if row.direction == "out"]
    inward = [row for row in case.referrals if row.direction == "in"]
    return [
        DossierItem("cover", "卷宗封面", Standing.DONE),
        DossierItem("index", "卷内目录", Standing.DONE),
        DossierItem("application", "人民调解申请书", _when(case.apply_manner == "written")),
        DossierItem("acceptance", "人民调解受理登记表", Standing.DONE),
        _wanted(
            "notice",
            "当事人权利义务告知书",
            case.notice_on,
            "还没有告知权利义务。",
            "notice_on",
            needed=accepted,
        ),
        _wanted(
            "identity",
            "当事人身份证明",
            any(word in (row.title or "") for row in case.evidence for word in IDENTITY),
            "证据材料里还没有当事人的身份证明。",
            "evidence",
            needed=accepted,
        ),
        DossierItem("attorney", "授权委托书", _when(any(party.agent for party in case.parties))),
        DossierItem("referral", "移交函和反馈函", _when(outward or any(row.result for row in inward))),
        DossierItem("investigation", "人民调解调查记录", _when(case.investigations)),
        DossierItem("evidence", "人民调解证据材料", _when(case.evidence)),
        _wanted("session", "人民调解记录", case.sessions, "还没有调解记录。", "sessions", needed=accepted),
        *_outcome(case),
        DossierItem("performance", "履行凭证", _when(settled)),
        _wanted("visit", "人民调解回访记录", case.follow_ups, "还没有回访。", "follow_ups", needed=settled),
        DossierItem("confirmation", "司法确认有关材料", _when(case.confirm_on)),
        DossierItem(
            "police", "公安机关案件参考文本", _when(any(row.category == "civil_part" for row in inward))
        ),
        DossierItem("closing", "人民调解结案报告表", _when(case.result is not None)),
        DossierItem("note", "卷宗情况说明", Standing.DONE),
        DossierItem("back", "封底", Standing.DONE),
    ]


def archive_hindrances(case: MediationCase) -> list[str]:
    """Everything that keeps the dossier from being filed, in words; empty when it is ready.

    A missing paper may be explained in the note on the file (卷宗情况说明) instead.
    """
    own = {"archived_on", "filed_by"}
    said = [
        problem.message
        for problem in archive_lacks(case)
        if problem.severity is Severity.ERROR and problem.path not in own
    ]
    if not case.dossier_note:
        said += [f"{item.title}：{item.why}" for item in checklist(case) if item.standing is Standing.MISSING]
    return said


def _outcome(case: MediationCase) -> Iterator[DossierItem]:
    """Exactly one of agreement, oral form and termination, once there is a result."""
    if case.result == ORAL:
        yield DossierItem("oral", "人民调解口头协议登记表", Standing.DONE)
    elif case.result == WRITTEN:
        yield _wanted(
            "agreement",
            "人民调解协议书",
            effective_on(case),
            "协议还没有签署完毕，没有生效。",
            "sealed_on",
            needed=True,
        )
    elif case.result is not None:
        yield _wanted(
            "termination",
            "人民调解终止书",
            case.result == NOT_ACCEPTED or case.advised_on,
            "还没有告知当事人其他途径。",
            "advised",
            needed=True,
        )
    else:
        yield DossierItem("agreement", "人民调解协议书", Standing.MISSING, "还没有调解结果。", "result")


def _when(present: object) -> Standing:
    return Standing.DONE if present else Standing.NOT_NEEDED


def _wanted(
    code: str, title: str, present: object | Sequence[object], why: str, path: str, *, needed: bool
) -> DossierItem:
    if present:
        return DossierItem(code, title, Standing.DONE)
    if not needed:
        return DossierItem(code, title, Standing.NOT_NEEDED)
    return DossierItem(code, title, Standing.MISSING, why, path)
