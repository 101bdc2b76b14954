"""The trail of the district (操作记录): who did what from where, each line chained to the one before by its hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, desc, insert, select

from app.district.admin_tables import trail

LOCK = 511423
START = "0" * 64
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the name of an account, the command line or a PC; its role and where it asks from."""

    name: str
    role: str
    origin: str


COMMAND = Actor("命令行", "", "")
"""Whoever may run the program on the server's own machine."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to what; `result` is done, refused or failed.  Nothing about the people in records."""

    action: str
    object: str = ""
    result: str = "done"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of the trail."""

    seq: int
    at: str
    actor: str
    role: str
    origin: str
    action: str
    object: str
    result: str
    detail: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How many lines hold, the hash of the last one, and the seq of the first that does not (0: all do)."""

    lines: int
    head: str
    broken_at: int


def note(connection: Connection, actor: Actor, deed: Deed, now: str) -> None:
    """Add a line in the caller's transaction, as its last statement: the lock over the chain is held to the end."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
    last = connection.execute(select(trail.c.seq, trail.c.hash).order_by(desc(trail.c.seq)).limit(1)).first()
    said = {
        "seq": (last.seq if last else 0) + 1,
        "at": now,
        "actor": actor.name[:80],
        "role": actor.role[:20],
        "origin": actor.origin[:60],
        "action": deed.action[:40],
        "object": deed.object[:120],
        "result": deed.result,
        "detail": deed.detail[:500],
    }
    said = {name: _storable(value) for name, value in said.items()}
    prev = last.hash if last else START
    connection.execute(insert(trail), {**said, "prev": prev, "hash": _hash(prev, said)})


def verified(connection: Connection) -> Verification:
    """Walk the whole chain; a changed, missing or inserted line breaks it at that place."""
    expected, prev = 1, START
    every = select(trail).order_by(trail.c.seq).execution_options(yield_per=AT_ONCE)
    with connection.execute(every) as rows:
        for row in rows:
            line = TrailLine(*row)
            said = asdict(line)
            del said["prev"], said["hash"]
            if line.seq != expected or line.prev != prev or line.hash != _hash(prev, said):
                return Verification(expected - 1, prev, expected)
            expected, prev = expected + 1, line.hash
    return Verification(expected - 1, prev, 0)


def newest(connection: Connection, before: int, count: int) -> Sequence[TrailLine]:
    """Up to `count` lines before seq `before` (0: from the end), the newest first."""
    wanted = select(trail).order_by(desc(trail.c.seq)).limit(count)
    if before:
        wanted = wanted.where(trail.c.seq < before)
    return [TrailLine(*row) for row in connection.execute(wanted)]


def _storable(value: Any) -> Any:
    """Text without what a database refuses: NUL and lone surrogates."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _hash(prev: str, said: dict[str, Any]) -> str:
    return hashlib.sha256(b"\0" + prev.encode() + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
