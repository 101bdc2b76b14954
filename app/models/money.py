"""Amounts of money: typed text to yuan and fen, and yuan and fen to the capital words of an agreement."""

import re
from decimal import Decimal

CENT = Decimal("0.01")
LARGEST = Decimal(
    "999999999999.99"
)  # just under one 万亿: words and the fen column hold it with room to spare

_WIDE = str.maketrans("０１２３４５６７８９．，－＋％　￥", "0123456789.,-+% ¥")
_PLAIN = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]*))?")
_WHOLE_UNITS = {"万亿": 12, "亿": 8, "万": 4, "千": 3, "百": 2}
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_TYPED_DIGITS = {character: value for value, characters in enumerate(
    ("零〇", "壹一", "贰二两貳", "叁三參", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九")
) for character in characters}  # fmt: skip
_TYPED_UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_WORDS = re.compile("(?:(?P<yuan>[^元圆角分整正]+)[元圆])?(?:零?(?P<jiao>.)角)?(?:零?(?P<fen>.)分)?[整正]?")
_TOO_FINE = "金额最多到分（两位小数），请核对。"


class AmountError(ValueError):
    """The text is no amount; `str()` is a sentence for the user."""


def parse_amount(text: str) -> Decimal:
    """Yuan with two decimals from `1,000`, `１００`, `5元`, `1.5万元`, `¥20.5` or `壹仟元整`.

    Raises AmountError for anything else: signs, exponents, NaN, more than two decimals, misplaced commas,
    more than 999,999,999,999.99.
    """
    plain = re.sub("[ \t\u00a0\u200b-\u200f\u2060\ufeff]", "", text.translate(_WIDE)).strip()
    plain = plain.removeprefix("人民币").removeprefix("¥")
    if not plain:
        raise AmountError("请填写金额。")
    if plain[0] in _TYPED_DIGITS or plain[0] in _TYPED_UNITS:
        return _checked(_from_words(plain))
    body = plain.removesuffix("整").removesuffix("正").removesuffix("元").removesuffix("圆")
    unit = next((name for name in _WHOLE_UNITS if body.endswith(name)), "")
    return _checked(_from_digits(body.removesuffix(unit)).scaleb(_WHOLE_UNITS.get(unit, 0)))


def _from_digits(body: str) -> Decimal:
    match = _PLAIN.fullmatch(body)
    if match and len((match[2] or "").rstrip("0")) > 6:  # finer than fen even in 万
        raise AmountError(_TOO_FINE)
    if match:
        return Decimal(f"{match[1].replace(',', '')}.{match[2] or '0'}")
    if body.startswith(("-", "+")):
        raise AmountError("金额不用填正负号，也不能是负数。")
    if "," in body:
        raise AmountError("金额里的逗号位置不对，千分位逗号每三位一个，请核对。")
    if re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", body):
        raise AmountError("金额是科学计数法，可能被表格软件改过，请填写完整数字。")
    raise AmountError("这不是金额，请填写数字，例如 5000 或 5000.50。")


def _checked(amount: Decimal) -> Decimal:
    if amount > LARGEST:
        raise AmountError("金额太大，最多 999999999999.99 元，请核对位数。")
    cents = amount.quantize(CENT)
    if cents != amount:
        raise AmountError(_TOO_FINE)
    return cents


def _from_words(text: str) -> Decimal:
    match = _WORDS.fullmatch(text)
    unclear = AmountError("大写金额看不明白，请填写数字，例如 5000 或 5000.50。")
    if match is None or not any(match.group("yuan", "jiao", "fen")):
        raise unclear
    try:
        yuan = _whole(match["yuan"]) if match["yuan"] else 0
        jiao, fen = (_TYPED_DIGITS[match[name]] if match[name] else 0 for name in ("jiao", "fen"))
    except (KeyError, ValueError):
        raise unclear from None
    return Decimal(yuan * 100 + jiao * 10 + fen).scaleb(-2)


def _whole(words: str) -> int:
    """A whole number in Chinese numerals; units must fall, so 百千 or 五六 is refused with ValueError."""
    total, above = 0, None
    for name, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        head, found, rest = words.rpartition(name) if name else (words, "", "")
        if name and not found:
            continue
        section = _section(head) if name != "亿" else _whole(head)
        if section == 0 and name:
            raise ValueError(words)
        total, above, words = total + section * size, size, rest
        if not words:
            return total
    if above is None:
        raise ValueError(words)
    return total


def _section(words: str) -> int:
    """A number below ten thousand."""
    total, digit, last_unit, after_zero = 0, None, 10_000, False
    for index, character in enumerate(words):
        if character in _TYPED_UNITS:
            unit = _TYPED_UNITS[character]
            leading_ten = unit == 10 and index == (1 if words[:1] in "零〇" else 0)
            if unit >= last_unit or (digit is None and not leading_ten):
                raise ValueError(words)
            total, digit, last_unit, after_zero = total + (digit or 1) * unit, None, unit, False
        elif _TYPED_DIGITS[character] == 0:
            if digit is not None or after_zero:
                raise ValueError(words)
            after_zero = True
        elif digit is not None:
            raise ValueError(words)
        else:
            digit, after_zero = _TYPED_DIGITS[character], False
    return total + (digit or 0)


def amount_words(amount: Decimal) -> str:
    """`107000.53` → 壹拾万柒仟元伍角叁分, without 人民币 before it.

    正确填写票据和结算凭证的基本规定 (支付结算办法, annex 1): 整 only after 元; 零 for zeros inside the yuan, once
    for a run of them, and before 分 when there is no 角; the 零 the rule leaves free (before 角, and after a
    万 or 亿 section ending in zero) is left out.  Raises ValueError below 0, over LARGEST, or finer than fen.
    """
    if not (amount.is_finite() and Decimal(0) <= amount <= LARGEST) or amount != amount.quantize(CENT):
        raise ValueError(f"no amount in yuan and fen: {amount}")
    yuan, rest = divmod(int(amount.scaleb(2)), 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole_words(yuan)}元" if yuan or not rest else ""
    if not rest:
        return words + "整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "")


def _whole_words(number: int) -> str:
    if number == 0:
        return "零"
    words = ""
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        section, number = divmod(number, size)
        if section == 0:
            words = words + "零" if words and not words.endswith("零") else words
            continue
        if words and section < 1000 and not words.endswith("零"):
            words += "零"
        words += _section_words(section) + unit
    return words.rstrip("零")


def _section_words(number: int) -> str:
    words = ""
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit:
            words += _DIGITS[digit] + unit
        elif words and number and not words.endswith("零"):
            words += "零"
    return words
