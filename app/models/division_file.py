"""The division file: every province to village of the country in one read-only, memory-mapped file.

Layout (little-endian): magic, version, file size and a table of sections (offset, length), each on 8 bytes.
Names without their ending (村, 镇 …) are kept once, ordered by initials, spelling and name: line i of `names`,
`spellings` and `initials` belong together.  Entries stand in tree order, so everything below a division is one
run of entries.  tools/build_divisions.py writes it.
"""

import mmap
import struct
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

MAGIC = b"FQDIV\x00\x00\x01"
SECTIONS = (
    "names", "name_blocks", "spellings", "spelling_blocks", "initials", "initial_blocks",
    "entries", "tails", "name_starts", "name_entries", "upper_entries", "upper_codes", "upper_ends",
)  # fmt: skip
BLOCK = 32  # lines between two remembered offsets
_WORTH_A_JUMP = 2000  # bytes; counting newlines over less is quicker than looking the block up
_HEAD = struct.Struct(f"<8sQ{2 * len(SECTIONS)}Q")

ENDINGS = (
    "", "村", "社区", "居委会", "嘎查", "生活区", "街道", "镇", "乡", "民族乡", "苏木", "县", "区", "市", "自治县", "旗",
    "自治旗", "省", "自治区", "自治州", "地区", "盟", "林区", "特区", "虚拟社区", "农场", "林场", "开发区", "牧委会",
)  # fmt: skip
NAME_BITS, ENDING_BITS = 19, 5
NAME_MASK, ENDING_MASK = (1 << NAME_BITS) - 1, (1 << ENDING_BITS) - 1
LEVEL_SHIFT = NAME_BITS + ENDING_BITS
VILLAGE = 5


class DivisionFileError(Exception):
    """The division file is damaged or of another version; `str()` is a sentence for the user."""

    def __init__(self) -> None:
        super().__init__("行政区划文件损坏或版本不符。您的数据没有受影响，请重新安装本程序。")


class Lines:
    """Lines of text found by number, and their numbers found by content."""

    def __init__(self, section: memoryview, blocks: Sequence[int]) -> None:
        self._section = section
        self._blocks = blocks

    @cached_property
    def content(self) -> bytes:
        """All lines, each between newlines; read on first use because bytes are searched faster than a map."""
        return bytes(self._section)

    def numbers_at(self, offsets: Sequence[int]) -> list[int]:
        """The numbers of the lines that hold these offsets, which must rise."""
        numbers: list[int] = []
        number, place = 0, 1  # the first line stands after the first newline
        for offset in offsets:
            if offset - place > _WORTH_A_JUMP:
                block = bisect_right(self._blocks, offset) - 1
                number, place = block * BLOCK, self._blocks[block]
            number += self.content.count(b"\n", place, offset)
            place = offset
            numbers.append(number)
        return numbers

    def __getitem__(self, number: int) -> str:
        block, skip = divmod(number, BLOCK)
        start = self._blocks[block]
        for _ in range(skip):
            start = self.content.index(b"\n", start) + 1
        return self.content[start : self.content.index(b"\n", start)].decode()


class DivisionFile:
    """The sections of a division file as arrays over the map; nothing is read until it is asked for.

    Raises MissingResource or OSError when it cannot be opened and DivisionFileError when it is not whole.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as empty:
                raise DivisionFileError from empty
        view = memoryview(self._map)
        places = self._places()

        def text(name: str, blocks: str) -> Lines:
            offset, length = places[name]
            return Lines(view[offset : offset + length], numbers(blocks, "I"))

        def numbers(name: str, kind: str) -> memoryview:
            offset, length = places[name]
            return view[offset : offset + length].cast(kind)  # type: ignore[call-overload,no-any-return]  # kind is no literal

        self.names = text("names", "name_blocks")
        self.spellings = text("spellings", "spelling_blocks")
        self.initials = text("initials", "initial_blocks")
        self.entries: Sequence[int] = numbers("entries", "I")
        self.tails: Sequence[int] = numbers("tails", "H")
        self.name_starts: Sequence[int] = numbers("name_starts", "I")
        self.name_entries: Sequence[int] = numbers("name_entries", "I")
        self.upper_entries: Sequence[int] = numbers("upper_entries", "I")
        self.upper_codes: Sequence[int] = numbers("upper_codes", "I")
        self.upper_ends: Sequence[int] = numbers("upper_ends", "I")

    def _places(self) -> dict[str, tuple[int, int]]:
        if len(self._map) < _HEAD.size:
            raise DivisionFileError
        magic, size, *table = _HEAD.unpack_from(self._map)
        if magic != MAGIC or size != len(self._map):
            raise DivisionFileError
        return dict(zip(SECTIONS, zip(table[::2], table[1::2], strict=True), strict=True))


def packed(sections: dict[str, bytes]) -> bytes:
    """The bytes of a division file holding these sections."""
    place, table, body = _HEAD.size, [], []
    for name in SECTIONS:
        section = sections[name]
        filling = -place % 8
        table += [place + filling, len(section)]
        body += [bytes(filling), section]
        place += filling + len(section)
    return b"".join([_HEAD.pack(MAGIC, place, *table), *body])


def lines_with_blocks(texts: Iterable[str]) -> tuple[bytes, list[int]]:
    """Lines as a section (a newline before the first and after each), and the offset of every BLOCKth line."""
    content, blocks = bytearray(b"\n"), []
    for number, text in enumerate(texts):
        if number % BLOCK == 0:
            blocks.append(len(content))
        content += text.encode() + b"\n"
    return bytes(content), blocks
