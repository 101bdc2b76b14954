"""Records of a list as a file: a workbook masked by default, or whole inside an archive only its passphrase opens."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from app.exchange.workbook import CellValue, Sheet, write_workbook
from app.models.fields import Field, Kind
from app.models.record_type import RecordType
from app.models.station_time import station_time
from app.models.telling import told
from app.safe_file import writing_safely
from app.store.reading import StoredRecord
from app.store.refused_saves import RefusedSave

Progress = Callable[[int], bool]
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # read aloud and typed without mistaking one for another
GROUPS, LETTERS = 5, 4
EVERY = 200  # records between two reports of progress
WIDTHS = {Kind.LONG_TEXT: 40.0, Kind.ROWS: 60.0, Kind.TEXT: 18.0, Kind.PLACE: 24.0, Kind.ID_NUMBER: 22.0}
USUAL_WIDTH = 14.0


class ExportStopped(RefusedSave):
    """Somebody stopped it; no file was left."""

    def __init__(self) -> None:
        super().__init__("已停止导出，没有留下文件。")


def export_masked(
    path: Path,
    record_type: RecordType,
    records: Iterable[StoredRecord],
    about: Sequence[str],
    progress: Progress = lambda done: True,
) -> int:
    """Write a masked workbook under its name once it is whole; answers how many records are in it.

    `progress` is told how many are written and answers whether to go on.  Raises ExportStopped, OSError and what
    reading the records raises; then nothing is left at `path` but what was there.
    """
    counted = _Counted(records, progress)
    with writing_safely(path) as file:
        _write(file, record_type, counted, about, whole=False)
    return counted.done


def export_whole(
    path: Path,
    record_type: RecordType,
    records: Iterable[StoredRecord],
    about: Sequence[str],
    progress: Progress = lambda done: True,
) -> tuple[int, str]:
    """The same with whole numbers, inside an AES-256 archive; answers the count and the passphrase, said only here.

    `about` stands under every page and on a sheet of its own.  The workbook is made in memory: in clear it is
    never on a disk.
    """
    import pyzipper  # noqa: PLC0415  # loads with the first full export

    counted, book, passphrase = _Counted(records, progress), BytesIO(), new_passphrase()
    _write(book, record_type, counted, about, whole=True)
    with (
        writing_safely(path) as file,
        pyzipper.AESZipFile(
            file, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES
        ) as archive,
    ):
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(f"{record_type.title}.xlsx", book.getvalue())
    return counted.done, passphrase


def new_passphrase() -> str:
    """`ABCD-EFGH-…`: five groups of four out of 31 signs, 99 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


class _Counted:
    """The records, counted as they pass."""

    def __init__(self, records: Iterable[StoredRecord], progress: Progress) -> None:
        self._records, self._progress, self.done = records, progress, 0

    def __iter__(self) -> Iterator[StoredRecord]:
        for record in self._records:
            if self.done % EVERY == 0 and not self._progress(self.done):
                raise ExportStopped
            self.done += 1
            yield record
        self._progress(self.done)


def _write(
    file: BinaryIO,
    record_type: RecordType,
    records: Iterable[StoredRecord],
    about: Sequence[str],
    *,
    whole: bool,
) -> None:
    fields = [field for field in record_type.fields.values() if field.kind is not Kind.PERSON]
    headings = [(field.label, WIDTHS.get(field.kind, USUAL_WIDTH)) for field in fields]
    headings += [(name, USUAL_WIDTH) for name in ("记录人", "记录时间", "修改人", "修改时间", "作废原因")]
    rows = (_row(fields, record, whole=whole) for record in records)
    explained: list[list[CellValue]] = [[line] for line in about]
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        sheets = [
            Sheet(record_type.title, headings, rows, "；".join(about)),
            Sheet("说明", [("这份表格的说明", 80.0)], explained),
        ]
        write_workbook(archive, sheets)


def _row(fields: Sequence[Field], record: StoredRecord, *, whole: bool) -> list[CellValue]:
    cells: list[CellValue] = [_cell(field, record.values.get(field.name), whole=whole) for field in fields]
    made, changed = _clock(record.created_at), _clock(record.changed_at)
    return [*cells, record.created_by, made, record.changed_by, changed, record.void_reason or ""]


def _cell(field: Field, value: object, *, whole: bool) -> CellValue:
    if field.kind in (Kind.MONEY, Kind.INTEGER) and isinstance(value, int | Decimal):
        return value
    return told(field, value, whole=whole)


def _clock(moment: datetime) -> str:
    return f"{station_time(moment):%Y-%m-%d %H:%M}"
