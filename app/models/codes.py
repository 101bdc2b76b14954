"""Code lists, standard and local: what is stored, what is shown, and retired codes that stay readable."""

from dataclasses import dataclass
from functools import cache, cached_property

import orjson

from app import resources
from app.models.text import search_fold


@dataclass(frozen=True)
class Code:
    """One code.  `value` is stored, `label` shown; `aliases` are other labels an imported file may use."""

    value: str
    label: str
    retired: bool = False
    note: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeList:
    """A list of codes in the order they are offered; `source` names the standard or says it is local."""

    key: str
    title: str
    source: str
    items: tuple[Code, ...]

    @cached_property
    def _by_value(self) -> dict[str, Code]:
        return {code.value: code for code in self.items}

    @cached_property
    def _by_label(self) -> dict[str, str]:
        """Folded value, alias or label → value; labels win over aliases, aliases over values."""
        found = {search_fold(code.value): code.value for code in self.items}
        found |= {search_fold(alias): code.value for code in self.items for alias in code.aliases}
        return found | {search_fold(code.label): code.value for code in self.items}

    def __contains__(self, value: object) -> bool:
        return value in self._by_value

    def get(self, value: str) -> Code | None:
        """The code, retired ones too; None when the list does not know it."""
        return self._by_value.get(value)

    def label(self, value: str) -> str:
        """The label; a code unknown to this program (from a newer one) is shown as it is, in brackets."""
        code = self._by_value.get(value)
        return code.label if code else f"（代码 {value}）"

    def active(self) -> tuple[Code, ...]:
        """The codes a new entry may choose."""
        return tuple(code for code in self.items if not code.retired)

    def value_of(self, label: str) -> str | None:
        """The value for a label, alias or value as found in an imported file; None when nothing fits.

        Width, case and spaces do not matter.
        """
        return self._by_label.get(search_fold(label))


@cache
def code_list(key: str) -> CodeList:
    """The list `key`, read once from resources/codes; raises MissingResourceError for an unknown key."""
    data = orjson.loads(resources.path("codes", f"{key}.json").read_bytes())
    items = tuple(
        Code(
            value=item["value"],
            label=item["label"],
            retired=item.get("retired", False),
            note=item.get("note", ""),
            aliases=tuple(item.get("aliases", ())),
        )
        for item in data["items"]
    )
    return CodeList(key=key, title=data["title"], source=data["source"], items=items)
