"""A founded desk of full size (1,000,000 residents, 200,000 cases), built once under build/ for the window bench."""

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from samples import SAMPLES, party
from sqlalchemy import Connection

from app.models.payload import canonical
from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store import search
from app.store.database import Database
from app.store.founding import found
from app.store.prepared import prepared_insert
from app.store.tables import revision
from tests.bench.search_corpus import rows

SEED = 20261123
AT = datetime(2026, 11, 1, tzinfo=UTC)
CHUNK = 10_000
PASSWORD = "Ce-shi-2026-kou"
USER = "李调解"


def big_desk(folder: Path, residents: int, cases: int) -> bytes:
    """Make the desk if it is not there yet; answers its key."""
    if (folder / "ready").exists():
        return KeySlots.open(folder).unlock(USER, PASSWORD)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    _, dek, _ = KeySlots.create(folder, USER, PASSWORD)
    database = found(folder / "desk.db", dek, station_code="511421125201", station_name="鹰头村")
    _fill(database, residents, cases)
    database.close()
    (folder / "ready").touch()
    return dek


def _fill(database: Database, residents: int, cases: int) -> None:
    inserts = {code: prepared_insert(kind.table) for code, kind in RECORD_TYPES.items()}
    revisions = prepared_insert(revision)
    corpus = iter(rows(residents, cases, SEED))
    seq = 0
    while chunk := list(islice(corpus, CHUNK)):
        with database.write() as connection:
            for code, insert in inserts.items():
                of_type = [row for row in chunk if row[0] == code]
                insert.run_all(connection, (_record(code, row[1], row[2], seq) for row in of_type))
            revisions.run_all(connection, _revisions(chunk, seq))
            seq += len(chunk)
    with database.write() as connection:
        search.rebuild(connection, rows(residents, cases, SEED))
        _settle(connection, seq)


def _record(code: str, record_id: str, terms: search.SearchTerms, seq: int) -> dict[str, Any]:
    head = {"id": record_id, "station": "511421125201", "revision": 1, "head": secrets.token_hex(16)}
    written = {"created_by": USER, "created_at": AT, "changed_by": USER, "changed_at": AT}
    sample = {name: value for name, value in SAMPLES[code]().items() if not isinstance(value, list)}
    if code == "resident":
        sample |= {"name": terms.names[0], "id_number": terms.numbers[0], "phone": terms.numbers[-1]}
    else:
        settled = {"number": terms.numbers[0], "title": "、".join(terms.names), "performance_status": "done"}
        sample |= {**settled, "facts": terms.texts[0], "accepted_on": date(2020 + seq % 6, 1 + seq % 12, 5)}
    return {**head, **written, **sample}


def _revisions(chunk: list[tuple[str, str, search.SearchTerms, bool]], seq: int) -> Iterator[dict[str, Any]]:
    for place, (code, record_id, _, _) in enumerate(chunk, start=seq + 1):
        op_id = secrets.token_hex(18)
        line = canonical(
            {"seq": place, "op_id": op_id, "record": record_id, "data": party("applicant", "甲")}
        )
        named = {"record_type": code, "record_id": record_id, "act": "create", "by": USER, "at": AT}
        yield {"epoch": 1, "seq": place, "op_id": op_id, "line": line, **named}


def _settle(connection: Connection, seq: int) -> None:
    connection.exec_driver_sql("UPDATE device SET acked_seq = ?", (seq,))
