"""Writing a small file so that a power cut leaves the old one or the new one, never half of either."""

import os
from pathlib import Path


def write_safely(path: Path, content: bytes) -> None:
    """Replace `path` by `content` durably, keeping what stood there before as `<name>.prev`.

    Raises OSError; the old file is then untouched.
    """
    if path.exists():
        _replace(path.with_name(path.name + ".prev"), path.read_bytes())
    _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a no-op where folders cannot be synced, as on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
