"""Statistical lists of dispute types: one fine code a case, counted in the 18-, 17- or 19-type list of a year."""

from dataclasses import dataclass
from functools import cache, cached_property

import orjson

from app import resources

TYPE_LISTS = ("national_18", "grid_17", "sichuan_19")
"""Lists in resources/type_lists, in the order they are offered."""


@dataclass(frozen=True)
class ListedType:
    """One type of a statistical list, and the fine codes of `dispute_type` that count in it."""

    value: str
    label: str
    fine: tuple[str, ...]


@dataclass(frozen=True)
class TypeList:
    """A list as it holds from the year `since` on; `rest` is the type of what no other type names."""

    key: str
    title: str
    source: str
    since: int
    rest: str
    types: tuple[ListedType, ...]

    @cached_property
    def _by_fine(self) -> dict[str, str]:
        return {fine: listed.value for listed in self.types for fine in listed.fine}

    def type_of(self, fine: str | None) -> str:
        """The type a fine code counts in; the rest for none and for a code from a newer program."""
        return self._by_fine.get(fine or "", self.rest)


@cache
def versions(key: str) -> tuple[TypeList, ...]:
    """Every version of the list, oldest first; raises MissingResourceError for an unknown key."""
    return parsed(key, resources.path("type_lists", f"{key}.json").read_bytes())


def parsed(key: str, content: bytes) -> tuple[TypeList, ...]:
    """The versions a file of resources/type_lists holds, oldest first."""
    data = orjson.loads(content)
    made = (
        TypeList(
            key=key,
            title=data["title"],
            source=data["source"],
            since=version["since"],
            rest=version["rest"],
            types=tuple(
                ListedType(item["value"], item["label"], tuple(item["fine"])) for item in version["types"]
            ),
        )
        for version in data["versions"]
    )
    return tuple(sorted(made, key=lambda version: version.since))


def type_list(key: str, year: int) -> TypeList:
    """The version that holds in a year; the oldest one for years before any."""
    return in_force(versions(key), year)


def in_force(known: tuple[TypeList, ...], year: int) -> TypeList:
    """The newest of the versions that had begun by the year, else the oldest."""
    begun = [version for version in known if version.since <= year]
    return begun[-1] if begun else known[0]
