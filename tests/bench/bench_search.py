"""Search over a full-size encrypted file: time of each kind of query, of one insert, size and memory.

python -m tests.bench.bench_search [--residents N] [--cases N]; the built file is kept under build/.
"""

import argparse
import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean, quantiles

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine

from app.models.pinyin import name_keys
from app.store import search
from tests.bench.search_corpus import rows

KEY = bytes(range(32))
SEED = 20261123
QUERIES = 300
INSERTS = 3000
TARGET_MS = 10.0
BUILD = Path(__file__).parents[2] / "build"
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "cell_size_check=ON",
    "temp_store=MEMORY",
)


def build(path: Path, residents: int, cases: int) -> float:
    """Write a search file of synthetic residents and cases, oldest first; answers seconds of the index build."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".partial")
    unfinished.unlink(missing_ok=True)
    engine = _engine(unfinished)
    with engine.connect() as connection:
        _begin(connection)
        for statement in search.DDL:
            connection.exec_driver_sql(statement)
        started = time.perf_counter()
        search.rebuild(connection, rows(residents, cases, SEED))
        connection.exec_driver_sql("COMMIT")
        seconds = time.perf_counter() - started
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    unfinished.replace(path)
    return seconds


def measure(path: Path) -> dict[str, object]:
    """Figures of a built file: p50/p95/max in ms a query class, insert cost in ms and pages, MB, MB of memory."""
    engine = _engine(path)
    figures: dict[str, object] = {"file_mb": round(path.stat().st_size / 2**20)}
    with engine.connect() as connection:
        figures["entries"] = connection.exec_driver_sql("SELECT count(*) FROM search_entry").scalar()
        figures["queries_ms"] = {
            name: _timed(connection, queries) for name, queries in _queries(connection).items()
        }
        started = time.perf_counter()
        figures["faults"] = search.consistency(connection)
        figures["consistency_s"] = round(time.perf_counter() - started, 1)
    engine.dispose()
    figures["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures["insert"] = _insert_cost(path)
    return figures


def over_target(figures: dict[str, object]) -> list[str]:
    """Names of the query classes whose p95 is above TARGET_MS."""
    queries = figures["queries_ms"]
    assert isinstance(queries, dict)
    return [name for name, taken in queries.items() if taken["p95"] > TARGET_MS]


def _engine(path: Path) -> Engine:
    def connect() -> sqlcipher3.Connection:
        raw = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
        raw.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        return raw

    return create_engine("sqlite://", creator=connect, module=sqlcipher3)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


Query = tuple[str, tuple[str, ...]]


def _queries(connection: Connection) -> dict[str, list[Query]]:
    """Queries cut out of entries drawn at random, and some that find nothing."""
    chance = random.Random(SEED + 1)
    people = _drawn(connection, "resident", chance)
    cases = _drawn(connection, "mediation_case", chance)

    def cut(text: str, length: int) -> str:
        start = chance.randrange(max(1, len(text) - length))
        return text[start : start + length]

    cuts: dict[str, Callable[[int], str]] = {
        "whole name": lambda n: people[n].names[0],
        "name, 2 first": lambda n: people[n].names[0][:2],
        "name, 2 last": lambda n: people[n].names[0][-2:],
        "surname only": lambda n: people[n].names[0][:1],
        "name apart (张 三)": lambda n: " ".join(people[n].names[0]),
        "initials": lambda n: name_keys(people[n].names[0])[0],
        "2 initials": lambda n: name_keys(people[n].names[0])[0][:2],
        "full pinyin": lambda n: name_keys(people[n].names[0])[-1],
        "half pinyin": lambda n: name_keys(people[n].names[0])[-1][:5],
        "ID": lambda n: people[n].numbers[0],
        "ID, 6 first": lambda n: people[n].numbers[0][:6],
        "ID, 9 first": lambda n: people[n].numbers[0][:9],
        "ID, 4 last": lambda n: people[n].numbers[0][-4:],
        "ID, 6 last": lambda n: people[n].numbers[0][-6:],
        "phone": lambda n: people[n].numbers[1],
        "phone, 3 first": lambda n: people[n].numbers[1][:3],
        "phone, 4 last": lambda n: people[n].numbers[1][-4:],
        "case number": lambda n: cases[n].numbers[0],
        "case number, end": lambda n: cases[n].numbers[0].rpartition("第")[2],
        "text, 2": lambda n: cut(cases[n].texts[3], 2),
        "text, 3": lambda n: cut(cases[n].texts[3], 3),
        "text, 4": lambda n: cut(cases[n].texts[3], 4),
        "text, 10": lambda n: cut(cases[n].texts[3], 10),
        "address, whole": lambda n: people[n].texts[0],
        "name and word": lambda n: f"{cases[n].names[0]} {cut(cases[n].texts[3], 2)}",
        "three words": lambda n: " ".join(cut(text, 2) for text in cases[n].texts[3:]),
        "surname and word": lambda n: f"{cases[n].names[0][:1]} {cut(cases[n].texts[3], 2)}",
        "nothing: name": lambda n: f"{people[n].names[0]}氏",
        "nothing: two names": lambda n: f"{people[n].names[0]} {people[-n].names[0]} {cases[n].names[0]}",
        "nothing: words": lambda n: f"{cut(cases[n].texts[3], 2)}{cut(cases[-n].texts[3], 2)}",
        "nothing: number": lambda n: "9" + people[n].numbers[0][1:],
    }
    found: dict[str, list[Query]] = {
        name: [(make(n), ()) for n in range(QUERIES)] for name, make in cuts.items()
    }
    for name in ("whole name", "surname only", "ID, 6 first", "text, 2", "text, 4", "name and word"):
        found[f"{name} [cases]"] = [(query, ("mediation_case",)) for query, _ in found[name]]
        found[f"{name} [visits: none]"] = [(query, ("service_visit",)) for query, _ in found[name]]
    return found


def _drawn(connection: Connection, record_type: str, chance: random.Random) -> list[search.SearchTerms]:
    last = connection.exec_driver_sql("SELECT max(id) FROM search_entry").scalar_one()
    drawn: list[search.SearchTerms] = []
    while len(drawn) < QUERIES:
        row = connection.exec_driver_sql(
            "SELECT names, numbers, texts FROM search_entry WHERE id >= ? AND record_type = ? LIMIT 1",
            (chance.randrange(1, last), record_type),
        ).first()
        if row:
            drawn.append(search.SearchTerms(*(tuple(column.split("\n")) for column in row)))
    return drawn


def _timed(connection: Connection, queries: list[Query]) -> dict[str, float]:
    taken, hits = [], 0
    for query, types in queries:
        started = time.perf_counter()
        hits += len(search.find(connection, query, types=types))
        taken.append((time.perf_counter() - started) * 1000)
    return {
        "p50": round(quantiles(taken, n=20)[9], 2),
        "p95": round(quantiles(taken, n=20)[18], 2),
        "max": round(max(taken), 2),
        "hits": round(hits / len(queries), 1),
    }


def _insert_cost(path: Path) -> dict[str, float]:
    """One record a transaction on a copy of the file, with and without the search row."""
    copy = path.with_suffix(".copy")
    shutil.copyfile(path, copy)
    engine = _engine(copy)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT)")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        wal = copy.with_name(copy.name + "-wal")
        indexing, whole, bare = [], [], []
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
        fresh = rows(INSERTS * 5 // 6, INSERTS // 6, SEED + 2, start=10_000_000)
        for record_type, record_id, terms, _ in fresh:
            bare.append(_transaction(connection, lambda: None)[1])
            size = wal.stat().st_size
            inside, total = _transaction(
                connection, partial(search.index, connection, record_type, record_id, terms)
            )
            indexing.append(inside)
            whole.append((total, (wal.stat().st_size - size) / 4120))
    engine.dispose()
    for left in (copy, wal, copy.with_name(copy.name + "-shm")):
        left.unlink(missing_ok=True)
    totals = [total for total, _ in whole]
    return {
        "index_ms_mean": round(mean(indexing), 3),
        "index_ms_p95": round(quantiles(indexing, n=20)[18], 3),
        "transaction_ms_mean": round(mean(totals), 3),
        "transaction_ms_p95": round(quantiles(totals, n=20)[18], 3),
        "transaction_ms_p99": round(quantiles(totals, n=100)[98], 3),
        "transaction_ms_max": round(max(totals), 3),
        "transaction_ms_mean_without_search": round(mean(bare), 3),
        "pages_mean": round(mean(pages for _, pages in whole), 1),
    }


def _transaction(connection: Connection, work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the work and of the whole transaction."""
    started = time.perf_counter()
    _begin(connection)
    connection.exec_driver_sql("INSERT INTO other (text) VALUES ('一行')")
    before = time.perf_counter()
    work()
    after = time.perf_counter()
    connection.exec_driver_sql("COMMIT")
    return (after - before) * 1000, (time.perf_counter() - started) * 1000


def main(arguments: list[str]) -> int:
    """Build where needed, measure, print JSON; 1 when a query class misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=200_000)
    chosen = parser.parse_args(arguments)
    path = BUILD / f"search-{chosen.residents}-{chosen.cases}.db"
    if not path.exists():
        print(json.dumps({"build_s": round(build(path, chosen.residents, chosen.cases), 1)}), flush=True)
    figures = measure(path)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 1 if over_target(figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
