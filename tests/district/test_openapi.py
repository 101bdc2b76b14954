"""The published description: every route is in it and nothing else, and no input makes a 5xx."""

import asyncio
import base64
from pathlib import Path

import httpx
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from app.district.administration.site import PAGES
from app.district.database import open_database
from app.district.enrolment import Newcomer
from app.district.server import DistrictServer, services_of
from app.district.web import application, routes_of
from app.sync import envelope
from tests.district.parts import STATION, Pc, new_id

EXAMPLES = 15
ADDRESS = "http://district.test"


@schemathesis.serializer("application/x-ndjson")
def as_it_is(_: object, value: object) -> bytes:
    """A batch is bytes already."""
    return value if isinstance(value, bytes) else str(value).encode()


class InProcess:
    """Sends requests to an ASGI application without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport)
        self._loop = asyncio.new_event_loop()

    def send(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._client.send(request))

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def test_description_has_every_route_and_no_other(sqlite_district: DistrictServer) -> None:
    described = httpx.get(f"{sqlite_district.url}/v1/openapi.json").json()
    told = {
        (method.upper(), path)
        for path, methods in described["paths"].items()
        for method in methods
        if method != "parameters"
    }
    pages = {tuple(name.split(" ")) for name in PAGES} | {("GET", "/style.css")}
    there = {
        (method, route.path)
        for route in routes_of(sqlite_district.services)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert told == there - pages


def test_answers_and_refusals_are_described(district: DistrictServer, pc: Pc) -> None:
    described = httpx.get(f"{district.url}/v1/openapi.json").json()["paths"]
    pc.push(pc.pen.create())
    asked = {
        "/v1/hello": 200,
        "/v1/digest": 200,
        "/v1/digest?type=resident&month=2026-11": 200,
        "/v1/pull?cursor=": 200,
        "/v1/pull?cursor=x": 400,
        "/v1/pull?cursor=9.9.x": 409,
        "/v1/pull?record=x": 400,
        "/v1/digest?type=resident&after=x": 400,
    }
    for path, status in asked.items():
        claim = envelope.Asked("GET", path, pc.enrolment.device, 1, 1)
        answer = httpx.get(district.url + path, headers=envelope.request_headers(pc.key, claim, b""))
        assert answer.status_code == status, path
        told = described[path.partition("?")[0]]["get"]["responses"][str(status)]
        assert answer.headers["content-type"] in told["content"]
        assert set(told["headers"]) <= set(answer.headers)
        if status != 200:
            schema = told["content"]["application/json"]["schema"]["allOf"][1]
            assert answer.json()["code"] in schema["properties"]["code"]["enum"]


def test_no_input_makes_the_server_fail(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    services = services_of(database)
    key = Ed25519PrivateKey.generate()
    newcomer = Newcomer(new_id(), 1, key.public_key().public_bytes_raw(), "一号机", "test")
    services.enrolments.enrol(services.enrolments.open_code(STATION, "鹰头村"), newcomer)
    client = InProcess(application(services))
    described = schemathesis.openapi.from_dict(
        client.send(httpx.Request("GET", ADDRESS + "/v1/openapi.json")).json()
    )
    statuses: set[int] = set()
    for found in described.get_all_operations():
        _fuzz(found.ok(), client, key, newcomer.device, statuses)
    client.close()
    database.close()
    assert {200, 400, 401} <= statuses


def _fuzz(
    operation: object, client: InProcess, key: Ed25519PrivateKey, device: str, statuses: set[int]
) -> None:
    """Cases from the description, half of them signed by a PC in use so that they come past the signature."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), signed=st.booleans(), body=st.binary(max_size=300))  # type: ignore[attr-defined]
    def run(case: schemathesis.Case, signed: bool, body: bytes) -> None:
        asked = case.as_transport_kwargs(base_url=ADDRESS)
        request = httpx.Request(
            asked["method"],
            asked["url"],
            params={name: str(value) for name, value in (asked.get("params") or {}).items()},
            headers={name: _latin(value) for name, value in dict(asked["headers"]).items()},
            json=asked.get("json"),
        )
        data = asked.get("data")
        content = request.content or (data if isinstance(data, bytes) and data else body)
        if signed:
            target = request.url.raw_path.decode()
            claim = envelope.Asked(request.method, target, device, 1, 1)
            request.headers.update(envelope.request_headers(key, claim, content))
        answer = client.send(
            httpx.Request(request.method, request.url, headers=request.headers, content=content)
        )
        statuses.add(answer.status_code)
        assert answer.status_code < 500, (request.method, request.url, content)

    run()


def _latin(value: object) -> str:
    """What a header can carry; anything else is refused before it reaches the program."""
    text = str(value).encode("latin-1", "replace").decode("latin-1")
    return "".join(sign for sign in text if sign.isprintable()) or base64.b64encode(b"x").decode()
