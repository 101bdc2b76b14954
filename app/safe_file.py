"""Writing a small file so that a power cut leaves the old one or the new one, never half of either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".new"


def twin_of(path: Path) -> Path:
    """Where the second copy of a safely written file lies."""
    return path.with_name(path.name + ".prev")


def write_twice(path: Path, content: bytes) -> None:
    """Replace `path` by `content` durably, then its second copy likewise.

    In this order one of the two is whole at every moment, even when `path` was damaged before, and once this
    returns neither holds what was replaced.  Raises OSError; where only the second copy failed, the content
    stands in `path` all the same.
    """
    write_safely(path, content)
    write_safely(twin_of(path), content)


def write_safely(path: Path, content: bytes) -> None:
    """Replace `path` by `content` durably.  Raises OSError; the old file is then untouched."""
    with writing_safely(path) as file:
        file.write(content)


@contextmanager
def writing_safely(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path`, durably, once the block ends.

    Raises OSError; then, or when the block raises, the old file is untouched and nothing else is left.
    """
    fresh = path.with_name(path.name + UNFINISHED)
    try:
        with open(fresh, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, each name durable.  Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a no-op where folders cannot be synced, as on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
