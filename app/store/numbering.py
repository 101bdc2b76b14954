"""Which number a new record gets: the station's series, this PC's block, provisional while the district is awaited."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.models.fields import Kind
from app.models.record_type import RecordType
from app.models.station_time import station_day
from app.store import numbers
from app.store.station import Station, segment_of


class Numbering:
    """Gives document numbers in the transaction that saves the record.

    `awaits_district`: whether a district is to give this PC its block; a station on its own counts in block 0.
    """

    def __init__(
        self, station: Station, clock: Callable[[], datetime], awaits_district: Callable[[], bool]
    ) -> None:
        self._office = numbers.office_name(station.name)
        self._device_id = station.device_id
        self._clock = clock
        self._awaits_district = awaits_district

    def give(
        self, connection: Connection, record_type: RecordType, record_id: str, values: dict[str, Any]
    ) -> None:
        """Put the next number into the values of a record that is numbered and has none yet."""
        if record_type.numbered is None:
            return
        field = number_field(record_type)
        if values.get(field):
            return
        day = values.get(record_type.business_day or "") or self._clock()
        year = (station_day(day) if isinstance(day, datetime) else day).year
        series, segment = record_type.numbered, segment_of(connection)
        if segment is None and self._awaits_district():
            values[field] = numbers.provisional_number(
                connection, office=self._office, series=series, year=year, device_id=self._device_id
            )
            numbers.note_provisional(connection, record_type.code, record_id)
        else:
            values[field] = numbers.next_number(
                connection, office=self._office, series=series, year=year, segment=segment or 0
            )


def number_field(record_type: RecordType) -> str:
    """The name of the field that holds the number."""
    return next(field.name for field in record_type.fields.values() if field.kind is Kind.NUMBER)
