"""What is left of a record when the personal data in it is taken out: codes, days, counts and amounts, for the figures."""

from collections.abc import Mapping
from typing import Any

from app.models.fields import Field, Kind, fields_of
from app.models.record_type import RecordType, Values

ERASED_TEXT = "（已删除）"
WORDS = (Kind.TEXT, Kind.LONG_TEXT, Kind.PLACE)
NUMBERS = (Kind.PHONE, Kind.ID_NUMBER, Kind.USCC, Kind.PERSON, Kind.FILES)
BIRTH = "birth"
"""A day that, with sex and village, points at a person."""


def blanked(record_type: RecordType, values: Mapping[str, Any]) -> Values:
    """The values with every word, number, file and birthday of anybody in it taken out.

    What was filled in words says that it was erased, so that a rule that asks for it still holds.
    """
    return _blanked(record_type.fields, values)


def _blanked(fields: Mapping[str, Field], values: Mapping[str, Any]) -> Values:
    left: Values = {}
    for name, field in fields.items():
        value = values.get(name)
        if field.derived or value in (None, []):
            continue
        if field.rows is not None:
            if not field.kept:
                parts = fields_of(field.rows)
                left[name] = [{"id": part["id"], **_blanked(parts, part)} for part in value]
        elif field.kept:
            left[name] = value
        elif field.kind in WORDS:
            left[name] = ERASED_TEXT
        elif field.kind not in NUMBERS and name != BIRTH:
            left[name] = value
    return left
