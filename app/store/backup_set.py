"""One backup (备份): a folder with the encrypted file, its keys, and a note of what is in it."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from app.models.column_types import Moment, moment_of, moment_text
from app.models.registry import RECORD_TYPES
from app.models.station_time import station_time
from app.safe_file import write_safely
from app.store.tables import audit, device, draft, revision

DATABASE_NAME = "desk.db"
NOTE = "backup.json"
BLOB_LIST = "attachments.json"
SET_NAME = re.compile(r"(\d{6,})-\d{8}-\d{6}")
# Acts that change nothing a backup should follow.
QUIET_ACTS = ("open", "list", "show", "verify", "backup", "drill")


@dataclass(frozen=True)
class Contents:
    """What a file holds, counted in the file itself; nothing personal.

    `position` is the last revision in it and `last_at` when that was written; `mark` differs as soon as
    something worth a backup has happened.
    """

    device: str
    station: str
    epoch: int
    position: int
    last_at: datetime | None
    records: dict[str, int]
    audit_seq: int
    audit_hash: str
    mark: str

    @property
    def count(self) -> int:
        """How many records of all types."""
        return sum(self.records.values())


@dataclass(frozen=True)
class BackupSet:
    """A finished backup.  `number` grows with every backup of a PC; `size` is the file in bytes."""

    path: Path
    number: int
    made_at: datetime
    size: int
    blobs: int
    contents: Contents

    @property
    def database(self) -> Path:
        """The encrypted file in it."""
        return self.path / DATABASE_NAME


def contents_of(connection: Connection) -> Contents:
    """Count what a file holds."""
    who = connection.execute(select(device)).one()
    last = connection.execute(
        select(revision.c.position, revision.c.at).order_by(revision.c.position.desc()).limit(1)
    ).first()
    head = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    acts = select(audit.c.seq).where(audit.c.action.not_in(QUIET_ACTS)).order_by(audit.c.seq.desc()).limit(1)
    drafts = connection.execute(select(func.count(), func.max(draft.c.at, type_=Moment()))).one()
    # The backup of an earlier program lacks the registers that came later.
    there = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    records = {
        code: connection.execute(select(func.count()).select_from(kind.table)).scalar_one()
        for code, kind in RECORD_TYPES.items()
        if kind.table.name in there
    }
    position = last.position if last else 0
    act = connection.execute(acts).scalar() or 0
    return Contents(
        device=who.device_id,
        station=who.station,
        epoch=who.epoch,
        position=position,
        last_at=last.at if last else None,
        records=records,
        audit_seq=head.seq if head else 0,
        audit_hash=head.hash.hex() if head else "",
        mark=f"{who.epoch}/{position}/{who.acked_seq}/{act}/{drafts[0]}/{drafts[1]}",
    )


def set_name(number: int, made_at: datetime) -> str:
    """`000012-20261123-140500`: the number of the backup and the station's time."""
    return f"{number:06d}-{station_time(made_at):%Y%m%d-%H%M%S}"


def sets_in(root: Path) -> list[BackupSet]:
    """The finished backups under a folder, newest first; what has no readable note is left out."""
    return sorted(_sets_in(root), key=lambda one: one.number, reverse=True)


def highest_number(root: Path) -> int:
    """The highest number any backup under a folder carries, finished or not; 0 where there is none."""
    numbers = [_number(path) for path in _folders(root)]
    return max((number for number in numbers if number is not None), default=0)


def write_note(made: BackupSet) -> None:
    """Write the note into the folder of a backup.  Raises OSError."""
    kept = made.contents
    content = {
        "number": made.number,
        "made_at": moment_text(made.made_at),
        "size": made.size,
        "blobs": made.blobs,
        "contents": asdict(kept) | {"last_at": moment_text(kept.last_at) if kept.last_at else None},
    }
    write_safely(made.path / NOTE, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def read_note(path: Path) -> BackupSet | None:
    """The backup in a folder; None where its note is missing or not one of this program."""
    try:
        content = orjson.loads((path / NOTE).read_bytes())
        return BackupSet(
            path=path,
            number=int(content["number"]),
            made_at=moment_of(content["made_at"]),
            size=int(content["size"]),
            blobs=int(content["blobs"]),
            contents=_contents(content["contents"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def moved(made: BackupSet, path: Path) -> BackupSet:
    """The same backup in another folder."""
    return replace(made, path=path)


def _contents(kept: dict[str, Any]) -> Contents:
    last_at = kept["last_at"]
    return Contents(**kept | {"last_at": moment_of(last_at) if last_at else None})


def _sets_in(root: Path) -> Iterator[BackupSet]:
    for path in _folders(root):
        if SET_NAME.fullmatch(path.name):
            found = read_note(path)
            if found is not None:
                yield found


def _folders(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return []


def _number(path: Path) -> int | None:
    found = SET_NAME.match(path.name)
    return int(found[1]) if found else None
