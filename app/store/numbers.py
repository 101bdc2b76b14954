"""Document numbers 〔2026〕鹰头人调字第001号: taken from a table, never parsed back out of a text."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.store.prepared import Prepared
from app.store.tables import number_series
from app.store.tables import provisional_number as waiting

# Every PC of a station counts in a block of its own, so two offline PCs never give the same number.
BLOCK = 10_000

_TAKE = Prepared(
    insert(number_series)
    .values(series="", year=0, last=1)
    .on_conflict_do_update(index_elements=["series", "year"], set_={"last": number_series.c.last + 1})
    .returning(number_series.c.last)
)


def next_number(connection: Connection, *, office: str, series: str, year: int, segment: int) -> str:
    """Take the next number of a series and year, in the transaction that saves the record.

    `office` is the short station name (鹰头), `series` the class of document (人调字), `segment` the
    place of this PC among the PCs of the station, from 0.
    """
    last: int = _TAKE.run(connection, {"series": series, "year": year}).scalar_one()
    return f"〔{year}〕{office}{series}第{segment * BLOCK + last:03d}号"


def provisional_number(connection: Connection, *, office: str, series: str, year: int, device_id: str) -> str:
    """A number that says it is provisional (临) and of which PC, so that no other PC gives it too.

    Given while the district is awaited, whose block for this PC is not known yet.
    """
    last: int = _TAKE.run(connection, {"series": f"{series}临", "year": year}).scalar_one()
    return f"〔{year}〕{office}{series}第临{device_id[-4:].upper()}-{last:03d}号"


def note_provisional(connection: Connection, record_type: str, record_id: str) -> None:
    """Remember that a record waits for its final number."""
    connection.execute(
        insert(waiting).values(record_type=record_type, record_id=record_id).on_conflict_do_nothing()
    )


def provisional_records(connection: Connection) -> list[tuple[str, str]]:
    """The records that wait for a final number, type and id, oldest first."""
    statement = select(waiting.c.record_type, waiting.c.record_id).order_by(waiting.c.record_id)
    return [(row.record_type, row.record_id) for row in connection.execute(statement)]


def settle_provisional(connection: Connection, record_id: str) -> None:
    """The record has its final number, or keeps the provisional one for good."""
    connection.execute(delete(waiting).where(waiting.c.record_id == record_id))


def office_name(station_name: str) -> str:
    """鹰头 of 鹰头村: the short name of a station as numbers carry it."""
    for ending in ("社区居民委员会", "村民委员会", "居委会", "村委会", "社区", "村"):
        short = station_name.removesuffix(ending)
        if short and short != station_name:
            return short
    return station_name
