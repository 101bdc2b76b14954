"""The real district in this process: requests go through its ASGI application, its database can die and come back."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete, insert, select

from app.district import database as opening
from app.district.authoring import Author
from app.district.database import Database, open_database
from app.district.server import services_of
from app.district.tables import METADATA, device, server_meta
from app.district.web import application
from tests.simulator.traps import Killed, Trap

FILE = "district.db"
# Known to every world, so that two databases give the same bytes.
IDENTITY = {
    "server": b"7d0f5b1e-6f0a-4c39-9a1e-3f2f9b7f1a11",
    "epoch": b"1",
    "signing_key": bytes(range(32)),
    "code_key": bytes(range(32, 64)),
}
Answer = tuple[int, dict[str, str], bytes]


class Truncated(Exception):
    """The request broke off before its end; nobody is there to be answered."""


class Place:
    """Where a district's data lies: a SQLite file to copy, or a PostgreSQL database to empty and fill."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder, self.url = folder, url
        self._kept: Database | None = None

    def begin(self, template: Path) -> None:
        """A district nobody has used yet."""
        if self.url is None:
            self.folder.mkdir()
            shutil.copyfile(template / FILE, self.folder / FILE)
        else:
            self._fill({server_meta.name: _identity_rows()})

    def open(self) -> Database:
        """As a new process would; the schema is known to be the newest."""
        if self.url is None:
            return Database(opening._sqlite(self.folder / FILE))
        if self._kept is None:
            self._kept = open_database(self.url, self.folder)
        return Database(create_engine(self._kept.engine.url, hide_parameters=True))

    def copy(self, database: Database, name: str) -> Any:
        """A backup."""
        if self.url is None:
            database.close()
            target = self.folder.parent / name
            shutil.copyfile(self.folder / FILE, target)
            return target
        with database.read() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in METADATA.sorted_tables
            }

    def put_back(self, kept: Any) -> None:
        """The backup takes the place of what is there."""
        if self.url is None:
            for ending in ("", "-wal", "-shm"):
                (self.folder / (FILE + ending)).unlink(missing_ok=True)
            shutil.copyfile(kept, self.folder / FILE)
        else:
            self._fill(kept)

    def _fill(self, content: Mapping[str, list[dict[str, Any]]]) -> None:
        if self._kept is None:
            self._kept = open_database(self.url, self.folder)
        with self._kept.write() as connection:
            # A restore brings a trail of its own into an empty database; here one database serves every world.
            connection.exec_driver_sql("alter table trail disable trigger trail_no_change")
            for table in reversed(METADATA.sorted_tables):
                connection.execute(delete(table))
            connection.exec_driver_sql("alter table trail enable trigger trail_no_change")
            for table in METADATA.sorted_tables:
                if content.get(table.name):
                    connection.execute(insert(table), content[table.name])

    def leave(self) -> None:
        """No more worlds here."""
        if self._kept is not None:
            self._kept.close()


def template(folder: Path) -> Path:
    """A district's file to copy."""
    database = open_database(None, folder)
    with database.write() as connection:
        connection.execute(insert(server_meta), _identity_rows())
    database.close()
    return folder


def _identity_rows() -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in IDENTITY.items()]


class SimulatedDistrict:
    """One district: killed and started again at will."""

    def __init__(self, place: Place, clock: Callable[[], datetime], loop: asyncio.AbstractEventLoop) -> None:
        self.place = place
        self._clock = clock
        self._loop = loop
        self.start()

    def start(self) -> None:
        """A new process over what is on the disk."""
        self.database = self.place.open()
        self.trap = Trap(self.database.engine)
        self.services = services_of(self.database, clock=self._clock)
        self.author = Author(self.database, self.services.identity, self.services.intake, self._clock)
        self.application = application(self.services)

    def restart(self) -> None:
        """End the process, whatever it was doing, and start another."""
        self.trap.disarm()
        self.database.close()
        self.start()

    def put_back(self, kept: Any) -> None:
        """Restore from a backup."""
        self.database.close()
        self.place.put_back(kept)
        self.start()

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, cut: int | None = None
    ) -> Answer:
        """What the application says; raises Killed, Truncated when only `cut` bytes of the body came."""
        try:
            return self._loop.run_until_complete(self._asked(method, path, headers, body, cut))
        finally:
            if self.trap.dead:
                self.restart()
                raise Killed

    async def _asked(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, cut: int | None
    ) -> Answer:
        target, _, query = path.partition("?")
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        if cut is not None:
            parts = [
                {"type": "http.request", "body": body[:cut], "more_body": True},
                {"type": "http.disconnect"},
            ]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target,
            "raw_path": target.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            + [(b"content-length", str(len(body)).encode())],
            "server": ("127.0.0.1", 8711),
            "client": ("127.0.0.1", 50000),
        }
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await self.application(scope, receive, send)
        if cut is not None and cut < len(body):
            raise Truncated
        answered = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return said[0]["status"], answered, b"".join(part.get("body", b"") for part in said[1:])

    def epoch_of(self, device_id: str) -> int:
        """In which life the district counts a PC."""
        with self.database.read() as connection:
            found = connection.execute(select(device.c.epoch).where(device.c.device == device_id)).scalar()
        return 0 if found is None else int(found)

    def close(self) -> None:
        """Nothing more is asked."""
        with suppress(Exception):
            self.database.close()
