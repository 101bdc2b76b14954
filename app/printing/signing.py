"""Places to sign and to seal at the foot of a paper."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.printing.signature import ROW, SEAL
from app.typeset.flow import BASELINE, Flow, baseline
from app.typeset.lines import Line, Style
from app.typeset.page import Unit
from app.typeset.sheet import Sheet

CAPTION = Style("hei", 14)
NAME = Style("song", 14)
NOTE = Style("song", 9)
LEAST_RULE = 110.0
"""Room to sign and fingerprint in, points."""
CAPTION_SHARE = 0.32
CAPTION_ROW = 24.0
INSET = 28.0
MOST_TOGETHER = 10
SEAL_WIDTH = 240.0


def sign_units(flow: Flow, caption: str, names: Sequence[str]) -> list[Unit]:
    """A caption and one ruled place for each name; up to ten places stay together on a page."""
    label = flow.typesetter.line(f"{caption}：", CAPTION)
    lines = [_name(flow, name) for name in names or ("",)]
    start = max(label.width, CAPTION_SHARE * flow.frame.width)
    above = start + max(line.width for line in lines) + LEAST_RULE > flow.frame.width
    units = [Unit(CAPTION_ROW, _place(flow, label, None, 0.0), space=6.0, keep=True)] if above else []
    for number, line in enumerate(lines):
        beside = label if number == 0 and not above else None
        draw = _place(flow, beside, line, INSET if above else start)
        units.append(Unit(ROW, draw, keep=number < min(len(lines) - 1, MOST_TOGETHER)))
    return [replace(units[0], space=6.0), *units[1:]]


def seal_units(flow: Flow, office: str, note: str, day: str) -> list[Unit]:
    """An office's name, what is stamped there, and the date, in the room of a round seal at the right."""
    width = min(SEAL_WIDTH, flow.frame.width)
    lines = [
        *flow.typesetter.paragraph(office, NAME, width, justify=False),
        *([flow.typesetter.line(note, NOTE)] if note else []),
        flow.typesetter.line(day, NAME),
    ]
    step = 22.0
    height = max(SEAL, step * len(lines))

    def draw(sheet: Sheet, left: float, top: float) -> None:
        start = left + flow.frame.width - width
        first = top - (height - step * len(lines)) / 2
        for place, line in enumerate(lines):
            sheet.show(
                line, start + (width - line.width) / 2, baseline(first - step * place, step, line.size)
            )

    return [Unit(height, draw, space=8.0)]


def _name(flow: Flow, name: str) -> Line:
    line = flow.typesetter.line(name, NAME)
    room = flow.frame.width / 2
    if line.width <= room:
        return line
    # The name stands whole in the body of the paper; here it only says who signs where.
    return flow.typesetter.line(flow.typesetter.paragraph(name, NAME, room - NAME.size)[0].text + "…", NAME)


def _place(
    flow: Flow, label: Line | None, name: Line | None, start: float
) -> Callable[[Sheet, float, float], None]:
    """Draws a caption, a name `start` points from the left, and the rule after it."""

    def draw(sheet: Sheet, left: float, top: float) -> None:
        y = top - ROW + (1 - BASELINE) * NAME.size + 6
        if label is not None:
            sheet.show(label, left, y + (ROW - CAPTION_ROW if name is None else 0.0))
        if name is not None:
            sheet.show(name, left + start, y)
            sheet.rule(left + start + name.width + 6, left + flow.frame.width, y - 4)

    return draw
