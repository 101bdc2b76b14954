"""The printed code: typing faults are told before any key is tried."""

import pytest

from app.security.recovery_code import MistypedCode, new_code, secret_of


def test_every_single_wrong_digit_of_a_code_is_noticed():
    code = new_code()
    for place, digit in enumerate(code):
        if digit.isdigit():
            wrong = code[:place] + str((int(digit) + 1) % 10) + code[place + 1 :]
            with pytest.raises(MistypedCode):
                secret_of(wrong)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in code)
    assert secret_of(wide) == secret_of(code)


@pytest.mark.parametrize("typed", ["", "12345", "x" * 40, "9" * 40])
def test_what_is_no_code_gets_a_sentence(typed):
    with pytest.raises(MistypedCode, match="打印件"):
        secret_of(typed)
