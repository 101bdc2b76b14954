"""The folder backups lie in: one gets its name only when it is whole, and only whole ones are rotated out."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.safe_file import make_folder, sync_folder
from app.store import blob_copies
from app.store.backup_errors import BackupFull
from app.store.backup_set import BLOB_LIST, sets_in
from app.store.folder import FolderRefused
from app.store.rotation import kept

UNFINISHED, LEAVING = ".new", ".old"
# Bytes a backup leaves free, so that it never takes the last room from a save.
RESERVE = 64 * 1024 * 1024


@contextmanager
def unnamed(root: Path, name: str, size: int) -> Iterator[Path]:
    """A folder to write a backup of about `size` bytes into; it is called `name` once the block has ended.

    Until then no backup of that name exists, and if the block raises nothing of it is left.  Raises OSError,
    BackupFull.
    """
    make_folder(root)
    _clear(root)
    if shutil.disk_usage(root).free < size + RESERVE:
        raise BackupFull
    fresh = root / (name + UNFINISHED)
    fresh.mkdir(mode=0o700)
    try:
        yield fresh
        sync_folder(fresh)
        os.rename(fresh, root / name)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    sync_folder(root)


def prune(root: Path) -> None:
    """Take away the backups the rotation does not keep, and attachments no backup lists.  Raises OSError."""
    oldest_first = sets_in(root)[::-1]
    keep = kept([one.made_at for one in oldest_first])
    for place, one in enumerate(oldest_first):
        if place not in keep:
            # A backup is never half there under its own name.
            leaving = one.path.with_name(one.path.name + LEAVING)
            os.rename(one.path, leaving)
            sync_folder(root)
            shutil.rmtree(leaving)
    lists = [blob_copies.read_list(one.path / BLOB_LIST) for one in sets_in(root)]
    # A list that cannot be read may name any of them.
    if None not in lists:
        wanted = (name for listed in lists for name in listed or {})
        blob_copies.drop_unlisted(root / blob_copies.FOLDER, wanted)


def check_second(data: Path, chosen: Path) -> str:
    """A remark on a folder chosen for second copies, "" for none.

    Raises FolderRefused where it lies in the data folder or cannot be written.
    """
    place = chosen.resolve()
    if place.is_relative_to(data.resolve()) or data.resolve().is_relative_to(place):
        raise FolderRefused("这个文件夹和数据在一处，丢了会一起丢；请选移动硬盘或 U 盘上的文件夹。")
    probe = place / ".write-probe"
    try:
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as failure:
        raise FolderRefused(
            "这个文件夹不能写入，没有采用；请换一个文件夹，或检查盘是否插好、是否写保护。"
        ) from failure
    if place.stat().st_dev == data.stat().st_dev:
        return "这个文件夹和数据在同一块硬盘上，硬盘坏了两份都会丢；有移动硬盘时请改到移动硬盘上。"
    return ""


def _clear(root: Path) -> None:
    """Remove what a power cut left unfinished or half removed."""
    for path in root.iterdir():
        if path.is_dir() and path.name.endswith((UNFINISHED, LEAVING)):
            shutil.rmtree(path)
