"""The search tables: their definition, building them anew from many records, and checking them."""

from collections.abc import Iterable
from itertools import chain, islice, repeat
from typing import TypeAlias

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from app.store.search_tokens import Haystack, SearchTerms, folded, tokens

ENTRIES_AT_ONCE = 1000
SAMPLES = 200

# While all is rebuilt: large pieces, merged once at the end.  Afterwards FTS5's own defaults.
BULK_OPTIONS = {"hashsize": 32 << 20, "automerge": 0, "crisismerge": 1999}
USUAL_OPTIONS = {"hashsize": 1 << 20, "automerge": 4, "crisismerge": 16}
MERGE_PAGES = 4000
# FTS5 merges 16 segments of a level into one of the next, inside some save: the rebuilt segment must not be
# among them.  Merging a large and a small segment of different levels opens two new levels above both, so
# this many small merges at the start and one at the end put it where 16 ** 9 saves do not reach it.
RAISED = 4

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
    tokens, content='', contentless_delete=1, detail=none, prefix='2', tokenize='ascii'
)""",
    # A leaf of 3970 bytes and its record header fill one SQLCipher page (4096 less 80 reserved); the
    # default of 4050 spills every leaf onto a second page.
    "INSERT INTO search_index(search_index, rank) VALUES ('pgsz', 3970)",
)

Row: TypeAlias = tuple[str, str, SearchTerms, bool]


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
    for position, size in enumerate(chain((ENTRIES_AT_ONCE,), repeat(1, RAISED), repeat(ENTRIES_AT_ONCE))):
        if not (batch := list(islice(remaining, size))):
            break
        last = _append(connection, batch, done + 1)
        done += len(batch)
        if position <= RAISED:
            _merge_all(connection)
    if done > ENTRIES_AT_ONCE:
        _merge_all(connection)
        connection.exec_driver_sql("DELETE FROM search_index WHERE rowid = ?", (done,))
        connection.exec_driver_sql("INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", last)
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


def _append(connection: Connection, batch: list[Row], first: int) -> tuple[int, str]:
    """Store entries with numbers from `first`; answers the last one's number and tokens."""
    entries, postings = [], []
    for entry, (record_type, record_id, terms, active) in enumerate(batch, first):
        haystack = folded(terms)
        columns = (haystack.names, haystack.numbers, haystack.texts)
        entries.append((entry, record_type, record_id, active, *columns))
        postings.append((entry, tokens(record_type, haystack)))
    connection.exec_driver_sql("INSERT INTO search_entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
    connection.exec_driver_sql("INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", postings)
    return postings[-1]


def _configure(connection: Connection, option: str, value: int) -> None:
    connection.exec_driver_sql("INSERT INTO search_index (search_index, rank) VALUES (?, ?)", (option, value))


def consistency(connection: Connection) -> list[str]:
    """Faults of the index as sentences: damaged, entries missing or left over, a sample not found by its terms."""
    faults = []
    if _damaged(connection):
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


def _damaged(connection: Connection) -> bool:
    """A search comes first: the check goes by what this connection last knew of the index, which others changed."""
    try:
        connection.exec_driver_sql(
            "SELECT rowid FROM search_index WHERE search_index MATCH 'any' LIMIT 1"
        ).all()
    except DatabaseError:
        return True
    return connection.exec_driver_sql("PRAGMA integrity_check(search_index)").scalars().all() != ["ok"]


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
