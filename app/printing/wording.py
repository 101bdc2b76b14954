"""The fixed wording of the papers, which a district may change without touching the program."""

import tomllib
from collections.abc import Mapping
from functools import cache

from app import resources


@cache
def wording(paper: str) -> Mapping[str, str]:
    """Texts of one paper by name, from resources/templates/papers.toml; KeyError for an unknown paper."""
    with open(resources.path("templates", "papers.toml"), "rb") as file:
        texts: Mapping[str, str] = tomllib.load(file)[paper]
    return texts
