"""A row of a record as one line of text."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.models.fields import Field, Kind, fields_of
from app.ui.record_list import shown
from app.ui.words import label


def row_text(field: Field, row: Mapping[str, Any], *, whole: bool = False) -> str:
    """The parts of a row, those that need it with their names; the link to a resident is left out.

    Sensitive ones are masked, unless they were revealed `whole`.
    """
    assert field.rows is not None
    parts = []
    for name, of in fields_of(field.rows).items():
        text = "" if of.kind in (Kind.PERSON, Kind.FILES) else shown(of, row.get(name), whole=whole)
        if text:
            parts.append(text if of.required or of.search else f"{label(of.label)} {text}")
    # A part that is a sentence of its own brings its full stop.
    parts[:-1] = [part.rstrip("。") for part in parts[:-1]]
    return QCoreApplication.translate("RecordDetail", "，").join(parts)
