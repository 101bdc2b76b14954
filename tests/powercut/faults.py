"""Faults sown into the driver on purpose: a test of power cuts that does not catch them proves nothing."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app import safe_file
from app.security import keyslots
from app.store import database, founding
from app.store.records import RecordStore
from tests.powercut.driver import Sitting
from tests.powercut.state import state_of


def two_transactions(_sitting: Sitting) -> None:
    """The revision is committed before its audit and search rows are written."""
    audit = RecordStore._audit

    def split(self: RecordStore, connection: Connection, new: Any) -> None:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        audit(self, connection, new)

    RecordStore._audit = split  # type: ignore[method-assign]


def acknowledged_early(sitting: Sitting) -> None:
    """已保存 is said before the commit."""

    @contextmanager
    def committed(connection: Connection) -> Iterator[None]:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
            sitting.ledger.acknowledge(state_of(sitting.folder, connection), {})
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            database._roll_back(connection)
            raise

    database._committed = committed


def no_sync_before_replace(_sitting: Sitting) -> None:
    """Side files and copies are renamed over the old ones while their bytes are still in memory."""
    sync = os.fsync

    def folders_only(handle: int) -> None:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            sync(handle)

    os.fsync = folders_only  # type: ignore[assignment]


def synchronous_normal(_sitting: Sitting) -> None:
    """SQLite syncs its log only when it folds it into the file."""
    database.PRAGMAS = tuple(pragma.replace("= FULL", "= NORMAL") for pragma in database.PRAGMAS)


def folder_not_synced(_sitting: Sitting) -> None:
    """A renamed file has its bytes on the disk and not its name."""

    def nothing(_folder: Path) -> None:
        return

    safe_file.sync_folder = database.sync_folder = founding.sync_folder = nothing  # type: ignore[attr-defined]


def old_keys_dropped(_sitting: Sitting) -> None:
    """The slots of the new key stand alone before the file has it."""
    content = keyslots._content

    def without_the_old(slots: Any, following: Any = None, mark: bytes = b"") -> Any:
        return content(slots if following is None else following)

    keyslots._content = without_the_old


FAULTS: dict[str, Callable[[Sitting], None]] = {
    "two transactions": two_transactions,
    "acknowledged early": acknowledged_early,
    "no sync before replace": no_sync_before_replace,
    "synchronous normal": synchronous_normal,
    "folder not synced": folder_not_synced,
    "old keys dropped": old_keys_dropped,
}
