"""Turns headings, paragraphs and ruled form fields into units of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.typeset.lines import Line, Style, Typesetter
from app.typeset.page import Frame, Unit
from app.typeset.sheet import Sheet

BASELINE = 0.88
"""Where a line's baseline lies below the top of its characters, in ems."""
RULE_DROP = 4.0
"""Points from a field's baseline down to its rule."""
FIELD_GAP = 10.0
TYPED_INDENTS = ("\u3000", "  ", "\t")
"""A paragraph typed with an indent of its own gets none from us."""


@dataclass(frozen=True)
class FormField:
    """A printed label with a value on a rule; room: its least width, ems; grow: takes the row's slack."""

    label: str
    value: str
    room: float = 3.0
    grow: bool = False


@dataclass(frozen=True)
class Flow:
    """Makes units of one measure in one leading (points from line to line)."""

    typesetter: Typesetter
    frame: Frame
    leading: float

    def paragraph(
        self, text: str, style: Style, *, indent: float = 2.0, space: float = 0.0, keep: bool = False
    ) -> list[Unit]:
        """A justified paragraph, first line indented in ems; no lone line of it at either end of a page."""
        units: list[Unit] = []
        for part in text.splitlines() or [""]:
            first = 0.0 if part.startswith(TYPED_INDENTS) else indent * style.size
            lines = self.typesetter.paragraph(part, style, self.frame.width, first=first)
            units += [Unit(self.leading, self._line(line, 0.0)) for line in lines]
            units[-len(lines)] = Unit(self.leading, self._line(lines[0], first))
        return _hold_ends(units, space, keep=keep)

    def centred(self, text: str, style: Style, *, leading: float, spread: float = 0.0) -> list[Unit]:
        """Lines in the middle, kept with what follows; spread: extra ems between characters."""
        lines = self.typesetter.paragraph(text, style, self.frame.width, justify=False)
        return [Unit(leading, self._centred(spaced(line, spread * style.size)), keep=True) for line in lines]

    def right(self, text: str, style: Style, *, space: float = 0.0) -> list[Unit]:
        """Lines against the right edge, kept with what follows."""
        lines = self.typesetter.paragraph(text, style, self.frame.width, justify=False)
        units = [
            Unit(self.leading, self._line(line, self.frame.width - line.width), keep=True) for line in lines
        ]
        return [replace(units[0], space=space), *units[1:]]

    def blanks(self, rows: int) -> list[Unit]:
        """Empty ruled rows to write in by hand."""
        return _hold_ends([Unit(self.leading, self._blank) for _ in range(rows)], 0.0, keep=False)

    def form(self, fields: Sequence[FormField], style: Style, *, space: float = 0.0) -> list[Unit]:
        """Fields packed into rows; a value too long for its row goes on below, every line of it ruled."""
        rows: list[list[FormField]] = []
        for field in fields:
            if rows and self._row_width([*rows[-1], field], style) <= self.frame.width:
                rows[-1].append(field)
            else:
                rows.append([field])
        units = [unit for row in rows for unit in self._row(row, style)]
        return _hold_ends(units, space, keep=False)

    def _row_width(self, row: Sequence[FormField], style: Style) -> float:
        return sum(self._field_width(field, style) for field in row) + FIELD_GAP * (len(row) - 1)

    def _field_width(self, field: FormField, style: Style) -> float:
        label = self.typesetter.width(field.label, style)
        value = self.typesetter.width(field.value, style) + style.size
        return label + style.size / 2 + max(value, field.room * style.size)

    def _row(self, row: Sequence[FormField], style: Style) -> list[Unit]:
        slack = self.frame.width - self._row_width(row, style)
        if slack < 0:
            return self._tall_field(row[0], style)
        growing = [field for field in row if field.grow] or [row[-1]]
        pieces: list[tuple[Line, Line, float, float, float]] = []
        x = 0.0
        for field in row:
            end = x + self._field_width(field, style) + (slack / len(growing) if field in growing else 0.0)
            label = self.typesetter.line(field.label, style)
            value = self.typesetter.line(field.value, style)
            start = x + label.width + style.size / 2
            pieces.append((label, value, x, start, end))
            x = end + FIELD_GAP

        def draw(sheet: Sheet, left: float, top: float) -> None:
            y = self._baseline(top, style.size)
            for label, value, at, start, end in pieces:
                sheet.show(label, left + at, y)
                sheet.show(value, left + start + min(style.size / 2, (end - start - value.width) / 2), y)
                sheet.rule(left + start, left + end, y - RULE_DROP)

        return [Unit(self.leading, draw)]

    def _tall_field(self, field: FormField, style: Style) -> list[Unit]:
        label = self.typesetter.line(field.label, style)
        start = label.width + style.size / 2
        inset = style.size / 2
        room = self.frame.width - start - 2 * inset
        units = []
        for number, value in enumerate(self.typesetter.paragraph(field.value, style, room)):

            def draw(
                sheet: Sheet, left: float, top: float, value: Line = value, *, first: bool = number == 0
            ) -> None:
                y = self._baseline(top, style.size)
                if first:
                    sheet.show(label, left, y)
                sheet.show(value, left + start + inset, y)
                sheet.rule(left + start, left + self.frame.width, y - RULE_DROP)

            units.append(Unit(self.leading, draw))
        return units

    def _blank(self, sheet: Sheet, left: float, top: float) -> None:
        sheet.rule(left, left + self.frame.width, top - self.leading + RULE_DROP)

    def _line(self, line: Line, x: float) -> "Drawing":
        return Drawing(self, line, x)

    def _centred(self, line: Line) -> "Drawing":
        return Drawing(self, line, (self.frame.width - line.width) / 2)

    def _baseline(self, top: float, size: float) -> float:
        return baseline(top, self.leading, size)


@dataclass(frozen=True)
class Drawing:
    """Draws one line at a distance x (points) from the left edge of the frame."""

    flow: Flow
    line: Line
    x: float

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the line in the row whose upper edge is top."""
        sheet.show(self.line, left + self.x, baseline(top, self.flow.leading, self.line.size))


def baseline(top: float, leading: float, size: float) -> float:
    """The baseline of a line whose characters stand in the middle of a row that begins at top."""
    return top - (leading - size) / 2 - BASELINE * size


def spaced(line: Line, extra: float) -> Line:
    """The line with extra points between its characters."""
    offsets = tuple(offset + extra * place for place, offset in enumerate(line.offsets))
    return replace(line, offsets=offsets, width=line.width + extra * max(0, len(offsets) - 1))


def _hold_ends(units: Sequence[Unit], space: float, *, keep: bool) -> list[Unit]:
    """Holds the first two and the last two together, so that no page begins or ends with a lone line."""
    held = list(units)
    held[0] = replace(held[0], space=space, keep=len(held) > 1 or keep)
    if len(held) > 2:
        held[-2] = replace(held[-2], keep=True)
    held[-1] = replace(held[-1], keep=keep)
    return held
