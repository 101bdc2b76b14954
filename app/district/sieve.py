"""Lets sound documents through quickly; whatever it is not sure of is judged by the record type itself.

A batch is mostly sound records in canonical form, and the district checks every one before it answers.  The
sieve reads the same field declarations and runs the same rules, but on plain values in canonical form; it
only ever says "sound" or "not sure", and a test holds it to the word of `RecordType.validate`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.models.cleaning import EARLIEST, LATEST, clean_field
from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.money import LARGEST
from app.models.problems import Severity
from app.models.record_type import RecordType

Quick = Callable[[Any], Any]

_TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.PLACE, Kind.NUMBER})
_mobile = re.compile(r"1[3-9][0-9]{9}").fullmatch
_card = re.compile(r"[0-9]{17}[0-9X]").fullmatch
_division = re.compile(r"[0-9]{12}").fullmatch
_amount = re.compile(r"(0|[1-9][0-9]{0,9})\.[0-9]{2}").fullmatch


class NotSure(Exception):
    """The quick way cannot tell; nothing is said about the document."""


UNSURE = (NotSure, AttributeError, KeyError, TypeError, ValueError, ArithmeticError)
"""What taking a value out of form may raise; all of it means "not sure"."""


class Plain:
    """A record for the rules: its attributes are the values themselves, those not given the class's own."""

    __slots__ = ("__dict__",)

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


class Sieve:
    """The quick way for one record type."""

    def __init__(self, record_type: RecordType) -> None:
        self._record_type = record_type
        self._plan = _Plan(record_type.fields)

    def lets_through(self, document: Mapping[str, Any]) -> bool:
        """True when the document is certainly sound; False says nothing."""
        try:
            values = self._plan.taken(document)
            if self._record_type.fill:
                self._record_type.fill(values)
            record = self._plan.record(values)
            for rule in self._record_type.rules:
                for problem in rule(record):
                    if problem.severity is Severity.ERROR:
                        return False
            return True
        except UNSURE:
            return False


class _Plan:
    """How the values of one class of record or row are taken, made once from its field declarations."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        empty = {name: () if field.rows else None for name, field in fields.items()}
        self.holder: type[Plain] = type("_Holder", (Plain,), {"__slots__": (), **empty})
        self._rows = {name: _Rows(field) for name, field in fields.items() if field.rows}
        self._required = frozenset(
            name for name, field in fields.items() if field.required or (field.rows and field.minimum)
        )
        self._texts = {
            name: field.max_length or 1 << 30 for name, field in fields.items() if field.kind in _TEXTS
        }
        self._ways: dict[str, Quick] = {
            name: self._rows[name].taken if field.rows else _QUICK[field.kind](field)
            for name, field in fields.items()
        }

    def taken(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Every value given, typed; names it does not know are left out.  Raises NotSure."""
        if not self._required <= document.keys():
            raise NotSure
        values: dict[str, Any] = {}
        texts, ways = self._texts, self._ways
        for name, raw in document.items():
            if name in texts and type(raw) is str:
                # Printable text holds none of the characters `text_problems` refuses, no outer space but " ".
                sound = raw and len(raw) <= texts[name] and raw.isprintable() and raw.strip() == raw
                values[name] = raw if sound else ways[name](raw)
            elif raw is None:
                if name in self._required:
                    raise NotSure
            elif name in ways:
                values[name] = ways[name](raw)
        return values

    def record(self, values: dict[str, Any]) -> Plain:
        """The values taken, as the rules want them."""
        for name, rows in self._rows.items():
            if name in values:
                holder = rows.plan.holder
                values[name] = [holder(row) for row in values[name]]
        return self.holder(values)


class _Rows:
    """How the rows of one field are taken."""

    def __init__(self, field: Field) -> None:
        assert field.rows is not None
        self.plan = _Plan(fields_of(field.rows))
        self._least, self._most = field.minimum or 0, field.maximum

    def taken(self, raw: Any) -> list[dict[str, Any]]:
        """The rows, typed; raises NotSure."""
        most = self._most
        if type(raw) is not list or len(raw) < self._least or (most is not None and len(raw) > most):
            raise NotSure
        taken = []
        for part in raw:
            values = self.plan.taken(part)
            values["id"] = part["id"]
            taken.append(values)
        return taken


def _text(field: Field) -> Quick:
    return lambda raw: slowly(field, raw)


def _matching(field: Field, form: Callable[[str], Any]) -> Quick:
    def matching(raw: Any) -> Any:
        if type(raw) is str and form(raw):
            return raw
        return slowly(field, raw)

    return matching


def _day(field: Field) -> Quick:
    def day(raw: Any) -> date:
        read = date.fromisoformat(raw)
        if EARLIEST <= read <= LATEST:
            return read
        raise NotSure

    return day


def _moment(field: Field) -> Quick:
    low, high = EARLIEST.year, LATEST.year

    def moment(raw: Any) -> datetime:
        form = len(raw) == 20 and raw[4] == raw[7] == "-" and raw[10] == "T" and raw[13] == raw[16] == ":"
        if not form or raw[19] != "Z":
            raise NotSure
        read = datetime.fromisoformat(raw)
        if low < read.year < high:
            return read
        raise NotSure

    return moment


def _integer(field: Field) -> Quick:
    low, high = field.minimum or 0, field.maximum or 0

    def integer(raw: Any) -> int:
        if type(raw) is int and low <= raw <= high:
            return raw
        raise NotSure

    return integer


def _money(field: Field) -> Quick:
    def money(raw: Any) -> Decimal:
        if _amount(raw) and (amount := Decimal(raw)) <= LARGEST:
            return amount
        raise NotSure

    return money


def _choice(field: Field) -> Quick:
    # KeyError and TypeError count as "not sure"; no other JSON value equals a string.
    return {code.value: code.value for code in code_list(field.codes or "").items}.__getitem__


def _choices(field: Field) -> Quick:
    known = frozenset(code.value for code in code_list(field.codes or "").items)

    def choices(raw: Any) -> list[str]:
        if type(raw) is list and raw and known.issuperset(raw) and len(set(raw)) == len(raw):
            return raw
        raise NotSure

    return choices


def _yes_no(field: Field) -> Quick:
    def yes_no(raw: Any) -> bool:
        if type(raw) is bool:
            return raw
        raise NotSure

    return yes_no


def _files(field: Field) -> Quick:
    def files(raw: Any) -> Any:
        if type(raw) is list:
            return slowly(field, raw)
        raise NotSure

    return files


def slowly(field: Field, raw: Any) -> Any:
    """The value of a text-like field by the full rules; raises NotSure where they object."""
    value, problems = clean_field(field, raw)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise NotSure
    return value


_QUICK: dict[Kind, Callable[[Field], Quick]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.PLACE: _text,
    Kind.NUMBER: _text,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
    Kind.PHONE: lambda field: _matching(field, _mobile),
    Kind.ID_NUMBER: lambda field: _matching(field, _card),
    Kind.DIVISION: lambda field: _matching(field, _division),
    Kind.USCC: lambda field: _matching(field, lambda _: None),
    Kind.PERSON: lambda field: _matching(field, lambda _: None),
    Kind.FILES: _files,
}
