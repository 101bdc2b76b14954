"""Audit chain: who did what to which object, each row hashed over the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

from sqlalchemy import Connection, select

from app.models.column_types import moment_text
from app.models.payload import canonical
from app.store.prepared import Prepared, prepared_insert
from app.store.tables import audit

FIRST = bytes(32)
TRIGGERS = {
    "audit_no_update": "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "audit_no_delete": "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "audit_no_replace": "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
    "WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
}
"""What keeps the file itself from changing the chain, as the schema says it."""


@dataclass(frozen=True)
class Entry:
    """What is written to the chain; `detail` holds no personal data."""

    at: datetime
    actor: str
    device: str
    action: str
    object: str
    detail: str = ""


_HEAD = Prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_INSERT = prepared_insert(audit)


def append(connection: Connection, entry: Entry) -> None:
    """Add one entry to the chain, in the caller's transaction."""
    head = _HEAD.run(connection, {}).one_or_none()
    seq, prev = (head.seq + 1, head.hash) if head else (1, FIRST)
    _INSERT.run(connection, {"seq": seq, "prev": prev, "hash": _hash(seq, prev, entry), **vars(entry)})


def check_chain(connection: Connection) -> Iterator[str]:
    """A sentence for every place where the chain does not hold, and for every guard of it that is gone."""
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    guards = {row.name: row.sql for row in connection.exec_driver_sql(made)}
    if guards != TRIGGERS:
        yield "操作记录的防改保护被拆除或改动过。"
    rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
    if rows and (rows[0].seq != 1 or rows[0].prev != FIRST):
        yield "操作记录的开头缺失。"
    for before, row in pairwise(rows):
        if row.seq != before.seq + 1:
            yield f"操作记录第 {before.seq} 条之后有缺失。"
        elif row.prev != before.hash:
            yield f"操作记录第 {row.seq} 条与前一条不衔接。"
    for row in rows:
        entry = Entry(row.at, row.actor, row.device, row.action, row.object, row.detail)
        if _hash(row.seq, row.prev, entry) != row.hash:
            yield f"操作记录第 {row.seq} 条的内容被改动过。"


def _hash(seq: int, prev: bytes, entry: Entry) -> bytes:
    content = {**vars(entry), "at": moment_text(entry.at), "seq": seq, "prev": prev.hex()}
    return sha256(b"\x00" + canonical(content)).digest()
