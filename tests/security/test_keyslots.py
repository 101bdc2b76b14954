"""Key slots: two ways in, nothing given away, nothing lost to a damaged file."""

from datetime import timedelta

import pytest

from app.security.attempts import Attempts, LockedOut
from app.security.keyslots import (
    KeyFileDamaged,
    KeyFileMissing,
    KeySlots,
    SlotRefused,
    WrongCode,
    WrongPassword,
)
from app.security.masking import masked
from app.security.passwords import password_problems
from app.security.recovery_code import MistypedCode, new_code, secret_of

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


@pytest.fixture
def made(tmp_path):
    return (tmp_path, *KeySlots.create(tmp_path, USER, PASSWORD))


def test_password_and_recovery_code_open_the_same_key(made):
    folder, _, dek, code = made
    slots = KeySlots.open(folder)
    assert slots.unlock(USER, PASSWORD) == dek
    assert slots.unlock_with_code(code.replace("-", "　")) == dek
    assert slots.users() == [USER]


@pytest.mark.parametrize(
    ("user", "password"), [(USER, "x"), (USER, PASSWORD + " "), ("别人", PASSWORD), (USER, "\ud800")]
)
def test_the_wrong_user_and_the_wrong_password_get_the_same_answer(made, user, password):
    with pytest.raises(WrongPassword, match="用户名或口令不对"):
        made[1].unlock(user, password)


def test_nothing_in_the_file_gives_the_key_or_password_away(made):
    folder, _, dek, code = made
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert dek not in content
    assert dek.hex().encode() not in content
    assert PASSWORD.encode() not in content
    assert code.replace("-", "").encode() not in content


def test_a_new_password_replaces_the_old_one_and_the_code_stays(made):
    folder, slots, dek, code = made
    slots.set_password(USER, "Xin-kou-ling-9", dek)
    again = KeySlots.open(folder)
    assert again.unlock(USER, "Xin-kou-ling-9") == again.unlock_with_code(code) == dek
    with pytest.raises(WrongPassword):
        again.unlock(USER, PASSWORD)


def test_a_new_code_replaces_the_old_one(made):
    folder, slots, dek, code = made
    fresh = slots.new_recovery_code(dek)
    assert KeySlots.open(folder).unlock_with_code(fresh) == dek
    with pytest.raises(WrongCode):
        slots.unlock_with_code(code)


def test_two_ways_in_always_remain(made):
    folder, slots, dek, _ = made
    with pytest.raises(SlotRefused):
        slots.remove_user(USER)
    slots.set_password("王网格", "Xin-kou-ling-9", dek)
    slots.remove_user(USER)
    assert KeySlots.open(folder).users() == ["王网格"]


def test_a_damaged_key_file_falls_back_to_its_previous_copy(made):
    folder, slots, dek, _ = made
    slots.set_password("王网格", "Xin-kou-ling-9", dek)
    (folder / "keyslots.json").write_bytes(b'{"version":1,"slots":[{"ki')
    assert KeySlots.open(folder).unlock(USER, PASSWORD) == dek
    (folder / "keyslots.json.prev").write_bytes(b"")
    with pytest.raises(KeyFileDamaged, match="数据仍在本机"):
        KeySlots.open(folder)


def test_keys_are_never_made_over_existing_ones(made):
    with pytest.raises(SlotRefused):
        KeySlots.create(made[0], USER, PASSWORD)


def test_no_key_file_is_said_in_words(tmp_path):
    with pytest.raises(KeyFileMissing, match="找不到密钥文件"):
        KeySlots.open(tmp_path)


def test_a_slot_moved_to_another_user_does_not_open(made):
    folder, _, _, _ = made
    path = folder / "keyslots.json"
    path.write_text(path.read_text(encoding="utf-8").replace(USER, "冒名者"), encoding="utf-8")
    with pytest.raises(WrongPassword):
        KeySlots.open(folder).unlock("冒名者", PASSWORD)


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


def test_five_failures_wait_ten_minutes_and_then_twice_as_long(tmp_path, clock):
    attempts = Attempts(tmp_path, clock)
    for _ in range(5):
        attempts.check(USER)
        attempts.failed(USER)
    with pytest.raises(LockedOut, match="10 分钟"):
        Attempts(tmp_path, clock).check(USER)
    attempts.check("别人")
    clock.pass_time(minutes=10)
    for _ in range(5):
        attempts.check(USER)
        attempts.failed(USER)
    with pytest.raises(LockedOut, match="20 分钟"):
        attempts.check(USER)
    clock.pass_time(minutes=20)
    attempts.check(USER)
    attempts.succeeded(USER)
    attempts.failed(USER)
    attempts.check(USER)


def test_a_clock_put_back_does_not_lock_for_ever(tmp_path, clock):
    attempts = Attempts(tmp_path, clock)
    for _ in range(5):
        attempts.failed(USER)
    clock.now -= timedelta(days=3650)
    attempts.check(USER)


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Abc-1", "至少"),
        ("abcdefghijkl", "三种"),
        ("Password-2026", "常见词"),
        ("Li-调解2026a李调解", "用户名"),
    ],
)
def test_a_weak_password_is_told_what_it_lacks(password, wrong):
    assert any(wrong in problem for problem in password_problems(password, names=(USER,)))


def test_a_good_password_has_no_problems():
    assert password_problems(PASSWORD, names=(USER, "鹰头村")) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("11010519491231002X", "110***********002X"),
        ("13812341234", "138****1234"),
        ("12345", "****5"),
        ("", ""),
    ],
)
def test_masking_shows_head_and_tail_only(value, shown):
    assert masked(value) == shown
