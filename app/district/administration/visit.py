"""What a page is given and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.district.administration.accounts import Accounts
from app.district.administration.html import Html, Part, hidden, tag
from app.district.administration.rights import GUEST_ROLE, rights
from app.district.administration.sessions import Session, Sessions
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database
from app.district.enrolment import Enrolments
from app.district.intake import utc_text
from app.district.judge import Judge


@dataclass(frozen=True)
class Parts:
    """What the pages stand on; `url` is the PostgreSQL address or None, `folder` where backups go.

    `ca_digest` is the SHA-256 (hex) of the district's own certificate authority, "" without one.
    """

    database: Database
    enrolments: Enrolments
    judge: Judge
    accounts: Accounts
    sessions: Sessions
    titles: Mapping[str, str]
    clock: Callable[[], datetime]
    folder: Path
    url: str | None
    ca_digest: str


@dataclass(frozen=True)
class Visit:
    """One request for a page: by whom (None: nobody signed in), with which query and form, to which address.

    `is_guest`: on this machine, while there is no account; figures only.
    """

    parts: Parts
    path: str
    session: Session | None
    cookie: str
    origin: str
    address: str
    asked: Mapping[str, str]
    form: Mapping[str, str]
    is_guest: bool = False

    @property
    def actor(self) -> Actor:
        """As the trail names the visitor."""
        if self.session is None:
            return Actor("", "", self.origin)
        return Actor(self.session.name, self.session.role, self.origin)

    def may(self, action: str) -> bool:
        """Whether the visitor's role allows an action."""
        return rights().allows(self.session.role if self.session else GUEST_ROLE, action)

    def form_to(self, address: str, *parts: Part, button: str, kind: str = "") -> Html:
        """A form of this session."""
        key = hidden("form_key", self.session.form_key if self.session else "")
        send = tag("button", button, class_=kind or "plain")
        return tag("form", key, *parts, send, method="post", action=address)

    def note(self, deed: Deed) -> None:
        """Put a deed into the trail in a transaction of its own."""
        with self.parts.database.write() as connection:
            note(connection, self.actor, deed, utc_text(self.parts.clock()))


@dataclass(frozen=True)
class Shown:
    """A page."""

    title: str
    body: Html
    status: int = 200


@dataclass(frozen=True)
class Sent:
    """Go on to another page; `cookie` opens a session, "" ends it."""

    location: str
    cookie: str | None = None


Page = Callable[[Visit], Shown | Sent]
