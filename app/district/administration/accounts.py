"""Named administrators of the district: added, given a role, disabled, and their passwords (Argon2id, RFC 9106)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.district.admin_tables import account, login_failure, web_session
from app.district.administration.attempts import moment_of
from app.district.administration.rights import SECURITY, rights
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database
from app.district.intake import utc_text
from app.security.passwords import USUAL, first_password, password_problems

is_name = re.compile(r"[\w·.-]{2,20}").fullmatch
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


class NotDone(Exception):
    """A request about accounts, stations or PCs that cannot be met; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """One administrator."""

    name: str
    role: str
    must_change: bool
    password_at: str
    added_at: str
    disabled: bool


_ACCOUNTS = select(
    account.c.name,
    account.c.role,
    account.c.must_change,
    account.c.password_at,
    account.c.added_at,
    account.c.disabled_at.is_not(None),
)


class Accounts:
    """The administrators kept in the database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def any_at_all(self) -> bool:
        """Whether anybody was ever added."""
        with self._database.read() as connection:
            return connection.execute(select(account.c.name).limit(1)).first() is not None

    def all(self) -> list[Account]:
        """Everybody, in the order of their names."""
        with self._database.read() as connection:
            return [Account(*row) for row in connection.execute(_ACCOUNTS.order_by(account.c.name))]

    def find(self, name: str) -> Account | None:
        """The account of this name, disabled or not."""
        with self._database.read() as connection:
            return account_of(connection, name)

    def add(self, name: str, role: str, by: Actor) -> str:
        """A new administrator; answers the one-time first password (72 hours).  Raises NotDone."""
        if not is_name(name):
            raise NotDone("用户名要 2 到 20 个汉字、字母或数字，请重新填写。")
        if role not in rights().roles:
            raise NotDone("没有这个角色，请从列表中选择。")
        made, now = first_password(), utc_text(self._clock())
        row = {"name": name, "role": role, "password": _hasher.hash(made), "password_at": now}
        try:
            with self._database.write() as connection:
                connection.execute(insert(account), {**row, "must_change": True, "added_at": now})
                note(connection, by, Deed("add_account", name, detail=role), now)
        except IntegrityError as error:
            raise NotDone(f"已经有“{name}”这个用户，请换一个名字。") from error
        return made

    def reset_password(self, name: str, by: Actor) -> str:
        """A new first password; ends the sessions and the wait of the account.  Raises NotDone."""
        made, now = first_password(), utc_text(self._clock())
        values = {"password": _hasher.hash(made), "password_at": now, "must_change": True}
        with self._database.write() as connection:
            _known(connection, name)
            connection.execute(update(account).where(account.c.name == name).values(**values))
            connection.execute(delete(login_failure).where(login_failure.c.who == f"name:{name}"))
            _end_sessions(connection, name)
            note(connection, by, Deed("reset_password", name), now)
        return made

    def set_role(self, name: str, role: str, by: Actor) -> None:
        """Another role; who is signed in has to sign in again.  Raises NotDone."""
        if role not in rights().roles:
            raise NotDone("没有这个角色，请从列表中选择。")
        with self._database.write() as connection:
            _spared(connection, name, by, staying=role == SECURITY)
            connection.execute(update(account).where(account.c.name == name).values(role=role))
            _end_sessions(connection, name)
            note(connection, by, Deed("set_role", name, detail=role), utc_text(self._clock()))

    def disable(self, name: str, by: Actor) -> None:
        """Closes the account and its sessions; its lines in the trail stay.  Raises NotDone."""
        now = utc_text(self._clock())
        with self._database.write() as connection:
            _spared(connection, name, by, staying=False)
            connection.execute(update(account).where(account.c.name == name).values(disabled_at=now))
            _end_sessions(connection, name)
            note(connection, by, Deed("disable_account", name), now)

    def change_password(self, name: str, old: str, new: str, by: Actor) -> None:
        """One's own password.  Raises NotDone with what the new one lacks."""
        if self.checked(name, old) is None:
            raise NotDone("现在的口令不对，口令没有更换。")
        if new == old:
            raise NotDone("新口令不能与现在的相同。")
        if problems := password_problems(new, names=(name,)):
            raise NotDone("".join(problems))
        now = utc_text(self._clock())
        values = {"password": _hasher.hash(new), "password_at": now, "must_change": False}
        with self._database.write() as connection:
            connection.execute(update(account).where(account.c.name == name).values(**values))
            _end_sessions(connection, name)
            note(connection, by, Deed("change_password", name), now)

    def checked(self, name: str, password: str) -> Account | None:
        """The account when the password is right and still good; takes as long for a name nobody has."""
        with self._database.read() as connection:
            kept = connection.execute(select(account.c.password).where(account.c.name == name)).scalar()
            found = account_of(connection, name)
        right = _matches(kept or _nobody(), password)
        if found is None or found.disabled or not right:
            return None
        lapsed = found.must_change and USUAL.is_lapsed(moment_of(found.password_at), self._clock())
        return None if lapsed else found


def account_of(connection: Connection, name: str) -> Account | None:
    """The account of this name, disabled or not."""
    row = connection.execute(_ACCOUNTS.where(account.c.name == name)).first()
    return None if row is None else Account(*row)


def _known(connection: Connection, name: str) -> Account:
    found = account_of(connection, name)
    if found is None or found.disabled:
        raise NotDone("没有这个用户，或者已经停用。")
    return found


def _spared(connection: Connection, name: str, by: Actor, *, staying: bool) -> None:
    """Nobody changes themselves, and one 安全管理员 stays: without one nobody could be added any more."""
    found = _known(connection, name)
    if name == by.name:
        raise NotDone("不能更改或停用自己，请由另一位安全管理员办理。")
    if found.role == SECURITY and not staying:
        others = select(func.count()).where(
            account.c.role == SECURITY, account.c.disabled_at.is_(None), account.c.name != name
        )
        if connection.execute(others).scalar_one() == 0:
            raise NotDone("这是唯一的安全管理员，请先添加另一位。")


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(web_session).where(web_session.c.name == name))


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password[:200])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash(first_password())
