"""Contents that came with a letter: what the sending office brought is there for the receiving one, too."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, insert, literal, select, update

from app.district.database import Database
from app.district.tables import blob, blob_piece, letter

_PIECE = ("sha256", "start", "content")


def borrow(database: Database, station: str, digests: Sequence[str], now: str) -> None:
    """Copy what letters to this station name, its sender's office has whole and this station has not; `now` is UTC text.

    A copy, because each station's contents lie with its other rows and are thrown away by its own rules.
    """
    with database.read() as connection:
        wanted = _lent(connection, station, digests)
    for peer, digest in wanted:
        with database.write() as connection:
            _copy(connection, station, peer, digest, now)


def _lent(connection: Connection, station: str, digests: Sequence[str]) -> list[tuple[str, str]]:
    """(sender, digest) of the contents lent to the station that it lacks and its sender has."""
    letters = select(letter.c.peer, letter.c.files).where(
        letter.c.station == station, letter.c.files.is_not(None)
    )
    named = [(peer, digest) for peer, files in connection.execute(letters) for digest in orjson.loads(files)]
    asked = [(peer, digest) for peer, digest in named if digest in set(digests)]
    if not asked:
        return []
    lacking = select(blob.c.sha256).where(
        blob.c.station == station, blob.c.sha256.in_(digests), blob.c.complete_at.is_(None)
    )
    missing = set(connection.execute(lacking).scalars())
    return [one for one in asked if one[1] in missing and _is_whole(connection, *one)]


def _is_whole(connection: Connection, peer: str, digest: str) -> bool:
    there = select(blob.c.complete_at).where(blob.c.station == peer, blob.c.sha256 == digest)
    return connection.execute(there).scalar() is not None


def _copy(connection: Connection, station: str, peer: str, digest: str, now: str) -> None:
    own = (blob.c.station == station) & (blob.c.sha256 == digest)
    state = connection.execute(select(blob.c.held, blob.c.complete_at).where(own).with_for_update()).one()
    if state.complete_at is not None or state.held:
        # Brought meanwhile, or being brought by a PC of the station itself.
        return
    length = connection.execute(
        select(blob.c.length).where(blob.c.station == peer, blob.c.sha256 == digest)
    ).scalar_one()
    source = select(literal(station), *(blob_piece.c[name] for name in _PIECE)).where(
        blob_piece.c.station == peer, blob_piece.c.sha256 == digest
    )
    connection.execute(insert(blob_piece).from_select(["station", *_PIECE], source))
    whole = {"length": length, "held": length, "touched_at": now, "complete_at": now}
    connection.execute(update(blob).where(own).values(**whole))
