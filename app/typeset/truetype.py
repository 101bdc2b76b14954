"""Reads a TrueType file by memory map and cuts out the glyphs a document uses."""

import mmap
import struct
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from sys import byteorder

CHECKSUM_MAGIC = 0xB1B0AFBA
BLANK = None
"""Stands for an empty glyph of no width in a subset."""


class FontFileError(ValueError):
    """The file is not a TrueType font with a full-Unicode character map."""


class TrueType:
    """One face of resources/fonts: simple glyphs, character map format 12, no hinting (tools/build_fonts.py).

    Opening costs a few milliseconds whatever the size of the file. Raises FontFileError or OSError.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._tables = self._directory(path)
        self.units_per_em: int
        (self.units_per_em,) = struct.unpack_from(">H", self._data, self._start("head") + 18)
        self.box: tuple[int, ...] = struct.unpack_from(">4h", self._data, self._start("head") + 36)
        self.ascent, self.descent = struct.unpack_from(">2h", self._data, self._start("hhea") + 4)
        (self.weight,) = struct.unpack_from(">H", self._data, self._start("OS/2") + 4)
        (self._measured,) = struct.unpack_from(">H", self._data, self._start("hhea") + 34)
        self._metrics = self._words("hmtx", "h")
        self._offsets = self._glyph_offsets()
        self._firsts, self._lasts, self._glyphs = self._character_map(path)

    def glyph(self, code: int) -> int:
        """The glyph of a code point, 0 when the face has none."""
        group = bisect_right(self._firsts, code) - 1
        if group < 0 or code > self._lasts[group]:
            return 0
        return self._glyphs[group] + code - self._firsts[group]

    def advance(self, glyph: int) -> float:
        """The width of a glyph in ems."""
        return self._advance(glyph) / self.units_per_em

    def subset(self, glyphs: Sequence[int | None]) -> bytes:
        """A TrueType file with exactly these glyphs in this order, fit for a CIDFontType2 of a PDF."""
        outlines, offsets, metrics = bytearray(), array("I", [0]), array("h")
        for glyph in glyphs:
            if glyph is not BLANK:
                outlines += self._outline(glyph)
                outlines += b"\0" * (-len(outlines) % 4)
            offsets.append(len(outlines))
            metrics.extend((0, 0) if glyph is BLANK else (self._advance(glyph), self._bearing(glyph)))
        head = bytearray(self._table("head"))
        head[8:12] = b"\0" * 4
        head[50:52] = b"\0\1"
        count = struct.pack(">H", len(glyphs))
        hhea = self._table("hhea")[:34] + count
        maxp = self._table("maxp")
        return _font_file(
            {
                "glyf": bytes(outlines),
                "head": bytes(head),
                "hhea": hhea,
                "hmtx": _big_endian(metrics),
                "loca": _big_endian(offsets),
                "maxp": maxp[:4] + count + maxp[6:],
            }
        )

    def _directory(self, path: Path) -> dict[str, tuple[int, int]]:
        version, count = struct.unpack_from(">IH", self._data)
        if version != 0x00010000:
            raise FontFileError(f"{path.name} is not a TrueType file")
        rows = (struct.unpack_from(">4sIII", self._data, 12 + 16 * row) for row in range(count))
        return {tag.decode("ascii"): (start, length) for tag, _, start, length in rows}

    def _start(self, tag: str) -> int:
        return self._tables[tag][0]

    def _table(self, tag: str) -> bytes:
        start, length = self._tables[tag]
        return self._data[start : start + length]

    def _words(self, tag: str, kind: str) -> "array[int]":
        table = self._table(tag)
        words: array[int] = array(kind)
        words.frombytes(table[: len(table) - len(table) % words.itemsize])
        if byteorder == "little":
            words.byteswap()
        return words

    def _glyph_offsets(self) -> "array[int]":
        (long_format,) = struct.unpack_from(">h", self._data, self._start("head") + 50)
        if long_format:
            return self._words("loca", "I")
        return array("I", (offset * 2 for offset in self._words("loca", "H")))

    def _character_map(self, path: Path) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        start = self._start("cmap")
        (count,) = struct.unpack_from(">H", self._data, start + 2)
        for row in range(count):
            (offset,) = struct.unpack_from(">I", self._data, start + 8 + 8 * row)
            kind, _, _, _, groups = struct.unpack_from(">HHIII", self._data, start + offset)
            if kind == 12:
                words = struct.unpack_from(f">{groups * 3}I", self._data, start + offset + 16)
                return words[0::3], words[1::3], words[2::3]
        raise FontFileError(f"{path.name} has no full-Unicode character map")

    def _advance(self, glyph: int) -> int:
        return int(self._metrics[2 * min(glyph, self._measured - 1)])

    def _bearing(self, glyph: int) -> int:
        return int(self._metrics[2 * glyph + 1 if glyph < self._measured else self._measured + glyph])

    def _outline(self, glyph: int) -> bytes:
        start = self._start("glyf")
        return self._data[start + self._offsets[glyph] : start + self._offsets[glyph + 1]]


def _big_endian(words: "array[int]") -> bytes:
    if byteorder == "little":
        words.byteswap()
    return words.tobytes()


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF


def _font_file(tables: dict[str, bytes]) -> bytes:
    power = 1 << (len(tables).bit_length() - 1)
    header = struct.pack(
        ">IHHHH", 0x00010000, len(tables), power * 16, power.bit_length() - 1, (len(tables) - power) * 16
    )
    start = len(header) + 16 * len(tables)
    directory, body, head = b"", b"", 0
    for tag, data in sorted(tables.items()):
        if tag == "head":
            head = start + len(body)
        directory += struct.pack(">4sIII", tag.encode("ascii"), _checksum(data), start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    file = bytearray(header + directory + body)
    struct.pack_into(">I", file, head + 8, (CHECKSUM_MAGIC - _checksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)
