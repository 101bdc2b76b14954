"""Letting a user in: after the key has opened the file, their account says whether and as what."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app import __version__
from app.security.authorize import HEAD
from app.security.keyslots import KeyFileError, KeySlots
from app.security.slots import key_name
from app.store import accounts, policies
from app.store.accounts import Account
from app.store.database import Database


def admit(
    folder: Path,
    database: Database,
    user: str,
    clock: Callable[[], datetime],
    remarks: list[str],
    *,
    recovering: bool = False,
) -> Account:
    """The account of who signs in; a remark where their password is old.

    Whoever holds the printed recovery code comes in under any name that is not retired, as 站长 where the name is
    new.  Raises NotAdmitted, StorageError, KeyFileError.
    """
    slots, now = KeySlots.open(folder), clock()
    with database.read() as connection:
        policy, known = accounts.read_policy(connection), accounts.listed(connection)
    if not known or (recovering and user not in {each.name for each in known}):
        with database.write() as connection:
            accounts.begin(connection, slots.users() or [user], now)
            if accounts.of_name(connection, user) is None and recovering:
                accounts.add(connection, user, HEAD, by=user, now=now, must_change=False)
    if recovering:
        with database.write() as connection:
            accounts.password_set(connection, user, now, must_change=False)
    with database.read() as connection:
        account = accounts.admitted(connection, user, policy, now)
    _close_slots(slots, known)
    if policy.is_old(account.password_at, now):
        days = (now - account.password_at).days
        remarks.append(f"您的口令已用了 {days} 天，请尽快更换：点左下角的用户名，选“修改口令”。")
    return account


def follow_district(
    folder: Path, database: Database, dek: bytes, now: datetime, note: Callable[[str, str], None]
) -> list[str]:
    """Let the district's offline key open the file, too, where it published one; what is to be said of its policy.

    Raises StorageError, KeyFileError.
    """
    with database.read() as connection:
        public, said = policies.recovery_key(connection), policies.remark(connection, now, __version__)
    if public is not None:
        with suppress(OSError, ValueError):
            if KeySlots.open(folder).seal_to_district(public, dek):
                note("seal to district", key_name(public))
    return [said] if said else []


def _close_slots(slots: KeySlots, known: list[Account]) -> None:
    """A power cut may have come between retiring a leaver and closing their slot."""
    for each in known:
        if not each.active and each.name in slots.users():
            with suppress(KeyFileError, OSError):
                slots.remove_user(each.name)
