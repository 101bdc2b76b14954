"""Sentences to begin a clause with, by dispute type; a district may change them in resources/templates."""

import tomllib
from collections.abc import Mapping
from functools import cache

from app import resources

ANY = "any"
BLANK = "＿＿"
"""What still has to be filled in."""


@cache
def _sentences() -> Mapping[str, list[str]]:
    with open(resources.path("templates", "clauses.toml"), "rb") as file:
        return tomllib.load(file)


def clause_templates(dispute_type: str | None) -> list[str]:
    """The sentences for a type of dispute, those for any dispute after them."""
    own = _sentences().get(dispute_type or "", [])
    return [*own, *_sentences()[ANY]]
