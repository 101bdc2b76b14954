"""Mediating again (重新调解): a new case that goes on from one not settled or not performed."""

from collections.abc import Mapping
from typing import Any

from app.models.mediation.agreement_rules import SETTLED
from app.models.record_type import Values

UNSETTLED = ("none", "withdrawn", "ended")
UNPERFORMED = ("partly", "not_done")
OF_THE_CASE = (
    "dispute_type",
    "occurred_on",
    "place",
    "facts",
    "claims",
    "amount",
    "people",
    "special",
    "difficulty",
)
OF_A_PARTY = (
    "side", "kind", "resident", "name", "sex", "ethnicity", "id_number", "birth", "occupation", "phone",
    "address", "representative", "uscc", "agent", "agent_id", "agent_phone", "agent_relation",
)  # fmt: skip


def may_begin_again(values: Mapping[str, Any]) -> bool:
    """Whether a case can be taken up anew: it has a number, and came to nothing or was not performed.

    人民调解工作若干规定 arts 39, 40: with the parties' consent, which the new case asks for again.
    """
    if not values.get("number"):
        return False
    if values.get("result") in UNSETTLED:
        return True
    return values.get("result") in SETTLED and values.get("performance_status") in UNPERFORMED


def begun_again(values: Mapping[str, Any]) -> Values:
    """What a new case takes over: the parties as they are, and the dispute; nothing that was done or signed."""
    new: Values = {name: values.get(name) for name in OF_THE_CASE}
    new["earlier_number"] = values["number"]
    new["parties"] = [{name: party.get(name) for name in OF_A_PARTY} for party in values.get("parties") or ()]
    new["mediators"] = [{"name": row["name"]} for row in values.get("mediators") or ()]
    return new
