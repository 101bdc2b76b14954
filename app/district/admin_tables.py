"""Tables of the administration; each lies whole on one node (`spread`) and is never joined to a station's rows.

What `spread` says: "local" lies on the coordinator alone, "reference" is copied to every node; a table that
says nothing is distributed by its column `station`.
"""

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from app.district.tables import METADATA, UTC_TEXT, UUID

LOCAL = {"spread": "local"}
REFERENCE = {"spread": "reference"}

# Which station a PC belongs to: requests name the PC only, and a PC never changes its station.
device_home = Table(
    "device_home",
    METADATA,
    Column("device", UUID, primary_key=True),
    Column("station", String(12), nullable=False),
    info=REFERENCE,
)

# Named administrators; nobody is there before the first command.  `password` is an Argon2id hash.
account = Table(
    "account",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("password_at", UTC_TEXT, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("added_at", UTC_TEXT, nullable=False),
    Column("disabled_at", UTC_TEXT),
    info=LOCAL,
)

# Failed logins in a row, of an account (`name:…`) or from an address (`from:…`).
login_failure = Table(
    "login_failure",
    METADATA,
    Column("who", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UTC_TEXT, nullable=False),
    info=LOCAL,
)

# Whoever is signed in.  Only the hash of the cookie is kept; `form_key` goes into every form (CSRF).
web_session = Table(
    "web_session",
    METADATA,
    Column("cookie_hash", String(64), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("form_key", String(64), nullable=False),
    Column("opened_at", UTC_TEXT, nullable=False),
    Column("seen_at", UTC_TEXT, nullable=False),
    info=LOCAL,
)

# The trail: each line carries the hash of the one before; triggers refuse change and removal.
trail = Table(
    "trail",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UTC_TEXT, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("origin", String(60), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(120), nullable=False),
    Column("result", String(10), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    info=LOCAL,
)
