"""What a typed text matches among the names of the division file, best first."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.models.division_file import ENDINGS, DivisionFile, Lines
from app.models.pinyin import typed_pinyin
from app.models.text import search_fold

_NEWLINE = ord("\n")
_LONGEST_OF_TWO_NAMES = 8
LONGEST_QUERY = 40  # characters of one part; no division's path is longer
_BETWEEN_PARTS = re.compile("[\\s,，、/／;；>＞]+")
SPACES = re.compile("\\s+")
_SPELLED_ENDINGS = {
    "村": "cun", "社区": "she qu", "居委会": "ju wei hui", "嘎查": "ga cha", "生活区": "sheng huo qu",
    "街道": "jie dao", "镇": "zhen", "乡": "xiang", "民族乡": "min zu xiang", "苏木": "su mu", "县": "xian",
    "区": "qu", "市": "shi", "自治县": "zi zhi xian", "旗": "qi", "自治旗": "zi zhi qi", "省": "sheng",
    "自治区": "zi zhi qu", "自治州": "zi zhi zhou", "地区": "di qu", "盟": "meng", "林区": "lin qu",
    "特区": "te qu", "虚拟社区": "xu ni she qu", "农场": "nong chang", "林场": "lin chang",
    "开发区": "kai fa qu", "牧委会": "mu wei hui",
}  # fmt: skip
_SPELLINGS = tuple(_SPELLED_ENDINGS.get(ending, "").replace(" ", "") for ending in ENDINGS)
_INITIALS = tuple(
    "".join(syllable[0] for syllable in _SPELLED_ENDINGS.get(ending, "").split()) for ending in ENDINGS
)


@dataclass(frozen=True)
class Match:
    """Names (line numbers) that fit; `endings` limits which endings fit, `whole` means the name in full."""

    names: Sequence[int]
    endings: frozenset[int] | None
    whole: bool


def parts_of(query: str, between: re.Pattern[str] = _BETWEEN_PARTS) -> list[str]:
    """The names in a query, folded: hanzi in capitals as the file has them, pinyin in small letters."""
    parts = []
    for typed in between.split(query):
        folded = typed_pinyin(typed) or search_fold(typed).upper()
        if folded:
            parts.append(folded[:LONGEST_QUERY])
    return parts


def matches(file: DivisionFile, text: str, *, most: int | None = None) -> Iterator[Match]:
    """Matches of one part from best to worst, at most `most` names in each.

    Hanzi: the whole name, its beginning, any part.  Letters: the whole spelling, the whole initials, the
    beginning of a spelling, of the initials.
    """
    if not text.isascii():
        yield from _matches_of_hanzi(file.names, text, most)
        return
    spelled = _found(file.spellings, "\n" + text)
    yield Match(spelled.whole(most), None, whole=True)
    for head, endings in _before_endings(text, _SPELLINGS):
        yield Match(_found(file.spellings, f"\n{head}\n").whole(most), endings, whole=True)
    yield Match(_run_of(file, text, whole=True), None, whole=True)
    for head, endings in _before_endings(text, _INITIALS):
        yield Match(_run_of(file, head, whole=True), endings, whole=True)
    if len(text) > 1:  # one letter of a spelling is an initial
        yield Match(spelled.beginning(most), None, whole=False)
    yield Match(_run_of(file, text, whole=False), None, whole=False)


def whole_matches(file: DivisionFile, text: str) -> Iterator[Match]:
    """The names that `text` gives in full, by hanzi or spelling but not by initials."""
    lines, endings = (file.spellings, _SPELLINGS) if text.isascii() else (file.names, ENDINGS)
    # Hanzi are rare enough to be found faster without the newlines, letters are not.
    around = "\n" if text.isascii() else ""
    yield Match(_found(lines, f"{around}{text}{around}").whole(None), None, whole=True)
    for head, fitting in _before_endings(text, endings):
        yield Match(_found(lines, f"{around}{head}{around}").whole(None), fitting, whole=True)


def cuts_of(text: str) -> list[int]:
    """Where a larger and a smaller name written together may meet, likeliest first.

    A long text is cut only after the ending of a larger division, so that a pasted address stays cheap.
    """
    cuts = range(len(text) - 1, 0, -1)
    if text.isascii():
        return [cut for cut in cuts if text[cut - 1] in "aeiouvnrg" and text[cut] not in "iuv"]
    if not is_long(text):
        return list(cuts)
    return [cut for cut in reversed(cuts) if text[cut - 1] in "省市州盟区县旗镇乡道木"]


def is_long(text: str) -> bool:
    """Whether hanzi are more likely a whole address than one name or two."""
    return not text.isascii() and len(text) > _LONGEST_OF_TWO_NAMES


class _Found:
    """Where a needle occurs, once a line, sorted by how it lies in the line."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._places: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])

    def add(self, place: int, *, begins: bool, ends: bool) -> None:
        self._places[begins * 2 + ends].append(place)

    def whole(self, most: int | None) -> list[int]:
        return self._lines.numbers_at(self._places[3][:most])

    def beginning(self, most: int | None) -> list[int]:
        return self._lines.numbers_at(self._places[2][:most])

    def ending(self, most: int | None) -> list[int]:
        return self._lines.numbers_at(self._places[1][:most])

    def inside(self, most: int | None) -> list[int]:
        return self._lines.numbers_at(sorted(self._places[0] + self._places[1])[:most])


def _found(lines: Lines, needle: str) -> _Found:
    """One pass over the lines for a text; a newline before or after it asks for that side of a line."""
    found, content, wanted = _Found(lines), lines.content, needle.encode(errors="surrogatepass")
    before, length = wanted.startswith(b"\n"), len(wanted) - wanted.endswith(b"\n")
    place = content.find(wanted)
    while place >= 0:
        inside = place + before
        found.add(inside, begins=content[inside - 1] == _NEWLINE, ends=content[place + length] == _NEWLINE)
        place = content.find(wanted, content.index(b"\n", inside))
    return found


def _matches_of_hanzi(names: Lines, text: str, most: int | None) -> Iterator[Match]:
    found = _found(names, text)
    yield Match(found.whole(most), None, whole=True)
    heads = [(_found(names, head + "\n"), endings) for head, endings in _before_endings(text, ENDINGS)]
    for head, endings in heads:
        yield Match(head.whole(most), endings, whole=True)
    yield Match(found.beginning(most), None, whole=False)
    yield Match(found.inside(most), None, whole=False)
    for head, endings in heads:
        yield Match(head.ending(most), endings, whole=False)


def _before_endings(text: str, endings: Sequence[str]) -> Iterator[tuple[str, frozenset[int]]]:
    """Ways to read the tail of `text` as the beginning of an ending: 鹰头社 → 鹰头 with 社区."""
    for cut in range(len(text) - 1, 0, -1):
        fitting = frozenset(i for i, ending in enumerate(endings) if ending and ending.startswith(text[cut:]))
        if fitting:
            yield text[:cut], fitting


def _run_of(file: DivisionFile, text: str, *, whole: bool) -> range:
    """The lines whose initials are, or begin with, a text: they stand together."""
    every = range(len(file.name_starts) - 1)
    first = bisect_left(every, text, key=file.initials.__getitem__)
    return range(first, bisect_left(every, text + ("\0" if whole else "\x7f"), key=file.initials.__getitem__))
