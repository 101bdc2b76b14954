"""Contents of attached files on the line: how large a step is, what is said of a content, which ones a line names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from app.models.attached_file import SHA256
from app.sync.protocol import ProtocolError
from app.sync.strict_json import NotStrict, object_of

STEP = 256 << 10  # bytes of content in one request or answer, at most
MOST_ASKED = 500
MOST_NAMED = 1000  # contents of one revision
EMPTY, ANY = b'"blobs":[]', b'"blobs":'


@dataclass(frozen=True, slots=True)
class BlobState:
    """What the district holds of a content: the first `offset` of `length` bytes (None while nobody stated it).

    `complete` says that all of it is durable there and was found to be what its SHA-256 says.
    """

    offset: int
    length: int | None
    complete: bool


class BlobDistrict(Protocol):
    """The district as contents see it.  Every call raises NoAnswer or Refusal."""

    def blob_states(self, digests: Sequence[str]) -> Mapping[str, BlobState]:
        """What it holds of up to 500 contents; one it was never told of by a revision is left out."""

    def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        """Hand over one piece of a content of `length` bytes; answers what is durable there after it.

        No bytes at the end ask it to check what it holds.  Refusal 409 with `expected_offset` where it goes on.
        """

    def fetch_piece(self, digest: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes of a content it holds whole."""


def named_in(line: bytes) -> list[str]:
    """The contents a revision line names, each once; what is no SHA-256 is none."""
    if line.count(EMPTY) == line.count(ANY):
        return []
    try:
        named = object_of(line).get("blobs")
    except NotStrict:
        return []
    found = (one for one in named if isinstance(one, str) and SHA256(one)) if isinstance(named, list) else ()
    return list(dict.fromkeys(found))[:MOST_NAMED]


def encoded_asked(digests: Sequence[str]) -> bytes:
    """The question after contents as a JSON object."""
    return orjson.dumps({"blobs": list(digests)})


def asked_of(body: bytes) -> list[str]:
    """The contents a question names; raises ProtocolError."""
    asked = _content(body).get("blobs")
    if not isinstance(asked, list) or len(asked) > MOST_ASKED:
        raise ProtocolError("wrong_blobs")
    if not all(isinstance(one, str) and SHA256(one) for one in asked):
        raise ProtocolError("wrong_digest")
    return asked


def encoded_states(states: Mapping[str, BlobState]) -> bytes:
    """What is held of contents as a JSON object."""
    listed = [[digest, state.offset, state.length, state.complete] for digest, state in states.items()]
    return orjson.dumps({"blobs": listed})


def states_of(body: bytes) -> dict[str, BlobState]:
    """What an answer says of contents; raises ProtocolError."""
    try:
        return {str(digest): _state(*said) for digest, *said in _content(body)["blobs"]}
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("wrong_blobs") from error


def _state(offset: Any, length: Any, complete: Any) -> BlobState:
    sound = type(offset) is int and offset >= 0 and type(complete) is bool
    if not sound or not (length is None or (type(length) is int and length >= offset)):
        raise ValueError(offset)
    return BlobState(offset, length, complete)


def _content(body: bytes) -> dict[str, Any]:
    try:
        return object_of(body)
    except NotStrict as error:
        raise ProtocolError(error.code) from error
