"""HTML as values: what is not marked as HTML is escaped when it enters a tag, wherever it came from."""

from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset({"input", "link", "meta", "br"})


class Html(str):
    """Text that is HTML already; made here only."""

    __slots__ = ()


Part = str | Html | None


def tag(element: str, /, *parts: Part, **attributes: str | bool) -> Html:
    """One element; `class_` and `for_` lose their underscore, True is an attribute without a value, False none."""
    told = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    if element in VOID:
        return Html(f"<{element}{told}>")
    return Html(f"<{element}{told}>{joined(parts)}</{element}>")


def joined(parts: Iterable[Part]) -> Html:
    """Parts one after the other; plain text among them is escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts if part))


def table(head: Sequence[str], rows: Iterable[Sequence[Part]], empty: str = "没有。") -> Html:
    """A table; a sentence when there are no rows."""
    body = [tag("tr", *[tag("td", cell) for cell in row]) for row in rows]
    if not body:
        return tag("p", empty, class_="quiet")
    names = tag("tr", *[tag("th", name, scope="col") for name in head])
    whole = tag("table", tag("thead", names), tag("tbody", *body))
    return tag("div", whole, class_="wide")


def field(label: str, name: str, kind: str = "text", **attributes: str | bool) -> Html:
    """A labelled input."""
    return tag("label", tag("span", label), tag("input", name=name, type=kind, **attributes))


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Html:
    """A labelled list of (value, text)."""
    parts = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
    return tag("label", tag("span", label), tag("select", *parts, name=name))


def hidden(name: str, value: str) -> Html:
    """A value that travels with a form."""
    return tag("input", type="hidden", name=name, value=value)


def link(text: Part, address: str, **attributes: str | bool) -> Html:
    """A link within the district's pages."""
    return tag("a", text, href=address, **attributes)


def _attribute(name: str, value: str | bool) -> str:
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
