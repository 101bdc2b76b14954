"""The signature block of a mediation paper: who signs, where the seal goes, and the date, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.typeset.flow import baseline
from app.typeset.lines import Line, Style, Typesetter
from app.typeset.page import Unit
from app.typeset.sheet import Sheet

NAME = Style("song", 14)
SMALL_NAME = Style("song", 12)
CAPTION = Style("hei", 12)
NOTE = Style("song", 9)
SEAL = 42 * 72 / 25.4
"""Room for the committee's round seal (公章 of a mass organisation: at most 42 mm across), in points."""
SPACE = 12.0
ROW = 34.0
"""A row one can sign and fingerprint in, points."""
CAPTION_ROW = 26.0
COLUMN_GAP = 28.0
NAME_STEP = 16.0
LEAST_SIGNING_ROOM = 84.0
MOST_NAME_LINES = 4


@dataclass(frozen=True)
class Signatures:
    """Who signs: parties as (side, name, agent), mediators, recorder; committee and day go with the seal."""

    parties: tuple[tuple[str, str, str], ...]
    mediators: tuple[str, ...]
    recorder: str
    committee: str
    day: date | None


@dataclass(frozen=True)
class _Row:
    """Lines of text and, after them, the rule one signs on."""

    lines: tuple[Line, ...]
    height: float
    caption: bool = False

    @property
    def width(self) -> float:
        """The room the names take; captions stand above the rules and take none."""
        return 0.0 if self.caption else max(line.width for line in self.lines)


@dataclass(frozen=True)
class _Block:
    """The whole block in two columns, the seal at the foot of the right one; call it to draw it."""

    parties: tuple[_Row, ...]
    officers: tuple[_Row, ...]
    seal: tuple[Line, ...]
    width: float

    @property
    def left_width(self) -> float:
        """The column of the parties, points."""
        return (self.width - COLUMN_GAP) * 0.58

    @property
    def height(self) -> float:
        """The height of the taller column, points."""
        parties = sum(row.height for row in self.parties)
        return max(parties, sum(row.height for row in self.officers) + SEAL)

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws both columns downwards from top."""
        _Rows(self.parties, self.left_width)(sheet, left, top)
        x = left + self.left_width + COLUMN_GAP
        _Rows(self.officers, self.width - self.left_width - COLUMN_GAP)(sheet, x, top)
        _Seal(self.seal, self.width - self.left_width - COLUMN_GAP)(sheet, x, top - self.height + SEAL)


@dataclass(frozen=True)
class _Rows:
    """Rows one under another, all rules of a column starting at one place; call it to draw them."""

    rows: tuple[_Row, ...]
    width: float

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the rows downwards from top."""
        start = left + max(row.width for row in self.rows) + 6
        for row in self.rows:
            top -= row.height
            for below, line in zip(reversed(range(len(row.lines))), row.lines, strict=True):
                sheet.show(line, left, top + 8 + NAME_STEP * below)
            if not row.caption:
                sheet.rule(start, left + self.width, top + 5)


@dataclass(frozen=True)
class _Seal:
    """The committee's name and the date, centred where the seal goes; call it to draw them."""

    lines: tuple[Line, ...]
    width: float

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the lines in the middle of the seal's room below top."""
        step = 22.0
        first = top - (SEAL - step * len(self.lines)) / 2
        for place, line in enumerate(self.lines):
            sheet.show(
                line, left + (self.width - line.width) / 2, baseline(first - step * place, step, line.size)
            )


def signature_units(signatures: Signatures, typesetter: Typesetter, width: float, limit: float) -> list[Unit]:
    """One unit: parties on the left; mediators, recorder, seal and date on the right.

    When that is taller than limit (points; far more than ten parties) every row is a unit of its own, the
    last one kept with the seal.
    """
    wide = _Block((), (), (), width)
    left_width = wide.left_width
    right_width = width - COLUMN_GAP - left_width
    parties = _party_rows(signatures, typesetter, left_width)
    officers = _officer_rows(signatures, typesetter, right_width)
    seal = _seal_lines(signatures, typesetter, right_width)
    block = _Block(tuple(parties), tuple(officers), tuple(seal), width)
    if SPACE + block.height <= limit:
        return [Unit(block.height, block, space=SPACE)]
    rows = [
        Unit(row.height, _Rows((row,), column), keep=row.caption or row is officers[-1])
        for column, column_rows in ((left_width, parties), (right_width, officers))
        for row in column_rows
    ]
    rows[0] = replace(rows[0], space=SPACE)
    return [*rows, Unit(SEAL, _Seal(tuple(seal), right_width), space=SPACE)]


def chinese_date(day: date | None) -> str:
    """2026年11月23日 (GB/T 9704-2012: Arabic figures, no leading zeros); blanks to fill in without a day."""
    if day is None:
        return "\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日"
    return f"{day.year}年{day.month}月{day.day}日"


def _party_rows(signatures: Signatures, typesetter: Typesetter, width: float) -> list[_Row]:
    rows = [_caption("当事人（签名、盖章或按指印）", typesetter)]
    for side, name, agent in signatures.parties:
        rows.append(
            _signing(
                [f"{side}\u3000{name}", *([f"委托代理人\u3000{agent}"] if agent else [])], typesetter, width
            )
        )
    return rows


def _officer_rows(signatures: Signatures, typesetter: Typesetter, width: float) -> list[_Row]:
    rows = [_caption("人民调解员（签名）", typesetter)]
    rows += [_signing([name], typesetter, width) for name in signatures.mediators or ("",)]
    rows.append(_caption("记录人（签名）", typesetter, height=CAPTION_ROW + 8))
    rows.append(_signing([signatures.recorder], typesetter, width))
    return rows


def _caption(text: str, typesetter: Typesetter, *, height: float = CAPTION_ROW) -> _Row:
    return _Row((typesetter.line(text, CAPTION),), height, caption=True)


def _signing(texts: Sequence[str], typesetter: Typesetter, width: float) -> _Row:
    room = width - LEAST_SIGNING_ROOM
    lines = [typesetter.line(text, NAME) for text in texts]
    if any(line.width > room for line in lines):
        lines = [
            line
            for text in texts
            for line in _name_lines(text, typesetter, room, SMALL_NAME, MOST_NAME_LINES)
        ]
    return _Row(tuple(lines), max(ROW, NAME_STEP * len(lines) + 12))


def _name_lines(text: str, typesetter: Typesetter, room: float, style: Style, most: int) -> list[Line]:
    lines = typesetter.paragraph(text, style, room, justify=False)
    if len(lines) <= most:
        return lines
    # The name stands whole in the body of the paper; here it only says who signs where.
    return [*lines[: most - 1], typesetter.line(lines[most - 1].text[:-1] + "…", style)]


def _seal_lines(signatures: Signatures, typesetter: Typesetter, width: float) -> list[Line]:
    return [
        *_name_lines(signatures.committee, typesetter, width, NAME, 3),
        typesetter.line("（人民调解委员会印章）", NOTE),
        typesetter.line(chinese_date(signatures.day), NAME),
    ]
