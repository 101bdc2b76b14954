"""Every record of a station as the district holds it, for the comparison with its PCs."""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, and_, select

from app.district.database import Database
from app.district.ledger import state_of
from app.district.tables import record_state, revision
from app.models.digest import Tallies, Whole, month_of, tallied

AT_ONCE = 500
MOST_LISTED = 5000


def tallies_of(database: Database, station: str) -> Tallies:
    """Counts and hashes per record type and month."""
    with database.read() as connection:
        return tallied(_stock(connection, _states(station)))


def listed(database: Database, station: str, type_code: str, month: str, after: str) -> list[tuple[str, str]]:
    """Up to 5,000 ids after `after` with their digests (16 hex digits), of one record type and month."""
    wanted = _states(station).where(record_state.c.type == type_code)
    if after:
        wanted = wanted.where(record_state.c.record > after)
    found: list[tuple[str, str]] = []
    with database.read() as connection:
        for one in _stock(connection, wanted.order_by(record_state.c.record)):
            if month_of(one.record) == month:
                found.append((one.record, f"{one.digest:016x}"))
                if len(found) == MOST_LISTED:
                    break
    return found


def _states(station: str) -> Select[tuple[object, ...]]:
    created = and_(
        record_state.c.document.is_(None),
        revision.c.station == record_state.c.station,
        revision.c.position == record_state.c.position,
    )
    columns = [column for column in record_state.columns if column.name not in ("station", "position")]
    return (
        select(*columns, revision.c.line)
        .outerjoin(revision, created)
        .where(record_state.c.station == station)
    )


def _stock(connection: Connection, states: Select[tuple[object, ...]]) -> Iterator[Whole]:
    for row in connection.execute(states.execution_options(yield_per=AT_ONCE)):
        state = state_of(row)
        yield Whole(state.type, row.record, state.head, state.void_reason, state.document)
