"""Chooses a face for every character: the style's own, then those for rare characters, then a box."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app import resources
from app.typeset.truetype import BLANK, TrueType

CHAINS = {
    "song": ("song-regular", "rare", "rare-compatibility"),
    "song-bold": ("song-bold", "song-regular", "rare", "rare-compatibility"),
    "hei": ("hei-regular", "song-regular", "rare", "rare-compatibility"),
    "hei-bold": ("hei-bold", "song-regular", "rare", "rare-compatibility"),
}
"""Style to faces in the order they are asked; together all 87,887 hanzi of GB 18030-2022 level 3."""
EMBOLDENED = {"song-bold", "hei-bold"}
VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
UNSEEN_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}


class Form(Enum):
    """How a character appears on paper."""

    DRAWN = "drawn"
    BOXED = "boxed"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character with its face; advance in ems; heavy: the face is thickened to stand in for a bold one.

    char is what was typed: one character, or a letter with the mark that composes with it.
    """

    char: str
    face: str
    index: int | None
    advance: float
    form: Form
    heavy: bool


class FontBook:
    """The faces of resources/fonts, each opened when a character first needs it; for one thread at a time."""

    def __init__(self, locate: Callable[..., Path] = resources.path) -> None:
        self._locate = locate
        self._faces: dict[str, TrueType] = {}
        self._glyphs: dict[tuple[str, str], Glyph] = {}

    def face(self, name: str) -> TrueType:
        """The opened face; OSError when the file of an installation is missing."""
        if name not in self._faces:
            self._faces[name] = TrueType(self._locate("fonts", f"{name}.ttf"))
        return self._faces[name]

    def glyph(self, char: str, style: str) -> Glyph:
        """The glyph of one character in a style; every character gets one, if only a box."""
        key = (style, char)
        if key not in self._glyphs:
            self._glyphs[key] = self._find(char, style)
        return self._glyphs[key]

    def glyphs(self, text: str, style: str) -> list[Glyph]:
        """The glyphs of a text in the order typed; a letter and a mark that composes with it share one."""
        return [self.glyph(cluster, style) for cluster in _clusters(text)]

    def _find(self, char: str, style: str) -> Glyph:
        chain = CHAINS[style]
        if char == "\t":
            return Glyph(char, chain[0], BLANK, 1.0, Form.DRAWN, heavy=False)
        if is_unseen(char):
            return Glyph(char, chain[0], BLANK, 0.0, Form.UNSEEN, heavy=False)
        for name in chain:
            face = self.face(name)
            index = face.glyph(ord(unicodedata.normalize("NFC", char) if len(char) > 1 else char))
            if index:
                heavy = style in EMBOLDENED and name != chain[0]
                return Glyph(char, name, index, face.advance(index), Form.DRAWN, heavy)
        return Glyph(char, chain[0], 0, self.face(chain[0]).advance(0), Form.BOXED, heavy=False)


def _clusters(text: str) -> list[str]:
    """Characters, but a letter and a mark together where Unicode has one composed character for the two."""
    if not any(map(unicodedata.combining, text)):
        return list(text)
    clusters: list[str] = []
    for char in text:
        composes = clusters and unicodedata.combining(char)
        if composes and len(unicodedata.normalize("NFC", clusters[-1] + char)) == 1:
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def is_unseen(char: str) -> bool:
    """Whether a character has no shape of its own: joiners, direction marks, variation selectors.

    It takes no room and changes no order on paper (no name prints backwards), but stays in the text.
    """
    code = ord(char[0])
    selector = any(code in block for block in VARIATION_SELECTORS)
    return selector or code in UNSEEN_LETTERS or unicodedata.category(char[0]) == "Cf"


def missing_characters(glyphs: Iterable[Glyph]) -> tuple[str, ...]:
    """What was printed as a box, each once, in order of appearance; what cannot be shown is named U+XXXX."""
    boxed = dict.fromkeys(glyph.char for glyph in glyphs if glyph.form is Form.BOXED)
    return tuple(char if char.isprintable() else f"U+{ord(char[0]):04X}" for char in boxed)
