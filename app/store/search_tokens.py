"""What an entry is found under: marked tokens of its names, numbers and texts, and the same of a typed word.

A token is one mark and the characters after it, so the sorts never meet: `e` whole name, `n` head of a name,
`i` two characters inside a name, `h` and `l` head and tail of a number, `p` head of a pinyin key, `t` two
characters of a text, `d` three with a digit, `k` record type.  Tokens only propose; `Tier.holds` decides
on the folded text itself.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from app.models.pinyin import name_keys, typed_pinyin
from app.models.text import search_fold

NAME_HEAD, NAME_WHOLE, PINYIN_HEAD = 4, 16, 12
SHORTEST_NUMBER, NUMBER_TAIL = 3, 6
# Fourteen digits of an ID leave a handful of people; case numbers share all but the last characters.
NUMBER_HEAD, WORDED_NUMBER_HEAD = 14, 32
MOST_PAIRS, MOST_THREES = 10, 7  # tokens of one long word that are looked at; `holds` looks at the whole word
_MARK_BASE = 0x10F000  # private use: ASCII marks are moved here
_END = "\U0010f0ff"  # stands after the last character, so that it too begins a pair
_DROPPED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\U0010f000-\U0010f0ff]")
# Pairs of digits are in every other text; three characters tell house numbers and amounts apart.
_THREE_WITH_DIGIT = re.compile("(?=([0-9]..|.[0-9].|..[0-9]))")
_DIGIT = re.compile("[0-9]")
_NOT_TOKEN = re.compile("[\x00-/:-`{-\x7f]")


@dataclass(frozen=True)
class SearchTerms:
    """The texts a record is found by: names (also by pinyin), numbers (head and tail), texts (words)."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Haystack:
    """The folded terms as an entry stores them, one a line; whatever is found is found in these."""

    names: str
    numbers: str
    texts: str

    @cached_property
    def bare_names(self) -> tuple[str, ...]:
        """Names without dots and brackets, as they are compared."""
        return tuple(_bare(name) for name in self.names.split("\n") if name)


def folded(terms: SearchTerms) -> Haystack:
    """The terms folded for search; a number written with words (a case number) is a text as well."""
    numbers = _folded_lines(terms.numbers)
    worded = [number for number in numbers if not number.isascii()]
    return Haystack(
        "\n".join(_folded_lines(terms.names)),
        "\n".join(numbers),
        "\n".join(dict.fromkeys((*_folded_lines(terms.texts), *worded))),
    )


def _folded_lines(texts: Iterable[str]) -> list[str]:
    return [line for line in dict.fromkeys(map(_fold, texts)) if line]


def _fold(text: str) -> str:
    return search_fold(_DROPPED.sub("", text))


def _bare(name: str) -> str:
    """Without dots, brackets and hyphens; of a name of nothing else, the marks themselves."""
    if name.isalnum():
        return name
    return "".join(c for c in name if unicodedata.category(c)[0] not in "PSZ") or _safe(name)


def _safe(text: str) -> str:
    """ASCII marks moved to the private use area: the tokenizer splits at them and MATCH gives them meaning."""
    return _NOT_TOKEN.sub(lambda mark: chr(_MARK_BASE + ord(mark[0])), text)


def _heads(mark: str, key: str, shortest: int, longest: int) -> Iterator[str]:
    return (mark + key[:length] for length in range(shortest, min(len(key), longest) + 1))


def _pairs(mark: str, text: str) -> Iterator[str]:
    return map(mark.__add__, map(str.__add__, text, text[1:] + _END))


def _number_keys(number: str) -> tuple[str, ...]:
    """The number without hyphens and brackets, and its longer parts: a landline without its area code."""
    parts = [part for part in re.split("[^0-9a-z]+", number) if len(part) >= 5]
    return tuple(dict.fromkeys((_bare(number), *parts)))


def _number_head(key: str) -> int:
    return NUMBER_HEAD if key.isascii() else WORDED_NUMBER_HEAD


def type_token(record_type: str) -> str:
    """The token every entry of a record type carries."""
    return "k" + _safe(record_type)


def tokens(record_type: str, haystack: Haystack) -> str:
    """Every token of an entry, joined by spaces."""
    found = {type_token(record_type)}
    for name in haystack.bare_names:
        found.update(_heads("n", name, 1, NAME_HEAD), _pairs("i", name[1:]))
        found.add("e" + name[:NAME_WHOLE])
    for name in haystack.names.split("\n"):
        for key in name_keys(name):
            found.update(_heads("p", key, 1, PINYIN_HEAD))
    for number in haystack.numbers.split("\n"):
        for key in _number_keys(number):
            found.update(_heads("h", key, SHORTEST_NUMBER, _number_head(key)))
            found.update("l" + key[-n:] for n in range(SHORTEST_NUMBER, min(len(key), NUMBER_TAIL) + 1))
    for text in _safe_lines(haystack.texts):
        found.update(_pairs("t", text))
        found.update(map("d".__add__, _THREE_WITH_DIGIT.findall(text)))
    return " ".join(found)


def _safe_lines(texts: str) -> Iterator[str]:
    return map(_safe, texts.split("\n"))


Matched: TypeAlias = Literal["name", "pinyin", "number", "text"]
Choice: TypeAlias = Callable[[list[str]], list[str]]


class Word:
    """One typed word in the forms it is compared in.

    `rarest` picks of many tokens those that few entries carry.  A single character with `only_names` asks
    for names that begin with it, otherwise it may stand anywhere in names and texts.
    """

    def __init__(self, typed: str, rarest: Choice, *, only_names: bool) -> None:
        self.text = _fold(typed)
        self.rarest = rarest
        self.only_names = only_names

    @cached_property
    def name(self) -> str:
        """As names are compared; also as numbers are."""
        return _bare(self.text)

    @cached_property
    def number(self) -> str:
        """The word as a number, empty when it is none."""
        counts = len(self.name) >= SHORTEST_NUMBER and any("0" <= c <= "9" for c in self.name)
        return self.name if counts else ""

    @cached_property
    def pinyin(self) -> str:
        """The word as pinyin, empty when it is none."""
        letters = typed_pinyin(self.text) or ""
        return "" if letters.isdigit() else letters

    @cached_property
    def ways(self) -> "dict[Tier, str]":
        """The tiers the word can match in, best first, each with its index query."""
        return {tier: expression for tier in TIERS if (expression := tier.expression(self))}


def _pairs_of(mark: str, text: str) -> list[str]:
    return _spread([mark + pair for pair in map(str.__add__, text, text[1:])], MOST_PAIRS)


def _every(found: list[str], rarest: Choice) -> str:
    return "(" + " AND ".join(f'"{token}"' for token in rarest(found)) + ")"


def _spread(found: list[str], most: int) -> list[str]:
    few = list(dict.fromkeys(found))
    return few if len(few) <= most else [few[n * len(few) // most] for n in range(most)]


def _whole_name(word: Word) -> str:
    return f'"e{word.name[:NAME_WHOLE]}"' if word.name else ""


def _name_head(word: Word) -> str:
    if not word.name:
        return ""
    head = f'"n{word.name[:NAME_HEAD]}"'
    if len(word.name) <= NAME_HEAD:
        return head
    return f"({head} AND {_every(_pairs_of('i', word.name[1:]), word.rarest)})"


def _name_inside(word: Word) -> str:
    if len(word.name) > 1:
        return _every(_pairs_of("i", word.name), word.rarest)
    return "" if word.only_names or not word.name else f'"i{word.name}"*'


def _number(word: Word) -> str:
    if not word.number:
        return ""
    head, tail = word.number[: _number_head(word.number)], word.number[-NUMBER_TAIL:]
    return f'("h{head}" OR "l{tail}")'


def _pinyin(word: Word) -> str:
    return f'"p{word.pinyin[:PINYIN_HEAD]}"' if word.pinyin else ""


def _text(word: Word) -> str:
    text = _safe(word.text)
    if len(text) > 1:
        return _every(_text_tokens(text), word.rarest)
    return "" if word.only_names or not text else f'"t{text}"*'


def _text_tokens(text: str) -> list[str]:
    if len(text) == 2:
        return ["t" + text]
    threes = _spread(["d" + three for three in _THREE_WITH_DIGIT.findall(text)], MOST_THREES)
    return threes + [pair for part in _DIGIT.split(text) for pair in _pairs_of("t", part)]


def _has_number(word: Word, haystack: Haystack) -> bool:
    keys = (key for number in haystack.numbers.split("\n") for key in _number_keys(number))
    return any(key.startswith(word.number) or key.endswith(word.number) for key in keys)


def _has_pinyin(word: Word, haystack: Haystack) -> bool:
    keys = (key for name in haystack.names.split("\n") for key in name_keys(name))
    return any(key.startswith(word.pinyin) for key in keys)


@dataclass(frozen=True, eq=False)
class Tier:
    """One way a word can match.

    `expression(word)` is an FTS5 expression over tokens, empty when the word cannot match this way;
    `decide(word, haystack)` is only asked where there is an expression.  `joined`: words typed apart are
    also tried as one (张 三, 138 0013 8000).
    """

    matched: Matched
    joined: bool
    expression: Callable[[Word], str]
    decide: Callable[[Word, Haystack], bool]

    def holds(self, word: Word, haystack: Haystack) -> bool:
        """Whether the entry really matches the word this way."""
        return self in word.ways and self.decide(word, haystack)


TEXT = Tier("text", False, _text, lambda word, hay: word.text in hay.texts)
# Best first.
TIERS = (
    Tier("name", True, _whole_name, lambda word, hay: word.name in hay.bare_names),
    Tier("name", True, _name_head, lambda word, hay: any(n.startswith(word.name) for n in hay.bare_names)),
    Tier("name", True, _name_inside, lambda word, hay: any(word.name in n for n in hay.bare_names)),
    Tier("number", True, _number, _has_number),
    Tier("pinyin", True, _pinyin, _has_pinyin),
    TEXT,
)
