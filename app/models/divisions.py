"""The division list of the country down to the village, searched by name, pinyin or code."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.models.division_file import (
    ENDING_MASK,
    ENDINGS,
    LEVEL_SHIFT,
    NAME_BITS,
    NAME_MASK,
    VILLAGE,
    DivisionFile,
)
from app.models.division_query import SPACES, Match, cuts_of, is_long, matches, parts_of, whole_matches

CITY, TOWNSHIP = 2, 4
_CODE_LENGTH = (0, 2, 4, 6, 9, 12)  # digits by level
# Levels of the list that stand for no place: 市辖区, 县, 省直辖县级行政区划 …
_NO_PLACE = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_MOST_LOOKED_AT = 2000
_MOST_COMPARED = 300
_MOST_NEAR = 10
_FEW_NAMES = 300

Run = tuple[int, int]  # entries from the first to before the second; in lists they rise and never overlap


def _outermost(runs: Iterable[Run]) -> list[Run]:
    """Rising runs without those inside another: 青冈县 holds 青冈镇."""
    kept: list[Run] = []
    for run in runs:
        if not kept or run[0] >= kept[-1][1]:
            kept.append(run)
    return kept


@dataclass(frozen=True)
class Division:
    """A division; `level` is 1 province, 2 city, 3 county, 4 township, 5 village or community.

    `code` has 2, 4, 6, 9 or 12 digits; `full_name` runs from the province, 四川省眉山市仁寿县视高街道视高铺社区.
    """

    code: str
    name: str
    full_name: str
    level: int


class Divisions:
    """Reads one division file; keeps no more in memory than searches have touched."""

    def __init__(self, file: DivisionFile) -> None:
        self._file = file
        self._everything: list[Run] = [(0, len(file.entries))]

    @classmethod
    def open(cls, path: Path) -> "Divisions":
        """The divisions in the file at `path`; raises OSError or DivisionFileError."""
        return cls(DivisionFile(path))

    def get(self, code: str) -> Division | None:
        """The division with this code, which may be filled up with zeros to 12 digits; None when unknown."""
        entry = self._entry_of(code)
        return None if entry is None else self._division(entry)

    def children(self, code: str) -> list[Division]:
        """The divisions directly below `code` ("" for the provinces), in code order; [] for a village."""
        parent = self._entry_of(code) if code else None
        if code and parent is None:
            return []
        return [self._division(entry) for entry in self._below(parent)]

    def search(self, query: str, limit: int = 20, *, within: str = "") -> list[Division]:
        """Divisions for what was typed, best first, larger divisions before smaller.

        `query` is part of a name, pinyin initials or spelling from the start, the start of a code, or a larger
        and a smaller name together: 鹰头, yt, yingtou, 511421125, 仁寿 鹰头, meishan yingtou, 仁寿县鹰头村.
        `within` keeps to what lies below a code.  When the larger name does not hold the smaller one, the
        nearest places of the smaller name are given.
        """
        runs = self._runs_below(within)
        parts = parts_of(query)
        if not parts or not runs:
            return []
        if len(parts) == 1 and parts[0].isascii() and parts[0].isdigit():
            found = self._with_code_prefix(parts[0], runs, limit)
        else:
            # 鸿基花苑、金世纪新城社区: a few names themselves hold what else stands between two names.
            found = self._by_parts(parts, runs, limit) or self._by_parts(parts_of(query, SPACES), runs, limit)
        divisions = map(self._division, found)
        return [each for each in divisions if each.level != CITY or each.name not in _NO_PLACE]

    # By name

    def _by_parts(self, parts: Sequence[str], runs: list[Run], limit: int) -> list[int]:
        near = runs
        for part in parts[:-1]:
            near = self._uppers_named(part, near)
            if not near:
                return []
        last = parts[-1]
        found = (
            self._named(last, near, limit) or self._along(last, None, limit) or self._split(last, near, limit)
        )
        if found or len(parts) == 1:
            return found
        anywhere = self._named(last, runs, _MOST_COMPARED)
        return sorted(anywhere, key=lambda entry: self._farness(entry, near[:_MOST_NEAR]))[:limit]

    def _along(self, text: str, parent: int | None, limit: int) -> list[int]:
        """四川省眉山市仁寿县高家镇鹰头村, step by step from the province; nothing for any other text."""
        if parent is not None and self._level(parent) == TOWNSHIP:
            return self._named(text, [(parent + 1, self._end(parent))], limit)
        for entry in self._below(parent) if is_long(text) or parent is not None else ():
            name = self._folded_name(entry)
            rest = text if name in _NO_PLACE else text.removeprefix(name)
            if rest and (rest != text or name in _NO_PLACE):
                found = self._along(rest, entry, limit)
                if found:
                    return found
        return []

    def _split(self, text: str, runs: list[Run], limit: int) -> list[int]:
        """仁寿县鹰头村 as 仁寿县 and 鹰头村: the first way to cut that leads to something."""
        for cut in cuts_of(text):
            larger, smaller = text[:cut], text[cut:]
            narrower = self._uppers_named(larger, runs, whole=True)
            if narrower:
                ways = (self._split, self._named) if is_long(smaller) else (self._named, self._split)
                found = ways[0](smaller, narrower, limit) or ways[1](smaller, narrower, limit)
                if found:
                    return found
        return []

    def _named(self, text: str, runs: list[Run], limit: int) -> list[int]:
        found: dict[int, None] = {}
        for match in matches(self._file, text, most=self._most(runs)):
            entries = self._entries_of(match, runs)
            found |= dict.fromkeys(sorted(entries, key=lambda entry: (self._level(entry), entry)))
            if len(found) >= limit:
                break
        return list(found)[:limit]

    def _uppers_named(self, text: str, runs: list[Run], *, whole: bool = False) -> list[Run]:
        """What lies below the larger divisions that a text names: those named in full, or else in part."""
        file, most = self._file, self._most(runs)
        uppers: set[int] = set()
        for match in whole_matches(file, text) if whole else matches(file, text, most=most):
            if uppers and not match.whole:
                break
            uppers.update(entry for entry in self._entries_of(match, runs) if self._level(entry) < VILLAGE)
        return _outermost((entry + 1, self._end(entry)) for entry in sorted(uppers))

    def _most(self, runs: list[Run]) -> int | None:
        return _MOST_LOOKED_AT if runs == self._everything else None

    def _entries_of(self, match: Match, runs: list[Run]) -> list[int]:
        if len(match.names) <= _FEW_NAMES or runs == self._everything:
            found: Iterable[int] = islice(self._through_names(match.names, runs), _MOST_LOOKED_AT)
        else:
            found = self._through_runs(match.names, runs)
        if match.endings is None:
            return list(found)
        entries, endings = self._file.entries, match.endings
        return [entry for entry in found if entries[entry] >> NAME_BITS & ENDING_MASK in endings]

    def _through_names(self, names: Sequence[int], runs: list[Run]) -> Iterator[int]:
        """Entries that bear one of a few names, larger divisions first within a name."""
        starts, entries = self._file.name_starts, self._file.name_entries
        firsts = [first for first, _ in runs]
        for name in names:
            for entry in entries[starts[name] : starts[name + 1]]:
                run = bisect_right(firsts, entry) - 1
                if run >= 0 and entry < runs[run][1]:
                    yield entry

    def _through_runs(self, names: Sequence[int], runs: list[Run]) -> Iterator[int]:
        """Entries in a part of the country that bear one of many names."""
        wanted = names if isinstance(names, range) else frozenset(names)
        entries = self._file.entries
        for first, end in runs:
            yield from [e for e, value in enumerate(entries[first:end], first) if value & NAME_MASK in wanted]

    def _farness(self, entry: int, near: list[Run]) -> tuple[int, int, int]:
        """Smaller is nearer to the divisions of the runs: digits of code shared, then level, then order."""
        code = self._code(entry)
        shared = 0
        for first, _ in near:
            place = self._code(first - 1)
            same = (length for length in (6, 4, 2) if code[:length] == place[:length].ljust(length))
            shared = max(shared, next(same, 0))
        return -shared, self._level(entry), entry

    # By code

    def _with_code_prefix(self, digits: str, runs: list[Run], limit: int) -> list[int]:
        found: list[int] = []
        for entry in range(self._first_from(digits), len(self._file.entries)):
            code = self._code(entry)
            if len(found) == limit or not code.ljust(12, "0").startswith(digits):
                break
            if code.startswith(digits) and any(first <= entry < end for first, end in runs):
                found.append(entry)
        return found

    def _first_from(self, digits: str) -> int:
        """The first entry whose code, filled up with zeros, is not before `digits`, filled up likewise."""
        wanted = digits.ljust(12, "0")
        everything = range(len(self._file.entries))
        return bisect_left(everything, wanted, key=lambda entry: self._code(entry).ljust(12, "0"))

    def _entry_of(self, code: str) -> int | None:
        if not (code.isascii() and code.isdigit() and len(code) <= 12):
            return None
        for entry in range(self._first_from(code), len(self._file.entries)):
            found = self._code(entry)
            if found.ljust(12, "0") != code.ljust(12, "0"):
                return None
            if len(code) in (len(found), 12):
                return entry
        return None

    def _runs_below(self, code: str) -> list[Run]:
        if not code:
            return self._everything
        entry = self._entry_of(code)
        return [] if entry is None else [(entry, self._end(entry))]

    # Entries

    def _level(self, entry: int) -> int:
        return self._file.entries[entry] >> LEVEL_SHIFT

    def _upper(self, entry: int) -> int:
        """Which of the divisions above the villages this entry is, or is directly below of."""
        return bisect_right(self._file.upper_entries, entry) - 1

    def _end(self, entry: int) -> int:
        return entry + 1 if self._level(entry) == VILLAGE else self._file.upper_ends[self._upper(entry)]

    def _code(self, entry: int) -> str:
        upper, level = self._upper(entry), self._level(entry)
        code = f"{self._file.upper_codes[upper]:09}"
        return f"{code}{self._file.tails[entry]:03}" if level == VILLAGE else code[: _CODE_LENGTH[level]]

    def _below(self, parent: int | None) -> Iterator[int]:
        """The entries directly below one, or the provinces."""
        if parent is None:
            first, end = self._everything[0]
        else:
            first, end = parent + 1, self._end(parent)
        while first < end:
            yield first
            first = self._end(first)

    def _folded_name(self, entry: int) -> str:
        value = self._file.entries[entry]
        return self._file.names[value & NAME_MASK] + ENDINGS[value >> NAME_BITS & ENDING_MASK]

    def _name(self, entry: int) -> str:
        return self._folded_name(entry).replace("(", "（").replace(")", "）")

    def _ancestors(self, entry: int, code: str) -> Iterator[int]:
        for level in range(1, self._level(entry)):
            upper = bisect_left(self._file.upper_codes, int(code[: _CODE_LENGTH[level]].ljust(9, "0")))
            # 东莞市 is a city and its own county: both fill up to the same nine digits.
            while self._level(self._file.upper_entries[upper]) < level:
                upper += 1
            yield self._file.upper_entries[upper]

    def _division(self, entry: int) -> Division:
        code, name, level = self._code(entry), self._name(entry), self._level(entry)
        above = [each for each in map(self._name, self._ancestors(entry, code)) if each not in _NO_PLACE]
        full_name = "".join(dict.fromkeys([*above, name]))
        return Division(code, name, full_name, level)
