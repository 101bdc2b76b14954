"""Opening a desk: the lock, the key, the file and the services over it, put together in one place."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from uuid_utils import uuid7

from app.commands.admission import admit, follow_district
from app.models.registry import RECORD_TYPES
from app.reports.authorized import AuthorizedReports
from app.reports.reckoning import SuccessBase
from app.safe_file import write_safely
from app.security.attempts import Attempts
from app.security.authorize import Actor
from app.security.keyslots import KeySlots, WrongPassword
from app.settings import Settings, load_settings, save_settings
from app.store.accounts import Account
from app.store.attachments import Look
from app.store.authorized.access import Access
from app.store.authorized.files import AuthorizedAttachments
from app.store.authorized.lists import AuthorizedDifferences, AuthorizedDrafts
from app.store.authorized.records import AuthorizedReader, AuthorizedStore
from app.store.backup import FOLDER as BACKUPS
from app.store.backup import Backups, second_root
from app.store.backup_set import sets_in
from app.store.database import Database, clear_away
from app.store.errors import StorageError
from app.store.folder import FolderLock, check_folder
from app.store.founding import found
from app.store.outbox import Outbox
from app.store.receiving import Receiver
from app.store.station import Station, read_station
from app.store.upgrade import upgrade
from app.store.whereabouts import look_around

DATABASE = "desk.db"
KEY_FILES = ("keyslots.json", "keyslots.json.prev")
# Stands in the folder while a station is being founded.
FOUNDING = "founding"


def utc_now() -> datetime:
    """The PC's clock, in aware UTC."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """An open data folder and the services over it, for one user and no further than their role reaches.

    `outbox`, `receiver` and `backups` are the machinery's, which works whoever is signed in.
    """

    folder: Path
    settings: Settings
    lock: FolderLock
    database: Database
    station: Station
    account: Account
    clock: Callable[[], datetime]
    remarks: list[str]

    def __post_init__(self) -> None:
        actor = Actor(self.account.name, self.account.role, self.station.code)
        self.access = Access(self.database, self.station.device_id, self.clock, actor)
        self.store = AuthorizedStore(
            self.database,
            self.station,
            self.clock,
            self.access,
            lambda: self.settings.district_url is not None,
        )
        self.reader = AuthorizedReader(self.database, self.access)
        self.drafts = AuthorizedDrafts(self.database, self.access)
        self.outbox = Outbox(self.database, self.station.epoch)
        self.attachments = AuthorizedAttachments(
            self.database,
            self.station,
            self.clock,
            largest=self.settings.attachment_mb * 2**20,
            draw=_look_of,
            access=self.access,
        )
        second = second_root(self.settings.second_backup, self.station.code, self.station.device_id)
        self.backups = Backups(self.folder, self.database, self.clock, second)
        self.receiver = Receiver(self.database, self.station, self.clock, RECORD_TYPES)
        self.differences = AuthorizedDifferences(self.database, self.access)
        # Held while the key file is read, changed and written.
        self.keys = threading.RLock()

    @property
    def user(self) -> str:
        """Who is signed in."""
        return self.account.name

    def note(self, action: str, detail: str = "") -> None:
        """Write what this user did into the audit chain."""
        self.access.note(action, detail=detail)

    def close(self) -> None:
        """Let go of the file and the folder."""
        self.access.write_down()
        self.database.close()
        self.lock.release()


def is_founded(folder: Path) -> bool:
    """Whether the folder holds a station's data (or what is left of it: then nothing is founded over it).

    Keys whose founding was cut short before there was a database open nothing, and are not data.
    """
    if (folder / DATABASE).exists() or sets_in(folder / BACKUPS):
        return True
    return not (folder / FOUNDING).exists() and any((folder / name).exists() for name in KEY_FILES)


def found_desk(
    folder: Path,
    *,
    station_code: str,
    station_name: str,
    user: str,
    password: str,
    district_url: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> tuple[Desk, str]:
    """Make the data of a new station; answers the open desk and the recovery code to print.

    Raises FolderRefused, AlreadyOpen, KeyFileError, StorageError.
    """
    remarks = check_folder(folder)
    lock = FolderLock(folder)
    lock.take()
    try:
        _set_aside(folder)
        write_safely(folder / FOUNDING, b"")
        _, dek, code = KeySlots.create(folder, user, password)
        settings = replace(load_settings(folder), district_url=district_url)
        save_settings(folder, settings)
        database = found(folder / DATABASE, dek, station_code=station_code, station_name=station_name)
        try:
            account = admit(folder, database, user, clock, remarks)
            remarks += look_around(database, folder, clock(), by=user)
            desk = _desk(folder, settings, lock, database, account, clock, remarks)
            desk.note("found")
        except BaseException:
            database.close()
            # Nobody has seen the recovery code: the next try begins anew.
            clear_away(folder / DATABASE)
            raise
        _end_founding(folder)
    except BaseException:
        lock.release()
        raise
    return desk, code


def open_desk(folder: Path, user: str, password: str, *, clock: Callable[[], datetime] = utc_now) -> Desk:
    """Open the data with a password.

    Raises FolderRefused, AlreadyOpen, LockedOut, WrongPassword, KeyFileError, NotAdmitted, StorageError.
    """
    slots = KeySlots.open(folder)
    attempts = Attempts(folder, clock)
    attempts.check(user)
    try:
        dek = slots.unlock(user, password)
    except WrongPassword:
        attempts.failed(user)
        raise
    failures = attempts.succeeded(user)
    desk = open_with_key(folder, user, dek, clock=clock)
    with suppress(OSError):
        KeySlots.open(folder).bring_up_to_date(user, password, dek)
    if failures:
        # Nothing could be written into the file while it was closed.
        with suppress(StorageError):
            desk.note("wrong password", f"{failures} times")
    return desk


def recover_desk(
    folder: Path, code: str, user: str, password: str, *, clock: Callable[[], datetime] = utc_now
) -> Desk:
    """Open the data with the printed recovery code and give `user` a new password.

    Raises MistypedCode, WrongCode and what `open_desk` raises.
    """
    dek = KeySlots.open(folder).unlock_with_code(code)
    desk = open_with_key(folder, user, dek, clock=clock, recovering=True)
    try:
        slots = KeySlots.open(folder)
        slots.bring_code_up_to_date(code, dek)
        slots.set_password(user, password, dek)
        Attempts(folder, clock).succeeded(user)
        desk.note("recover")
    except BaseException:
        desk.close()
        raise
    return desk


def open_with_key(
    folder: Path,
    user: str,
    dek: bytes,
    *,
    clock: Callable[[], datetime] = utc_now,
    recovering: bool = False,
) -> Desk:
    """Open the data with its key, bringing the schema up to date first; `recovering` by the printed code."""
    remarks = check_folder(folder)
    lock = FolderLock(folder)
    lock.take()
    try:
        with suppress(OSError):
            KeySlots.open(folder).settle()
        clear_away(folder / f"{DATABASE}.rekeyed")
        database = Database.open(folder / DATABASE, dek)
        try:
            upgrade(database)
            account = admit(folder, database, user, clock, remarks, recovering=recovering)
            remarks += look_around(database, folder, clock(), by=user)
            desk = _desk(folder, load_settings(folder), lock, database, account, clock, remarks)
            desk.note("open")
            remarks += follow_district(folder, database, dek, clock(), desk.note)
        except BaseException:
            database.close()
            raise
        _end_founding(folder)
    except BaseException:
        lock.release()
        raise
    return desk


def _look_of(media_type: str, content: bytes) -> Look:
    from app.printing.pictures import look_of  # noqa: PLC0415  # loads with the first attachment, not at the start

    return look_of(media_type, content)


def _end_founding(folder: Path) -> None:
    """The marker says nothing any more once there is a database; where it cannot go now it goes the next time."""
    with suppress(OSError):
        (folder / FOUNDING).unlink(missing_ok=True)


def reports_of(desk: Desk) -> AuthorizedReports:
    """The reports over this desk's file, with the district's formula of the success rate."""
    success = SuccessBase(desk.settings.success_base)
    return AuthorizedReports(desk.database, desk.station, success=success, access=desk.access)


def _set_aside(folder: Path) -> None:
    """Rename the keys of a founding that was cut short; nothing is deleted."""
    if not (folder / FOUNDING).exists() or (folder / DATABASE).exists():
        return
    for name in KEY_FILES:
        if (folder / name).exists():
            (folder / name).rename(folder / f"{name}.unfinished-{uuid7()}")


def _desk(
    folder: Path,
    settings: Settings,
    lock: FolderLock,
    database: Database,
    account: Account,
    clock: Callable[[], datetime],
    remarks: list[str],
) -> Desk:
    with database.read() as connection:
        station = read_station(connection)
    return Desk(folder, settings, lock, database, station, account, clock, remarks)
