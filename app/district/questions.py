"""What is left to ask of a record whose single fields are sound: the rules over several fields, as few as can be."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from app.district.sieve import UNSURE, Plain
from app.models.fields import Field, Kind, fields_of
from app.models.mediation.rules import party_cards
from app.models.people.identity_rules import agrees_with_card
from app.models.problems import Severity
from app.models.record_type import RecordType, Rule
from app.models.station_time import station_today

Values = dict[str, Any]
Names = tuple[str, ...]
"""In the order they stand; on the wire that is theirs by name."""

# These rules object, rather than remark, only to a number that can be on no card; the form of a line has none such.
CARD_RULES = (agrees_with_card, party_cards)
MOST_KEPT = 500
_TYPED: dict[Kind, Callable[[str], Any]] = {
    Kind.DAY: date.fromisoformat,
    Kind.MOMENT: datetime.fromisoformat,
    Kind.MONEY: Decimal,
}


class Questions:
    """The rules of one record type, asked of data that matched the form of its lines."""

    def __init__(self, record_type: RecordType) -> None:
        self._fields = record_type.fields
        self._fill = record_type.fill
        self._columns = _Columns(record_type.fields)
        self._rules = [rule for rule in record_type.rules if rule not in CARD_RULES]
        self._left: dict[Names, list[Rule]] = {}
        self._day = station_today()

    @property
    def any(self) -> bool:
        """Whether there is anything to ask at all."""
        return bool(self._rules)

    def of_today(self) -> None:
        """What was found out about the rules holds for a day: some may look at the calendar."""
        if self._day != station_today():
            self._left.clear()
            self._day = station_today()

    def allow(self, data: Values) -> bool:
        """True when no rule objects to the data of a record; False says nothing."""
        try:
            return self._allow(data)
        except UNSURE:
            return False

    def _allow(self, data: Values) -> bool:
        if self._fill is None:
            rules = self._rules_for(tuple(data))
            if not rules:
                return True
            record = self._columns.record(data)
        else:
            values = self._columns.typed_throughout(data)
            self._fill(values)
            rules = self._rules_for(tuple(values))
            record = self._columns.filled(values)
        for rule in rules:
            for problem in rule(record):
                if problem.severity is Severity.ERROR:
                    return False
        return True

    def _rules_for(self, given: Names) -> list[Rule]:
        """Rules that may have something to say where no other fields are given.

        One that has nothing to say, and has read none of those given to find that out, has nothing to say of
        any such record.
        """
        known = self._left.get(given)
        if known is None:
            if len(self._left) >= MOST_KEPT:
                self._left.clear()
            absent = {name: value for name, value in _empty(self._fields).items() if name not in given}
            probe = type("_Probe", (_Probe,), {"__slots__": (), **absent})({})
            known = self._left[given] = [rule for rule in self._rules if not _is_silent(rule, probe)]
        return known


class _Taken(Plain):
    """A record whose rows are made when a rule asks for them; most rules ask for none."""

    __slots__ = ()
    make: Mapping[str, Callable[[Values], Plain]] = MappingProxyType({})
    later: Mapping[str, Any] = MappingProxyType({})

    def __getattr__(self, name: str) -> Any:
        make = self.make.get(name)
        if make is None:
            raise AttributeError(name)
        rows = self.__dict__[name] = list(map(make, self.later.get(name, ())))
        return rows


class _Columns:
    """The fields of one class of record or row; what is to be done is found once for each choice of names."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._rows = {name: _Columns(fields_of(field.rows)) for name, field in fields.items() if field.rows}
        self._typed = {name: _TYPED[field.kind] for name, field in fields.items() if field.kind in _TYPED}
        self._plans: dict[Names, _Plan] = {}
        scalars = {name: None for name, field in fields.items() if not field.rows}
        self._holder = self._holding(scalars, {name: rows.record for name, rows in self._rows.items()})
        self._filled = self._holding(scalars, {name: rows.filled for name, rows in self._rows.items()})

    def _holding(
        self, scalars: Mapping[str, None], make: Mapping[str, Callable[[Values], Plain]]
    ) -> type[_Taken]:
        return type("_Holder", (_Taken,), {"__slots__": (), "make": make, **scalars})

    def _plan(self, given: Values) -> "_Plan":
        names = tuple(given)
        plan = self._plans.get(names)
        if plan is None:
            if len(self._plans) >= MOST_KEPT:
                self._plans.clear()
            plan = self._plans[names] = _Plan(
                tuple((name, self._typed[name]) for name in names if name in self._typed),
                tuple((name, self._rows[name].typed) for name in names if name in self._rows),
            )
        return plan

    def typed(self, data: Values) -> Values:
        """Days, moments and amounts as such; the rest is on the wire as it is.  The data itself where there are none."""
        typed = self._plan(data).typed
        if not typed:
            return data
        values = data.copy()
        for name, make in typed:
            values[name] = make(values[name])
        return values

    def typed_throughout(self, data: Values) -> Values:
        """The same with the rows, in a dict that may be written on."""
        plan = self._plan(data)
        values = data.copy()
        for name, make in plan.typed:
            values[name] = make(values[name])
        for name, make in plan.rows:
            values[name] = list(map(make, values[name]))
        return values

    def record(self, data: Values) -> Plain:
        """Data as the rules want it."""
        return self._taken(self._holder, self.typed(data))

    def filled(self, values: Values) -> Plain:
        """Values that are typed throughout as the rules want them."""
        return self._taken(self._filled, values)

    def _taken(self, holder: type[_Taken], values: Values) -> Plain:
        rows = self._plan(values).rows if self._rows else ()
        if not rows:
            return holder(values)
        own = values.copy()
        for name, _ in rows:
            del own[name]
        record = holder(own)
        record.later = values
        return record


class _Plan(NamedTuple):
    """What is to be done with values of certain names: typed ones, and rows."""

    typed: tuple[tuple[str, Callable[[Any], Any]], ...]
    rows: tuple[tuple[str, Callable[[Values], Values]], ...]


class _Given(Exception):
    """A rule reads a field that is given."""


class _Probe(Plain):
    """A record that tells when a field is read that a record may give."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        raise _Given(name)


def _empty(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {name: () if field.rows else None for name, field in fields.items()}


def _is_silent(rule: Rule, probe: Plain) -> bool:
    try:
        return not any(True for _ in rule(probe))
    except (_Given, *UNSURE):
        return False
