"""How the desk looks: two colour schemes, four text sizes, one style sheet."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from app import resources

BASE_TEXT = 15  # pixels at 100 %
SHEET = "desk.qss"


@dataclass(frozen=True)
class Colours:
    """One colour scheme; every text colour stands at 4.5:1 or more on the ground it is used on (WCAG 1.4.3)."""

    window: str
    surface: str
    sunken: str
    line: str
    strong_line: str
    text: str
    muted: str
    accent: str
    accent_dark: str
    accent_soft: str
    on_accent: str
    focus: str
    rail: str
    rail_text: str
    rail_chosen: str
    rail_strip: str
    error: str
    error_soft: str
    warning: str
    warning_soft: str
    done: str
    done_soft: str


LIGHT = Colours(
    window="#f3f5f6",
    surface="#ffffff",
    sunken="#eaeef0",
    line="#d5dce0",
    strong_line="#a9b6bd",
    text="#1b2a31",
    muted="#54646d",
    accent="#0f5c6e",
    accent_dark="#0a4553",
    accent_soft="#e0eff2",
    on_accent="#ffffff",
    focus="#1c8ca6",
    rail="#12343f",
    rail_text="#d6e4e8",
    rail_chosen="#1f5261",
    rail_strip="#63c6d6",
    error="#a3262c",
    error_soft="#fbecec",
    warning="#7a5200",
    warning_soft="#fff4db",
    done="#1d6a3a",
    done_soft="#e6f4ea",
)
CONTRAST = Colours(
    window="#ffffff",
    surface="#ffffff",
    sunken="#ffffff",
    line="#000000",
    strong_line="#000000",
    text="#000000",
    muted="#1f1f1f",
    accent="#00405a",
    accent_dark="#000000",
    accent_soft="#d8f3ff",
    on_accent="#ffffff",
    focus="#c44f00",
    rail="#000000",
    rail_text="#ffffff",
    rail_chosen="#00405a",
    rail_strip="#ffe14d",
    error="#8a0009",
    error_soft="#ffffff",
    warning="#5a3b00",
    warning_soft="#ffffff",
    done="#00451a",
    done_soft="#ffffff",
)
SCHEMES: Mapping[str, Colours] = {"light": LIGHT, "contrast": CONTRAST}


def style_sheet(theme: str, text_size: int) -> str:
    """The style sheet of a scheme (`light`, `contrast`) at a text size in per cent."""
    scale = text_size / 100
    sizes = {
        name: f"{round(pixels * scale)}px"
        for name, pixels in {"t": BASE_TEXT, "t_small": 14, "t_large": 18, "t_title": 24}.items()
    }
    room = {f"s{pixels}": f"{round(pixels * (1 + (scale - 1) / 2))}px" for pixels in (2, 4, 6, 8, 10, 12, 16)}
    room |= {f"i{pixels}": f"{round(pixels * scale)}px" for pixels in (12, 14, 18, 20, 24)}
    pictures = {"icons": resources.path("icons").as_posix()}
    width = {"frame": "2px" if theme == "contrast" else "1px"}
    template = Template(resources.path("styles", SHEET).read_text("utf-8"))
    return template.substitute(asdict(SCHEMES[theme]), **sizes, **room, **pictures, **width)


def palette(theme: str) -> QPalette:
    """The palette for what a style sheet does not reach."""
    colours = SCHEMES[theme]
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.window,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.ToolTipBase: colours.surface,
        QPalette.ColorRole.ToolTipText: colours.text,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return made


def repolish(widget: QWidget) -> None:
    """Draw a widget anew after one of its properties that the style sheet asks for has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def dress(widget: QWidget, role: str) -> None:
    """Give a widget the look of a role, such as `title`, `card`, `primary`."""
    widget.setProperty("role", role)
    repolish(widget)
