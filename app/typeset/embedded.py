"""A face inside one PDF: a subset addressed by two-byte codes, each telling which character it prints."""

import hashlib
from typing import Any

from reportlab.pdfbase import pdfdoc

from app.typeset.truetype import BLANK, TrueType

ENTRIES_A_BLOCK = 100
"""Most bfchar entries one block may hold (Adobe Technical Note 5014, and Reader enforces it)."""
REPLACEMENT = "\ufffd"
SYMBOLIC = 4
CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
CMAP_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class EmbeddedFont:
    """Collects the characters one document prints in one face and writes them at the end as a Type 0 font.

    ReportLab's own TrueType embedding writes wrong text for characters beyond the BMP, so it is not used.
    """

    def __init__(self, name: str, face: TrueType) -> None:
        self.name = name
        self._face = face
        self._codes: dict[str, int] = {}
        self._glyphs: list[int | None] = [0]
        self._texts: list[str] = [REPLACEMENT]

    def code(self, char: str, glyph: int | None) -> int:
        """The two-byte code that draws a glyph (BLANK: nothing) and reads back as char."""
        code = self._codes.get(char)
        if code is None:
            code = self._codes[char] = len(self._glyphs)
            self._glyphs.append(glyph)
            self._texts.append(readable(char))
        return code

    def addObjects(self, document: Any) -> None:
        """Writes the font objects; ReportLab calls it once when the document is saved."""
        fonts = document.idToObject["BasicFonts"].dict
        fonts[self.name] = document.Reference(self._type_0(document), self.name)

    def _type_0(self, document: Any) -> pdfdoc.PDFDictionary:
        digest = hashlib.sha256("".join(self._texts).encode("utf-8")).digest()
        tag = "".join(chr(ord("A") + byte % 26) for byte in digest[:6])
        base = pdfdoc.PDFName(f"{tag}+{self.name}")
        cid_font = _dictionary(
            Type="/Font",
            Subtype="/CIDFontType2",
            BaseFont=base,
            CIDSystemInfo=_dictionary(
                Registry=pdfdoc.PDFString("Adobe"), Ordering=pdfdoc.PDFString("Identity"), Supplement=0
            ),
            FontDescriptor=document.Reference(self._descriptor(document, base)),
            DW=1000,
            W=pdfdoc.PDFArray([0, pdfdoc.PDFArray([self._width(glyph) for glyph in self._glyphs])]),
            CIDToGIDMap="/Identity",
        )
        return _dictionary(
            Type="/Font",
            Subtype="/Type0",
            BaseFont=base,
            Encoding="/Identity-H",
            DescendantFonts=pdfdoc.PDFArray([document.Reference(cid_font)]),
            ToUnicode=_stream(document, to_unicode(self._texts)),
        )

    def _descriptor(self, document: Any, base: str) -> pdfdoc.PDFDictionary:
        file = self._face.subset(self._glyphs)
        return _dictionary(
            Type="/FontDescriptor",
            FontName=base,
            Flags=SYMBOLIC,
            FontBBox=pdfdoc.PDFArray([self._thousandths(edge) for edge in self._face.box]),
            ItalicAngle=0,
            Ascent=self._thousandths(self._face.ascent),
            Descent=self._thousandths(self._face.descent),
            CapHeight=self._thousandths(self._face.ascent),
            StemV=50 + (self._face.weight // 65) ** 2,
            FontFile2=_stream(document, file, Length1=len(file)),
        )

    def _width(self, glyph: int | None) -> int:
        return 0 if glyph is BLANK else round(self._face.advance(glyph) * 1000)

    def _thousandths(self, units: int) -> int:
        return round(units * 1000 / self._face.units_per_em)


def readable(char: str) -> str:
    """The text a reader gets back for a character; what Unicode text cannot hold reads as U+FFFD."""
    return REPLACEMENT if "\ud800" <= char <= "\udfff" or (char < " " and char != "\t") else char


def to_unicode(texts: list[str]) -> bytes:
    """A ToUnicode CMap from code (list position) to text in UTF-16BE (ISO 32000-1, 9.10.3)."""
    rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(texts)]
    blocks = [rows[start : start + ENTRIES_A_BLOCK] for start in range(0, len(rows), ENTRIES_A_BLOCK)]
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (CMAP_HEAD + body + CMAP_TAIL).encode("ascii")


def _dictionary(**entries: Any) -> pdfdoc.PDFDictionary:
    return pdfdoc.PDFDictionary(entries)


def _stream(document: Any, content: bytes, **entries: Any) -> Any:
    stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), content)
    stream.filters = [pdfdoc.PDFZCompress]
    return document.Reference(stream)
