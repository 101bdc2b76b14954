"""Canonical wire form of a record: JSON-native values, sorted keys, one spelling for one content."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from app.models.attached_file import file_of
from app.models.column_types import moment_of, moment_text
from app.models.fields import Field, Kind, fields_of
from app.models.record_type import RecordType, Values

SCHEMA = 1
AMOUNT = re.compile(r"[0-9]{1,15}\.[0-9]{2}").fullmatch


def canonical(content: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; equal content gives equal bytes.  Raises TypeError."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def encode(record_type: RecordType, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record as JSON-native data; empty fields are left out."""
    return _encoded(record_type.fields, values)


def decode(record_type: RecordType, data: Mapping[str, Any]) -> Values:
    """The values of wire data; names this program does not know are left for the district to keep.

    Raises ValueError or TypeError where a value has not the form its kind has on the wire.
    """
    return _decoded(record_type.fields, data)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Wire data of an edit: what is new or different, and null for what was emptied."""
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    return changed | {name: None for name in before if name not in after}


def apply_changes(before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Whole wire data after an edit."""
    merged = {**before, **changed}
    return {name: value for name, value in merged.items() if value is not None}


def blobs(record_type: RecordType, data: Mapping[str, Any]) -> list[str]:
    """The SHA-256 of every attached file that wire data names, each once."""
    return list(dict.fromkeys(_hashes(record_type.fields, data)))


def _hashes(fields: Mapping[str, Field], data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        field = fields.get(name)
        if field is None or not value:
            continue
        if field.kind is Kind.FILES:
            yield from (item["sha256"] for item in value)
        elif field.rows is not None:
            for part in value:
                yield from _hashes(fields_of(field.rows), part)


def _encoded(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, field in fields.items():
        value = values.get(name)
        if value is None or value == [] or field.derived:
            continue
        if field.rows is not None:
            row_fields = fields_of(field.rows)
            data[name] = [{"id": part["id"], **_encoded(row_fields, part)} for part in value]
        elif field.kind is Kind.DAY:
            data[name] = value.isoformat()
        elif field.kind is Kind.MOMENT:
            data[name] = moment_text(value)
        elif field.kind is Kind.MONEY:
            data[name] = str(value)
        elif field.kind is Kind.FILES:
            data[name] = [asdict(file) for file in value]
        else:
            data[name] = value
    return data


def _decoded(fields: Mapping[str, Field], data: Mapping[str, Any]) -> Values:
    values: Values = {}
    for name, field in fields.items():
        value = data.get(name)
        if field.rows is not None:
            row_fields = fields_of(field.rows)
            parts = value if isinstance(value, list) else []
            values[name] = [{"id": part["id"], **_decoded(row_fields, part)} for part in parts]
        elif value is None:
            values[name] = None
        elif field.kind is Kind.DAY:
            values[name] = date.fromisoformat(value)
        elif field.kind is Kind.MOMENT:
            values[name] = moment_of(value)
        elif field.kind is Kind.MONEY:
            values[name] = _amount(value)
        elif field.kind is Kind.FILES:
            values[name] = [file_of(item) for item in value]
        else:
            values[name] = value
    return values


def _amount(value: Any) -> Decimal:
    """Yuan with two decimals as `encode` writes them; 1e5, NaN or -0 is no amount on the wire."""
    if not isinstance(value, str) or not AMOUNT(value):
        raise ValueError("no amount in yuan and fen")
    return Decimal(value)
