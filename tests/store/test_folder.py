"""The data folder: network, cloud, removable and read-only places are refused in words; one program a folder."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.store.folder import AlreadyOpen, FolderLock, FolderRefused, Mount, check_folder, mount_of

ROOT = Path(__file__).parents[2]
LOCAL = "/dev/vda1 / ext4 rw,relatime 0 0\n"
HOLDER = """
import sys
from pathlib import Path
from app.store.folder import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Permissions count within, also when the tests run as root."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder every account of the machine can reach, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def holder(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another program that holds the lock of a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_program_is_refused_in_words_and_a_killed_one_leaves_no_lock(tmp_path):
    with holder(tmp_path) as process:
        with pytest.raises(AlreadyOpen, match="已经打开"):
            FolderLock(tmp_path).take()
        assert (tmp_path / "desk.lock").read_text() == str(process.pid)
    lock = FolderLock(tmp_path)
    lock.take()
    assert (tmp_path / "desk.lock").read_text() == str(os.getpid())
    lock.release()


def test_of_many_programs_started_at_once_one_gets_the_folder(tmp_path):
    tries = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        for _ in range(6)
    ]
    # Those refused end by themselves; the first line of each tells which one did not.
    said = [each.stdout.readline() for each in tries]
    for each in tries:
        each.communicate("")
    assert sorted(said) == ["", "", "", "", "", "held\n"]


@pytest.mark.parametrize(
    "kind",
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.smbnetfs",
        "fuse.davfs2",
    ],
)
def test_a_network_folder_is_refused_and_nothing_made_there(tmp_path, kind):
    mounts = f"{LOCAL}server:/x {tmp_path} {kind} rw 0 0\n"
    with pytest.raises(FolderRefused, match="网络盘"):
        check_folder(tmp_path / "data", mounts=mounts)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "fuseblk", "ntfs3"])
def test_a_local_folder_will_do(tmp_path, kind):
    check_folder(tmp_path / "data", mounts=f"/dev/vda1 / {kind} rw 0 0\n")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "data").iterdir()) == []


def test_mount_points_with_chinese_names_and_spaces_are_understood():
    mounts = f"{LOCAL}//s/x /mnt/资料 cifs rw 0 0\n//s/y /mnt/my\\040share cifs rw 0 0\n"
    assert mount_of(Path("/mnt/资料/站点"), mounts) == Mount("/mnt/资料", "cifs", read_only=False)
    assert mount_of(Path("/mnt/my share/a"), mounts) == Mount("/mnt/my share", "cifs", read_only=False)
    assert mount_of(Path("/mnt/资料库"), mounts) == Mount("/", "ext4", read_only=False)
    assert mount_of(Path("/mnt"), "") is None


def test_of_two_mounts_on_one_place_the_later_counts():
    mounts = f"{LOCAL}/dev/vdb /data ext4 rw 0 0\nserver:/x /data nfs4 rw 0 0\n"
    assert mount_of(Path("/data/desk"), mounts).kind == "nfs4"


def test_a_read_only_mount_is_refused(tmp_path):
    with pytest.raises(FolderRefused, match="不能写入"):
        check_folder(tmp_path / "data", mounts=f"{LOCAL}/dev/vdb {tmp_path} ext4 ro,noatime 0 0\n")


def test_a_folder_without_permission_is_refused(open_to_all):
    with ordinary_user(), pytest.raises(FolderRefused, match="不能写入"):
        check_folder(open_to_all / "data")
    with ordinary_user(), pytest.raises(FolderRefused, match="不能写入"):
        FolderLock(open_to_all).take()


@pytest.mark.parametrize("place", ["file/data", "/proc/fengqiao"])
def test_a_place_where_no_folder_can_be_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FolderRefused, match="不能写入"):
        check_folder(tmp_path / place)


@pytest.mark.parametrize(
    "name", ["OneDrive - 镇政府", "坚果云", "BaiduNetdiskWorkspace", "WPS云盘", "Dropbox"]
)
def test_a_folder_that_a_cloud_program_syncs_is_refused(tmp_path, name):
    with pytest.raises(FolderRefused, match="网盘"):
        check_folder(tmp_path / name / "data")
    (tmp_path / name).mkdir()
    (tmp_path / "plain").symlink_to(tmp_path / name)
    with pytest.raises(FolderRefused, match="网盘"):
        check_folder(tmp_path / "plain" / "data")
