"""Policies of the district as signed values: each goes down to every station, and is signed anew before it lapses."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from app.district.database import Database
from app.district.identity import Identity
from app.district.passing import office_kind
from app.district.queries import LOCK, MOVE
from app.district.tables import notice, office, server_meta
from app.security.signed_value import signed

KIND = "policy"
PREFIX = "policy:"
OFFICES = "offices"
# A station counts the days since the signature; it is renewed long before the first of its limits.
RENEWED_AFTER = timedelta(days=7)
LOOKED_AFTER = timedelta(minutes=5)
FORM = "%Y-%m-%dT%H:%M:%SZ"


class Policies:
    """Publishes policies and hands the present ones to stations as they ask for their changes."""

    def __init__(self, database: Database, identity: Identity, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._handed: dict[str, datetime] = {}
        self._turn = threading.Lock()

    def publish(self, key: str, content: Mapping[str, Any]) -> int:
        """Set a policy (any JSON object) for all stations; answers its version, which only grows."""
        with self._database.write() as connection:
            connection.execute(_TURN)
            version = self._sign(connection, key, content)
        self._handed.clear()
        return version

    def _follow_offices(self) -> None:
        """The list of offices (单位名录) is a policy of its own, signed anew when an office is added or renamed."""
        with self._database.read() as connection:
            if _offices_told(connection) == _offices(connection):
                return
        with self._database.write() as connection:
            connection.execute(_TURN)
            offices = _offices(connection)
            if _offices_told(connection) != offices:
                self._sign(connection, OFFICES, {"offices": offices})

    def hand_on(self, station: str) -> None:
        """See that a station's log ends with the present policies; looked at again after five minutes."""
        now = self._clock()
        with self._turn:
            looked = self._handed.get(station)
            if looked is not None and timedelta(0) <= now - looked < LOOKED_AFTER:
                return
            self._handed[station] = now
        self._follow_offices()
        with self._database.read() as connection:
            missing = self._missing(connection, station)
            old = [key for key, body in _kept(connection).items() if self._is_old(body)]
        if not missing and not old:
            return
        with self._database.write() as connection:
            place: int = connection.execute(LOCK, {"station": station}).scalar_one()
            connection.execute(_TURN)
            for key, body in _kept(connection).items():
                if self._is_old(body):
                    self._sign(connection, key, _content_of(body))
            for key, body in self._missing(connection, station).items():
                place += 1
                said = {"station": station, "position": place, "kind": KIND, "key": key, "body": body}
                connection.execute(insert(notice), said | {"published_at": now.strftime(FORM)})
            connection.execute(MOVE, {"b_station": station, "position": place})

    def _sign(self, connection: Connection, key: str, content: Mapping[str, Any]) -> int:
        before = _kept(connection).get(key)
        version = 1 + (int(orjson.loads(before)["version"]) if before else 0)
        said = {**content, "key": key, "version": version, "issued": self._clock().strftime(FORM)}
        body = orjson.dumps(signed(self._identity.signing_key, said), option=orjson.OPT_SORT_KEYS)
        connection.execute(delete(server_meta).where(server_meta.c.name == PREFIX + key))
        connection.execute(insert(server_meta), {"name": PREFIX + key, "value": body})
        return version

    def _missing(self, connection: Connection, station: str) -> dict[str, bytes]:
        own = select(notice.c.key, notice.c.body).where(notice.c.station == station, notice.c.kind == KIND)
        held = {row.key: bytes(row.body) for row in connection.execute(own.order_by(notice.c.position))}
        return {key: body for key, body in _kept(connection).items() if held.get(key) != body}

    def _is_old(self, body: bytes) -> bool:
        return self._clock().strftime(FORM) > _plus(orjson.loads(body)["issued"], RENEWED_AFTER)


# One worker signs at a time; on SQLite writers take turns anyway.
_TURN = select(server_meta.c.name).where(server_meta.c.name == "server").with_for_update()


def _offices(connection: Connection) -> list[dict[str, str]]:
    """Every office by its code; one alone has nobody to write to."""
    rows = connection.execute(select(office).order_by(office.c.office)).all()
    told = [{"code": row.office, "name": row.name, "kind": office_kind(row.kind)} for row in rows]
    return told if len(told) > 1 else []


def _offices_told(connection: Connection) -> list[dict[str, str]]:
    body = _kept(connection).get(OFFICES)
    return orjson.loads(body)["offices"] if body else []


def _kept(connection: Connection) -> dict[str, bytes]:
    rows = connection.execute(
        select(server_meta.c.name, server_meta.c.value).where(server_meta.c.name.startswith(PREFIX))
    )
    return {row.name.removeprefix(PREFIX): bytes(row.value) for row in rows}


def _content_of(body: bytes) -> dict[str, Any]:
    content = orjson.loads(body)
    return {
        name: value
        for name, value in content.items()
        if name not in ("key", "version", "issued", "signature")
    }


def _plus(text: str, span: timedelta) -> str:
    return (datetime.strptime(text, FORM) + span).strftime(FORM)  # noqa: DTZ007  # UTC by its form
