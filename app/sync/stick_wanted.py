"""Which attached contents a PC lacks and how far each has come, as its push says it: one entry of JSON pairs.

    {"blobs": [["SHA-256 in hex", bytes that are here], …]}

A district that does not know the entry passes it over; from a PC that does not write it nothing is taken to be lacking.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.models.payload import canonical
from app.sync.ferry import EntryKind, is_sha256, put_entry
from app.sync.sealed_file import FerryError, Sealing
from app.sync.strict_json import NotStrict, object_of

MOST_WANTED = 500


def put_wanted(sealing: Sealing, wanted: Sequence[tuple[str, int]]) -> None:
    """Write what is lacking: SHA-256 (hex) and the bytes of it that are here, at most 500.  Raises OSError."""
    put_entry(sealing, EntryKind.WANTED, canonical({"blobs": [list(one) for one in wanted[:MOST_WANTED]]}))


def wanted_of(body: bytes) -> Mapping[str, int]:
    """Bytes that are at the PC by SHA-256 (hex), in the order it wants them.  Raises FerryError wrong_form."""
    try:
        listed = object_of(body).get("blobs")
    except NotStrict as error:
        raise FerryError("wrong_form") from error
    if not isinstance(listed, list) or len(listed) > MOST_WANTED or not all(map(_is_pair, listed)):
        raise FerryError("wrong_form")
    return dict(listed)


def _is_pair(one: Any) -> bool:
    if not isinstance(one, list) or len(one) != 2:
        return False
    digest, here = one
    return isinstance(digest, str) and bool(is_sha256(digest)) and type(here) is int and 0 <= here < 1 << 53
