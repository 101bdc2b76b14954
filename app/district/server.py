"""Puts a district server together and runs it: for the command line, for the demo and for tests."""

import gc
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from app.district.blobs import LARGEST, Blobs
from app.district.database import Database, open_database
from app.district.enrolment import Enrolments
from app.district.identity import identity_of
from app.district.intake import Intake
from app.district.judge import Judge
from app.district.overview import overview
from app.district.page import Page
from app.district.policies import Policies
from app.district.web import Services, application
from app.models.registry import RECORD_TYPES

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
STARTS_WITHIN = 20.0


def utc_now() -> datetime:
    """The server's clock, in aware UTC."""
    return datetime.now(UTC)


def services_of(
    database: Database,
    *,
    token: str | None = None,
    secure: bool = False,
    clock: Callable[[], datetime] = utc_now,
    largest_blob: int = LARGEST,
) -> Services:
    """The parts of a district over an open database; `token` guards the page when it is not on loopback.

    `largest_blob` is the longest content of an attached file taken, in bytes.
    """
    identity = identity_of(database)
    titles = {code: record_type.title for code, record_type in RECORD_TYPES.items()}
    return Services(
        database=database,
        identity=identity,
        enrolments=Enrolments(database, identity, clock),
        intake=Intake(database, Judge(RECORD_TYPES), clock),
        blobs=Blobs(database, clock, largest_blob),
        page=Page(lambda: overview(database), titles, token, secure),
        policies=Policies(database, identity, clock),
        clock=clock,
    )


class DistrictServer:
    """A district server on its own thread; `port` 0 takes a free one.

    `url` is a PostgreSQL address or None for `district.db` in `folder`.  Bound to another address than
    loopback, the page asks for `token`, which is made when none is given.  `certificate` and `certificate_key`
    are PEM files for TLS.
    """

    def __init__(
        self,
        folder: Path,
        *,
        url: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        certificate: Path | None = None,
        certificate_key: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        largest_blob: int = LARGEST,
    ) -> None:
        open_to_others = host not in LOOPBACK
        self.token = (token or secrets.token_urlsafe(18)) if open_to_others else None
        self._database = open_database(url, folder)
        self.services = services_of(
            self._database,
            token=self.token,
            secure=certificate is not None,
            clock=clock,
            largest_blob=largest_blob,
        )
        self.services.blobs.clear_unfinished()
        self._socket = _listening(host, port)
        scheme = "http" if certificate is None else "https"
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{shown}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                application(self.services),
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=3,
                h11_max_incomplete_event_size=65536,
                ssl_certfile=certificate,
                ssl_keyfile=certificate_key,
            )
        )
        self._thread: threading.Thread | None = None

    @property
    def server_id(self) -> str:
        """The id stations know this server by."""
        return self.services.identity.server

    def open_code(self, station: str, name: str = "") -> str:
        """A one-time enrolment code for one PC of the station (30 minutes)."""
        return self.services.enrolments.open_code(station, name)

    def publish_policy(self, key: str, content: Mapping[str, Any]) -> int:
        """Set a signed policy for all stations; answers its version."""
        return self.services.policies.publish(key, content)

    def start(self) -> "DistrictServer":
        """Serve on a thread; returns once requests are answered.  Raises TimeoutError."""
        self._thread = threading.Thread(target=self.run, name="district", daemon=True)
        self._thread.start()
        with socket.create_connection(self._socket.getsockname()[:2], timeout=STARTS_WITHIN):
            return self

    def run(self) -> None:
        """Serve on this thread until `stop` or a signal."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Finish what is being answered, then close the database."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STARTS_WITHIN)
        with suppress(OSError):
            self._socket.close()
        self._database.close()

    def __enter__(self) -> "DistrictServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(
    url: str | None,
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8711,
    *,
    token: str | None = None,
    certificate: Path | None = None,
    certificate_key: Path | None = None,
    largest_blob: int = LARGEST,
    ready: Callable[[DistrictServer], None] = lambda _: None,
) -> None:
    """Serve until interrupted; `ready` is called once the address is bound.

    Raises OSError when the port is taken, sqlalchemy.exc.OperationalError when the database is not reachable.
    """
    server = DistrictServer(
        folder,
        url=url,
        host=host,
        port=port,
        token=token,
        certificate=certificate,
        certificate_key=certificate_key,
        largest_blob=largest_blob,
    )
    ready(server)
    _settle_memory()
    try:
        server.run()
    finally:
        server.stop()


def _settle_memory() -> None:
    """For a process that only serves: reference counting frees a batch, the collector need not read it 50 times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    return listening
