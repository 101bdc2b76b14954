"""Breaks Chinese text into lines: 禁则, closed-up punctuation, even spacing (GB/T 15834, W3C clreq)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from app.typeset.fonts import FontBook, Form, Glyph

CLOSING = frozenset("，。、；：？！）》】〕」』〉〗］｝”’．")
OPENING = frozenset("（《【〔「『〈〖［｛“‘")
NO_LINE_START = CLOSING | frozenset(",.;:?!)]}>%‰℃°…—～·•‧々〻ー’”'\"、")
NO_LINE_END = OPENING | frozenset("([{<￥$¥€£＄№")
UNBROKEN_PAIRS = frozenset("—…")
MOST_STRETCH = 0.3
"""Most room, in ems, that justification may put between two characters before a line is left ragged."""
LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
TIGHT_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class Style:
    """A face style of app.typeset.fonts.CHAINS and a size in points."""

    face: str
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """Glyphs and their offsets from the line's start; width to the end of the last one; all in points."""

    glyphs: tuple[Glyph, ...]
    offsets: tuple[float, ...]
    width: float
    size: float

    @property
    def text(self) -> str:
        """The characters of the line, as typed."""
        return "".join(glyph.char for glyph in self.glyphs)


class Typesetter:
    """Makes lines out of text with the faces of one font book, and remembers every glyph it used."""

    def __init__(self, fonts: FontBook) -> None:
        self.fonts = fonts
        self.used: dict[Glyph, None] = {}

    def line(self, text: str, style: Style) -> Line:
        """The text on one line whatever its length; line ends inside it become spaces."""
        glyphs = self._glyphs(LINE_ENDS.sub(" ", text), style)
        return _set(glyphs, style.size, inf, justify=False)

    def width(self, text: str, style: Style) -> float:
        """The width in points of the text on one line."""
        return self.line(text, style).width

    def paragraph(
        self, text: str, style: Style, measure: float, *, first: float = 0.0, justify: bool = True
    ) -> list[Line]:
        """Lines no wider than measure (points); the first line has `first` points less.

        Line ends inside the text begin a new line without the first line's indent; no text is one empty line.
        """
        lines: list[Line] = []
        for part in LINE_ENDS.split(text):
            glyphs = self._glyphs(part, style)
            room = (measure - first if not lines else measure) / style.size
            lines.extend(_broken(glyphs, room, measure / style.size, style.size, justify=justify))
        return lines

    def _glyphs(self, text: str, style: Style) -> list[Glyph]:
        glyphs = self.fonts.glyphs(text, style.face)
        self.used.update(dict.fromkeys(glyphs))
        return glyphs


def may_break(before: Glyph, after: Glyph) -> bool:
    """Whether a line may end between two neighbouring characters."""
    left, right = before.char, after.char
    if after.form is Form.UNSEEN or unicodedata.combining(right[0]):
        return False
    if right in NO_LINE_START or left in NO_LINE_END or right == " ":
        return False
    return left == " " or not (_is_word(left) and _is_word(right))


def tightening(before: Glyph, after: Glyph) -> float:
    """How much of an em two neighbouring punctuation marks give up: their blank halves meet."""
    full = before.advance == 1.0 and after.advance == 1.0
    closes = before.char in CLOSING and (after.char in CLOSING or after.char in OPENING)
    opens = before.char in OPENING and after.char in OPENING
    return TIGHT_WIDTH if full and (closes or opens) else 0.0


def _is_word(char: str) -> bool:
    """Whether a character belongs to a run (Latin, digits, their punctuation) that stays on one line."""
    return char < "\u2e80" and char not in " \u00a0—…·“”‘’" and not char.isspace()


def _broken(
    glyphs: Sequence[Glyph], first_room: float, room: float, size: float, *, justify: bool
) -> Iterator[Line]:
    start, measure = 0, first_room
    while True:
        end = _line_end(glyphs, start, measure)
        last = end >= len(glyphs)
        yield _set(glyphs[start:end], size, measure, justify=justify and not last)
        if last:
            return
        start, measure = end, room


def _line_end(glyphs: Sequence[Glyph], start: int, room: float) -> int:
    """The index after the last glyph of the line that begins at start; always at least one glyph on."""
    pen, allowed = 0.0, start
    for index in range(start, len(glyphs)):
        glyph = glyphs[index]
        if index > start:
            if may_break(glyphs[index - 1], glyph):
                allowed = index
            pen -= tightening(glyphs[index - 1], glyph)
        if pen + _least(glyphs, index) > room + 1e-6:
            return allowed if allowed > start else max(index, start + 1)
        pen += glyph.advance
    return len(glyphs)


def _least(glyphs: Sequence[Glyph], index: int) -> float:
    """The room a glyph needs at a line's end: a closing mark can lose its blank half, one space all of it."""
    glyph = glyphs[index]
    if glyph.char in CLOSING and glyph.advance == 1.0:
        return TIGHT_WIDTH
    if glyph.char == " " and (index == 0 or glyphs[index - 1].char != " "):
        return 0.0
    return glyph.advance


def _set(glyphs: Sequence[Glyph], size: float, measure: float, *, justify: bool) -> Line:
    """Places glyphs in a measure of so many ems; justify spreads them to it where the gaps allow."""
    if not glyphs:
        return Line((), (), 0.0, size)
    steps = [before.advance - tightening(before, after) for before, after in pairwise(glyphs)]
    gaps = [_stretches(before, after) for before, after in pairwise(glyphs)]
    natural = sum(steps) + glyphs[-1].advance
    if natural > measure or glyphs[-1].char == " ":
        natural = sum(steps) + _least(glyphs, len(glyphs) - 1)
    extra = (measure - natural) / sum(gaps) if justify and any(gaps) else 0.0
    if not 0 < extra <= MOST_STRETCH:
        extra = 0.0
    offsets, pen = [0.0], 0.0
    for step, gap in zip(steps, gaps, strict=True):
        pen += step + (extra if gap else 0.0)
        offsets.append(pen * size)
    width = (natural + extra * sum(gaps)) * size
    return Line(tuple(glyphs), tuple(offsets), width, size)


def _stretches(before: Glyph, after: Glyph) -> bool:
    """Whether justification may widen the gap between two neighbours."""
    if after.advance == 0.0 or before.advance == 0.0:
        return False
    if before.char == after.char and before.char in UNBROKEN_PAIRS:
        return False
    return not (_is_word(before.char) and _is_word(after.char))
