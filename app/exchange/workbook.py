"""A workbook written straight into its archive, a row at a time, and never through a file in clear on the disk.

Spreadsheet libraries spool every sheet through the system's folder for temporary files; what leaves this desk lies
nowhere but where it was asked for.  Every text cell is typed as text (t="inlineStr"), so that no program takes it for a
formula; one that begins like a formula is marked as quoted besides (ASVS 1.2.10).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr  # nosec B406  # writes XML, reads none
from zipfile import ZipFile

CellValue = str | int | Decimal | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
LONGEST_CELL = 32_767  # characters, of Excel's own limits
MOST_ROWS = 1_048_576
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Styles by number: 0 plain, 1 wrapped text, 2 the same and quoted, 3 heading.
_STYLES = (
    f'{_HEAD}<styleSheet {_MAIN}><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FFEAEEF0"/></patternFill></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" quotePrefix="1" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, headings ((text, width in characters)), rows, and what is printed under every page."""

    name: str
    headings: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[CellValue]]
    footer: str = ""


def write_workbook(archive: ZipFile, sheets: Sequence[Sheet]) -> None:
    """Write the parts of a workbook; rows are taken one after the other and not kept.  Raises OSError."""
    for name, content in _frame(sheets):
        with archive.open(name, "w") as part:
            part.write(content.encode())
    for number, sheet in enumerate(sheets, start=1):
        with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
            for piece in _sheet(sheet):
                part.write(piece.encode())


def _sheet(sheet: Sheet) -> Iterator[str]:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, (_, width) in enumerate(sheet.headings, start=1)
    )
    yield (
        f'{_HEAD}<worksheet {_MAIN}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
    )
    yield _row([heading for heading, _ in sheet.headings], heading=True)
    for row in sheet.rows:
        yield _row(row)
    footer = f"<headerFooter><oddFooter>{escape(_footer(sheet.footer))}</oddFooter></headerFooter>"
    yield (
        '</sheetData><pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"{footer if sheet.footer else ''}</worksheet>"
    )


def _row(values: Sequence[CellValue], *, heading: bool = False) -> str:
    return f"<row>{''.join(_cell(value, heading) for value in values)}</row>"


def _cell(value: CellValue, heading: bool) -> str:
    if value is None or value == "":
        return "<c/>"
    if not isinstance(value, str):
        return f"<c><v>{value}</v></c>"
    style = 3 if heading else 2 if value.startswith(FORMULA_STARTS) else 1
    text = escape(_UNWRITABLE.sub("\ufffd", value)[:LONGEST_CELL])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>'


def _footer(text: str) -> str:
    """In a footer & begins a command; Excel takes 255 characters."""
    return "&L" + _UNWRITABLE.sub("", text).replace("&", "&&")[:200] + "&R&P / &N"


def _frame(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{kind}.worksheet+xml"/>'
        for at in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>',
    )
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    names = "".join(
        f'<sheet name={quoteattr(sheet.name[:31])} sheetId="{at}" r:id="rId{at}"/>'
        for at, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>',
    )
    parts = [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in numbers]
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations([*parts, (f"rId{len(sheets) + 1}", "styles", "styles.xml")]),
    )
    yield "xl/styles.xml", _STYLES


def _relations(named: Sequence[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, kind, target in named
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
