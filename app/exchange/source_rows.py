"""What a file to import holds: one record a row (.xlsx with a header row) or a line (JSON lines)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from app.models.fields import fields_of
from app.models.record_type import RecordType

KEY = "导入编号"
ROWS_HEADING = re.compile(r"(?P<rows>\D+?)(?P<index>[0-9]{1,2})[.．·]?(?P<part>.+)")


class UnreadableFile(Exception):
    """Nothing of the file can be imported; the sentence says why."""


@dataclass(frozen=True)
class SourceRow:
    """One record as the file gives it.

    `columns` names the place of each field path for a sentence (`C 列“出生日期”`); `trouble` is set when
    the row itself cannot be read.
    """

    line: int
    record_type: RecordType | None
    key: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


def source_rows(
    path: Path, types: Mapping[str, RecordType], record_type: RecordType | None
) -> Iterator[SourceRow]:
    """The rows of a .jsonl or .xlsx file.  Raises UnreadableFile before the first row is answered."""
    if not path.is_file():
        raise UnreadableFile(f"没有找到文件“{path.name}”。")
    if path.suffix.lower() == ".xlsx":
        yield from _sheet_rows(path, types, record_type)
    elif path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(path, types, record_type)
    else:
        raise UnreadableFile("只能导入 .xlsx 表格或 .jsonl 文件，请另存为其中一种。")


def _json_lines(path: Path, types: Mapping[str, RecordType], given: RecordType | None) -> Iterator[SourceRow]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _json_line(number, line, types, given)


def _json_line(
    number: int, line: bytes, types: Mapping[str, RecordType], given: RecordType | None
) -> SourceRow:
    try:
        content = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return SourceRow(number, given, trouble="这一行不是完整的 JSON。")
    if not isinstance(content, dict):
        return SourceRow(number, given, trouble="这一行应是一个 JSON 对象。")
    record_type = types.get(str(content.pop("type", given.code if given else "")))
    key = content.pop("key", None)
    if record_type is None:
        return SourceRow(number, None, trouble="没有写明记录类型（type）。")
    return SourceRow(number, record_type, None if key is None else str(key), content)


def _sheet_rows(path: Path, types: Mapping[str, RecordType], given: RecordType | None) -> Iterator[SourceRow]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, OSError, KeyError, ValueError, EOFError) as damage:
        raise UnreadableFile(f"“{path.name}”打不开，可能已损坏或不是 Excel 表格。") from damage
    except Exception as damage:  # zip errors come in many classes; the file is untrusted input
        raise UnreadableFile(f"“{path.name}”打不开，可能已损坏或不是 Excel 表格。") from damage
    try:
        by_title = {record_type.title: record_type for record_type in types.values()}
        for sheet in book.worksheets:
            record_type = by_title.get(sheet.title, given)
            if record_type is not None:
                yield from _rows_of_sheet(sheet.iter_rows(values_only=True), record_type)
            elif len(book.worksheets) == 1:
                titles = "、".join(by_title)
                raise UnreadableFile(f"请用 --type 写明表格是哪一类记录，或把工作表命名为：{titles}。")
    finally:
        book.close()


def _rows_of_sheet(rows: Iterable[tuple[Any, ...]], record_type: RecordType) -> Iterator[SourceRow]:
    numbered = enumerate(rows, start=1)
    for number, row in numbered:
        if any(cell is not None for cell in row):
            headings = [str(cell).strip() if cell is not None else "" for cell in row]
            break
        if number > 20:
            return
    else:
        return
    paths, unknown = _paths(headings, record_type)
    if unknown:
        raise UnreadableFile(f"表头“{'”“'.join(unknown)}”不是{record_type.title}的项目，请核对第一行。")
    columns = {
        path: f"{get_column_letter(place + 1)} 列“{headings[place]}”"
        for place, path in enumerate(paths)
        if path
    }
    for number, row in numbered:
        cells = {path: cell for path, cell in zip(paths, row, strict=False) if path and cell is not None}
        if cells:
            key = cells.pop(KEY, None)
            yield SourceRow(number, record_type, None if key is None else str(key), _nested(cells), columns)


def _paths(headings: list[str], record_type: RecordType) -> tuple[list[str], list[str]]:
    """The field path of every heading ("" for an empty one), and the headings nothing is known of."""
    by_label = {field.label: field for field in record_type.fields.values()}
    paths, unknown = [], []
    for heading in headings:
        label = heading.removesuffix("*").strip()
        path = ""
        if label == KEY:
            path = KEY
        elif label in by_label or label in record_type.fields:
            path = by_label[label].name if label in by_label else label
        elif match := ROWS_HEADING.fullmatch(label):
            path = _row_path(match, record_type)
        if label and not path:
            unknown.append(heading)
        paths.append(path)
    return paths, unknown


def _row_path(match: re.Match[str], record_type: RecordType) -> str:
    """`当事人2姓名` → `parties.1.name`."""
    for owner in record_type.fields.values():
        if owner.rows is not None and owner.label == match["rows"]:
            for part in fields_of(owner.rows).values():
                if match["part"] in {part.label, part.name}:
                    return f"{owner.name}.{int(match['index']) - 1}.{part.name}"
    return ""


def _nested(cells: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    parts: dict[str, dict[int, dict[str, Any]]] = {}
    for path, cell in cells.items():
        if "." in path:
            owner, index, name = path.split(".")
            parts.setdefault(owner, {}).setdefault(int(index), {})[name] = cell
        else:
            values[path] = cell
    for owner, by_index in parts.items():
        values[owner] = [by_index[index] for index in sorted(by_index)]
    return values
