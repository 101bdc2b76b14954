"""Who may do what at the district: resources/roles/district.toml, deny by default."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app import resources

ANYONE, SIGNED_IN, PC, SCRAPE = "anyone", "signed_in", "pc", "scrape"
GUEST_ROLE = "viewer"
"""What a page on loopback shows while there is no account at all."""
SECURITY = "security"


@dataclass(frozen=True)
class Rights:
    """The table as read."""

    roles: Mapping[str, str]
    cells: frozenset[tuple[str, str]]
    actions: frozenset[str]
    routes: Mapping[str, str]

    def allows(self, role: str, action: str) -> bool:
        """Whether a role may; False for whatever the table does not name."""
        return (role, action) in self.cells

    def of_route(self, method: str, path: str) -> str:
        """What a route asks for.  Raises ValueError for a route the table does not name."""
        asked = self.routes.get(f"{method} {path}")
        if asked is None:
            raise ValueError(f"no row in resources/roles/district.toml: {method} {path}")
        return asked


@cache
def rights() -> Rights:
    """The table that ships with the program.  Raises MissingResourceError, ValueError for a table out of shape."""
    content = tomllib.loads(resources.path("roles", "district.toml").read_text(encoding="utf-8"))
    roles = content["roles"]
    cells = set()
    for action, row in content["actions"].items():
        words = row.split()
        if len(words) != len(roles) or set(words) - {"yes", "-"}:
            raise ValueError(f"not one cell a role: {action}")
        cells |= {(role, action) for role, word in zip(roles, words, strict=True) if word == "yes"}
    known = content["actions"].keys() | {ANYONE, SIGNED_IN, PC, SCRAPE}
    if strange := set(content["routes"].values()) - known:
        raise ValueError(f"routes ask for what is no action: {strange}")
    return Rights(roles, frozenset(cells), frozenset(content["actions"]), content["routes"])
