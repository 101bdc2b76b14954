"""Pinyin of names for search: initials and full spelling, surnames read as surnames."""

import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import orjson

from app.models.text import search_fold

MOST_READINGS = 4  # keys of each sort for one name: two doubtful characters with two readings each
# Readings of surnames that differ from the commonest reading of the character.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "朴": "piao", "查": "zha",
    "盖": "ge gai", "翟": "zhai", "员": "yun", "缪": "miao", "乜": "nie", "洗": "xian", "祭": "zhai",
    "种": "chong", "秘": "bi", "繁": "po", "召": "shao", "黑": "he hei", "牟": "mu mou", "覃": "qin tan",
    "乐": "yue le", "折": "she", "句": "gou", "隗": "wei kui", "郇": "xun huan", "郗": "xi chi",
    "谌": "chen shen", "柏": "bai bo", "薄": "bo", "卜": "bu", "那": "na nuo", "莘": "shen xin",
    "都": "du", "粘": "nian", "适": "kuo", "郄": "qie xi", "角": "jue", "载": "dai", "尉": "wei yu",
    "佴": "nai", "藏": "zang", "重": "chong", "长": "chang zhang", "阚": "kan", "尉迟": "yu chi",
    "长孙": "zhang sun", "万俟": "mo qi", "澹台": "tan tai", "单于": "chan yu", "乐正": "yue zheng",
}  # fmt: skip
# Characters that have two living readings in given names, the commoner first.
_GIVEN = {
    "乐": "le yue", "重": "chong zhong", "行": "xing hang", "长": "chang zhang", "朝": "chao zhao",
    "茜": "qian xi", "晟": "sheng cheng", "曾": "zeng ceng", "柏": "bai bo", "莘": "xin shen",
    "解": "jie xie", "琢": "zhuo", "禅": "chan shan", "省": "sheng xing", "参": "can shen",
    "都": "du dou", "传": "chuan zhuan", "单": "dan shan", "调": "diao tiao", "陶": "tao yao",
    "种": "zhong chong", "伽": "jia qie", "娜": "na nuo", "佛": "fo", "查": "cha zha", "仔": "zi zai",
    "朴": "pu piao",
}  # fmt: skip
_SUPPLEMENT = {"𠮷": "ji", "﨑": "qi"}  # variants in living names that the dictionary leaves out
_LATIN_OR_DIGIT = re.compile("[a-z0-9]")


@cache
def _dictionary() -> dict[str, str]:
    """Toned readings by decimal code point, from pypinyin's data file.

    Read without importing pypinyin, whose import also loads its phrases: 0.28 s against 0.02 s.
    """
    package = find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("pypinyin")
    data = Path(package.submodule_search_locations[0], "pinyin_dict.json").read_bytes()
    readings: dict[str, str] = orjson.loads(data)
    return readings


def _toneless(syllable: str) -> str:
    """`lǚ` → `lv`, as it is typed."""
    plain = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in plain if "a" <= letter <= "z")


@cache
def _reading(character: str) -> str:
    """The commonest reading of one character; the character itself when it has none."""
    toned = _dictionary().get(str(ord(character)))
    return _toneless(toned.split(",", 1)[0]) if toned else _SUPPLEMENT.get(character, character)


@cache
def _given_readings(character: str) -> tuple[str, ...]:
    listed = _GIVEN.get(character)
    return tuple(listed.split()) if listed else (_reading(character),)


@cache
def _surname_readings(surname: str) -> tuple[tuple[str, ...], ...]:
    """Readings of each character of a listed surname; empty when it is not listed."""
    listed = _SURNAMES.get(surname)
    if listed is None:
        return ()
    if len(surname) == 1:
        # Whoever types the everyday reading, or writes a firm's name, is served too.
        return (tuple(dict.fromkeys((*listed.split(), _reading(surname)))),)
    return tuple((syllable,) for syllable in listed.split())


def _letters(name: str) -> str:
    """The name's characters without dots, brackets and other marks."""
    if name.isalnum() and not name.isascii():
        return name.lower() if unicodedata.is_normalized("NFKC", name) else search_fold(name)
    return "".join(character for character in search_fold(name) if character.isalnum())


def _readings_of(name: str) -> list[tuple[str, ...]]:
    letters = _letters(name)
    # A dot marks a name of another language: its first character is no Chinese surname.
    foreign = len(letters) != len(name)
    for length in (2, 1):
        surname = () if foreign or len(letters) <= length else _surname_readings(letters[:length])
        if surname:
            return [*surname, *map(_given_readings, letters[length:])]
    return list(map(_given_readings, letters))


def name_keys(name: str) -> tuple[str, ...]:
    """Initials, then full spellings under which a name is found: 单雄信 → ("sxx", "dxx", "shanxiongxin", "danxiongxin").

    The surname reading comes first; characters with two living readings give both, at most MOST_READINGS
    variants of each sort.  ü is written v.  A character without a reading stands for itself.
    """
    readings = _readings_of(name)
    variants = [()] if not readings else _variants(readings)
    initials = dict.fromkeys("".join([syllable[:1] for syllable in variant]) for variant in variants)
    spellings = dict.fromkeys("".join(variant) for variant in variants)
    return tuple(key for key in dict.fromkeys((*initials, *spellings)) if key)


def _variants(readings: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    doubtful = [index for index, choices in enumerate(readings) if len(choices) > 1]
    first = [choices[0] for choices in readings]
    if not doubtful:
        return [tuple(first)]
    variants = []
    for chosen in product(*(readings[index] for index in doubtful[:2])):
        variant = first.copy()
        for index, syllable in zip(doubtful, chosen, strict=False):
            variant[index] = syllable
        variants.append(tuple(variant))
    return variants[:MOST_READINGS]


def typed_pinyin(text: str) -> str | None:
    """A search text as pinyin keys are written (`Lü Bù` → `lvbu`); None when it is not all Latin letters."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("u\u0308", "v")
    letters = "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace() and c not in "'’")
    return letters if letters and all(map(_LATIN_OR_DIGIT.fullmatch, letters)) else None
