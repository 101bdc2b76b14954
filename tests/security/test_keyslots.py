"""Key slots: two ways in, nothing given away, nothing lost to a damaged file."""

import hashlib
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from app.security.keyslots import (
    KeyFileDamaged,
    KeyFileMissing,
    KeySlots,
    SlotRefused,
    WrongCode,
    WrongPassword,
)

ROOT = Path(__file__).parents[2]
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


def test_a_damaged_key_file_is_answered_by_its_second_copy(made):
    folder, slots, dek, _ = made
    slots.set_password("王网格", "Xin-kou-ling-9", dek)
    (folder / "keyslots.json").write_bytes(b'{"version":1,"slots":[{"ki')
    assert KeySlots.open(folder).unlock("王网格", "Xin-kou-ling-9") == dek
    (folder / "keyslots.json.prev").write_bytes(b"")
    with pytest.raises(KeyFileDamaged, match="数据仍在本机"):
        KeySlots.open(folder)


def test_every_flipped_bit_is_noticed_and_mended_from_the_second_copy(made):
    """A damaged slot must never be taken for a wrong password."""
    folder, _, dek, code = made
    path, twin = folder / "keyslots.json", folder / "keyslots.json.prev"
    whole = path.read_bytes()
    chance = random.Random(20261123)
    for _ in range(400):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        if _meaning(damaged) == _meaning(whole):
            continue
        path.write_bytes(damaged)
        assert KeySlots.open(folder).unlock_with_code(code) == dek
        twin.write_bytes(damaged)
        with pytest.raises(KeyFileDamaged):
            KeySlots.open(folder)
        twin.write_bytes(whole)


def _meaning(content):
    """What the file says; None where it says nothing.  A changed space changes nothing."""
    try:
        return orjson.loads(bytes(content))
    except orjson.JSONDecodeError:
        return None


def test_the_next_change_mends_a_damaged_file(made):
    folder, _, dek, code = made
    (folder / "keyslots.json").write_bytes(b"")
    KeySlots.open(folder).set_password("王网格", "Xin-kou-ling-9", dek)
    for name in ("keyslots.json", "keyslots.json.prev"):
        assert b"digest" in (folder / name).read_bytes()
    (folder / "keyslots.json.prev").unlink()
    assert KeySlots.open(folder).unlock_with_code(code) == dek


def test_what_was_revoked_is_in_neither_copy(made):
    folder, slots, dek, code = made
    slots.set_password("王网格", "Xin-kou-ling-9", dek)
    slots.remove_user(USER)
    slots.new_recovery_code(dek)
    (folder / "keyslots.json").unlink()
    left = KeySlots.open(folder)
    with pytest.raises(WrongCode):
        left.unlock_with_code(code)
    with pytest.raises(WrongPassword):
        left.unlock(USER, PASSWORD)


def test_a_change_that_cannot_be_written_changes_nothing(made):
    folder, slots, dek, code = made
    (folder / "keyslots.json.new").mkdir()
    with pytest.raises(IsADirectoryError):
        slots.new_recovery_code(dek)
    assert slots.unlock_with_code(code) == KeySlots.open(folder).unlock_with_code(code) == dek


CHANGER = """
import sys
from pathlib import Path
from app.security.keyslots import KeySlots
slots = KeySlots.open(Path(sys.argv[1]))
dek = bytes.fromhex(sys.stdin.readline())
while True:
    slots.new_recovery_code(dek)
    print(".", end="", flush=True)
"""


def test_a_kill_in_the_middle_of_a_change_leaves_keys_that_open(made):
    folder, _, dek, _ = made
    chance = random.Random(20261123)
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", CHANGER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        ) as changer:
            changer.stdin.write(dek.hex().encode() + b"\n")
            changer.stdin.flush()
            changer.stdout.read(chance.randint(1, 40))
            changer.kill()
            changer.communicate()
        assert KeySlots.open(folder).unlock(USER, PASSWORD) == dek
        path = folder / "keyslots.json"
        path.unlink()
        assert KeySlots.open(folder).unlock(USER, PASSWORD) == dek
        path.write_bytes((folder / "keyslots.json.prev").read_bytes())


@pytest.mark.parametrize("left", ["keyslots.json", "keyslots.json.prev"])
def test_keys_are_never_made_over_existing_ones(made, left):
    folder = made[0]
    for path in folder.iterdir():
        if path.name != left:
            path.unlink()
    with pytest.raises(SlotRefused, match="已有密钥文件"):
        KeySlots.create(folder, USER, PASSWORD)


def test_no_key_file_is_said_in_words(tmp_path):
    with pytest.raises(KeyFileMissing, match="找不到密钥文件"):
        KeySlots.open(tmp_path)


def rewritten(folder, change):
    """The key file changed on purpose, by someone who knows its form."""
    path = folder / "keyslots.json"
    content = orjson.loads(path.read_bytes())
    change(content["slots"])
    listed = orjson.dumps(content["slots"], option=orjson.OPT_SORT_KEYS)
    path.write_bytes(orjson.dumps(content | {"digest": hashlib.sha256(listed).hexdigest()}))


def test_a_slot_moved_to_another_user_does_not_open(made):
    folder = made[0]
    rewritten(folder, lambda slots: slots[0].update(user="冒名者"))
    assert KeySlots.open(folder).users() == ["冒名者"]
    with pytest.raises(WrongPassword):
        KeySlots.open(folder).unlock("冒名者", PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        {"kdf": {"alg": "argon2id", "t": 3, "m": 1 << 30, "p": 4}},
        {"kdf": {"alg": "argon2id", "t": 1, "m": 8, "p": 1}},
        {"kdf": {"alg": "argon2id", "t": 3}},
        {"kdf": {"alg": "hkdf-sha256"}},
        {"kdf": None},
        {"aead": "aes-128-gcm"},
        {"nonce": "AAAA"},
        {"salt": ""},
        {"sealed": "AAAA"},
        {"kind": "other"},
    ],
)
def test_a_slot_this_program_did_not_write_is_never_tried(made, change):
    folder, _, dek, code = made
    rewritten(folder, lambda slots: slots[0].update(change))
    assert KeySlots.open(folder).unlock_with_code(code) == dek
    (folder / "keyslots.json.prev").unlink()
    with pytest.raises(KeyFileDamaged):
        KeySlots.open(folder)
