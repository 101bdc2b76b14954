"""What a paper of the dossier says, block by block, apart from how it is set; and its setting on A4."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.printing.signing import seal_units, sign_units
from app.printing.tables import Column, table_units
from app.typeset.flow import Flow, FormField, baseline
from app.typeset.fonts import FontBook
from app.typeset.lines import Line, Style, Typesetter
from app.typeset.page import CONTRACT, Frame, Unit, kept, paginate, print_pages
from app.typeset.qr_mark import PageMark
from app.typeset.sheet import PrintedPdf, Sheet

TITLE = Style("song-bold", 22)
OFFICE = Style("song-bold", 16)
HEADING = Style("hei", 14)
BODY = Style("song", 14)
NOTE = Style("song", 10.5)
CELL = Style("song", 12)
LEADINGS = (26.0, 25.0, 24.0, 22.0)
NOTE_LEADING = 17.0
LINES_KEPT = 2
CUT_ROOM, DASH = 36.0, 5.0  # points
TICKED, UNTICKED = "■", "□"


@dataclass(frozen=True)
class Heading:
    """A line in the heading face, kept with what follows."""

    text: str


@dataclass(frozen=True)
class Words:
    """Paragraphs of running text; `blanks` ruled rows to write on where there is none; flush: not indented."""

    text: str
    blanks: int = 0
    flush: bool = False


@dataclass(frozen=True)
class Fields:
    """Labelled values on rules."""

    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Boxes:
    """Choices with a tick where they apply."""

    label: str
    choices: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Table:
    """A ruled table; every row has a text for every column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Signing:
    """Places to sign: a caption and who signs under it; with nobody named, one empty place."""

    caption: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sealing:
    """An office's name with room for its seal, and the date under it."""

    office: str
    note: str
    day: str


@dataclass(frozen=True)
class Remark:
    """Small print."""

    text: str


@dataclass(frozen=True)
class Together:
    """Blocks no page end divides."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Space:
    """Empty paper, in points."""

    height: float


@dataclass(frozen=True)
class Cut:
    """A dashed line to tear the paper at."""


Block = Heading | Words | Fields | Boxes | Table | Signing | Sealing | Remark | Together | Space | Cut


@dataclass(frozen=True)
class Paper:
    """One document: its title, its number line, its blocks in order; lead: empty points above the title."""

    title: str
    blocks: tuple[Block, ...]
    number: str = ""
    office: str = ""
    frame: Frame = field(default=CONTRACT)
    lead: float = 0.0

    def lines(self) -> list[str]:
        """Every text of the paper in reading order: what freezing compares."""
        return [line for line in (self.office, self.title, self.number, *self._texts()) if line]

    def _texts(self) -> Iterator[str]:
        for block in self.blocks:
            yield from TEXTS[type(block)](block)


TEXTS: dict[type, Callable[..., Iterator[str]]] = {
    Heading: lambda block: iter((block.text,)),
    Words: lambda block: iter(block.text.splitlines()),
    Fields: lambda block: (f"{one.label}：{one.value}" for one in block.fields if one.value),
    Boxes: lambda block: (f"{block.label}：{name}" for name, ticked in block.choices if ticked),
    Table: lambda block: ("｜".join(row) for row in block.rows),
    Signing: lambda block: (f"{block.caption}：{name}" for name in block.names or ("",)),
    Sealing: lambda block: iter((block.office, block.day)),
    Remark: lambda block: iter((block.text,)),
    Together: lambda block: (text for one in block.blocks for text in TEXTS[type(one)](one)),
    Space: lambda _: iter(()),
    Cut: lambda _: iter(()),
}


def paper_pdf(
    paper: Paper, *, draft: bool = False, mark: PageMark | None = None, fonts: FontBook | None = None
) -> PrintedPdf:
    """Prints a paper on A4 in the widest leading that costs no page.  Raises OSError when a font is missing."""
    typesetter = Typesetter(fonts or FontBook())
    settings = [_units(Flow(typesetter, paper.frame, leading), paper) for leading in LEADINGS]
    fewest = min(len(paginate(units, paper.frame.height)) for units in settings)
    units = next(units for units in settings if len(paginate(units, paper.frame.height)) == fewest)
    head = "\u3000".join(part for part in (paper.title, paper.number) if part)
    sheet = Sheet(head, typesetter)
    watermark = "草\u3000稿" if draft else None
    return print_pages(sheet, units, paper.frame, head=head, watermark=watermark, mark=mark)


def _units(flow: Flow, paper: Paper) -> list[Unit]:
    units: list[Unit] = [Unit(paper.lead, lambda *_: None, keep=True)] if paper.lead else []
    if paper.office:
        units += flow.centred(paper.office, OFFICE, leading=32.0)
    if paper.title:
        units += flow.centred(paper.title, TITLE, leading=46.0, spread=0.12)
    if paper.number:
        units += flow.right(paper.number, BODY, space=2.0)
    for block in paper.blocks:
        if isinstance(block, Signing | Sealing):
            # Nobody signs or seals a page that says nothing: the last lines before stay with the names.
            units[-LINES_KEPT:] = kept(units[-LINES_KEPT:])
        units += SETTINGS[type(block)](flow, block)
    return units


def _heading(flow: Flow, block: Heading) -> list[Unit]:
    return kept(flow.paragraph(block.text, HEADING, indent=0, space=8.0))


def _words(flow: Flow, block: Words) -> list[Unit]:
    if not block.text.strip():
        return flow.blanks(block.blanks) if block.blanks else []
    return flow.paragraph(block.text, BODY, indent=0.0 if block.flush else 2.0)


def _boxes(flow: Flow, block: Boxes) -> list[Unit]:
    """Choices in rows under one another, none of them broken."""
    label = flow.typesetter.line(f"{block.label}：" if block.label else "", BODY)
    rows: list[list[Line]] = [[]]
    room = flow.frame.width - label.width
    for name, chosen in block.choices:
        choice = flow.typesetter.line(f"{TICKED if chosen else UNTICKED}{name}", BODY)
        if rows[-1] and sum(one.width + BODY.size for one in rows[-1]) + choice.width > room:
            rows.append([])
        rows[-1].append(choice)
    return [
        Unit(
            flow.leading,
            _Row(flow, label if number == 0 else None, label.width, tuple(row)),
            keep=number == 0,
        )
        for number, row in enumerate(rows)
    ]


@dataclass(frozen=True)
class _Row:
    """A label and choices beside one another; call it to draw it."""

    flow: Flow
    label: Line | None
    indent: float
    choices: tuple[Line, ...]

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the row downwards from top."""
        y = baseline(top, self.flow.leading, BODY.size)
        if self.label is not None:
            sheet.show(self.label, left, y)
        x = left + self.indent
        for choice in self.choices:
            sheet.show(choice, x, y)
            x += choice.width + BODY.size


def _table(flow: Flow, block: Table) -> list[Unit]:
    return table_units(flow, block.columns, block.rows, CELL)


def _small(flow: Flow, block: Remark) -> list[Unit]:
    return Flow(flow.typesetter, flow.frame, NOTE_LEADING).paragraph(block.text, NOTE, space=6.0)


def _together(flow: Flow, block: Together) -> list[Unit]:
    units = [unit for one in block.blocks for unit in SETTINGS[type(one)](flow, one)]
    return [*kept(units[:-1]), *units[-1:]]


def _space(flow: Flow, block: Space) -> list[Unit]:
    return [Unit(block.height, lambda *_: None)]


def _cut(flow: Flow, block: Cut) -> list[Unit]:
    def draw(sheet: Sheet, left: float, top: float) -> None:
        x, end = left, left + flow.frame.width
        while x < end:
            sheet.rule(x, min(x + DASH, end), top - CUT_ROOM / 2)
            x += 2 * DASH

    return [Unit(CUT_ROOM, draw)]


SETTINGS: dict[type, Callable[..., list[Unit]]] = {
    Heading: _heading,
    Words: _words,
    Fields: lambda flow, block: flow.form(block.fields, BODY),
    Boxes: _boxes,
    Table: _table,
    Signing: lambda flow, block: sign_units(flow, block.caption, block.names),
    Sealing: lambda flow, block: seal_units(flow, block.office, block.note, block.day),
    Remark: _small,
    Together: _together,
    Space: _space,
    Cut: _cut,
}
