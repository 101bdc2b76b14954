"""Every hanzi of GB 18030-2022 level 3 has a face; what has none gets a box."""

import pytest

from app import resources
from app.typeset.fonts import CHAINS, FontBook, Form, missing_characters
from app.typeset.truetype import BLANK, FontFileError, TrueType

LEVEL_3 = (
    (0x4E00, 0x9FEF),
    (0x3400, 0x4DB5),
    (0x20000, 0x2A6D6),
    (0x2A700, 0x2B734),
    (0x2B740, 0x2B81D),
    (0x2B820, 0x2CEA1),
    (0x2CEB0, 0x2EBE0),
)
LEVEL_3_COMPATIBILITY = (
    0xFA0E,
    0xFA0F,
    0xFA11,
    0xFA13,
    0xFA14,
    0xFA1F,
    0xFA21,
    0xFA23,
    0xFA24,
    0xFA27,
    0xFA28,
    0xFA29,
)


def test_every_level_3_hanzi_has_a_glyph_with_an_outline() -> None:
    codes = [code for first, last in LEVEL_3 for code in range(first, last + 1)] + list(LEVEL_3_COMPATIBILITY)
    assert len(codes) == 87_887
    faces = [FontBook().face(name) for name in CHAINS["song"]]
    assert [hex(code) for code in codes if not any(face.glyph(code) for face in faces)] == []


@pytest.mark.parametrize("style", CHAINS)
@pytest.mark.parametrize("char", list("一𠮷㛃䶮𬭩﨑⼈豈·•‧“”—…〔〕㎡①Ａa9"))
def test_every_style_draws_names_and_signs(style: str, char: str) -> None:
    glyph = FontBook().glyph(char, style)
    assert glyph.form is Form.DRAWN
    assert glyph.index


def test_bold_falls_back_to_a_thickened_regular_face() -> None:
    fonts = FontBook()
    assert not fonts.glyph("人", "song-bold").heavy
    assert fonts.glyph("𠮷", "song-bold").heavy
    assert not fonts.glyph("𠮷", "song").heavy


def test_rare_faces_stay_closed_until_a_rare_character_comes() -> None:
    opened: list[str] = []

    def locate(*parts: str):  # type: ignore[no-untyped-def]
        opened.append(parts[-1])
        return resources.path(*parts)

    fonts = FontBook(locate)
    fonts.glyphs("人民调解协议书", "song")
    assert opened == ["song-regular.ttf"]
    fonts.glyphs("𠮷", "song")
    assert opened == ["song-regular.ttf", "rare.ttf"]


@pytest.mark.parametrize("char", ["\u200d", "\u202e", "\u200b", "\ufe0f", "\U000e0100", "\ufeff", "\u2066"])
def test_joiners_marks_and_selectors_take_no_room(char: str) -> None:
    glyph = FontBook().glyph(char, "song")
    assert (glyph.form, glyph.advance, glyph.index) == (Form.UNSEEN, 0.0, BLANK)


def test_missing_characters_are_listed_once_in_order() -> None:
    glyphs = FontBook().glyphs("张👨ئ三👨\x00\ud800\U00030000\U0010ffff", "song")
    assert missing_characters(glyphs) == ("👨", "ئ", "U+0000", "U+D800", "\U00030000", "U+10FFFF")


def test_a_decomposed_letter_is_drawn_composed_and_kept_as_typed() -> None:
    glyphs = FontBook().glyphs("e\u0301", "song")
    assert [glyph.char for glyph in glyphs] == ["e\u0301"]
    assert glyphs[0].index == FontBook().glyph("é", "song").index


def test_a_file_that_is_no_font_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "x.ttf"
    path.write_bytes(b"OTTO" + b"\0" * 60)
    with pytest.raises(FontFileError, match=r"x\.ttf"):
        TrueType(path)


def test_a_missing_font_file_is_an_os_error(tmp_path) -> None:  # type: ignore[no-untyped-def]
    fonts = FontBook(tmp_path.joinpath)
    with pytest.raises(OSError, match="song-regular"):
        fonts.glyph("人", "song")


def test_subset_is_a_font_freetype_and_fonttools_accept(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from fontTools.ttLib import TTFont

    face = FontBook().face("song-regular")
    glyphs = [0, face.glyph(ord("人")), BLANK, face.glyph(ord("a"))]
    path = tmp_path / "subset.ttf"
    path.write_bytes(face.subset(glyphs))
    with TTFont(path, checkChecksums=2) as font:
        widths = [font["hmtx"][name][0] for name in font.getGlyphOrder()]
        assert widths == [1000, 1000, 0, round(face.advance(glyphs[3] or 0) * 1000)]
        assert font["glyf"][font.getGlyphOrder()[1]].numberOfContours > 0
        assert font["glyf"][font.getGlyphOrder()[2]].numberOfContours == 0


def test_fonts_stay_within_their_room_and_bring_their_licences() -> None:
    folder = resources.path("fonts")
    assert sum(file.stat().st_size for file in folder.iterdir()) < 60_000_000
    assert {file.name for file in folder.glob("LICENSE*")} == {
        "LICENSE-noto-serif-sc.txt",
        "LICENSE-noto-sans-sc.txt",
        "LICENSE-hanazono.txt",
    }
    assert (folder / "README.md").read_text(encoding="utf-8").count(".ttf") >= 6
