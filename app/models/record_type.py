"""A record type: the class of its records, the order of its form, its list columns and its rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Table

from app.models.base import Record, Row
from app.models.cleaning import clean_rows_and_fields
from app.models.fields import Field, Kind, Search, fields_of
from app.models.problems import Problem, Severity, error

Values = dict[str, Any]
Rule = Callable[[Any], Iterable[Problem]]
ChangeRule = Callable[[Any, Any], Iterable[Problem]]
Filled = TypeVar("Filled", Record, Row)


@dataclass(frozen=True)
class Section:
    """A titled group of fields on the form; a folded one starts closed."""

    title: str
    fields: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, eq=False)
class RecordType:
    """Everything the layers above need to know of one kind of record."""

    code: str
    title: str
    model: type[Record]
    sections: tuple[Section, ...]
    columns: tuple[str, ...]
    filters: tuple[str, ...]
    headline: tuple[str, ...]
    business_day: str | None
    rules: tuple[Rule, ...] = ()
    numbered: str | None = None
    fill: Callable[[Values], None] | None = None
    derive: Callable[[Any], Values] | None = None
    change_rules: tuple[ChangeRule, ...] = ()

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Declared fields by name, in declaration order."""
        return fields_of(self.model)

    @cached_property
    def table(self) -> Table:
        """The table of the record class."""
        table = self.model.__table__
        assert isinstance(table, Table)
        return table

    def clean(self, values: Mapping[str, Any]) -> tuple[Values, list[Problem]]:
        """Typed values of whatever a form, a file or the wire gave, and every problem found.

        Missing names become None (no rows); unknown names are reported.  Rules over several fields run
        only once the single fields are sound.
        """
        cleaned, problems = clean_rows_and_fields(self.fields, values)
        problems += [error(name, f"没有“{name}”这一项。") for name in values if name not in self.fields]
        if any(problem.severity is Severity.ERROR for problem in problems):
            return cleaned, problems
        if self.fill:
            self.fill(cleaned)
        record = self.build(self.complete(cleaned))
        for rule in self.rules:
            problems += rule(record)
        return cleaned, problems

    def complete(self, values: Values) -> Values:
        """The same values with the fields nobody types computed from the others."""
        if self.derive:
            values.update(self.derive(self.build(values)))
        return values

    def validate(self, values: Mapping[str, Any]) -> list[Problem]:
        """Every problem with the values; an empty list means they can be saved without a remark."""
        return self.clean(values)[1]

    def change_problems(self, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> list[Problem]:
        """What forbids going from one sound content to another, or to none (voiding)."""
        if not self.change_rules:
            return []
        old, new = self.build(before), None if after is None else self.build(after)
        return [problem for rule in self.change_rules for problem in rule(old, new)]

    def build(self, values: Mapping[str, Any]) -> Record:
        """An unsaved record object holding cleaned values, for rules and printing."""
        return _filled(self.model(), self.fields, values)

    def values(self, record: Record) -> Values:
        """The field values of a record object, rows as dicts with their ids."""
        return _values_of(record, self.fields)

    def headline_of(self, values: Mapping[str, Any]) -> str:
        """One line that names the record among others."""
        return " · ".join(str(values[name]) for name in self.headline if values.get(name)) or self.title

    def search_terms(self, values: Mapping[str, Any]) -> dict[Search, tuple[str, ...]]:
        """The texts under which the record is found, by how they are searched."""
        found: dict[Search, list[str]] = {kind: [] for kind in Search}
        _collect_terms(self.fields, values, found)
        return {kind: tuple(dict.fromkeys(texts)) for kind, texts in found.items()}


def _filled(target: Filled, fields: Mapping[str, Field], values: Mapping[str, Any]) -> Filled:
    for name, field in fields.items():
        value = values.get(name)
        if field.rows is not None:
            parts = []
            for position, part in enumerate(value or ()):
                row = _filled(field.rows(), fields_of(field.rows), part)
                row.id, row.position = part.get("id"), position
                parts.append(row)
            value = parts
        setattr(target, name, value)
    return target


def _values_of(record: Record | Row, fields: Mapping[str, Field]) -> Values:
    values: Values = {}
    for name, field in fields.items():
        value = getattr(record, name)
        if field.rows is not None:
            row_fields = fields_of(field.rows)
            value = [{"id": row.id, **_values_of(row, row_fields)} for row in value]
        values[name] = value
    return values


def _collect_terms(
    fields: Mapping[str, Field], values: Mapping[str, Any], found: dict[Search, list[str]]
) -> None:
    for name, field in fields.items():
        value = values.get(name)
        if field.rows is not None:
            for part in value or ():
                _collect_terms(fields_of(field.rows), part, found)
        elif field.search is not None and value and field.kind is not Kind.ROWS:
            found[field.search].append(str(value))
