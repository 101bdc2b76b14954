"""What a record is found by, folded into search keys, and the tagged text those keys can be made from again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from zlib import crc32

from app.models.pinyin import name_keys
from app.models.text import search_fold

LONGEST_KEY = 40
LONGEST_NAME = 40


class KeyKind(Enum):
    """The sorts of prefix keys, in the order their hits are worth."""

    WHOLE_NAME = "w"
    NAME = "n"
    NUMBER = "d"
    NUMBER_TAIL = "t"
    PINYIN = "p"


@dataclass(frozen=True)
class SearchTerms:
    """Texts of a record by how they are searched: as names, as numbers (head and tail), as words in a text."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def tagged(terms: SearchTerms) -> str:
    """The folded terms as one text, a line each: `n` name, `p` pinyin, `d` number, `x` text.

    It is kept with the entry, serves to recheck hits, and gives the entry's keys again when it is replaced.
    """
    lines = []
    for name in terms.names:
        folded = search_fold(name)[:LONGEST_NAME]
        if folded:
            lines.append("n" + folded)
            lines += ["p" + key for key in name_keys(name)]
    lines += ["d" + number_fold(number) for number in terms.numbers]
    lines += ["x" + folded for text in terms.texts if (folded := search_fold(text))]
    return "\n".join(dict.fromkeys(lines))


def number_fold(number: str) -> str:
    """A number as it is searched: folded, with the marks people leave out left out."""
    return "".join(character for character in search_fold(number) if character.isalnum())


def keys_of(tagged_text: str) -> Iterator[tuple[KeyKind, str]]:
    """The prefix keys of an entry; a name gives every suffix, so any part of it is a prefix of some key."""
    for line in tagged_text.split("\n"):
        tag, body = line[:1], line[1:]
        if tag == "n":
            yield KeyKind.WHOLE_NAME, body
            for start in range(1, max(len(body) - 1, 1)):
                yield KeyKind.NAME, body[start:]
        elif tag == "p":
            yield KeyKind.PINYIN, body[:LONGEST_KEY]
        elif tag == "d":
            yield KeyKind.NUMBER, body[:LONGEST_KEY]
            yield KeyKind.NUMBER_TAIL, body[::-1][:LONGEST_KEY]


def grams_of(tagged_text: str, record_type: str) -> str:
    """The two-character grams of an entry's texts, space-joined, each marked with its record type."""
    mark = type_mark(record_type)
    grams = (
        mark + gram
        for line in tagged_text.split("\n")
        if line[:1] == "x"
        for run in runs(line[1:])
        for gram in pairs(run)
    )
    return " ".join(dict.fromkeys(grams))


def runs(folded: str) -> list[str]:
    """Stretches the tokenizer sees as letters: anything beyond ASCII, and ASCII letters and digits."""
    return "".join(c if not c.isascii() or c.isalnum() else " " for c in folded).split()


def pairs(run: str) -> Iterable[str]:
    """Neighbouring characters two by two."""
    return (run[place : place + 2] for place in range(len(run) - 1))


def type_mark(record_type: str) -> str:
    """Eight letters standing for a record type in front of a gram, so that types are searched apart."""
    return f"{crc32(record_type.encode()):08x}"


def scope(record_type: str, kind: KeyKind) -> int:
    """The number under which the keys of one record type and kind lie together."""
    return crc32(f"{record_type}/{kind.value}".encode())
