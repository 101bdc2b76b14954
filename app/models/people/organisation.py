"""Unified social credit code of organisations (统一社会信用代码, GB 32100-2015)."""

import re

from app.models.text import half_width

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_SHAPE = re.compile(f"[{_ALPHABET}]{{18}}")
_IGNORED = re.compile("[\\s\u200b-\u200f\u2060\ufeff\\-]")


def normal_uscc(text: str) -> str:
    """The code as it is stored: half-width capitals without spaces or hyphens."""
    return _IGNORED.sub("", half_width(text)).upper()


def uscc_check_character(first_17: str) -> str:
    """The eighteenth character (modulus 31); raises ValueError for a character outside the alphabet."""
    total = sum(w * _ALPHABET.index(character) for w, character in zip(_WEIGHTS, first_17, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def check_uscc(text: str) -> tuple[str, ...]:
    """Sentences to show as warnings; empty when the code is sound or nothing was typed."""
    code = normal_uscc(text)
    if not code:
        return ()
    if len(code) != 18:
        return (f"统一社会信用代码应为 18 位，现在是 {len(code)} 位，请照证照核对。",)
    if not _SHAPE.fullmatch(code):
        odd = next(character for character in code if character not in _ALPHABET)
        return (f"统一社会信用代码中不会有“{odd}”（不用字母 I、O、S、V、Z），请照证照核对。",)
    if uscc_check_character(code[:17]) != code[17]:
        return ("统一社会信用代码校验位不对，请照证照逐位核对。",)
    return ()
