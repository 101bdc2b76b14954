"""Requests for contents of attached files: read from the address, answered by `Blobs`."""

from collections.abc import Callable

from starlette.requests import Request

from app.district.blobs import Blobs
from app.sync.blob_wire import asked_of, encoded_states
from app.sync.protocol import ProtocolError

LONGEST_NUMBER = 15

Answer = Callable[[Blobs, str, Request, bytes], bytes]
"""Answers a request of a station (by code) that was found to be signed by one of its PCs."""


def states(blobs: Blobs, station: str, request: Request, body: bytes) -> bytes:
    """`POST /v1/blobs`: what is held of the contents listed."""
    del request
    return encoded_states(blobs.states(station, asked_of(body)))


def take(blobs: Blobs, station: str, request: Request, body: bytes) -> bytes:
    """`PATCH /v1/blobs/{sha256}?offset=&length=`: one piece of a content up; `length` is that of the whole."""
    digest = request.path_params["sha256"]
    offset, length = _number(request, "offset"), _number(request, "length")
    if offset == 0:
        blobs.clear_unfinished(station)
    return encoded_states({digest: blobs.take(station, digest, offset, length, body)})


def piece(blobs: Blobs, station: str, request: Request, body: bytes) -> bytes:
    """`GET /v1/blobs/{sha256}?offset=&length=`: up to `length` bytes of a content down."""
    del body
    offset, length = _number(request, "offset"), _number(request, "length")
    return blobs.piece(station, request.path_params["sha256"], offset, length)


def _number(request: Request, name: str) -> int:
    said = request.query_params.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER):
        raise ProtocolError("wrong_range")
    return int(said)
