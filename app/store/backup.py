"""Backups (备份): verified copies of the file with its keys and attachments, made beside the work and rotated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app.safe_file import write_safely
from app.security import keyslots
from app.settings import FILE_NAME as SETTINGS_NAME
from app.store import audit, blob_copies, tables
from app.store.backup_errors import FAILURES, BackupFailed, BackupStopped, SourceDamaged, backup_failure
from app.store.backup_folder import prune, unnamed
from app.store.backup_set import (
    BLOB_LIST,
    DATABASE_NAME,
    BackupSet,
    Contents,
    contents_of,
    highest_number,
    moved,
    set_name,
    sets_in,
    write_note,
)
from app.store.database import Database
from app.store.drill import Drill, drill, read_drill
from app.store.errors import StorageDamaged

FOLDER = "backups"
EVERY = timedelta(hours=4)
# Made even when nothing has changed, so that the date shown stays younger than the alarm.
AT_LEAST = timedelta(hours=24)
STALE_AFTER = timedelta(hours=48)
COPYING, ATTACHMENTS, SECOND = "copying", "attachments", "second"
# The steps of a restore.
CHECKING, PLACING = "checking", "placing"

Progress = Callable[[str, float], bool]
"""Is told the step (COPYING, ATTACHMENTS, SECOND; CHECKING, PLACING) and how far it is (0 to 1); answers whether to go on."""


@dataclass(frozen=True)
class BackupState:
    """How it stands with the backups, newest first; `failure` is what went wrong last, as a sentence."""

    sets: tuple[BackupSet, ...] = ()
    second: Path | None = None
    second_sets: tuple[BackupSet, ...] = ()
    drill: Drill | None = None
    second_failure: str = ""
    failure: str = ""
    damaged: bool = False

    @property
    def newest(self) -> BackupSet | None:
        """The last backup made, wherever it lies."""
        return max((*self.sets, *self.second_sets), key=lambda one: one.number, default=None)

    def is_stale(self, now: datetime) -> bool:
        """Whether the newest verified backup is older than 48 h, or none could be made at all."""
        if self.newest is None:
            return bool(self.failure)
        # A date in the future comes from a wrong clock and says nothing.
        return not timedelta(days=-1) < now - self.newest.made_at <= STALE_AFTER


def second_root(chosen: str | None, station: str, device: str) -> Path | None:
    """Where the backups of this PC lie in the folder chosen on another drive; several PCs may share it."""
    return Path(chosen) / f"fengqiao-{station}-{device[-12:]}" if chosen else None


class Backups:
    """The backups of one data folder: in `folder`/backups and, where there is one, on another drive."""

    def __init__(
        self, folder: Path, database: Database, clock: Callable[[], datetime], second: Path | None = None
    ) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self.root = folder / FOLDER
        self.second = second
        self.second_failure = ""

    def state(self) -> BackupState:
        """How it stands now, read from the folders themselves."""
        second_sets = tuple(sets_in(self.second)) if self.second else ()
        return BackupState(
            tuple(sets_in(self.root)), self.second, second_sets, read_drill(self.root), self.second_failure
        )

    def is_due(self, *, at_start: bool = False) -> bool:
        """Whether something has changed that no backup of the last 4 h (at a start: no backup) holds.

        Once a day one is due in any case.  Raises StorageError.
        """
        newest = next(iter(sets_in(self.root)), None)
        if newest is None or not self._is_under_this_key(newest):
            return True
        age = self._clock() - newest.made_at
        if not timedelta(0) <= age < AT_LEAST:
            return True
        return (at_start or age >= EVERY) and newest.contents.mark != self._contents().mark

    def check(self) -> None:
        """Read every page of the desk's file.  Raises SourceDamaged."""
        if self._database.integrity():
            raise SourceDamaged

    def make(self, progress: Progress = lambda step, part: True) -> BackupSet:
        """Make, verify and name a backup, then drop those the rotation no longer keeps.

        The other drive is served last; what goes wrong there is in `second_failure` and does not spoil the
        backup.  Raises BackupFailed; then no backup was made and the earlier ones are untouched.
        """
        try:
            made = self._made(progress)
            prune(self.root)
        except FAILURES as failure:
            raise self._judged(backup_failure(failure)) from failure
        self.second_failure = ""
        if self.second is not None:
            try:
                self.copy_out(made, self.second, progress)
            except BackupFailed as failure:
                self.second_failure = f"另一个盘上没有备份到（{self.second.parent}）：{failure}"
        return made

    def copy_out(
        self, made: BackupSet, root: Path, progress: Progress = lambda step, part: True
    ) -> BackupSet:
        """Copy a finished backup to another drive and verify it there.  Raises BackupFailed."""
        try:
            if not root.parent.is_dir():
                # A drive that is not there must not become a folder on the first one.
                raise FileNotFoundError(root.parent)
            with unnamed(root, made.path.name, made.size) as fresh:
                for file in sorted(made.path.iterdir()):
                    blob_copies.copy_file(file, fresh / file.name)
                    _go_on(progress, SECOND, 0.2)
                self._check_copy(fresh / DATABASE_NAME, made.contents)
                blob_copies.carry(
                    self.root / blob_copies.FOLDER,
                    root / blob_copies.FOLDER,
                    blob_copies.read_list(made.path / BLOB_LIST) or {},
                    lambda done, total: progress(SECOND, 0.5 + done / total / 2),
                    link=False,
                )
            prune(root)
        except FAILURES as failure:
            raise self._judged(backup_failure(failure)) from failure
        return moved(made, root / made.path.name)

    def drill_due(self) -> bool:
        """Whether a month has passed since the last restore drill, or a day since one that found fault."""
        last = read_drill(self.root)
        newest = next(iter(sets_in(self.root)), None)
        if newest is None or not self._is_under_this_key(newest):
            return False
        return last is None or last.is_over(self._clock())

    def drill(self) -> Drill:
        """Restore the newest backup into a scratch folder and verify it.  Raises BackupFailed."""
        try:
            return drill(self.root, sets_in(self.root)[0], self._database, self._clock())
        except FAILURES as failure:
            raise backup_failure(failure) from failure

    def _made(self, progress: Progress) -> BackupSet:
        now = self._clock()
        number = 1 + max(highest_number(root) for root in (self.root, self.second) if root)
        earlier = next(iter(sets_in(self.root)), None)
        known = blob_copies.read_list(earlier.path / BLOB_LIST) if earlier else None
        size = self._database.path.stat().st_size
        with unnamed(self.root, set_name(number, now), size) as fresh:
            keys = keyslots.sound_file(self._folder).read_bytes()
            copy = fresh / DATABASE_NAME
            self._database.copy_to(copy, lambda done, total: progress(COPYING, min(1.0, done / total)))
            contents = self._check_copy(copy)
            write_safely(fresh / keyslots.FILE_NAME, keys)
            if keyslots.sound_file(self._folder).read_bytes() != keys:
                # The keys were changed meanwhile; they might belong to another file.
                raise BackupFailed
            self._take_along(fresh, SETTINGS_NAME)
            listed = blob_copies.carry(
                self._folder / blob_copies.FOLDER,
                self.root / blob_copies.FOLDER,
                known or {},
                lambda done, total: progress(ATTACHMENTS, done / total),
                link=True,
            )
            blob_copies.write_list(fresh / BLOB_LIST, listed)
            made = BackupSet(fresh, number, now, copy.stat().st_size, len(listed), contents)
            write_note(made)
        return moved(made, self.root / set_name(number, now))

    def _is_under_this_key(self, made: BackupSet) -> bool:
        """Whether a backup is of the time since the file's key was changed; others open with their own keys."""
        try:
            with open(made.database, "rb") as file:
                head = file.read(len(self._database.mark))
        except OSError:
            return True
        # One that lost its beginning is damaged, which the drill is to find.
        return len(head) < len(self._database.mark) or head == self._database.mark

    def _take_along(self, fresh: Path, name: str) -> None:
        if (self._folder / name).exists():
            blob_copies.copy_file(self._folder / name, fresh / name)

    def _judged(self, failure: BackupFailed) -> BackupFailed:
        """A copy may be damaged because the file is, or because the disk it was written to is."""
        if isinstance(failure, SourceDamaged) and not self._database.integrity():
            return BackupFailed()
        return failure

    def _check_copy(self, path: Path, expected: Contents | None = None) -> Contents:
        """What a copy holds; its audit chain must end in a link of ours.  Raises StorageDamaged."""
        copy = self._database.other(path)
        try:
            if expected is not None and copy.integrity():
                raise StorageDamaged
            with copy.read() as connection:
                found = contents_of(connection)
        finally:
            copy.close()
        with self._database.read() as connection:
            ours = connection.execute(
                select(tables.audit.c.hash).where(tables.audit.c.seq == found.audit_seq)
            ).scalar()
        is_ours = (ours or audit.FIRST).hex() == (found.audit_hash or audit.FIRST.hex())
        if not is_ours or (expected is not None and found != expected):
            raise StorageDamaged
        return found

    def _contents(self) -> Contents:
        with self._database.read() as connection:
            return contents_of(connection)


def _go_on(progress: Progress, step: str, part: float) -> None:
    if not progress(step, part):
        raise BackupStopped
