"""Builds resources/fonts from published open fonts: subset, without layout tables, licences beside them.

Run by hand when a font version changes; needs fonttools, pypinyin-dict 0.9 (for the list of the
通用规范汉字表), npm, and Debian's fonts-hanazono:

    python tools/build_fonts.py
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"
HANAZONO = Path("/usr/share/fonts/truetype/hanazono")
NOTO_VERSION = "0.4.3"
SERIF = f"@expo-google-fonts/noto-serif-sc@{NOTO_VERSION}"
SANS = f"@expo-google-fonts/noto-sans-sc@{NOTO_VERSION}"
LEVEL_3_RANGES = (
    (0x4E00, 0x9FEF),  # URO
    (0x3400, 0x4DB5),  # extension A
    (0x20000, 0x2A6D6),  # B
    (0x2A700, 0x2B734),  # C
    (0x2B740, 0x2B81D),  # D
    (0x2B820, 0x2CEA1),  # E
    (0x2CEB0, 0x2EBE0),  # F
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
COMPATIBILITY_RANGES = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


@dataclass(frozen=True)
class Face:
    """One font file to write: its source, the characters to keep, and its family name when it is renamed."""

    target: str
    source: Path
    characters: frozenset[int]
    family: str | None = None


def level_3_hanzi() -> frozenset[int]:
    """The 87,887 hanzi of GB 18030-2022 implementation level 3 (without Amendment 1)."""
    return spread(LEVEL_3_RANGES) | frozenset(LEVEL_3_COMPATIBILITY)


def spread(ranges: tuple[tuple[int, int], ...]) -> frozenset[int]:
    """Every code point of inclusive ranges."""
    return frozenset(code for first, last in ranges for code in range(first, last + 1))


def everyday_hanzi() -> frozenset[int]:
    """GB/T 2312 (6,763) with 通用规范汉字表 (8,105): what the bold and sans faces carry."""
    table = import_module("pypinyin_dict.pinyin_data.ktghz2013")
    gb2312 = {
        ord(bytes((row, cell)).decode("gb2312"))
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    }
    return frozenset(gb2312 | set(table.pinyin_dict))


def characters_of(source: Path) -> frozenset[int]:
    """The code points a font file has glyphs for."""
    with TTFont(source, lazy=True) as font:
        return frozenset(font.getBestCmap())


def is_ideograph(code: int) -> bool:
    """Whether a code point is a unified or compatibility ideograph."""
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000


def fetch_npm(package: str, folder: Path) -> Path:
    """Unpacks a published npm package into folder and returns its root."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    # The command is made of constants of this file and a temporary folder.
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]  # noqa: S603 (see above)
    root = folder / name.removesuffix(".tgz")
    with tarfile.open(folder / name) as archive:
        archive.extractall(root, filter="data")
    return root / "package"


def faces(serif: Path, sans: Path) -> list[Face]:
    """The files to ship, in the order the fallback chain asks them."""
    song = serif / "400Regular" / "NotoSerifSC_400Regular.ttf"
    song_has = characters_of(song)
    everyday = everyday_hanzi() | frozenset(code for code in song_has if not is_ideograph(code))
    rare_b, rare_a = HANAZONO / "HanaMinB.ttf", HANAZONO / "HanaMinA.ttf"
    rare = (level_3_hanzi() & characters_of(rare_b)) - song_has
    compatibility = (spread(COMPATIBILITY_RANGES) & characters_of(rare_a)) - song_has - rare
    return [
        Face("song-regular.ttf", song, song_has),
        Face("song-bold.ttf", serif / "700Bold" / "NotoSerifSC_700Bold.ttf", everyday),
        Face("hei-regular.ttf", sans / "400Regular" / "NotoSansSC_400Regular.ttf", everyday),
        Face("hei-bold.ttf", sans / "700Bold" / "NotoSansSC_700Bold.ttf", everyday),
        Face("rare.ttf", rare_b, rare, "Fengqiao Rare Song"),
        Face("rare-compatibility.ttf", rare_a, compatibility, "Fengqiao Rare Song Compatibility"),
    ]


def write(face: Face) -> None:
    """Subsets one face: outlines and character map only, no hinting (print needs none), no layout rules."""
    options = Options()
    options.hinting = False
    options.notdef_outline = True
    options.layout_features = []
    options.drop_tables += [
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "STAT",
        "vhea",
        "vmtx",
        "VORG",
        "FFTM",
        "prop",
        "gasp",
    ]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.recalc_timestamp = False
    with TTFont(face.source, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=face.characters)
        subsetter.subset(font)
        if face.family:
            rename(font, face.family)
        font.save(TARGET / face.target)


def rename(font: TTFont, family: str) -> None:
    """Gives a changed font its own name, so that it is not taken for the original."""
    names = font["name"]
    texts = {1: family, 2: "Regular", 3: f"{family}; subset", 4: family, 6: family.replace(" ", "")}
    for identifier, text in texts.items():
        names.setName(text, identifier, 3, 1, 0x409)


def report(written: list[Face]) -> None:
    """Prints sizes, digests and what GB 18030-2022 level 3 still lacks."""
    covered: frozenset[int] = frozenset()
    total = 0
    for face in written:
        path = TARGET / face.target
        covered |= characters_of(path)
        total += path.stat().st_size
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        count, size = len(characters_of(path)), path.stat().st_size
        print(f"{face.target:24} {count:6} characters {size:9} bytes {digest[:16]}")
    missing = sorted(level_3_hanzi() - covered)
    print(f"total {total / 1e6:.1f} MB; level 3 hanzi {len(level_3_hanzi())}")
    print(f"missing {len(missing)}: {missing[:20]}")


def main() -> None:
    """Fetches, subsets, copies licences, and reports coverage."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        serif, sans = (fetch_npm(package, Path(temporary)) for package in (SERIF, SANS))
        shutil.copyfile(serif / "LICENSE_FONT", TARGET / "LICENSE-noto-serif-sc.txt")
        shutil.copyfile(sans / "LICENSE_FONT", TARGET / "LICENSE-noto-sans-sc.txt")
        shutil.copyfile("/usr/share/doc/fonts-hanazono/copyright", TARGET / "LICENSE-hanazono.txt")
        written = faces(serif, sans)
        for face in written:
            write(face)
    report(written)


if __name__ == "__main__":
    main()
