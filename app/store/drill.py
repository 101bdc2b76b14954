"""The monthly restore drill (恢复演练): the newest backup opened, verified and counted in a scratch folder."""

import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from app.models.column_types import moment_of, moment_text
from app.models.registry import RECORD_TYPES
from app.safe_file import write_safely
from app.store import blob_copies
from app.store.backup_set import BLOB_LIST, DATABASE_NAME, BackupSet, contents_of
from app.store.database import Database
from app.store.errors import StorageError
from app.store.upgrade import upgrade

RESULT = "drill.json"
EVERY = timedelta(days=30)
# A drill that found fault is tried again on the next day's backup.
AGAIN = timedelta(days=1)
SCRATCH = "drill.new"


@dataclass(frozen=True)
class Drill:
    """The last drill: when, on which backup, how many records and attachments came back, what was wrong."""

    at: datetime
    number: int
    records: int
    blobs: int
    faults: tuple[str, ...]

    def is_over(self, now: datetime) -> bool:
        """Whether it is time for the next one (a date in the future says nothing)."""
        return not timedelta(0) <= now - self.at < (AGAIN if self.faults else EVERY)


def drill(root: Path, made: BackupSet, open_with: Database, now: datetime) -> Drill:
    """Restore `made` into a scratch folder beside it, verify everything, and write down what came of it.

    `open_with` is the desk's database, whose key opens the backup.  Raises OSError where the scratch folder or
    the result could not be written; a backup that does not open is a fault, not an error.
    """
    scratch = root / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    try:
        blob_copies.copy_file(made.database, scratch / DATABASE_NAME)
        faults, records = _database_faults(scratch / DATABASE_NAME, made, open_with)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    listed = blob_copies.read_list(made.path / BLOB_LIST)
    if listed is None:
        faults.append("备份的附件清单不能读取。")
    copies = root / blob_copies.FOLDER
    lost = [name for name, noted in (listed or {}).items() if not blob_copies.is_sound(copies / name, noted)]
    if lost:
        faults.append(f"备份的附件有 {len(lost)} 个缺失或损坏。")
    done = Drill(now, made.number, records, len(listed or {}) - len(lost), tuple(faults))
    write_safely(root / RESULT, orjson.dumps(asdict(done) | {"at": moment_text(now)}))
    return done


def read_drill(root: Path) -> Drill | None:
    """The last drill of a backup folder; None before the first one."""
    try:
        content = orjson.loads((root / RESULT).read_bytes())
        faults = tuple(str(fault) for fault in content["faults"])
        return Drill(
            moment_of(content["at"]),
            int(content["number"]),
            int(content["records"]),
            int(content["blobs"]),
            faults,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _database_faults(path: Path, made: BackupSet, open_with: Database) -> tuple[list[str], int]:
    from app.store.verify import verify  # noqa: PLC0415  # once a month; a start need not load it

    try:
        with closing(open_with.other(path)) as copy:
            with copy.read() as connection:
                found = contents_of(connection)
            upgrade(copy)
            faults = verify(copy, RECORD_TYPES)
    except StorageError as failure:
        return [str(failure)], 0
    if found != made.contents:
        faults.append("备份里的记录数与备份时记下的不一致。")
    return faults, found.count
