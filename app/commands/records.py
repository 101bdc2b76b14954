"""Commands over records: import, list, show, print."""

import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from app.commands.desk import Desk
from app.commands.printing import frozen_document_of, print_document_of, print_letter_of, said_of_paper
from app.exchange.importing import ImportReport, RefusedRow, import_rows
from app.exchange.source_rows import UnreadableFile, source_rows
from app.models import payload
from app.models.handover.handover import HANDOVER
from app.models.handover.papers import PAPERS, NoFeedback
from app.models.masking import masked_values
from app.models.mediation.documents import NothingToPrint, NotToFreeze
from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.printing.agreement_case import is_draft
from app.safe_file import write_safely
from app.store.reading import ListQuery, RecordReader, StoredRecord
from app.store.refused_saves import RefusedSave
from app.typeset.sheet import PrintedPdf

PAGE = 500


def import_file(desk: Desk, arguments: Namespace) -> int:
    """Import a file and report what came of every row that was not simply imported."""
    given = RECORD_TYPES[arguments.type] if arguments.type else None
    rows = source_rows(arguments.file, RECORD_TYPES, given)
    try:
        # Matching a row with what it became is not reading it; writing it is asked for row by row.
        report = import_rows(
            rows, desk.store, RecordReader(desk.database), by=desk.user, progress=_show_progress
        )
    except UnreadableFile as refusal:
        print(refusal, file=sys.stderr)
        return 2
    desk.note("import", f"created {report.created}, changed {report.changed}, refused {len(report.refused)}")
    _print_report(report)
    return 1 if report.refused else 0


def list_records(desk: Desk, arguments: Namespace) -> int:
    """Print records of a type as a JSON array, newest business day first."""
    record_type = RECORD_TYPES[arguments.type]
    query = ListQuery(words=arguments.search)
    found: list[Mapping[str, Any]] = []
    after: Mapping[str, Any] | None = None
    while len(found) < arguments.limit:
        size = min(PAGE, arguments.limit - len(found))
        page = desk.reader.page(record_type, query, after=after, limit=size)
        found += page
        if not page or query.words or len(page) < size:
            break
        after = page[-1]
    listed = [_row(record_type, row) for row in found[: arguments.limit]]
    desk.access.note("list", record_type.code, f"{len(listed)} rows")
    _print_json(listed)
    return 0


def show_record(desk: Desk, arguments: Namespace) -> int:
    """Print one record, named by id or document number, with its history; whole numbers only for a reason."""
    for record_type in RECORD_TYPES.values():
        stored = _asked_for(desk, record_type, arguments.id)
        if stored is None:
            continue
        whole = desk.reader.reveal(record_type, stored.id, arguments.reveal) if arguments.reveal else None
        _print_json(_whole(desk, record_type, whole or stored, masking=whole is None))
        return 0
    print("没有找到这条记录，请核对编号。", file=sys.stderr)
    return 1


def print_document(desk: Desk, arguments: Namespace) -> int:
    """Write a document of a case or a hand-over as PDF; lists what no font could print."""
    if arguments.document in PAPERS:
        return _print_letter(desk, arguments)
    case = desk.reader.by_number(RECORD_TYPES["mediation_case"], arguments.number)
    if case is None:
        print(f"没有编号为“{arguments.number}”的案件，请核对。", file=sys.stderr)
        return 1
    try:
        if arguments.for_signature:
            printed = frozen_document_of(desk, case, arguments.document)
        else:
            printed = print_document_of(desk, case, arguments.document, draft=is_draft(case.values))
    except (NothingToPrint, NotToFreeze, RefusedSave) as nothing:
        print(nothing, file=sys.stderr)
        return 1
    return _written(printed, arguments.output)


def _print_letter(desk: Desk, arguments: Namespace) -> int:
    letter = desk.reader.by_number(HANDOVER, arguments.number)
    if letter is None:
        print(f"没有编号为“{arguments.number}”的移交，请核对。", file=sys.stderr)
        return 1
    try:
        return _written(print_letter_of(desk, letter, arguments.document), arguments.output)
    except NoFeedback as nothing:
        print(nothing, file=sys.stderr)
        return 1


def _written(printed: PrintedPdf, output: Path) -> int:
    write_safely(output, printed.data)
    print(f"已存为 {output}，共 {printed.pages} 页。")
    if printed.missing:
        print(f"有 {len(printed.missing)} 个字没有字体，印成方框：{' '.join(printed.missing)}")
    return 0


def check_paper(desk: Desk, arguments: Namespace) -> int:
    """Say whether a printed paper, or a scan of it, is what this desk froze for signature; 0 when it is."""
    fits, said = said_of_paper(desk, arguments.paper)
    desk.note("verify", f"paper {'same' if fits else 'other'}")
    print(said)
    return 0 if fits else 1


def _asked_for(desk: Desk, record_type: RecordType, named: str) -> StoredRecord | None:
    """The record of this type by id or number; the type is passed over where there is none such."""
    if desk.access.subject(record_type.code, named) is not None:
        return desk.reader.load(record_type, named)
    if record_type.numbered is None:
        return None
    found = RecordReader(desk.database).by_number(record_type, named)
    return desk.reader.load(record_type, found.id) if found else None


def _row(record_type: RecordType, row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row.get(name) for name in record_type.fields if name in row}
    encoded = payload.encode(record_type, masked_values(record_type.fields, shown))
    return {"id": row["id"], "revision": row["revision"], **encoded}


def _whole(desk: Desk, record_type: RecordType, stored: StoredRecord, *, masking: bool) -> dict[str, Any]:
    def told(data: Mapping[str, Any]) -> Mapping[str, Any]:
        return masked_values(record_type.fields, data) if masking else data

    return {
        "type": record_type.code,
        "id": stored.id,
        "revision": stored.revision,
        "void_reason": stored.void_reason,
        "values": told(payload.encode(record_type, stored.values)),
        "history": [
            {
                "act": change.act,
                "by": change.by,
                "at": change.at,
                "state": change.state,
                "data": told(change.data),
            }
            for change in desk.reader.history(stored.id)
        ],
    }


def _print_json(content: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()


def _show_progress(line: int) -> bool:
    if line % 500 == 0:
        print(f"已读到第 {line} 行……", file=sys.stderr)
    return True


def _print_report(report: ImportReport) -> None:
    print(f"新增 {report.created} 条，更新 {report.changed} 条，未变 {report.unchanged} 条。")
    if report.warnings:
        print(f"已导入、请核对的有 {len(report.warnings)} 处：")
    for row in report.warnings:
        print("  " + _place(row))
    if report.refused:
        print(f"没有导入的有 {len(report.refused)} 处，改好后重新导入同一文件即可：")
    for row in report.refused:
        print("  " + _place(row))


def _place(row: RefusedRow) -> str:
    column = f" {row.column}" if row.column else ""
    return f"第 {row.line} 行{column}：{row.message}"
