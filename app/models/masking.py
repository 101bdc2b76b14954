"""A record's values with what identifies a person masked (GB/T 35273-2020, 7.2)."""

from collections.abc import Mapping
from typing import Any

from app.models.fields import Field, fields_of
from app.security.masking import masked


def masked_values(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, as typed or as on the wire, with every sensitive one masked, those in rows too."""
    return {name: _masked(fields[name], value) if name in fields else value for name, value in values.items()}


def _masked(field: Field, value: Any) -> Any:
    if field.rows is not None and isinstance(value, list):
        inner = fields_of(field.rows)
        return [masked_values(inner, part) if isinstance(part, Mapping) else part for part in value]
    return masked(value) if field.sensitive and isinstance(value, str) else value
