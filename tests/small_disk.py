"""A file system of a few MiB, where this machine lets the tests mount one."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(place: Path, *, mebibytes: int) -> Iterator[Path]:
    """A tmpfs of that size at `place`; skips the test where it cannot be mounted."""
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(place)]
    if mount is None or unmount is None or not _done(command):
        pytest.skip("this machine does not let the tests mount a small disk")
    try:
        yield place
    finally:
        # Lazily, so that a failing test that left a file open shows its own reason.
        subprocess.run([unmount, "-l", str(place)], check=True)


def _done(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
