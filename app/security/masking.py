"""What lists show of a sensitive value (GB/T 35273-2020, 7.2: de-identify on screen)."""

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
