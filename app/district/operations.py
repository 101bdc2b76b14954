"""Routes for whoever runs the server: alive, ready, figures, the published description; and a log without content."""

import hmac
import json
import logging
import time
import traceback
from collections.abc import Sequence
from ipaddress import ip_address

from anyio import to_thread
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import resources
from app.district.database import Database
from app.district.metrics import Metrics

_log = logging.getLogger("app.district.requests")
PLAIN = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Operations:
    """Answers about the server itself.

    `token` opens /metrics to machines other than this one, `ca` is the district's own certificate authority (PEM).
    """

    def __init__(self, database: Database, metrics: Metrics, token: str | None, ca: str | None) -> None:
        self._ca = ca
        self._database = database
        self._metrics = metrics
        self._token = token

    def routes(self) -> list[Route]:
        """/healthz, /readyz, /metrics, /v1/openapi.json and /v1/ca."""
        return [
            Route("/healthz", self._alive, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._figures, methods=["GET"]),
            Route("/v1/openapi.json", _description, methods=["GET"]),
            Route("/v1/ca", self._authority, methods=["GET"]),
        ]

    async def _alive(self, _: Request) -> Response:
        return PlainTextResponse("ok\n", headers=PLAIN)

    async def _ready(self, _: Request) -> Response:
        try:
            await to_thread.run_sync(self._ask_database)
        except SQLAlchemyError:
            return PlainTextResponse("database not reachable\n", 503, PLAIN)
        return PlainTextResponse("ready\n", headers=PLAIN)

    async def _authority(self, _: Request) -> Response:
        """For a PC that was told its digest by an invitation; it believes nothing else of this answer."""
        if self._ca is None:
            return PlainTextResponse("no authority of its own\n", 404, PLAIN)
        return Response(self._ca, media_type="application/x-pem-file", headers=PLAIN)

    async def _figures(self, request: Request) -> Response:
        if not _is_this_machine(request) and not self._has_token(request):
            return PlainTextResponse("not from here\n", 403, PLAIN)
        content = await to_thread.run_sync(self._metrics.text)
        return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8", headers=PLAIN)

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return self._token is not None and hmac.compare_digest(
            given.encode("utf-8", "replace"), f"Bearer {self._token}".encode()
        )

    def _ask_database(self) -> None:
        with self._database.read() as connection:
            connection.execute(text("select 1"))


class Observed:
    """Around the application: how long each answer took, one line of log for each; nothing a caller sent."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route], metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._plain = {route.path for route in routes if "{" not in route.path}
        self._patterns = [route for route in routes if "{" in route.path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), 0, 0

        async def count(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        async def measure() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return message

        try:
            await self._app(scope, measure, count)
        finally:
            route = self._route(scope["path"])
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.answered(method, route, status, seconds, size)
            if status >= 500 or _log.isEnabledFor(logging.DEBUG):
                told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000)}
                _log.log(logging.ERROR if status >= 500 else logging.DEBUG, "answered", extra={"told": told})

    def _route(self, path: str) -> str:
        if path in self._plain:
            return path
        matching = (route.path for route in self._patterns if route.path_regex.match(path))
        return next(matching, "unknown")


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where from, fixed words, figures; of a failure its kind and places only."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; the text of an exception may carry values of records and is left out."""
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage() if record.name.startswith(("app.", "uvicorn")) else record.msg,
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            places = traceback.extract_tb(record.exc_info[2])[-6:]
            line["failure"] = record.exc_info[0].__name__
            line["places"] = [f"{place.name}:{place.lineno}" for place in places]
        return json.dumps(line, ensure_ascii=False)


def log_as_json(level: int = logging.INFO) -> None:
    """Everything this process logs goes to standard error as JSON lines."""
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[lines], force=True)


async def _description(_: Request) -> Response:
    content = json.loads(resources.path("api", "openapi.json").read_text(encoding="utf-8"))
    return JSONResponse(content, headers={"x-content-type-options": "nosniff"})


def _is_this_machine(request: Request) -> bool:
    """Asked from loopback and not passed on by a proxy that stands there."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
