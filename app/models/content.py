"""What a field of a record says, apart from the identities of its rows: for rules on what may still change."""

from app.models.base import Record, Row
from app.models.fields import fields_of


def content_of(holder: Record | Row, name: str) -> object:
    """A value that is equal for equal content; rows as tuples of theirs."""
    value = getattr(holder, name)
    rows = fields_of(type(holder))[name].rows
    if rows is None:
        return None if value == [] else value
    return [tuple(content_of(row, part) for part in fields_of(rows)) for row in value]
