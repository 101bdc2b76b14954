"""Notes which contents the revisions of a station name; nothing else may be put or fetched."""

from collections.abc import Iterable

from sqlalchemy import Connection, text


def name_blobs(connection: Connection, station: str, digests: Iterable[str], now: str) -> None:
    """Revisions of the station name these contents, in the transaction that takes the revisions."""
    rows = [{"station": station, "sha256": digest, "now": now} for digest in sorted(set(digests))]
    if rows:
        connection.execute(_NAME, rows)


_NAME = text(
    "INSERT INTO blob (station, sha256, named_at, held) VALUES (:station, :sha256, :now, 0) ON CONFLICT DO NOTHING"
)
