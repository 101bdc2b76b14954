"""The disk that loses power keeps what POSIX promises and nothing more: real processes, recorded and replayed."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.powercut.disk import Disk, Fate, fates
from tests.powercut.trace import Noted, Reading, UnknownCall, refusal, traced

pytestmark = pytest.mark.skipif(bool(refusal()), reason=refusal())

WRITE = "open('{root}/a', 'wb', 0).write({content!r})"
SYNCED = "file = open('{root}/a', 'wb', 0); file.write(b'new'); os.fsync(file.fileno())"
SYNC_FOLDER = "os.fsync(os.open('{root}', os.O_RDONLY))"
OLD = b"old content"


def recorded(tmp_path: Path, *statements: str) -> tuple[Disk, list[object]]:
    """The disk after a process did `statements`; it began with the file `a`."""
    start, root = tmp_path / "start", tmp_path / "root"
    for folder in (start, root):
        folder.mkdir()
        (folder / "a").write_bytes(OLD)
    code = "import os\n" + "\n".join(statement.format(root=root) for statement in statements)
    record = tmp_path / "calls"
    subprocess.run(traced([sys.executable, "-c", code], record), check=True, capture_output=True)
    with record.open(encoding="ascii") as lines:
        operations = Reading(root, tmp_path / "ledger").read(line.rstrip("\n") for line in lines)
    disk = Disk(root, start)
    for operation in operations:
        disk.apply(operation)
    return disk, operations


def images(disk: Disk, tmp_path: Path, *, count: int = 200) -> list[dict[str, bytes]]:
    """What `count` random power cuts leave."""
    chance, left = random.Random(5), []
    for number in range(count):
        target = tmp_path / f"image-{number}"
        target.mkdir()
        disk.image(target, fates(chance, 50), chance)
        left.append({path.name: path.read_bytes() for path in target.iterdir()})
    return left


def kept(disk: Disk, tmp_path: Path) -> dict[str, bytes]:
    """What is left when the disk took everything, as after kill -9."""
    target = tmp_path / "kept"
    target.mkdir()
    disk.image(target, Fate("kept", lambda _: True, lambda _: "keep"), random.Random(5))
    return {path.name: path.read_bytes() for path in target.iterdir()}


def test_everything_kept_is_what_the_process_saw(tmp_path):
    disk, _ = recorded(
        tmp_path,
        "file = open('{root}/b', 'wb', 0); file.write(b'12345'); file.seek(1); file.write(b'x'); file.truncate(4)",
        "open('{root}/a', 'ab', 0).write(b' and more')",
        "os.rename('{root}/b', '{root}/c'); open('{root}/d', 'wb').close(); os.unlink('{root}/d')",
        "os.pwrite(os.open('{root}/c', os.O_RDWR), b'z', 8)",
    )
    assert kept(disk, tmp_path) == {path.name: path.read_bytes() for path in (tmp_path / "root").iterdir()}
    assert (tmp_path / "root" / "c").read_bytes() == b"1x34\0\0\0\0z"


def test_what_was_not_synced_may_be_there_or_not_or_torn(tmp_path):
    new = b"n" * 3000
    disk, _ = recorded(tmp_path, f"os.pwrite(os.open('{{root}}/a', os.O_WRONLY), {new!r}, 0)")
    contents = {image["a"] for image in images(disk, tmp_path)}
    assert OLD in contents
    assert new in contents
    torn = contents - {OLD, new}
    assert any(content[:512] == new[:512] and content[512:1024] != new[512:1024] for content in torn)
    assert any(content[:11] not in (OLD, new[:11]) for content in torn), "no junk in a sector under way"


def test_what_was_synced_stays_and_its_name_is_another_matter(tmp_path):
    disk, _ = recorded(tmp_path, SYNCED.replace("/a", "/b"), SYNCED)
    left = images(disk, tmp_path)
    assert {image["a"] for image in left} == {b"new"}
    assert {image.get("b") for image in left} == {None, b"new"}


def test_a_name_is_kept_once_its_folder_is_synced(tmp_path):
    disk, _ = recorded(tmp_path, SYNCED.replace("/a", "/b"), SYNC_FOLDER)
    assert {image.get("b") for image in images(disk, tmp_path)} == {b"new"}


def test_replacing_without_a_sync_leaves_an_empty_file_under_the_old_name(tmp_path):
    disk, _ = recorded(
        tmp_path, "open('{root}/b', 'wb', 0).write(b'new')", "os.replace('{root}/b', '{root}/a')", SYNC_FOLDER
    )
    contents = {image["a"] for image in images(disk, tmp_path)}
    assert {b"", b"new"} <= contents
    assert OLD not in contents


def test_replacing_safely_leaves_the_old_file_or_the_new_one(tmp_path):
    disk, _ = recorded(tmp_path, SYNCED.replace("/a", "/b"), "os.replace('{root}/b', '{root}/a')")
    left = images(disk, tmp_path)
    assert {image["a"] for image in left} == {OLD, b"new"}
    # A rename is never half done: the file bears one name, or none where its making was lost.
    assert all("b" not in image for image in left if image["a"] == b"new")


def test_a_sync_covers_only_what_returned_before_it_began(tmp_path):
    lines = [
        '1 openat(AT_FDCWD, "{a}", O_RDWR) = 3',
        '1 pwrite64(3, "\\x31", 1, 0) = 1',
        "1 fsync(3 <unfinished ...>",
        '2 pwrite64(3, "\\x32", 1, 0) = 1',
        "1 <... fsync resumed>) = 0",
    ]
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "a").write_bytes(b"0")
    path = "".join(f"\\x{byte:02x}" for byte in bytes(tmp_path / "root" / "a"))
    disk = Disk(tmp_path / "root", tmp_path / "start")
    for operation in Reading(tmp_path / "root", tmp_path / "ledger").read(
        line.replace("{a}", path) for line in lines
    ):
        disk.apply(operation)
    contents = {image["a"] for image in images(disk, tmp_path)}
    assert {b"1", b"2"} <= contents
    assert b"0" not in contents


def test_lines_of_the_ledger_stand_where_they_were_written(tmp_path):
    ledger = str(tmp_path / "ledger")
    _, operations = recorded(
        tmp_path,
        f'os.write(os.open({ledger!r}, os.O_CREAT | os.O_WRONLY), b\'{{{{"phase": "ok"}}}}\')',
        SYNCED,
    )
    assert isinstance(operations[0], Noted)
    assert operations[0].line == {"phase": "ok"}


@pytest.mark.parametrize(
    "call",
    ["os.symlink('{root}/a', '{root}/b')", "os.posix_fallocate(os.open('{root}/a', os.O_RDWR), 0, 9000)"],
)
def test_a_call_that_cannot_be_replayed_is_an_error(tmp_path, call):
    with pytest.raises(UnknownCall):
        recorded(tmp_path, call)


def test_a_second_name_is_lost_unless_its_folder_was_synced(tmp_path):
    disk, _ = recorded(tmp_path, "os.link('{root}/a', '{root}/b')")
    left = images(disk, tmp_path)
    assert {frozenset(image) for image in left} == {frozenset("a"), frozenset("ab")}
    assert all(content == OLD for image in left for content in image.values())


def test_names_beneath_an_open_folder_are_followed(tmp_path):
    disk, _ = recorded(
        tmp_path, "folder = os.open('{root}', os.O_RDONLY)", "os.unlink('a', dir_fd=folder)", SYNC_FOLDER
    )
    assert kept(disk, tmp_path) == {}
