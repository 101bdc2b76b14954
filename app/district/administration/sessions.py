"""Signing in at the district: sessions in the database, so that any worker knows them; idle and absolute limits."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from app.district.admin_tables import account, web_session
from app.district.administration.accounts import Accounts
from app.district.administration.attempts import count_failure, forget_failures, moment_of, wait_left
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database
from app.district.intake import utc_text

IDLE = timedelta(minutes=10)
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)


class NotSignedIn(Exception):
    """The sentence tells why a login was refused; the same for a wrong name and a wrong password."""

    def __init__(self, wait: timedelta | None = None) -> None:
        minutes = max(1, -(-int((wait or timedelta()).total_seconds()) // 60))
        super().__init__(
            "用户名或口令不对，请核对后再试。" if wait is None else f"输错次数太多，请 {minutes} 分钟后再试。"
        )


@dataclass(frozen=True, slots=True)
class Session:
    """Whoever is signed in, and the key every form of theirs has to carry."""

    name: str
    role: str
    must_change: bool
    form_key: str

    def owns(self, form_key: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_key.encode(), form_key.encode("utf-8", "replace"))


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, database: Database, accounts: Accounts, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock

    def sign_in(self, name: str, password: str, origin: str) -> str:
        """The cookie of a new session.  Raises NotSignedIn; every outcome is in the trail."""
        places = (f"name:{name}", f"from:{origin}")
        now = self._clock()
        with self._database.read() as connection:
            of_name, of_address = (wait_left(connection, place, now) for place in places)
        if of_name or of_address:
            # An address that goes on trying must not fill the trail: what made it wait is there already.
            if not of_address:
                self._note(name, origin, Deed("sign_in", result="refused", detail="waiting"))
            raise NotSignedIn(max(of_name, of_address))
        found = self._accounts.checked(name, password)
        if found is None:
            with self._database.write() as connection:
                for place in places:
                    count_failure(connection, place, now)
                actor = Actor(name, "", origin)
                note(connection, actor, Deed("sign_in", result="failed"), utc_text(now))
            raise NotSignedIn
        cookie = secrets.token_urlsafe(32)
        row = {"cookie_hash": _hash(cookie), "name": name, "form_key": secrets.token_urlsafe(32)}
        with self._database.write() as connection:
            _clear_lapsed(connection, now)
            forget_failures(connection, places[0])
            connection.execute(
                insert(web_session), {**row, "opened_at": utc_text(now), "seen_at": utc_text(now)}
            )
            note(connection, Actor(name, found.role, origin), Deed("sign_in"), utc_text(now))
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The session of a cookie while it lasts: 10 minutes idle, 12 hours in all, the account in use."""
        if not cookie:
            return None
        mine, now = web_session.c.cookie_hash == _hash(cookie), self._clock()
        wanted = select(web_session, account.c.role, account.c.must_change, account.c.disabled_at).join(
            account, account.c.name == web_session.c.name
        )
        with self._database.read() as connection:
            row = connection.execute(wanted.where(mine)).first()
        if row is None or row.disabled_at is not None:
            return None
        idle = now - moment_of(row.seen_at)
        if idle > IDLE or now - moment_of(row.opened_at) > LONGEST:
            return None
        if idle >= NOTED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(web_session).where(mine).values(seen_at=utc_text(now)))
        return Session(row.name, row.role, bool(row.must_change), row.form_key)

    def sign_out(self, cookie: str, actor: Actor) -> None:
        """End the session."""
        with self._database.write() as connection:
            connection.execute(delete(web_session).where(web_session.c.cookie_hash == _hash(cookie)))
            note(connection, actor, Deed("sign_out"), utc_text(self._clock()))

    def _note(self, name: str, origin: str, deed: Deed) -> None:
        with self._database.write() as connection:
            note(connection, Actor(name, "", origin), deed, utc_text(self._clock()))


def _clear_lapsed(connection: Connection, now: datetime) -> None:
    connection.execute(delete(web_session).where(web_session.c.opened_at < utc_text(now - LONGEST)))


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
