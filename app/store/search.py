"""Search: one FTS5 index of marked tokens over every record, decided on the folded text of the entry.

Tokens of a new entry go to the end of the file in one piece instead of to a random page for every key; a
search reads newest first and stops when it has enough.  All functions work inside the caller's transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias, cast

from sqlalchemy import Connection

from app.store.search_tokens import TIERS, Haystack, SearchTerms, Tier, Word, folded, tokens, type_token

__all__ = ["DDL", "Hit", "SearchTerms", "consistency", "find", "index", "rebuild", "remove"]

MOST_TYPED = 10_000  # characters of a query that are read
MOST_INDEX_WORDS = 8  # words of a query that go into the index query; every word is checked on the text
ENTRIES_AT_ONCE = 1000
SAMPLES = 200

# While all is rebuilt: large pieces, merged once at the end.  Afterwards FTS5's own defaults.
BULK_OPTIONS = {"hashsize": 32 << 20, "automerge": 0, "crisismerge": 1999}
USUAL_OPTIONS = {"hashsize": 1 << 20, "automerge": 4, "crisismerge": 16}
MERGE_PAGES = 4000
# FTS5 merges 16 segments of a level into one of the next, inside some save.  Every merge of all opens a new
# level, so a few of them on the first entries put the rebuilt segment where 16 ** 6 saves do not reach it.
RAISED_LEVELS = 8

DDL: tuple[str, ...] = (
    """CREATE TABLE search_entry (
    id INTEGER PRIMARY KEY,
    record_type TEXT NOT NULL,
    record_id TEXT NOT NULL,
    active INTEGER NOT NULL,
    names TEXT NOT NULL,
    numbers TEXT NOT NULL,
    texts TEXT NOT NULL
)""",
    "CREATE UNIQUE INDEX uq_search_entry_record ON search_entry (record_id, record_type)",
    """CREATE VIRTUAL TABLE search_index USING fts5(
    tokens, content='', contentless_delete=1, detail=none, tokenize='ascii'
)""",
    # A leaf of 3970 bytes and its record header fill one SQLCipher page (4096 less 80 reserved); the
    # default of 4050 spills every leaf onto a second page.
    "INSERT INTO search_index(search_index, rank) VALUES ('pgsz', 3970)",
)

Matched: TypeAlias = Literal["name", "pinyin", "number", "text"]
Row: TypeAlias = tuple[str, str, SearchTerms, bool]
_Check: TypeAlias = Callable[[Haystack], bool]
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
    pinyin, text; then newest first.  One Chinese character alone finds names that begin with it.  `types`
    limits to these record types.  Any text may be typed; nothing in it is read as a command.
    """
    in_use: dict[int, Hit] = {}
    voided: dict[int, Hit] = {}
    scope = _scope(types)
    for matched, expression, check in _plan(query):
        if len(in_use) >= limit:
            break
        for entry in _matching(connection, expression + scope):
            number, record_type, record_id, active = entry[:4]
            if number in in_use or number in voided or not check(Haystack(*entry[4:])):
                continue
            (in_use if active else voided)[number] = Hit(record_type, record_id, matched, bool(active))
            if len(in_use) >= limit:
                break
    return [*in_use.values(), *voided.values()][: max(limit, 0)]


def _scope(types: Sequence[str]) -> str:
    if not types:
        return ""
    return " AND (" + " OR ".join(f'"{type_token(code)}"' for code in types) + ")"


def _plan(query: str) -> Iterator[tuple[Matched, str, _Check]]:
    """For each tier that can match: what it is called, its index query, and the decision on an entry."""
    pieces = dict.fromkeys(query[:MOST_TYPED].split())
    words = [word for piece in pieces if (word := Word(piece, alone=len(pieces) == 1)).text]
    if not words:
        return
    joined = Word("".join(query[:MOST_TYPED].split()), alone=True)
    for tier in TIERS:
        either = [joined.ways[tier]] if len(words) > 1 and tier.joined and tier in joined.ways else []
        if this_way := [word.ways[tier] for word in words[:MOST_INDEX_WORDS] if tier in word.ways]:
            either.append(_every_word(this_way, words[:MOST_INDEX_WORDS]))
        if either:
            yield cast(Matched, tier.matched), f"({' OR '.join(either)})", _check(tier, words, joined)


def _every_word(this_way: list[str], words: list[Word]) -> str:
    """Some word matches this way, every word in any way."""
    some = "(" + " OR ".join(this_way) + ")"
    if len(words) == 1:
        return some
    every = ("(" + " OR ".join(word.ways.values()) + ")" for word in words)
    return f"({some} AND {' AND '.join(every)})"


def _check(tier: Tier, words: list[Word], joined: Word) -> _Check:
    def holds(haystack: Haystack) -> bool:
        if len(words) == 1:
            return tier.holds(words[0], haystack)
        if tier.joined and tier.holds(joined, haystack):
            return True
        return any(tier.holds(word, haystack) for word in words) and all(
            any(way.holds(word, haystack) for way in TIERS) for word in words
        )

    return holds


def _matching(connection: Connection, expression: str) -> Iterator[_Entry]:
    """Entries the index proposes, newest first, read no further than they are asked for."""
    result = connection.exec_driver_sql(
        "SELECT e.id, e.record_type, e.record_id, e.active, e.names, e.numbers, e.texts"
        " FROM search_index CROSS JOIN search_entry AS e ON e.id = search_index.rowid"
        " WHERE search_index MATCH ? ORDER BY search_index.rowid DESC",
        (expression,),
    )
    try:
        for row in result:
            yield cast(_Entry, tuple(row))
    finally:
        result.close()


def rebuild(connection: Connection, rows: Iterable[Row]) -> int:
    """Replace the whole index by `rows` (record type, record id, terms, active), oldest first; answers how many.

    For migrations and large imports: rows are streamed, a record must come once (IntegrityError otherwise).
    """
    connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    connection.exec_driver_sql("DELETE FROM search_entry")
    connection.exec_driver_sql("DROP INDEX uq_search_entry_record")
    for option, value in BULK_OPTIONS.items():
        _configure(connection, option, value)
    remaining, done = iter(rows), 0
    while batch := list(islice(remaining, 1 if done < RAISED_LEVELS else ENTRIES_AT_ONCE)):
        _append(connection, batch, done + 1)
        done += len(batch)
        if done <= RAISED_LEVELS:
            connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('optimize')")
    _merge_all(connection)
    for option, value in USUAL_OPTIONS.items():
        _configure(connection, option, value)
    connection.exec_driver_sql(DDL[1])
    return done


def _merge_all(connection: Connection) -> None:
    """Make one segment of all, piece by piece so that the pages of merged pieces are used again."""
    _configure(connection, "merge", -MERGE_PAGES)
    # The command itself counts as one change.
    while _changes_by_merging(connection) > 1:
        continue


def _changes_by_merging(connection: Connection) -> int:
    before = int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())
    _configure(connection, "merge", MERGE_PAGES)
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one()) - before


def _append(connection: Connection, batch: list[Row], first: int) -> None:
    entries, postings = [], []
    for entry, (record_type, record_id, terms, active) in enumerate(batch, first):
        haystack = folded(terms)
        columns = (haystack.names, haystack.numbers, haystack.texts)
        entries.append((entry, record_type, record_id, active, *columns))
        postings.append((entry, tokens(record_type, haystack)))
    connection.exec_driver_sql("INSERT INTO search_entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
    connection.exec_driver_sql("INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", postings)


def _configure(connection: Connection, option: str, value: int) -> None:
    connection.exec_driver_sql("INSERT INTO search_index (search_index, rank) VALUES (?, ?)", (option, value))


def consistency(connection: Connection) -> list[str]:
    """Faults of the index as sentences: damaged, entries missing or left over, a sample not found by its terms."""
    faults = []
    damage = connection.exec_driver_sql("PRAGMA integrity_check(search_index)").scalars().all()
    if damage != ["ok"]:
        faults.append("检索索引已损坏，记录本身不受影响，请重建检索索引。")
    missing = connection.exec_driver_sql(
        "SELECT count(*) FROM search_entry WHERE id NOT IN (SELECT id FROM search_index_docsize)"
    ).scalar()
    if missing:
        faults.append(f"有 {missing} 条记录没有进入检索索引，请重建检索索引。")
    left_over = connection.exec_driver_sql(
        "SELECT count(*) FROM search_index_docsize WHERE id NOT IN (SELECT id FROM search_entry)"
    ).scalar()
    if left_over:
        faults.append(f"检索索引中有 {left_over} 条多余的内容，请重建检索索引。")
    if not faults and (lost := _lost_samples(connection)):
        faults.append(f"抽查 {SAMPLES} 条记录，有 {lost} 条不能按内容检索到，请重建检索索引。")
    return faults


def _lost_samples(connection: Connection) -> int:
    """How many of up to SAMPLES entries, spread over the file, lack one of their tokens in the index."""
    last = connection.exec_driver_sql("SELECT max(id) FROM search_entry").scalar() or 0
    lost = 0
    for wanted in range(last, 0, -max(1, -(-last // SAMPLES))):
        row = connection.exec_driver_sql(
            "SELECT record_type, names, numbers, texts FROM search_entry WHERE id = ?", (wanted,)
        ).first()
        if row is None:
            continue
        expected = tokens(row[0], Haystack(*row[1:])).split(" ")
        lost += not all(
            connection.exec_driver_sql(
                "SELECT 1 FROM search_index WHERE search_index MATCH ? AND rowid = ?",
                (" AND ".join(f'"{token}"' for token in expected[start : start + 64]), wanted),
            ).first()
            for start in range(0, len(expected), 64)
        )
    return lost
