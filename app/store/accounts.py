"""Accounts: who uses this PC in which role, whether they still do, and since when their password stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.security.authorize import HEAD, matrix
from app.security.passwords import PasswordPolicy
from app.store import policies
from app.store.tables import account, audit

LEAST = "clerk"


class AccountRefused(Exception):
    """Nothing was changed; the sentence says why and what to do."""


class NotAdmitted(Exception):
    """The password is right, but its user may not come in; the sentence says whom to ask."""


@dataclass(frozen=True)
class Account:
    """One user; a `role` of "" is none given yet."""

    name: str
    role: str
    active: bool
    must_change: bool
    password_at: datetime
    added_by: str
    added_at: datetime


def listed(connection: Connection) -> list[Account]:
    """Everybody who ever was a user here, in the order they were added."""
    rows = connection.execute(select(account).order_by(account.c.added_at, account.c.name))
    return [Account(**row._mapping) for row in rows]


def of_name(connection: Connection, name: str) -> Account | None:
    """One user, or None."""
    row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
    return Account(**row._mapping) if row else None


def begin(connection: Connection, users: Sequence[str], now: datetime) -> None:
    """A file without accounts gets one for everybody who has a key: who founded it is 站长, the others 录入员.

    So do new stations, and files from before there were accounts.
    """
    if connection.execute(select(account.c.name).limit(1)).first() is not None:
        return
    founding = select(audit.c.actor).where(audit.c.action == "found").order_by(audit.c.seq).limit(1)
    founder: str | None = connection.execute(founding).scalar()
    head = founder if founder is not None and founder in users else users[-1]
    for name in users:
        add(connection, name, HEAD if name == head else LEAST, by=head, now=now, must_change=False)


def admitted(connection: Connection, name: str, policy: PasswordPolicy, now: datetime) -> Account:
    """The account of who signs in.  Raises NotAdmitted."""
    found = of_name(connection, name)
    if found is None:
        raise NotAdmitted("这个用户在本机没有登记，数据没有改动。请让站长在“用户”里添加后再登录。")
    if not found.active:
        raise NotAdmitted("这个用户已停用，数据没有改动。确需使用请找站长重新添加。")
    if found.must_change and policy.is_lapsed(found.password_at, now):
        raise NotAdmitted(
            f"首次口令超过 {policy.first_hours} 小时没有使用，已失效，数据没有改动。请让站长重新发一个。"
        )
    return found


def add(
    connection: Connection, name: str, role: str, *, by: str, now: datetime, must_change: bool = True
) -> None:
    """A new user, or a former one who is back, with the role of now.  Raises ValueError for no such role."""
    _check_role(role)
    values = {
        "role": role,
        "active": True,
        "must_change": must_change,
        "password_at": now,
        "added_by": by,
        "added_at": now,
    }
    if of_name(connection, name) is None:
        connection.execute(insert(account).values(name=name, **values))
    else:
        connection.execute(update(account).where(account.c.name == name).values(**values))


def give_role(connection: Connection, name: str, role: str) -> None:
    """Another role, from the next sign-in on.  Raises ValueError for no such role."""
    _check_role(role)
    connection.execute(update(account).where(account.c.name == name).values(role=role))


def retire(connection: Connection, name: str) -> None:
    """A leaver: may not come in any more; what they wrote stays theirs."""
    connection.execute(update(account).where(account.c.name == name).values(active=False))


def password_set(connection: Connection, name: str, now: datetime, *, must_change: bool) -> None:
    """A new password: the user's own, or one for a single use."""
    statement = update(account).where(account.c.name == name)
    connection.execute(statement.values(password_at=now, must_change=must_change))


def read_policy(connection: Connection) -> PasswordPolicy:
    """The password policy of the district, the usual one where it set none."""
    return PasswordPolicy.of(policies.read(connection, policies.PASSWORD))


def _check_role(role: str) -> None:
    if role and role not in matrix().roles:
        raise ValueError(f"no such role: {role}")
