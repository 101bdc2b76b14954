"""Puts a district server together and runs it: for the command line, for the demo and for tests."""

import gc
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from app.district.administration.accounts import Accounts
from app.district.administration.sessions import Sessions
from app.district.administration.site import Site
from app.district.administration.visit import Parts
from app.district.blobs import LARGEST, Blobs
from app.district.database import Database, open_database
from app.district.enrolment import Enrolments
from app.district.identity import identity_of
from app.district.intake import Intake
from app.district.judge import Judge
from app.district.letters import Letters
from app.district.metrics import Metrics
from app.district.operations import Operations
from app.district.policies import Policies
from app.district.second_reader import SharedReading
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
    folder: Path = Path(),
    url: str | None = None,
    on_loopback: bool = True,
    secure: bool = False,
    metrics_token: str | None = None,
    ca: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    largest_blob: int = LARGEST,
    several: bool = False,
) -> Services:
    """The parts of a district over an open database; see DistrictServer for the rest.

    `largest_blob` is the longest content of an attached file taken, in bytes; `several` says that other processes
    serve the same database and keep the cores busy.
    """
    identity = identity_of(database)
    judge = Judge(RECORD_TYPES)
    enrolments = Enrolments(database, identity, clock)
    accounts = Accounts(database, clock)
    parts = Parts(
        database=database,
        enrolments=enrolments,
        judge=judge,
        accounts=accounts,
        sessions=Sessions(database, accounts, clock),
        titles={code: record_type.title for code, record_type in RECORD_TYPES.items()},
        clock=clock,
        folder=folder,
        url=url,
        ca_digest=hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca)).hexdigest() if ca else "",
    )
    metrics = Metrics(database)
    reading = SharedReading(judge.quick_reading, 1 if several else os.cpu_count() or 1)
    intake = Intake(database, judge, clock, reading.lines)
    return Services(
        database=database,
        identity=identity,
        enrolments=enrolments,
        intake=intake,
        reading=reading,
        site=Site(parts, on_loopback=on_loopback, secure=secure),
        operations=Operations(database, metrics, metrics_token, ca),
        metrics=metrics,
        blobs=Blobs(database, clock, largest_blob),
        policies=Policies(database, identity, clock),
        letters=Letters(database, identity, intake, clock),
        clock=clock,
    )


class DistrictServer:
    """A district server on its own thread; `port` 0 takes a free one.

    `url` is a PostgreSQL address or None for `district.db` in `folder`, where backups go.  Bound to loopback the
    pages may be looked at until the first administrator is added; `metrics_token` opens /metrics to other machines.
    `certificate` and `certificate_key` are PEM files for TLS, `ca` that of the district's own authority, which
    invitations then prove to the PCs.  `listening` is a bound socket to use instead of
    `host` and `port`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        url: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        metrics_token: str | None = None,
        certificate: Path | None = None,
        certificate_key: Path | None = None,
        ca: Path | None = None,
        listening: socket.socket | None = None,
        clock: Callable[[], datetime] = utc_now,
        largest_blob: int = LARGEST,
        several: bool = False,
    ) -> None:
        self._database = open_database(url, folder)
        self.services = services_of(
            self._database,
            folder=folder,
            url=url,
            on_loopback=host in LOOPBACK,
            secure=certificate is not None,
            metrics_token=metrics_token,
            ca=ca.read_text(encoding="ascii").strip() + "\n" if ca else None,
            clock=clock,
            largest_blob=largest_blob,
            several=several,
        )
        self.services.blobs.clear_unfinished()
        self._socket = listening or listen(host, port)
        scheme = "http" if certificate is None else "https"
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{shown}:{self._socket.getsockname()[1]}"
        self._server = _asgi_server(self.services, certificate, certificate_key)
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
        self.services.reading.close()
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
    metrics_token: str | None = None,
    certificate: Path | None = None,
    certificate_key: Path | None = None,
    ca: Path | None = None,
    listening: socket.socket | None = None,
    largest_blob: int = LARGEST,
    several: bool = False,
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
        metrics_token=metrics_token,
        certificate=certificate,
        certificate_key=certificate_key,
        ca=ca,
        listening=listening,
        largest_blob=largest_blob,
        several=several,
    )
    ready(server)
    _settle_memory()
    try:
        server.run()
    finally:
        server.stop()


def _asgi_server(
    services: Services, certificate: Path | None, certificate_key: Path | None
) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            application(services),
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


def _settle_memory() -> None:
    """For a process that only serves: reference counting frees a batch, the collector need not read it 50 times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; `port` 0 takes a free one.  Raises OSError when the port is taken."""
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
