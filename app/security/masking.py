"""What lists show of a sensitive value (GB/T 35273-2020, 7.2: de-identify on screen)."""

import re

SHOWN_HEAD = 3
SHOWN_TAIL = 4


def masked(value: str) -> str:
    """`110***********002X`, `138****1234`: three leading and four trailing characters stay.

    A value too short to hide anything that way keeps only its last character.
    """
    hidden = len(value) - SHOWN_HEAD - SHOWN_TAIL
    if hidden < SHOWN_TAIL:
        return "*" * max(len(value) - 1, 0) + value[-1:]
    return value[:SHOWN_HEAD] + "*" * hidden + value[-SHOWN_TAIL:]


# Identity cards of 18 and 15 digits and mobile numbers as people write them into a sentence, full width included.
_DIGIT = "[0-9０-９]"
_CARD = f"{_DIGIT}{{17}}[0-9０-９XxＸｘ]|{_DIGIT}{{15}}"
_MOBILE = f"(?:[+]?86[ -]?)?[1１][3-9３-９]{_DIGIT}(?:[ \\-]?{_DIGIT}{{4}}){{2}}"
_NUMBERS = re.compile(f"(?<!{_DIGIT})(?:{_CARD}|{_MOBILE})(?!{_DIGIT})")


def masked_in_text(text: str) -> str:
    """The same text with every identity and mobile number in it masked."""
    return _NUMBERS.sub(lambda found: masked(found[0]), text)
