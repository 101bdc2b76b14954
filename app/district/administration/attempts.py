"""Failed logins at the district: after five in a row the login waits, ten minutes at first, then twice as long."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from app.district.admin_tables import login_failure
from app.district.intake import utc_text

ALLOWED = 5
ALLOWED_FROM_ADDRESS = 25
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=24)


def wait_left(connection: Connection, who: str, now: datetime) -> timedelta:
    """How long `who` (`name:…` or `from:…`) still has to wait; zero when it may try."""
    row = connection.execute(select(login_failure).where(login_failure.c.who == who[:120])).first()
    if row is None:
        return timedelta(0)
    rounds, remainder = divmod(row.failures, _allowed(who))
    if rounds == 0 or remainder:
        return timedelta(0)
    wait = min(FIRST_WAIT * 2 ** min(rounds - 1, 16), LONGEST_WAIT)
    passed = now - moment_of(row.last_at)
    # A clock put back must not lock for years: never wait longer than the wait itself.
    return wait - passed if timedelta(0) <= passed < wait else timedelta(0)


def count_failure(connection: Connection, who: str, now: datetime) -> None:
    """One more failure; a day without one begins anew."""
    who = who[:120]
    mine = login_failure.c.who == who
    row = connection.execute(select(login_failure).where(mine).with_for_update()).first()
    if row is None:
        connection.execute(insert(login_failure), {"who": who, "failures": 1, "last_at": utc_text(now)})
        return
    again = 1 if now - moment_of(row.last_at) > LONGEST_WAIT else row.failures + 1
    connection.execute(update(login_failure).where(mine).values(failures=again, last_at=utc_text(now)))


def forget_failures(connection: Connection, who: str) -> None:
    """Whoever got in starts from none."""
    connection.execute(delete(login_failure).where(login_failure.c.who == who[:120]))


def moment_of(utc: str) -> datetime:
    """The moment a text of `utc_text` names."""
    return datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _allowed(who: str) -> int:
    # A whole office may sit behind one address.
    return ALLOWED if who.startswith("name:") else ALLOWED_FROM_ADDRESS
