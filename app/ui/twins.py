"""Residents who may be the same person as the one about to be entered: shown before a second file is made."""

from collections.abc import Mapping
from typing import Any

from app.models.people.resident import RESIDENT
from app.store.reading import ListQuery, RecordReader
from app.ui.editors.lookups import person_line

MOST_SHOWN = 3


def twins_of(reader: RecordReader, values: Mapping[str, Any]) -> list[str]:
    """A line for each known resident with the same identity number, or else with the same name."""
    number, name = values.get("id_number"), values.get("name")
    words = number or name
    if not words:
        return []
    found = reader.page(RESIDENT, ListQuery(words=str(words)), limit=50)
    same = [row for row in found if (row["id_number"] == number if number else row["name"] == name)]
    return [person_line(row) for row in same[:MOST_SHOWN]]
