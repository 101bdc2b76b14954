"""What the program writes on a case itself, so that nothing is typed twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.models.codes import code_list
from app.models.mediation.agreement_rules import SETTLED, effective_on
from app.models.mediation.lifecycle import stage_of

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase


def fill_case(values: dict[str, Any]) -> None:
    """Name the dispute, and draw amount, term and state of performance from the obligations."""
    fill_title(values)
    duties = values.get("obligations") or []
    if not duties:
        return
    total = sum((duty["amount"] for duty in duties if duty.get("amount")), Decimal("0.00"))
    if total and values.get("agreed_amount") is None:
        values["agreed_amount"] = total
    terms = [duty["due"] for duty in duties if duty.get("due")]
    if terms:
        values["performance_due"] = max(terms)
    values["performance_status"] = _status([duty.get("status") for duty in duties])


def derived(case: MediationCase) -> dict[str, Any]:
    """The fields nobody types: the stage, the day the agreement binds, the day from which a visit is due."""
    return {
        "stage": stage_of(case).value,
        "effective_on": effective_on(case),
        "visit_after": visit_after(case),
    }


def visit_after(case: MediationCase) -> date | None:
    """The day after which somebody goes back to ask (若干规定 art. 39); None when visited or nothing was agreed."""
    if case.result not in SETTLED or case.archived_on or any(row.kind == "visit" for row in case.follow_ups):
        return None
    return case.performance_due or effective_on(case)


def fill_title(values: dict[str, Any]) -> None:
    """Name the dispute `甲与乙邻里纠纷` when the mediator left the name empty."""
    if values.get("title"):
        return
    parties = values.get("parties") or []
    names = []
    for side in ("applicant", "respondent"):
        of_side = [party["name"] for party in parties if party.get("side") == side and party.get("name")]
        if of_side:
            names.append(of_side[0] + ("等" if len(of_side) > 1 else ""))
    if len(names) == 2 and values.get("dispute_type"):
        label = code_list("dispute_type").label(values["dispute_type"])
        kind = "" if label == "其他" else label.removesuffix("纠纷")
        values["title"] = f"{names[0]}与{names[1]}{kind}纠纷"


def _status(states: list[str | None]) -> str:
    """What the states of single duties come to."""
    if all(state == "done" for state in states):
        return "done"
    if any(state in ("done", "partly") for state in states):
        return "partly"
    return "not_done" if any(state == "not_done" for state in states) else "not_due"
