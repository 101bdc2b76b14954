"""Restore (恢复): the newest backup that opens and verifies takes the place of a damaged or missing file."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.models.column_types import moment_text
from app.models.station_time import station_day
from app.safe_file import sync_folder, write_twice
from app.security import keyslots
from app.security.keyslots import KeyFileError, KeySlots
from app.settings import FILE_NAME as SETTINGS_NAME
from app.store import audit, blob_copies, quarantine
from app.store.backup import CHECKING, PLACING, Progress
from app.store.backup import FOLDER as BACKUPS
from app.store.backup_errors import FAILURES, NoGoodBackup, RestoreStopped, restore_failure
from app.store.backup_set import (
    BLOB_LIST,
    DATABASE_NAME,
    BackupSet,
    Contents,
    contents_of,
    read_note,
    sets_in,
)
from app.store.database import Database, beside, remove
from app.store.errors import StorageDamaged, StorageError, StorageFull, file_error
from app.store.new_life import NewLife, Remembered, begin_new_life, remembered
from app.store.upgrade import upgrade

KeyOf = Callable[[KeySlots], bytes]
"""Opens a key file with what the user knows.  Raises KeyFileError."""


@dataclass(frozen=True)
class Recovered:
    """What came back, and what did not."""

    backup: BackupSet
    contents: Contents
    life: NewLife
    before: Remembered | None
    blobs: int
    blobs_lost: int
    passed_over: int
    quarantine: Path

    @property
    def after_backup(self) -> int | None:
        """Revisions written after the backup, where the old file still says so."""
        return None if self.before is None else max(0, self.before.position - self.contents.position)


@dataclass(frozen=True)
class _Good:
    """A backup that opened and verified; its file lies beside the desk's as `.restored`."""

    backup: BackupSet
    contents: Contents
    dek: bytes
    keys: bytes | None


def backup_roots(folder: Path, *others: Path | None) -> list[Path]:
    """Every folder below which backups may lie: this data folder's own, and what is in the others."""
    found = [folder / BACKUPS]
    for other in others:
        if other is not None and other.is_dir():
            found += [other, *sorted(path for path in other.iterdir() if path.is_dir())]
    return found


def candidates(roots: Sequence[Path]) -> list[BackupSet]:
    """The backups below some folders, newest first; one that lies twice is offered twice.

    Where the first folder, the PC's own, has any, those of other PCs are left out.
    """
    every = [one for root in roots for one in sets_in(root)]
    own = {one.contents.device for one in sets_in(roots[0])}
    # A folder that is itself a backup may be chosen too.
    every += [one for root in roots if (one := read_note(root)) is not None]
    mine = [one for one in every if not own or one.contents.device in own]
    return sorted(mine, key=lambda one: one.number, reverse=True)


def keys_from_backup(folder: Path, found: Sequence[BackupSet]) -> BackupSet | None:
    """Put the newest readable key file of the backups where one is missing or damaged.

    Answers the backup it came from; None where the key file is sound or no backup has one.  Raises OSError.
    """
    with suppress(KeyFileError):
        keyslots.sound_file(folder)
        return None
    for one in found:
        with suppress(KeyFileError):
            keys = keyslots.sound_file(one.path).read_bytes()
            _set_aside_keys(folder)
            write_twice(folder / keyslots.FILE_NAME, keys)
            return one
    return None


class Restore:
    """One restore of one data folder; the caller holds the folder's lock."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], progress: Progress) -> None:
        self._folder = folder
        self._clock = clock
        self._progress = progress
        self._target = folder / DATABASE_NAME
        self._fresh = beside(self._target, ".restored")

    def run(
        self,
        found: Sequence[BackupSet],
        key_of: KeyOf,
        user: str,
        chosen: Sequence[BackupSet] | None = None,
    ) -> Recovered:
        """Put the first of `chosen` (of all `found` for None) that verifies in the place of the desk's file.

        What was there is in quarantine before anything is replaced.  The file begins a new epoch, beyond those
        of all backups found.  Raises NoGoodBackup, RestoreFailed; then everything is as it was.
        """
        try:
            with _cleared(self._fresh):
                return self._run(found, key_of, user, found if chosen is None else chosen)
        except FAILURES as failure:
            raise restore_failure(failure) from failure

    def _run(
        self, found: Sequence[BackupSet], key_of: KeyOf, user: str, tried: Sequence[BackupSet]
    ) -> Recovered:
        good, passed_over = self._first_good(tried, key_of)
        now = self._clock()
        place = quarantine.quarantined(self._folder, now)
        before = self._remembered(place, good)
        listed = blob_copies.read_list(good.backup.path / BLOB_LIST) or {}
        lost = self._bring_back(listed, [one.path.parent for one in found], place)
        life = self._renew(good, before, found, user, now)
        recovered = Recovered(
            good.backup, good.contents, life, before, len(listed) - lost, lost, passed_over, place
        )
        quarantine.write_result(place, _written_down(recovered, now))
        self._replace(good)
        return recovered

    def _first_good(self, found: Sequence[BackupSet], key_of: KeyOf) -> tuple[_Good, int]:
        for passed_over, one in enumerate(found):
            if not self._progress(CHECKING, passed_over / len(found)):
                raise RestoreStopped
            good = self._tried(one, key_of)
            if good is not None:
                return good, passed_over
        raise NoGoodBackup

    def _tried(self, one: BackupSet, key_of: KeyOf) -> _Good | None:
        """The backup copied beside the desk's file and verified; None where it is damaged or does not open."""
        remove(self._fresh)
        try:
            blob_copies.copy_file(one.database, self._fresh)
        except OSError as failure:
            if isinstance(file_error(failure), StorageFull):
                raise
            # A backup that cannot be read is passed over like one that is damaged.
            return None
        for dek, keys in self._keys(one, key_of):
            with suppress(StorageError):
                contents = _verified(self._fresh, dek)
                if contents == one.contents:
                    return _Good(one, contents, dek, keys)
        return None

    def _keys(self, one: BackupSet, key_of: KeyOf) -> Iterator[tuple[bytes, bytes | None]]:
        """The key in use now, then the one kept with the backup (with its file, which then comes back too)."""
        with suppress(KeyFileError):
            yield key_of(KeySlots.open(self._folder)), None
        with suppress(KeyFileError):
            yield key_of(KeySlots.open(one.path)), keyslots.sound_file(one.path).read_bytes()

    def _remembered(self, place: Path, good: _Good) -> Remembered | None:
        """What the old file still says, read from a copy so that the one in quarantine stays untouched."""
        scratch = self._folder / "quarantine.new"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            scratch.mkdir(mode=0o700)
            for name in (DATABASE_NAME, DATABASE_NAME + "-wal"):
                if (place / name).exists():
                    blob_copies.copy_file(place / name, scratch / name)
            old = Database.open(scratch / DATABASE_NAME, good.dek)
            try:
                with old.read() as connection:
                    return remembered(connection, good.contents.position)
            finally:
                old.close()
        except (StorageError, OSError):
            return None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _bring_back(self, listed: blob_copies.Blobs, roots: Sequence[Path], place: Path) -> int:
        """Put back attachments that are missing or damaged; answers how many no backup holds either."""
        lost = 0
        for done, (name, noted) in enumerate(listed.items()):
            if not self._progress(PLACING, done / len(listed)):
                raise RestoreStopped
            target = self._folder / blob_copies.FOLDER / name
            if blob_copies.is_sound(target, noted):
                continue
            copies = (root / blob_copies.FOLDER / name for root in dict.fromkeys(roots))
            source = next((copy for copy in copies if blob_copies.is_sound(copy, noted)), None)
            if target.exists():
                aside = place / blob_copies.FOLDER / name
                aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                blob_copies.copy_file(target, aside)
            if source is None:
                lost += 1
            else:
                blob_copies.put(source, target, link=source.is_relative_to(self._folder))
        return lost

    def _renew(
        self, good: _Good, before: Remembered | None, found: Sequence[BackupSet], user: str, now: datetime
    ) -> NewLife:
        known = [good.contents.epoch, *(one.contents.epoch for one in found)]
        highest = max(*known, quarantine.highest_epoch(self._folder), before.epoch if before else 0)
        database = Database.open(self._fresh, good.dek)
        try:
            copy = upgrade(database)
            if copy is not None:
                remove(copy)  # the backup is the copy
            with database.write() as connection:
                life = begin_new_life(
                    connection,
                    above=highest,
                    # A file that has lost its log knows less than the backup does.
                    numbers=before.numbers if before and before.position >= good.contents.position else None,
                    days=(station_day(now) - station_day(good.backup.made_at)).days,
                    year=station_day(now).year,
                )
                detail = f"backup {good.backup.number}, epoch {life.epoch}"
                audit.append(
                    connection, audit.Entry(now, user, good.contents.device, "restore", "desk", detail)
                )
        finally:
            database.close()
        return life

    def _replace(self, good: _Good) -> None:
        if good.keys is not None:
            write_twice(self._folder / keyslots.FILE_NAME, good.keys)
        settings = good.backup.path / SETTINGS_NAME
        if settings.exists() and not (self._folder / SETTINGS_NAME).exists():
            write_twice(self._folder / SETTINGS_NAME, settings.read_bytes())
        with open(self._fresh, "rb+") as file:
            os.fsync(file.fileno())
        # A log of the old file would be played into the new one; it is in quarantine.
        for ending in quarantine.LOG_ENDINGS:
            beside(self._target, ending).unlink(missing_ok=True)
        sync_folder(self._folder)
        os.replace(self._fresh, self._target)
        sync_folder(self._folder)


def _verified(path: Path, dek: bytes) -> Contents:
    """What a copy holds.  Raises StorageError where it does not open or is not whole."""
    database = Database.open(path, dek)
    try:
        if database.integrity():
            raise StorageDamaged
        with database.read() as connection:
            return contents_of(connection)
    finally:
        database.close()


def _set_aside_keys(folder: Path) -> None:
    """Damaged key files are kept under another name."""
    for path in (folder / keyslots.FILE_NAME, folder / f"{keyslots.FILE_NAME}.prev"):
        if path.exists():
            number = 1
            while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
                number += 1
            path.rename(aside)


def _written_down(recovered: Recovered, now: datetime) -> dict[str, object]:
    return {
        "at": moment_text(now),
        "backup": recovered.backup.path.name,
        "epoch": recovered.life.epoch,
        "records": recovered.contents.records,
        "attachments": recovered.blobs,
        "attachments_lost": recovered.blobs_lost,
        "after_backup": recovered.after_backup,
    }


@contextmanager
def _cleared(fresh: Path) -> Iterator[None]:
    remove(fresh)
    try:
        yield
    finally:
        remove(fresh)
