"""The state of a data folder in a few values, the same for the running program and for what a power cut left."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from app.models import payload
from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.safe_file import twin_of
from app.security import attempts, keyslots
from app.settings import FILE_NAME as SETTINGS
from app.settings import load_settings
from app.store.backup_set import sets_in
from app.store.tables import account, audit, blob, device, draft, number_series, revision
from tests.powercut.ledger import State

# The check opens the file itself, which the file remembers.
OPENING = "open"
SIDE_FILES = tuple(
    name for of in (SETTINGS, keyslots.FILE_NAME, attempts.FILE_NAME) for name in (of, twin_of(Path(of)).name)
)


def state_of(folder: Path, connection: Connection) -> State:
    """Everything a service may have acknowledged, one value a key; nothing where there is nothing."""
    state: dict[str, Any] = _side_state(folder)
    for record_type in RECORD_TYPES.values():
        table = record_type.table
        for record_id, head in connection.execute(select(table.c.id, table.c.head)):
            state[f"record {record_type.code} {record_id}"] = head
    for row in connection.execute(select(draft)):
        content = [row.record_type, row.base, row.at.isoformat(), row.content.decode()]
        state[f"draft {row.owner} {row.record_id}"] = _digest(content)
    kept = connection.execute(select(device)).one_or_none()
    if kept is not None:
        received = kept.last_receipt_at.isoformat() if kept.last_receipt_at else None
        state["receipt"] = [kept.acked_seq, received, kept.server_id]
        state["cursor"] = kept.cursor
    verdicts = select(revision.c.seq, revision.c.verdict, revision.c.detail).where(
        revision.c.verdict.is_not(None)
    )
    state["verdicts"] = [list(row) for row in connection.execute(verdicts.order_by(revision.c.position))]
    state["numbers"] = [
        list(row) for row in connection.execute(select(number_series).order_by(*number_series.c))
    ]
    state["audit"] = connection.execute(
        select(func.count()).select_from(audit).where(audit.c.action != OPENING)
    ).scalar_one()
    state["files"] = list(
        connection.execute(select(blob.c.sha256).where(blob.c.kept).order_by(blob.c.sha256)).scalars()
    )
    if connection.dialect.has_table(connection, "account"):
        state["accounts"] = [
            [row.name, row.role, row.active, row.must_change, row.password_at.isoformat()]
            for row in connection.execute(select(account).order_by(account.c.name))
        ]
    state["schema"] = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return {key: value for key, value in state.items() if value}


def content_digest(record_type: RecordType, values: Any) -> str:
    """The digest of a record's values in their canonical form."""
    return sha256(payload.canonical(payload.encode(record_type, values))).hexdigest()


def _side_state(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = {"copies": sorted(path.name for path in folder.glob("desk.before-*.db"))}
    state |= {f"backup {made.path.name}": made.size for made in sets_in(folder / "backups")}
    if any((folder / name).exists() for name in (SETTINGS, SETTINGS + ".prev")):
        state["settings"] = orjson.loads(orjson.dumps(load_settings(folder)))
    if (folder / keyslots.FILE_NAME).exists():
        slots = keyslots.KeySlots.open(folder)._slots
        state["keys"] = [_digest([slot.kind, slot.user, slot.sealed.hex()]) for slot in slots]
    if (folder / attempts.FILE_NAME).exists():
        state["attempts"] = orjson.loads((folder / attempts.FILE_NAME).read_bytes())
    return state


def _digest(content: list[Any]) -> str:
    return sha256(orjson.dumps(content)).hexdigest()[:16]
