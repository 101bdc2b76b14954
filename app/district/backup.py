"""Backup of the whole district into a folder of its own, verified before it gets its name; and putting one back."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import orjson
import sqlcipher3
from sqlalchemy import Connection, delete, desc, func, select

from app.district import postgresql_tools
from app.district.admin_tables import trail, web_session
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database, open_database
from app.district.identity import begin_server_epoch, identity_of
from app.district.intake import utc_text
from app.district.tables import revision
from app.safe_file import sync_folder, write_safely

FOLDER = "backups"
CONTENT = {"sqlite": "district.db", "postgresql": "district.dump"}
MANIFEST = "manifest.json"


class NotBackedUp(RuntimeError):
    """No backup was made, or none put back; the sentence says why and that nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; the counts are those just before it was made."""

    kind: str
    server: str
    epoch: int
    made_at: str
    revisions: int
    trail_lines: int
    trail_head: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Kept:
    """One backup in a folder."""

    folder: Path
    made_at: str
    revisions: int
    bytes: int


def back_up(database: Database, url: str | None, into: Path, now: datetime, by: Actor) -> Path:
    """Make a verified backup in a new folder below `into`; answers that folder.  Raises NotBackedUp.

    Stations go on pushing meanwhile: the copy is of one moment.
    """
    kind = "sqlite" if database.is_sqlite else "postgresql"
    name = f"district-{now:%Y%m%d-%H%M%S}"
    part, whole = into / f".{name}.part", into / name
    if whole.exists():
        raise NotBackedUp("这一秒已经做过一份备份，请稍后再试。")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True, mode=0o700)
        with database.read() as connection:
            said = _said(connection)
        content = part / CONTENT[kind]
        if url is None:
            _copy_sqlite(database, content)
        else:
            postgresql_tools.dump(url, content)
        _make_durable(content)
        identity = identity_of(database)
        manifest = Manifest(
            kind,
            identity.server,
            identity.epoch,
            utc_text(now),
            *said,
            content.stat().st_size,
            _sha256(content),
        )
        write_safely(part / MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        part.rename(whole)
        sync_folder(into)
    except (OSError, sqlcipher3.dbapi2.Error, postgresql_tools.ToolFailed) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise NotBackedUp(f"备份没有做成：{error} 区级数据没有受影响。") from error
    with database.write() as connection:
        note(connection, by, Deed("backup", name), utc_text(now))
    return whole


def kept_in(folder: Path) -> Sequence[Kept]:
    """The backups below a folder, the newest first; what cannot be read is left out."""
    found = []
    for one in folder.glob("district-*") if folder.is_dir() else ():
        try:
            manifest = read_manifest(one)
        except NotBackedUp:
            continue
        found.append(Kept(one, manifest.made_at, manifest.revisions, manifest.bytes))
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def put_back(source: Path, url: str | None, folder: Path, now: datetime, by: Actor) -> int:
    """Restore a backup into an empty district and begin a new server epoch; answers it.  Raises NotBackedUp.

    Stations notice the epoch, read the log anew and send again what the backup lacks.
    """
    manifest = read_manifest(source)
    content = source / CONTENT[manifest.kind]
    if (manifest.kind == "sqlite") != (url is None):
        raise NotBackedUp("这份备份是另一种数据库的，不能恢复到这里，没有做任何更改。")
    try:
        if _sha256(content) != manifest.sha256:
            raise NotBackedUp("这份备份与做的时候不一样，已损坏，请换另一份，没有做任何更改。")
        if url is None:
            _place_sqlite(content, folder)
        else:
            postgresql_tools.restore(url, content)
    except (OSError, sqlcipher3.dbapi2.Error, postgresql_tools.ToolFailed) as error:
        raise NotBackedUp(f"恢复没有做成：{error} 备份没有受影响。") from error
    database = open_database(url, folder)
    try:
        epoch = begin_server_epoch(database)
        with database.write() as connection:
            connection.execute(delete(web_session))
            note(connection, by, Deed("restore", source.name, detail=str(epoch)), utc_text(now))
    finally:
        database.close()
    return epoch


def read_manifest(folder: Path) -> Manifest:
    """What the backup in `folder` says of itself.  Raises NotBackedUp."""
    try:
        content = orjson.loads((folder / MANIFEST).read_bytes())
        manifest = Manifest(**{one.name: content[one.name] for one in fields(Manifest)})
        if manifest.kind in CONTENT:
            return manifest
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotBackedUp(f"{folder} 不是一份完整的备份，没有做任何更改。") from error
    raise NotBackedUp(f"{folder} 是更新的程序做的备份，请先升级。")


def _said(connection: Connection) -> tuple[int, int, str]:
    revisions = connection.execute(select(func.count()).select_from(revision)).scalar_one()
    last = connection.execute(select(trail.c.seq, trail.c.hash).order_by(desc(trail.c.seq)).limit(1)).first()
    return (revisions, last.seq, last.hash) if last else (revisions, 0, "")


def _copy_sqlite(database: Database, target: Path) -> None:
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    _check_sqlite(target)


def _check_sqlite(path: Path) -> None:
    with closing(sqlcipher3.dbapi2.connect(str(path))) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise NotBackedUp("备份读回时发现损坏，没有留下。区级数据请立即检查。")


def _place_sqlite(content: Path, folder: Path) -> None:
    target = folder / CONTENT["sqlite"]
    if any(target.with_name(target.name + end).exists() for end in ("", "-wal", "-shm")):
        raise NotBackedUp(f"{folder} 里已有区级数据。只能恢复到空文件夹，没有做任何更改。")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / ".restored.part"
    shutil.copyfile(content, part)
    part.chmod(0o600)
    _check_sqlite(part)
    _make_durable(part)
    part.rename(target)
    sync_folder(folder)


def _make_durable(path: Path) -> None:
    path.chmod(0o600)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
