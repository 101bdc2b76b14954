"""Identity document numbers: the resident card number of GB 11643-1999 and its neighbours."""

import re
from datetime import date
from operator import mul
from typing import NamedTuple

from app.models.text import clean_text, half_width

RESIDENT_CARD = "111"
RESIDENCE_PERMIT = "hmt"
NO_DOCUMENT = "none"
# Documents (GA/T 517) that carry the citizen's number: card, temporary card, household register.
_CITIZEN_NUMBER = {RESIDENT_CARD, "112", "113"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_MAP = "10X98765432"
_ZEROS = ord("0") * sum(_WEIGHTS)  # what the weighted sum of seventeen ASCII zeros comes to
_PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
}
_PERMITS = {81, 82, 83}
_CENTENARIAN_SEQUENCES = {"996", "997", "998", "999"}  # GB 11643-1989: born in the century before
_NEW = re.compile(r"[0-9]{17}[0-9X]")
_OLD = re.compile(r"[0-9]{15}")
_FROM_SPREADSHEET = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+|[0-9]{15,18}\.0*")
_HIDDEN = re.compile("[\\s\u00a0\u3000\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\\-\u2010-\u2015]")
_LIKE_X = {ord(character): "X" for character in "ΧχХх×✕Ⅹ"}


class IdCheck(NamedTuple):
    """What a document number says.

    `normal` is the form to store.  `problems` are sentences to show; with `impossible` the number cannot be
    one of the given document and must not be saved as such, otherwise it may be saved with a warning.
    `notes` say what was tidied to reach `normal`.  `sex` is a GB/T 2261.1 code ("1" male, "2" female),
    `division` the six-digit code of first registration.
    """

    normal: str
    birth: date | None = None
    sex: str | None = None
    division: str | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    impossible: bool = False


def check_digit(first_17: str) -> str:
    """The eighteenth character of a number (GB 11643-1999; ISO 7064 MOD 11-2); ValueError unless 17 digits."""
    if len(first_17) != len(_WEIGHTS) or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("not 17 digits")
    return _check_digit(first_17)


def _check_digit(first_17: str) -> str:
    return _CHECK_MAP[(sum(map(mul, _WEIGHTS, first_17.encode())) - _ZEROS) % 11]


def check_id(text: str, kind: str | None = RESIDENT_CARD, *, today: date | None = None) -> IdCheck:
    """Read a document number of kind `kind` (code list id_document; None: the form does not ask which).

    Only ASCII digits count as digits once width, spaces and look-alikes of X are tidied.  `today` lets a
    birth date in the future be noticed.  Never raises.
    """
    if _NEW.fullmatch(text) and (kind is None or kind in _CITIZEN_NUMBER or kind == RESIDENCE_PERMIT):
        return _new_number(text, kind, today)
    typed = clean_text(text)
    normal, notes = (typed, ()) if _NEW.fullmatch(typed) else _tidied(typed)
    if not normal:
        return IdCheck("")
    if kind == NO_DOCUMENT:
        return IdCheck(typed, problems=("证件类型是“无证件”，却填了证件号码，请核对。",))
    if kind is not None and kind not in _CITIZEN_NUMBER and kind != RESIDENCE_PERMIT:
        return IdCheck(normal if normal.isascii() else typed, notes=notes if normal.isascii() else ())
    if _NEW.fullmatch(normal):
        found = _new_number(normal, kind, today)
    elif _OLD.fullmatch(normal) and kind != RESIDENCE_PERMIT:
        found = _old_number(normal, today)
    else:
        return IdCheck(typed, problems=(_not_a_number(normal),), impossible=kind is not None)
    return found._replace(notes=notes) if notes else found


def _tidied(typed: str) -> tuple[str, tuple[str, ...]]:
    notes = []
    bare = _HIDDEN.sub("", typed)
    if bare != typed:
        notes.append("证件号码中的空格、横线或隐藏符号已去掉。")
    narrow = half_width(bare)
    if narrow != bare:
        notes.append("证件号码中的全角字符已改为半角。")
    plain = narrow[:-1] + narrow[-1:].translate(_LIKE_X)
    if plain != narrow:
        notes.append("证件号码末位不是英文字母 X，已改为 X。")
    # A small x is the same character to the standard and needs no remark.
    return plain.upper(), tuple(notes)


def _not_a_number(normal: str) -> str:
    if _FROM_SPREADSHEET.fullmatch(normal):
        return "证件号码被表格软件改成了数字，末几位已经丢失，请照证件重填，并把表格该列设为“文本”。"
    if not any(character in "0123456789" for character in normal):
        return "这不是身份证号码；没有证件号码时请留空。"
    odd = next((character for character in normal if character not in "0123456789X"), None)
    if odd:
        return f"身份证号码中不能有“{odd}”；如果是其他证件，请先改证件类型。"
    return f"身份证号码应为 18 位（旧证 15 位），现在是 {len(normal)} 位，请照证件核对。"


def _new_number(number: str, kind: str | None, today: date | None) -> IdCheck:
    problems = _region_problems(number, kind)
    birth, impossible, birth_problems = _birth(number[6:14], today)
    problems += birth_problems
    if _check_digit(number[:17]) != number[17]:
        cause = "，末尾三个 0 可能是表格软件改的" if number.endswith("000") else ""
        problems.append(f"身份证号码校验位不对{cause}，请照证件逐位核对。")
    sex = "1" if int(number[16]) % 2 else "2"
    return IdCheck(number, birth, sex, number[:6], tuple(problems), impossible=impossible)


def _old_number(number: str, today: date | None) -> IdCheck:
    century = "18" if number[12:] in _CENTENARIAN_SEQUENCES else "19"
    birth, impossible, problems = _birth(century + number[6:12], today)
    problems = [
        *_region_problems(number, RESIDENT_CARD),
        *problems,
        "这是 15 位旧身份证号码，请尽量改填 18 位号码。",
    ]
    sex = "1" if int(number[14]) % 2 else "2"
    return IdCheck(number, birth, sex, number[:6], tuple(problems), impossible=impossible)


def _region_problems(number: str, kind: str | None) -> list[str]:
    region = int(number[:2])
    if kind == RESIDENCE_PERMIT:
        fits = region in _PERMITS
        return [] if fits else ["港澳台居民居住证号码应以 81、82 或 83 开头，请核对证件类型。"]
    if region in _PERMITS:
        return ["这是港澳台居民居住证号码，请把证件类型改为“港澳台居民居住证”。"] if kind else []
    return [] if region in _PROVINCES else [f"身份证号码开头“{number[:2]}”不是任何省份的代码，请核对。"]


def _birth(digits: str, today: date | None) -> tuple[date | None, bool, list[str]]:
    """Birth date of `YYYYMMDD`, whether it could be on no card at all, and what is wrong with it.

    A day such as 02-30 is only a warning: cards with a lunar birthday were issued.
    """
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not (1800 <= year <= 2999 and 1 <= month <= 12 and 1 <= day <= 31):
        return None, True, [f"身份证号码中的出生日期“{_written(digits)}”不存在，请照证件核对。"]
    try:
        birth = date(year, month, day)
    except ValueError:
        return None, False, [f"身份证号码中的出生日期“{_written(digits)}”在公历中不存在，请照证件核对。"]
    if today is not None and birth > today:
        return birth, False, [f"身份证号码中的出生日期“{_written(digits)}”还没有到，请照证件核对。"]
    return birth, False, []


def _written(digits: str) -> str:
    return f"{digits[:4]}年{digits[4:6]}月{digits[6:]}日"


def age_on(birth: date, day: date) -> int:
    """Full years (周岁) on `day`; a 29 February birthday falls on 1 March in common years.

    Raises ValueError when `day` is before `birth`.
    """
    if day < birth:
        raise ValueError("age before birth")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
