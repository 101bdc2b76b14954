"""Typed text: what may be stored, how long it is, and how it is folded for search.

Text is stored exactly as typed except that whitespace around it is dropped and line ends become `\\n`;
anything that cannot be stored, shown and printed faithfully is refused with a sentence, never repaired.
Folding (NFKC and the rest) happens on the search copy only.
"""

import re
import unicodedata

# Whitespace a keyboard or a spreadsheet leaves around a value; ideographic and no-break space included.
OUTER = " \t\r\n\v\f\u00a0\u3000\ufeff"
_DROPPED_IN_SEARCH = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MIDDLE_DOTS = re.compile("[\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\u318d\u2e31\uff65]")
# 买买提.吐尔逊: a full stop between two hanzi is a name's middle dot; between digits it stays.
_STOP_IN_NAME = re.compile("(?<=[\u2e80-\U0003ffff])\\.(?=[\u2e80-\U0003ffff])")
_REFUSED = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17))
    + "]"
)


def clean_text(text: str) -> str:
    """The text as it is stored: outer whitespace dropped, every line end as `\\n`, nothing else changed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(OUTER)


def text_problems(text: str, *, max_length: int | None = None, lines: bool = False) -> tuple[str, ...]:
    """Sentences saying why a cleaned text cannot be stored; empty when it can.

    `max_length` counts code points (𠮷 is one); `lines` allows line breaks and tabs.
    """
    problems = []
    allowed = "\n\t" if lines else ""
    refused = next((match for match in _REFUSED.finditer(text) if match[0] not in allowed), None)
    if refused is not None:
        problems.append(_refusal(refused[0], refused.start() + 1))
    if max_length is not None and len(text) > max_length:
        problems.append(f"最多 {max_length} 个字，现在有 {len(text)} 个字，请删减后再保存。")
    return tuple(problems)


def _refusal(character: str, position: int) -> str:
    code = ord(character)
    where = f"第 {position} 个字"
    if character in "\n\t":
        return f"{where}是换行或制表符，这一栏只能填一行，请删去。"
    if 0xD800 <= code <= 0xDFFF:
        return f"{where}只有半个字符（U+{code:04X}），可能是复制时截断了，请重新输入这个字。"
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return f"{where}是改变文字方向的隐藏符号（U+{code:04X}），会使显示与内容不符，请删去后重新输入。"
    return f"{where}是看不见的控制符（U+{code:04X}），无法保存和打印，请删去后重新输入。"


def half_width(text: str) -> str:
    """Full-width ASCII (１, Ａ, －) as plain ASCII; nothing else changed."""
    return text.translate(_HALF_WIDTH)


def search_fold(text: str) -> str:
    """The search copy of a text: width, case, middle dots, compatibility forms and hidden marks unified.

    Whitespace is dropped, so 张　三 is found as 张三.  Folding twice changes nothing.
    """
    if text.isascii():
        return _DROPPED_IN_SEARCH.sub("", text).lower() if text else text
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def _fold_once(text: str) -> str:
    bare = _DROPPED_IN_SEARCH.sub("", text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold())
    return _STOP_IN_NAME.sub("·", _MIDDLE_DOTS.sub("·", _DROPPED_IN_SEARCH.sub("", folded)))
