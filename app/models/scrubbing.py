"""A revision whose content was taken out: what it was stays known by its hash, so that receipts and repeats still hold."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from app.models.payload import canonical

ERASED = "erased"
"""In the data of a void: the personal data of the record was taken out, and whoever holds its history takes it out too."""
MARK = "scrubbed"


def scrubbed(line: bytes, data: Mapping[str, Any] | None = None) -> bytes:
    """The wire line without its content (or with `data` in its place) and without the files it named."""
    said = orjson.loads(line)
    if MARK in said:
        return line
    # `content` ignores the seq, under which a revision may be sent again; `line` is how a PC knows its last line.
    mark = {"content": content_digest(said), "line": sha256(line).hexdigest()}
    return canonical({**said, "data": dict(data or {}), "blobs": [], MARK: mark})


def content_digest(said: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what a revision says, whatever its seq; of a scrubbed one, of what it said."""
    if MARK in said:
        return str(said[MARK]["content"])
    return sha256(canonical({name: value for name, value in said.items() if name != "seq"})).hexdigest()


def line_digest(line: bytes) -> str:
    """SHA-256 (hex) of a line as it was first written."""
    if b'"scrubbed":' in line:
        said = orjson.loads(line)
        if MARK in said:
            return str(said[MARK]["line"])
    return sha256(line).hexdigest()


def tells_erasure(act: str, data: Mapping[str, Any]) -> bool:
    """Whether a revision says that the record's personal data was taken out."""
    return act == "void" and data.get(ERASED) is True
