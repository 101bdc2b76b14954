"""What the revisions of a record come to: folding them, and merging by field where two people wrote at once.

Both ends use it: the district to decide, the station to show what the district will decide.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid5

from app.models.payload import apply_changes

_MERGES = UUID("6f0c1a52-3d0b-5c55-9b63-3a4f0a7f4c11")


class Written(Protocol):
    """What folding needs of a revision: its record type, its id, what it does and its wire data."""

    @property
    def type(self) -> str: ...
    @property
    def op_id(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class State(NamedTuple):
    """The merged content of a record."""

    type: str
    head: str
    version: int
    document: Mapping[str, Any]
    void_reason: str | None = None


class Folded(NamedTuple):
    """A state with one more revision in it: what differs from plainly applying it.

    `differing` maps each field two people wrote differently to (standing value, other value); `seen` is the
    place up to which the author of a merged revision knew the record.
    """

    state: State
    merged: bool = False
    differing: Mapping[str, tuple[Any, Any]] = MappingProxyType({})
    seen: int = 0


def merge_of(op_id: str) -> str:
    """The head a record gets when this revision is merged into it."""
    return str(uuid5(_MERGES, op_id))


def created(line: Written) -> State:
    """The first state of a record."""
    document = line.data
    if None in document.values():
        document = {name: value for name, value in document.items() if value is not None}
    return State(line.type, line.op_id, 1, document)


def folded(state: State, line: Written) -> Folded:
    """`state` after a revision whose author had seen all of it."""
    after = _acted(state, line, line.data)
    return Folded(after._replace(head=line.op_id, version=state.version + 1))


def merged(state: State, line: Written, changed_since: Collection[str]) -> Folded:
    """`state` after a revision whose author had not seen changes to the fields `changed_since`.

    Different fields are joined; for the same field the standing value stays and the other is reported.
    Rows of an append are joined in any case.  "" among the names says that the record was voided: what is
    written to it unseen is kept and reported.
    """
    differing: dict[str, tuple[Any, Any]] = {}
    data = dict(line.data)
    if "" in changed_since:
        if line.act == "void":
            data["reason"] = state.void_reason
        else:
            differing[""] = (state.void_reason, dict(line.data))
    if line.act == "edit":
        for name in line.data.keys() & set(changed_since):
            if state.document.get(name) != data[name]:
                differing[name] = (state.document.get(name), data.pop(name))
    head = merge_of(line.op_id)
    after = _acted(state, line, data)._replace(head=head, version=state.version + 1)
    return Folded(after, merged=True, differing=differing)


def _acted(state: State, line: Written, data: Mapping[str, Any]) -> State:
    if line.act == "void":
        return state._replace(void_reason=str(data.get("reason", "")))
    if line.act == "append":
        return state._replace(document=_with_rows(state.document, data))
    return state._replace(document=apply_changes(state.document, data))


def _with_rows(document: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Union of rows by their id; a row that is there already stays as it is."""
    joined = dict(document)
    for name, rows in added.items():
        present = joined.get(name)
        known = list(present) if isinstance(present, list) else []
        ids = {row.get("id") for row in known if isinstance(row, dict)}
        new = rows if isinstance(rows, list) else []
        joined[name] = known + [row for row in new if not (isinstance(row, dict) and row.get("id") in ids)]
    return joined
