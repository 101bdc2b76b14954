"""The data folder: may it hold the file at all, and is this the only program that uses it."""

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from app.safe_file import make_folder

ROOM_NEEDED = 200 * 1024 * 1024
LOCK_NAME = "desk.lock"
NETWORK_FILE_SYSTEM = re.compile(
    r"nfs4?|cifs|smb\w*|ncpf?s?|afs|coda|9p|glusterfs|ceph|lustre|beegfs|gfs2|ocfs2|orangefs|davfs2?|sshfs"
    r"|curlftpfs|rclone|gvfsd-fuse|s3fs|ossfs|cosfs|obsfs|juicefs|vboxsf|vmhgfs(-fuse)?|prl_fs"
)
CLOUD_FOLDERS = (
    "onedrive",
    "dropbox",
    "坚果云",
    "nutstore",
    "百度网盘",
    "百度同步",
    "baidunetdisk",
    "baidusync",
    "wps云盘",
    "wps cloud",
    "wpsdrive",
    "icloud",
    "google drive",
)


class FolderRefused(Exception):
    """The folder cannot hold the data; the sentence says why and what to choose instead."""


class AlreadyOpen(Exception):
    """Another window works on the same data."""

    def __init__(self) -> None:
        super().__init__("工作台已经打开。请切换到已打开的窗口；如果看不到窗口，请重启电脑后再试。")


@dataclass(frozen=True)
class Mount:
    """Where a file system hangs, of which type it is, and whether it may be written."""

    place: str
    kind: str
    read_only: bool


def check_folder(folder: Path, *, mounts: str | None = None) -> list[str]:
    """Make the folder if needed and answer remarks on it (little room).

    `mounts` is the text of /proc/mounts, read from the system when None.  Raises FolderRefused for network,
    cloud-synced and read-only folders.
    """
    parts = [part.lower() for part in Path(os.path.realpath(folder)).parts]
    if any(cloud in part for part in parts for cloud in CLOUD_FOLDERS):
        raise FolderRefused("这个文件夹会被网盘同步，数据可能被改坏，请选本机的普通文件夹。")
    mount = mount_of(folder, mounts)
    if str(folder).startswith(("\\\\", "//")) or (mount and NETWORK_FILE_SYSTEM.fullmatch(mount.kind)):
        raise FolderRefused("这个文件夹在网络盘上，断网时数据会损坏，请选本机硬盘上的文件夹。")
    if not _is_fixed_drive(folder):
        raise FolderRefused("这个文件夹不在本机硬盘上（可能是 U 盘或光盘），请选本机硬盘上的文件夹。")
    if mount and mount.read_only:
        raise _not_writable()
    return _room(folder)


def mount_of(folder: Path, mounts: str | None = None) -> Mount | None:
    """What the folder lies on, from the text of /proc/mounts; None where the system does not say."""
    if mounts is None:
        with suppress(OSError):
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    place = os.path.realpath(folder)
    found = None
    for mount in _mounts(mounts or ""):
        inside = place == mount.place or place.startswith(mount.place.rstrip("/") + "/")
        # Of two at the same place the later one lies on top.
        if inside and (found is None or len(mount.place) >= len(found.place)):
            found = mount
    return found


def _mounts(text: str) -> Iterator[Mount]:
    for line in text.splitlines():
        words = line.split(" ")
        if len(words) >= 4:
            # proc(5): space, tab, newline and backslash are written as three octal digits, nothing else is.
            place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[1])
            yield Mount(place, words[2].removeprefix("fuse."), "ro" in words[3].split(","))


def _room(folder: Path) -> list[str]:
    """A remark when there is little room.  Raises FolderRefused when nothing can be written here."""
    try:
        make_folder(folder)
        probe = folder / ".write-probe"
        try:
            probe.write_bytes(b"1")
        finally:
            probe.unlink(missing_ok=True)
    except OSError as failure:
        # On a full disk what is there can still be read and printed.
        if failure.errno not in (errno.ENOSPC, errno.EDQUOT) or not folder.is_dir():
            raise _not_writable() from failure
        return ["磁盘已满，现在不能保存，请先清理出空间；已有的记录仍可查看和打印。"]
    free = shutil.disk_usage(folder).free
    if free < ROOM_NEEDED:
        return [f"磁盘只剩 {free // (1024 * 1024)} MB，请尽快清理，以免无法保存。"]
    return []


def _not_writable() -> FolderRefused:
    return FolderRefused("这个文件夹不能写入（可能是只读盘或没有权限），请选本机硬盘上的文件夹。")


if sys.platform == "win32":
    import ctypes

    def _is_fixed_drive(folder: Path) -> bool:
        """DRIVE_FIXED (3) of GetDriveTypeW, or a RAM disk (6); a drive it cannot tell (0, 1) passes."""
        root = os.path.splitdrive(os.path.realpath(folder))[0] + "\\"
        return ctypes.windll.kernel32.GetDriveTypeW(root) in (0, 1, 3, 6)

else:

    def _is_fixed_drive(folder: Path) -> bool:
        return True


class FolderLock:
    """Held by the one program that uses a data folder; the system lets go of it when that program ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file: FileIO | None = None

    def take(self) -> None:
        """Raises AlreadyOpen while another program holds it; FolderRefused where it cannot be made."""
        try:
            # Unbuffered, so that a full disk fails below and not when the file is closed.
            file = open(self._path, "ab+", buffering=0)  # noqa: SIM115  # kept open while the lock is held
        except OSError as failure:
            raise _not_writable() from failure
        try:
            _lock(file)
        except OSError:
            file.close()
            raise AlreadyOpen from None
        # The number is for whoever looks for the program; a full disk is no reason not to open.
        with suppress(OSError):
            file.truncate(0)
            file.write(str(os.getpid()).encode())
        self._file = file

    def release(self) -> None:
        """Let go; closing the file is what releases it."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
