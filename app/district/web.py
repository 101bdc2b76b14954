"""The district's ASGI application: the signed endpoints of the protocol, the pages, the routes of operation."""

import base64
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.district import blob_requests
from app.district.administration.rights import rights
from app.district.administration.site import Site
from app.district.blobs import Blobs
from app.district.bodies import body_of
from app.district.database import Database
from app.district.enrolment import Device, Enrolments, Newcomer, is_uuid
from app.district.hello import SCHEMA_MIN, hello_to
from app.district.identity import Identity
from app.district.intake import Intake, Sender
from app.district.letters import Letters
from app.district.log import page_for, record_for
from app.district.metrics import Metrics
from app.district.operations import Observed, Operations
from app.district.policies import Policies
from app.district.second_reader import SharedReading
from app.district.stock import MOST_LISTED, listed, tallies_of
from app.sync import envelope
from app.sync.blob_wire import STEP
from app.sync.frames import CLOSE, Packing, packing_for
from app.sync.protocol import MAX_COMPRESSED, PROTO, ProtocolError, Refusal
from app.sync.pull_page import encode_page
from app.sync.replies import encoded, encoded_refusal
from app.sync.strict_json import NotStrict, object_of

VERSION = "/v1"
WORKERS = 8
WAITING = 64
SMALL_BODY = 8192
ASKED_BODY = 48 << 10
TOO_LARGE_CODES = frozenset({"too_large", "expands_too_far", "too_many_revisions", "line_too_long"})

_log = logging.getLogger(__name__)
Answer = Callable[[Request, envelope.Said, bytes], bytes]


@dataclass(frozen=True)
class Services:
    """What the endpoints stand on."""

    database: Database
    identity: Identity
    enrolments: Enrolments
    intake: Intake
    reading: SharedReading
    blobs: Blobs
    policies: Policies
    letters: Letters
    site: Site
    operations: Operations
    metrics: Metrics
    clock: Callable[[], datetime]


class Endpoints:
    """Reads a request within its limits, checks who signed it, answers with a signature."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limiter: CapacityLimiter | None = None

    async def hello(self, request: Request) -> Response:
        """Where this device stands."""
        return await self._answered(request, self._hello, SMALL_BODY)

    async def push(self, request: Request) -> Response:
        """A batch up."""
        return await self._answered(request, self._push, MAX_COMPRESSED)

    async def enrol(self, request: Request) -> Response:
        """A one-time code against a device id."""
        return await self._answered(request, self._enrol, SMALL_BODY)

    async def _answered(self, request: Request, answer: Answer, limit: int) -> Response:
        claims = envelope.said(request.headers)
        signature = claims.signature if claims else b""
        try:
            if claims is None:
                raise Refusal(401, "not_signed")
            body = await body_of(request, limit)
            status, content = 200, await self._in_thread(answer, request, claims, body)
        except ClientDisconnect:
            return Response(status_code=400)
        except Refusal as refusal:
            self._services.metrics.refused(refusal.code)
            status, content = refusal.status, encoded_refusal(refusal)
        except ProtocolError as error:
            self._services.metrics.refused(error.code)
            status = 413 if error.code in TOO_LARGE_CODES else 400
            content = encoded_refusal(Refusal(status, error.code, seq=error.seq))
        except Exception:
            self._services.metrics.refused("server_failed")
            # The sender keeps everything and tries again; details stay in the log of the server.
            _log.exception("a request failed")
            status, content = 500, encoded_refusal(Refusal(500, "server_failed"))
        identity = self._services.identity
        answered = envelope.Answered(identity.server, status, signature, content)
        headers = envelope.reply_headers(identity.signing_key, answered)
        return Response(content, status, headers, media_type="application/json")

    async def _in_thread(self, answer: Answer, *parts: Any) -> bytes:
        if self._limiter is None:
            self._limiter = CapacityLimiter(WORKERS)
        if self._limiter.statistics().tasks_waiting >= WAITING:
            raise Refusal(429, "busy", retry_after=5.0)
        return await to_thread.run_sync(answer, *parts, limiter=self._limiter)

    async def pull(self, request: Request) -> Response:
        """Changes down, after a cursor or of one record."""
        return await self._answered(request, self._pull, SMALL_BODY)

    async def digest(self, request: Request) -> Response:
        """Counts and hashes, or the ids behind one of them."""
        return await self._answered(request, self._digest, SMALL_BODY)

    async def blobs(self, request: Request) -> Response:
        """What of the contents named is held here."""
        return await self._answered(request, self._blob(blob_requests.states), ASKED_BODY)

    async def blob(self, request: Request) -> Response:
        """A piece of a content, up or down."""
        answer = blob_requests.take if request.method == "PATCH" else blob_requests.piece
        return await self._answered(request, self._blob(answer), STEP)

    async def epoch(self, request: Request) -> Response:
        """A PC's file was put back from a backup."""
        return await self._answered(request, self._epoch, SMALL_BODY)

    def _hello(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        asking = self._in_its_life(request, claims, body)
        services = self._services
        return encoded(hello_to(services.database, services.identity, asking, claims.seq, services.clock()))

    def _pull(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        asking = self._in_its_life(request, claims, body)
        services, asked = self._services, request.query_params
        services.policies.hand_on(asking.station)
        services.letters.hand_on(asking.station)
        epoch, packing = services.identity.epoch, _packing_of(asked.get("reads", ""))
        if record := asked.get("record", ""):
            if not is_uuid(record):
                raise ProtocolError("wrong_id")
            return encode_page(record_for(services.database, asking, epoch, record), packing)
        return encode_page(page_for(services.database, asking, epoch, asked.get("cursor", "")), packing)

    def _digest(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        asking = self._in_its_life(request, claims, body)
        database, asked = self._services.database, request.query_params
        if "type" in asked:
            after = asked.get("after", "")
            if after and not is_uuid(after):
                raise ProtocolError("wrong_id")
            found = listed(database, asking.station, asked["type"][:64], asked.get("month", ""), after)
            return encoded({"records": found, "more": len(found) == MOST_LISTED})
        tallies = tallies_of(database, asking.station)
        groups = [[*key, tally.count, f"{tally.total:016x}"] for key, tally in sorted(tallies.items())]
        return encoded({"groups": groups})

    def _epoch(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        asking = self._signed_by(request, claims, body)
        if not 0 < claims.epoch < 1 << 31:
            raise ProtocolError("wrong_epoch")
        self._services.enrolments.begin_epoch(asking.device, claims.epoch)
        return encoded({"epoch": claims.epoch})

    def _blob(self, answer: blob_requests.Answer) -> Answer:
        def signed(request: Request, claims: envelope.Said, body: bytes) -> bytes:
            asking = self._in_its_life(request, claims, body)
            return answer(self._services.blobs, asking.station, request, body)

        return signed

    def _in_its_life(self, request: Request, claims: envelope.Said, body: bytes) -> Device:
        """The PC that signed, in the epoch the district counts it in."""
        asking = self._signed_by(request, claims, body)
        if claims.epoch != asking.epoch:
            raise Refusal(422, "unknown_epoch")
        self._services.enrolments.seen(asking)
        return asking

    def _push(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        sender = self._signed_by(request, claims, body)
        batch = self._services.intake.read(body)
        header = batch.header
        if header.proto != PROTO or header.schema < SCHEMA_MIN:
            raise Refusal(426, "too_old")
        if (header.device, header.epoch, header.first) != (claims.device, claims.epoch, claims.seq):
            raise ProtocolError("header_not_signed")
        receipt = self._services.intake.take(batch, Sender(sender.station, sender.device))
        self._services.metrics.taken(batch, receipt)
        return encoded(receipt)

    def _enrol(self, request: Request, claims: envelope.Said, body: bytes) -> bytes:
        code, newcomer = _enrolment_asked(claims, body)
        if not envelope.request_is_genuine(
            claims, newcomer.public_key, request.method, _target(request), body
        ):
            raise Refusal(401, "wrong_signature")
        enrolled = self._services.enrolments.enrol(code, newcomer)
        identity = self._services.identity
        return encoded(
            {
                "device": enrolled.device,
                "station": enrolled.station,
                "epoch": enrolled.epoch,
                "segment": enrolled.segment,
                "server": identity.server,
                "server_key": base64.b64encode(identity.public_key).decode(),
                "seal_key": identity.public_seal_key,
            }
        )

    def _signed_by(self, request: Request, claims: envelope.Said, body: bytes) -> Device:
        known = self._services.enrolments.find(claims.device)
        if known is None:
            raise Refusal(401, "unknown_device")
        genuine = envelope.request_is_genuine(
            claims, known.public_key, request.method, _target(request), body
        )
        if not genuine:
            raise Refusal(401, "wrong_signature")
        if known.revoked:
            raise Refusal(401, "revoked")
        return known


def application(services: Services) -> ASGIApp:
    """The ASGI application of one district server."""
    routes = routes_of(services)
    return Observed(Starlette(routes=routes), routes, services.metrics)


def routes_of(services: Services) -> Sequence[Route]:
    """Every route there is.  Raises ValueError when resources/roles/district.toml does not name one of them."""
    endpoints = Endpoints(services)
    signed: list[tuple[str, Callable[[Request], Awaitable[Response]], str]] = [
        (f"{VERSION}/enrol", endpoints.enrol, "POST"),
        (f"{VERSION}/hello", endpoints.hello, "GET"),
        (f"{VERSION}/push", endpoints.push, "POST"),
        (f"{VERSION}/pull", endpoints.pull, "GET"),
        (f"{VERSION}/digest", endpoints.digest, "GET"),
        (f"{VERSION}/epoch", endpoints.epoch, "POST"),
        (f"{VERSION}/blobs", endpoints.blobs, "POST"),
        (f"{VERSION}/blobs/{{sha256}}", endpoints.blob, "PATCH"),
        (f"{VERSION}/blobs/{{sha256}}", endpoints.blob, "GET"),
    ]
    routes = [Route(path, endpoint, methods=[method]) for path, endpoint, method in signed]
    routes += services.operations.routes() + services.site.routes()
    for route in routes:
        for method in (route.methods or set()) - {"HEAD"}:
            rights().of_route(method, route.path)
    return routes


def _packing_of(reads: str) -> Packing:
    """For what a PC says it reads, `name,name`; slow lines are the rule."""
    return packing_for(reads[:200].split(","), CLOSE)


def _target(request: Request) -> str:
    query = request.url.query
    return str(request.scope["path"]) + (f"?{query}" if query else "")


def _enrolment_asked(claims: envelope.Said, body: bytes) -> tuple[str, Newcomer]:
    try:
        asked = object_of(body)
        public_key = base64.b64decode(asked["public_key"], validate=True)
        code, label, app = asked["code"], asked["label"], asked["app"]
    except (NotStrict, KeyError, ValueError, TypeError) as error:
        raise ProtocolError("wrong_enrolment") from error
    texts = all(isinstance(text, str) and "\0" not in text for text in (code, label, app))
    if not texts or len(public_key) != 32 or len(code) > 60 or not 0 < claims.epoch < 1 << 31:
        raise ProtocolError("wrong_enrolment")
    return code, Newcomer(claims.device, claims.epoch, public_key, label[:120], app[:60])
