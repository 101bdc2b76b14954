"""Search: one FTS5 index of marked tokens over every record, decided on the folded text of the entry.

Tokens of a new entry go to the end of the file in one piece instead of to a random page for every key; a
search reads newest first and stops when it has enough.  All functions work inside the caller's transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, cast

from sqlalchemy import Connection

from app.store.search_tokens import (
    TEXT,
    TIERS,
    Choice,
    Haystack,
    Matched,
    SearchTerms,
    Tier,
    Word,
    folded,
    tokens,
    type_token,
)
from app.store.search_upkeep import DDL, Row, consistency, rebuild

__all__ = ["DDL", "Hit", "Row", "SearchTerms", "consistency", "find", "index", "rebuild", "remove"]

MOST_TYPED = 10_000  # characters of a query that are read
RAREST, FEW, COMMON = 4, 64, 0.05  # tokens, entries, share of entries
MOST_INDEX_WORDS = 8  # words of a query that go into the index query; every word is checked on the text

_Entry: TypeAlias = tuple[int, str, str, int, str, str, str]


@dataclass(frozen=True)
class Hit:
    """A record that matches, and what of it matched; a voided record is not `active`."""

    record_type: str
    record_id: str
    matched: Matched
    active: bool = True


def index(
    connection: Connection, record_type: str, record_id: str, terms: SearchTerms, *, active: bool = True
) -> None:
    """Make the record findable by `terms` only; its place among the newest stays where it first was."""
    haystack = folded(terms)
    before = connection.exec_driver_sql(
        "SELECT id, active, names, numbers, texts FROM search_entry WHERE record_id = ? AND record_type = ?",
        (record_id, record_type),
    ).first()
    columns = (active, haystack.names, haystack.numbers, haystack.texts)
    if before is None:
        entry = connection.exec_driver_sql(
            "INSERT INTO search_entry (record_type, record_id, active, names, numbers, texts)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (record_type, record_id, *columns),
        ).lastrowid
    elif tuple(before[1:]) == columns:
        return
    else:
        entry = before[0]
        connection.exec_driver_sql(
            "UPDATE search_entry SET active = ?, names = ?, numbers = ?, texts = ? WHERE id = ?",
            (*columns, entry),
        )
        if tuple(before[2:]) == columns[1:]:
            return
        connection.exec_driver_sql("DELETE FROM search_index WHERE rowid = ?", (entry,))
    connection.exec_driver_sql(
        "INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", (entry, tokens(record_type, haystack))
    )


def remove(connection: Connection, record_type: str, record_id: str) -> None:
    """Make the record unfindable; nothing happens when it was not indexed."""
    entry = connection.exec_driver_sql(
        "DELETE FROM search_entry WHERE record_id = ? AND record_type = ? RETURNING id",
        (record_id, record_type),
    ).scalar()
    if entry is not None:
        connection.exec_driver_sql("DELETE FROM search_index WHERE rowid = ?", (entry,))


def find(connection: Connection, query: str, *, types: Sequence[str] = (), limit: int = 50) -> list[Hit]:
    """Up to `limit` records that match every space-separated word of `query`.

    Order: records in use before voided ones; then whole name, head of a name, inside a name, number,
    pinyin, text; then newest first.  Single characters only (张, or 张 王) find names that begin with them.  `types`
    limits to these record types.  Any text may be typed; nothing in it is read as a command.
    """
    in_use: dict[int, Hit] = {}
    voided: dict[int, Hit] = {}
    scope = _scope(types)
    for step in _plan(query, partial(_rarest, connection)):
        if len(in_use) >= limit:
            break
        for entry in _matching(connection, step.expression + scope, step.text):
            number, record_type, record_id, active = entry[:4]
            if number in in_use or number in voided or not step.holds(Haystack(*entry[4:])):
                continue
            (in_use if active else voided)[number] = Hit(record_type, record_id, step.matched, bool(active))
            if len(in_use) >= limit:
                break
    return [*in_use.values(), *voided.values()][: max(limit, 0)]


def _scope(types: Sequence[str]) -> str:
    if not types:
        return ""
    return " AND (" + " OR ".join(f'"{type_token(code)}"' for code in types) + ")"


@dataclass(frozen=True)
class _Step:
    """One tier of one query: the index query, what the texts must contain, and the decision on an entry."""

    matched: Matched
    expression: str
    text: str
    holds: Callable[[Haystack], bool]


def _plan(query: str, rarest: Choice) -> Iterator[_Step]:
    """The tiers in which the query can match, best first."""
    pieces = list(dict.fromkeys(query[:MOST_TYPED].split()))
    if len(pieces) == 1:
        alone = Word(pieces[0], rarest, only_names=True)
        for tier, expression in alone.ways.items():
            text = alone.text if tier is TEXT else ""
            yield _Step(tier.matched, expression, text, partial(tier.holds, alone))
        return
    only_names = all(len(piece) == 1 for piece in pieces)
    words = [word for piece in pieces if (word := Word(piece, rarest, only_names=only_names)).text]
    joined = Word("".join(query[:MOST_TYPED].split()), rarest, only_names=True)
    for tier in TIERS:
        either = [joined.ways[tier]] if tier.joined and tier in joined.ways else []
        if this_way := [word.ways[tier] for word in words[:MOST_INDEX_WORDS] if tier in word.ways]:
            either.append(_every_word(this_way, words[:MOST_INDEX_WORDS]))
        if either:
            holds = partial(_holds, tier, words, joined)
            yield _Step(tier.matched, f"({' OR '.join(either)})", "", holds)


def _every_word(this_way: list[str], words: list[Word]) -> str:
    """Some word matches this way, every word in any way."""
    every = ("(" + " OR ".join(word.ways.values()) + ")" for word in words)
    return f"(({' OR '.join(this_way)}) AND {' AND '.join(every)})"


def _holds(tier: Tier, words: list[Word], joined: Word, haystack: Haystack) -> bool:
    if tier.joined and tier.holds(joined, haystack):
        return True
    return any(tier.holds(word, haystack) for word in words) and all(
        any(way.holds(word, haystack) for way in TIERS) for word in words
    )


def _rarest(connection: Connection, found: list[str]) -> list[str]:
    """Of more than RAREST tokens the useful ones: a token most entries carry costs time and excludes nothing.

    Where few entries carry the rarest, it alone: those are soon looked at.
    """
    if len(found) <= RAREST:
        return found
    last = connection.exec_driver_sql("SELECT max(id) FROM search_entry").scalar() or 0
    reach = {}
    for token in found:
        reach[token] = _reach(connection, token)
        if reach[token] == 0:
            return [token]
    rarest = sorted(found, key=reach.__getitem__)
    useful = [token for token in found if reach[token] < last - FEW / COMMON]
    return useful if len(useful) >= RAREST else rarest[:RAREST]


def _reach(connection: Connection, token: str) -> int:
    """The entry FEW before the newest that carries the token: small where the token is rare, 0 where fewer do."""
    newest = "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    return connection.exec_driver_sql(newest, (f'"{token}"', FEW)).scalar() or 0


def _matching(connection: Connection, expression: str, text: str) -> Iterator[_Entry]:
    """Entries the index proposes and whose texts contain `text`, newest first, read as they are asked for."""
    result = connection.exec_driver_sql(
        "SELECT e.id, e.record_type, e.record_id, e.active, e.names, e.numbers, e.texts"
        " FROM search_index CROSS JOIN search_entry AS e ON e.id = search_index.rowid"
        " WHERE search_index MATCH ? AND (? = '' OR instr(e.texts, ?)) ORDER BY search_index.rowid DESC",
        (expression, text, text),
    )
    try:
        for row in result:
            yield cast(_Entry, tuple(row))
    finally:
        result.close()
