"""The data folder: may it hold the file at all, and is this the only program that uses it."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOM_NEEDED = 200 * 1024 * 1024
LOCK_NAME = "desk.lock"
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ncpfs",
    "afs",
    "9p",
    "glusterfs",
    "ceph",
    "davfs",
}
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


def check_folder(folder: Path, *, mounts: str | None = None) -> list[str]:
    """Make the folder if needed and answer remarks on it (little room).

    `mounts` is the text of /proc/mounts, read from the system when None.  Raises FolderRefused for network,
    cloud-synced and read-only folders.
    """
    parts = [part.lower() for part in folder.absolute().parts]
    if any(cloud in part for part in parts for cloud in CLOUD_FOLDERS):
        raise FolderRefused("这个文件夹会被网盘同步，数据可能被改坏，请选本机的普通文件夹。")
    if str(folder).startswith(("\\\\", "//")) or _file_system(folder, mounts) in NETWORK_FILE_SYSTEMS:
        raise FolderRefused("这个文件夹在网络盘上，断网时数据会损坏，请选本机硬盘上的文件夹。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".write-probe"
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as failure:
        raise FolderRefused(
            "这个文件夹不能写入（可能是只读盘或没有权限），请选本机硬盘上的文件夹。"
        ) from failure
    free = shutil.disk_usage(folder).free
    if free < ROOM_NEEDED:
        return [f"磁盘只剩 {free // (1024 * 1024)} MB，请尽快清理，以免无法保存。"]
    return []


def _file_system(folder: Path, mounts: str | None) -> str:
    """The type of the file system a folder lies on; "" where the system does not say."""
    if mounts is None:
        with suppress(OSError):
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    best, kind = "", ""
    place = os.path.realpath(folder)
    for line in (mounts or "").splitlines():
        words = line.split()
        if len(words) < 3:
            continue
        mount = words[1].encode().decode("unicode_escape")
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, words[2]
    return kind.removeprefix("fuse.").replace("sshfs", "nfs")


class FolderLock:
    """Held by the one program that uses a data folder; the system lets go of it when that program ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Raises AlreadyOpen while another program holds it; OSError."""
        file = open(self._path, "ab+")  # noqa: SIM115  # kept open for as long as the lock is held
        try:
            _lock(file)
        except OSError:
            file.close()
            raise AlreadyOpen from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; closing the file is what releases it."""
        if self._file is not None:
            self._file.close()
            self._file = None


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows only

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
