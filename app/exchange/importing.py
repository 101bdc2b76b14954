"""Import: every row that can be saved is saved through RecordStore, every other one is named with its reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import orjson

from app.exchange.source_rows import SourceRow
from app.models.fields import Field, Kind, fields_of
from app.models.problems import Problem, Severity
from app.models.record_type import RecordType
from app.store.reading import RecordReader
from app.store.records import RecordStore
from app.store.refused_saves import Invalid, RefusedSave

# Namespace of record ids made from imported rows; changing it would double every re-import.
IMPORTED = UUID("6f1d7c1e-6f0b-5f0e-9d7a-1a5d2b7c4e10")


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not imported: its line, its column where there is one, and why."""

    line: int
    column: str
    message: str


@dataclass
class ImportReport:
    """What an import did; lines with warnings were imported."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    warnings: list[RefusedRow] = field(default_factory=list)


def import_rows(
    rows: Iterable[SourceRow],
    store: RecordStore,
    reader: RecordReader,
    *,
    by: str,
    progress: Callable[[int], bool] = lambda line: True,
) -> ImportReport:
    """Import rows one by one; `progress(line)` answering False stops after the row before.

    The same row (same key, or same content where there is no key) always means the same record, so a file
    imported twice changes nothing.  A record that was edited at the desk since its import is not
    overwritten.  Raises StorageError when the file cannot be written; what was imported until then stays.
    """
    report = ImportReport()
    for row in rows:
        if not progress(row.line):
            break
        if row.record_type is None or row.trouble:
            report.refused.append(RefusedRow(row.line, "", row.trouble))
            continue
        try:
            _import_row(row, row.record_type, store, reader, by, report)
        except Invalid as invalid:
            report.refused += _named(row, invalid.problems, Severity.ERROR)
        except RefusedSave as refusal:
            report.refused.append(RefusedRow(row.line, "", str(refusal)))
    return report


def record_id_of(row: SourceRow, record_type: RecordType) -> str:
    """The record id a row stands for."""
    if row.key is not None:
        return str(uuid5(IMPORTED, f"{record_type.code}\n{row.key}"))
    content = orjson.dumps(dict(row.values), option=orjson.OPT_SORT_KEYS, default=str)
    return str(uuid5(IMPORTED, f"{record_type.code}\n{sha256(content).hexdigest()}"))


def _import_row(
    row: SourceRow,
    record_type: RecordType,
    store: RecordStore,
    reader: RecordReader,
    by: str,
    report: ImportReport,
) -> None:
    record_id = record_id_of(row, record_type)
    before = reader.load(record_type, record_id)
    values: Mapping[str, Any] = _with_usual_choices(record_type.fields, row.values)
    if before is not None:
        if row.key is None:
            report.unchanged += 1
            return
        if len({change.by for change in reader.history(record_id)} | {by}) > 1 or before.void_reason:
            report.refused.append(RefusedRow(row.line, "", "这条记录导入后已在工作台修改过，没有覆盖。"))
            return
        values = _with_row_ids(values, before.values)
    saved = store.save(record_type, values, by=by, record_id=record_id, base=before.head if before else None)
    report.warnings += _named(row, list(saved.problems), Severity.WARNING)
    if before is None:
        report.created += 1
    elif saved.revision > before.revision:
        report.changed += 1
    else:
        report.unchanged += 1


def _with_usual_choices(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Required choices the file has no column for take the value a new form would offer."""
    usual = {
        name: field.default
        for name, field in fields.items()
        if field.required and field.kind is Kind.CHOICE and field.default and name not in values
    }
    completed = {**usual, **values}
    for name, parts in values.items():
        rows = fields[name].rows if name in fields else None
        if rows is not None and isinstance(parts, list):
            completed[name] = [
                _with_usual_choices(fields_of(rows), part) if isinstance(part, Mapping) else part
                for part in parts
            ]
    return completed


def _with_row_ids(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Rows keep their identity by place, so that an unchanged row stays unchanged."""
    named = dict(values)
    for name, parts in values.items():
        known = before.get(name)
        if isinstance(parts, list) and isinstance(known, list):
            ids = [part.get("id") for part in known if isinstance(part, Mapping)]
            named[name] = [
                {"id": ids[place], **part} if place < len(ids) and isinstance(part, Mapping) else part
                for place, part in enumerate(parts)
            ]
    return named


def _named(row: SourceRow, problems: list[Problem], severity: Severity) -> list[RefusedRow]:
    return [
        RefusedRow(row.line, row.columns.get(problem.path, problem.path), problem.message)
        for problem in problems
        if problem.severity is severity
    ]
