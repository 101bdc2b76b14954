"""The printed recovery code: 128 random bits as eight groups of five digits, the last digit a check digit."""

import secrets

DIGITS = 40
GROUP = 5
_WIDE_DIGITS = {ord("０") + value: str(value) for value in range(10)}


class MistypedCode(ValueError):
    """The code cannot be right; the sentence says what to look at."""


def new_code() -> str:
    """A fresh code such as `01234-56789-…`; it is shown and printed once and stored nowhere."""
    body = f"{secrets.randbits(128):0{DIGITS - 1}d}"
    digits = body + str(_luhn(body))
    return "-".join(digits[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def secret_of(typed: str) -> bytes:
    """The 16 secret bytes of a code as a person types it: any spaces or hyphens, full or half width.

    Raises MistypedCode.
    """
    digits = "".join(c for c in typed.translate(_WIDE_DIGITS) if not c.isspace() and c not in "-－—–")
    if not digits.isascii() or not digits.isdigit():
        raise MistypedCode("恢复码只有数字，请照打印件逐组核对。")
    if len(digits) != DIGITS:
        raise MistypedCode(f"恢复码应为 {DIGITS} 位数字，现在是 {len(digits)} 位，请照打印件逐组核对。")
    body = digits[:-1]
    if str(_luhn(body)) != digits[-1] or int(body) >= 1 << 128:
        raise MistypedCode("恢复码有一位或几位输错了，请照打印件逐组核对。")
    return int(body).to_bytes(16, "big")


def _luhn(digits: str) -> int:
    """Check digit of ISO/IEC 7812-1, annex B: notices every single wrong digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
