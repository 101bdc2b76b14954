"""Copies of attachments (附件): files named by a hash, never changed once written, shared by all backups."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from app.safe_file import make_folder, sync_folder, write_safely

FOLDER = "attachments"
HASH_NAME = re.compile(r"[0-9a-f]{32,128}")
CHUNK = 1 << 20

Blobs = dict[str, tuple[int, str]]
"""Path below the attachments folder → length in bytes, SHA-256 of the stored (encrypted) bytes."""
GoOn = Callable[[int, int], bool]
"""Is told the files done and the files there are; answers whether to go on."""


class BlobsStopped(Exception):
    """Whoever watches said stop; the files copied so far are whole and stay."""


def blob_names(folder: Path) -> list[str]:
    """The attachments in a folder, by path below it; unfinished and foreign files are no attachments."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if HASH_NAME.fullmatch(path.name) and path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def carry(
    source: Path, target: Path, known: Mapping[str, tuple[int, str]], go_on: GoOn, *, link: bool
) -> Blobs:
    """Put every attachment that `target` lacks into it and answer what `source` holds.

    `link` gives the same file a second name, which costs no room, where the disk can do that.  Files are read
    only once: `known` is what an earlier backup noted of them.  Raises OSError, BlobsStopped.
    """
    names = blob_names(source)
    listed: Blobs = {}
    for place, name in enumerate(names):
        if not go_on(place, len(names)):
            raise BlobsStopped
        noted = known.get(name)
        if noted is None or not _has_length(target / name, noted[0]):
            found = _noted(source / name)
            noted = noted or found
            # What has changed since it was noted is damaged; the copies of earlier backups stay.
            if found == noted:
                put(source / name, target / name, link=link)
        listed[name] = noted
    return listed


def put(source: Path, target: Path, *, link: bool) -> None:
    """Give `target` the content of `source` durably, replacing what may stand there.  Raises OSError."""
    make_folder(target.parent)
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        if not (link and _linked(source, fresh)):
            copy_file(source, fresh)
        os.replace(fresh, target)
    finally:
        # Of two names of one file the replacing leaves the first standing (rename(2)).
        with suppress(OSError):
            fresh.unlink()
    sync_folder(target.parent)


def copy_file(source: Path, target: Path) -> None:
    """A durable copy with bytes of its own.  Raises OSError; an unfinished one is taken away."""
    try:
        with open(source, "rb") as reading, open(target, "wb") as writing:
            shutil.copyfileobj(reading, writing, CHUNK)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError:
        with suppress(OSError):
            target.unlink()
        raise


def is_sound(path: Path, noted: tuple[int, str]) -> bool:
    """Whether a file is there and holds what was noted of it."""
    try:
        return path.stat().st_size == noted[0] and _noted(path) == noted
    except OSError:
        return False


def drop_unlisted(folder: Path, wanted: Iterable[str]) -> None:
    """Remove copies that no backup lists any more.  Raises OSError."""
    keep = set(wanted)
    for name in blob_names(folder):
        if name not in keep:
            (folder / name).unlink()


def write_list(path: Path, blobs: Blobs) -> None:
    """Write which attachments a backup holds.  Raises OSError."""
    write_safely(path, orjson.dumps(blobs))


def read_list(path: Path) -> Blobs | None:
    """Which attachments a backup holds; None where the list cannot be read."""
    try:
        content: dict[str, Any] = orjson.loads(path.read_bytes())
        return {str(name): (int(size), str(digest)) for name, (size, digest) in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return False
    return True


def _has_length(path: Path, length: int) -> bool:
    try:
        return path.stat().st_size == length
    except OSError:
        return False


def _noted(path: Path) -> tuple[int, str]:
    digest, length = sha256(), 0
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            length += len(chunk)
    return length, digest.hexdigest()
