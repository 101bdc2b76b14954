"""Telephone numbers as villages write them: mobiles, landlines, hotlines and short numbers."""

import re
from dataclasses import dataclass

from app.models.text import clean_text

_WIDE = str.maketrans("０１２３４５６７８９＋－（）—–‐　", "0123456789+-()--- ")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_ONLY = re.compile(r"[0-9+(][0-9()\- .]*(?:转[0-9]{1,6})?")
_CHINA = re.compile(r"(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})(?:转([0-9]{1,6}))?")
_WITHOUT_AREA = re.compile(r"[2-9][0-9]{6,7}")
_HOTLINE = re.compile(r"[48]00[0-9]{7}")
_SHORT = re.compile(r"[0-9]{3,6}")
_ABROAD = re.compile(r"(?:\+|00)[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class PhoneCheck:
    """`normal` is the form to store; with `impossible` it is no telephone number and must not be saved."""

    normal: str
    problems: tuple[str, ...] = ()
    impossible: bool = False


def check_phone(text: str) -> PhoneCheck:
    """Read one telephone number.

    Spaces, hyphens, brackets, full width and +86 are tidied; a landline is stored as `028-38123456`, with an
    extension as `028-38123456转801`.  Never raises.
    """
    typed = clean_text(text)
    plain = _HIDDEN.sub("", typed).translate(_WIDE)
    if not plain:
        return PhoneCheck("")
    if not _ONLY.fullmatch(plain) or not any(character in "0123456789" for character in plain):
        several = re.search("[/、,，;；]", plain)
        return PhoneCheck(
            typed, ("一栏只填一个电话号码，其余请写在备注里。" if several else _NOT_A_NUMBER,), True
        )
    digits = _CHINA.sub("", re.sub(r"[() .\-]", "", plain), count=1)
    if _MOBILE.fullmatch(digits) or _HOTLINE.fullmatch(digits) or _SHORT.fullmatch(digits):
        return PhoneCheck(digits)
    return _landline(digits) or _doubtful(typed, digits)


_NOT_A_NUMBER = "这不是电话号码，只能填数字；没有电话时请留空。"


def _landline(digits: str) -> PhoneCheck | None:
    # With the +86 prefix the leading 0 of the area code is left out.
    match = _LANDLINE.fullmatch(digits) or _LANDLINE.fullmatch("0" + digits)
    if match is None:
        return None
    area, local, extension = match.groups()
    return PhoneCheck(f"{area}-{local}" + (f"转{extension}" if extension else ""))


def _doubtful(typed: str, digits: str) -> PhoneCheck:
    if _ABROAD.fullmatch(digits):
        return PhoneCheck(digits)
    if _WITHOUT_AREA.fullmatch(digits):
        return PhoneCheck(digits, ("座机号码没有区号，请补上（如 028）。",))
    if digits.startswith("1") and digits.isdigit():
        return PhoneCheck(typed, (f"手机号码应为 11 位，现在是 {len(digits)} 位，请核对。",))
    return PhoneCheck(typed, ("电话号码的位数不对，请核对。",))
