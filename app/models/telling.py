"""Values as words a person reads on a file that leaves the desk: codes by name, times of the station's clock."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.station_time import station_time
from app.security.masking import masked, masked_in_text


def told(field: Field, value: Any, *, whole: bool) -> str:
    """A value in words; unless `whole`, its numbers are masked, those inside free text too."""
    if value is None or value == [] or field.kind is Kind.PERSON:
        return ""
    if field.rows is not None:
        return "\n".join(told_row(field, part, whole=whole) for part in value)
    text = _named(field, value)
    if text is None:
        text = _plain(value)
    if whole:
        return text
    return masked(text) if field.sensitive else masked_in_text(text)


def _named(field: Field, value: Any) -> str | None:
    """A value that stands for words: codes, yes or no, files by name; None for one that is its own word."""
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        codes = value if isinstance(value, list) else [value]
        return "、".join(code_list(field.codes or "").label(code) for code in codes)
    if field.kind is Kind.FILES:
        return "、".join(file.name for file in value)
    if field.kind is Kind.YES_NO:
        return "是" if value else "否"
    return None


def told_row(field: Field, part: Mapping[str, Any], *, whole: bool) -> str:
    """One repeated part in a line: `姓名 张三，身份证号 511***…`."""
    assert field.rows is not None
    said = [(of.label, told(of, part.get(name), whole=whole)) for name, of in fields_of(field.rows).items()]
    return "，".join(f"{label} {text}" for label, text in said if text)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{station_time(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
