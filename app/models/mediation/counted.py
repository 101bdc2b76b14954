"""What the statistics count of a mediation case, and the index that lets them count without opening cases."""

from sqlalchemy import Index, text

COUNTED = (
    "accepted_on",
    "result_on",
    "agreed_on",
    "dispute_type",
    "source",
    "result",
    "difficulty",
    "risk",
    "station",
    "amount",
    "people",
    "special",
    "prevented",
    "prevented_people",
    "void_reason",
    "id",
)
"""Columns of mediation_case that figures are made of."""


def figures_index() -> Index:
    """Every counted column side by side: a figure reads 30 MB of index instead of 400 MB of 200,000 cases."""
    return Index("ix_mediation_case_figures", *COUNTED, sqlite_where=text("void_reason IS NULL"))
