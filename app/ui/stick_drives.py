"""Which sticks are plugged in, as far as the system shows them."""

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStorageInfo

MOUNTED_UNDER = ("/media/", "/run/media/", "/Volumes/")


@dataclass(frozen=True)
class Drive:
    """A drive that may be a stick: its label, where it is, and the bytes free on it."""

    name: str
    path: Path
    free: int


def drives() -> list[Drive]:
    """Drives beside the system's own: letters on Windows, what is mounted for the user elsewhere.  May take a while."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        path = volume.rootPath()
        if volume.isValid() and volume.isReady() and _is_stick(path):
            found.append(Drive(volume.displayName() or path, Path(path), volume.bytesAvailable()))
    return found


def _is_stick(path: str) -> bool:
    if os.name == "nt":
        system = os.environ.get("SYSTEMDRIVE", "C:")
        return not path.upper().startswith(system.upper())
    return path.startswith(MOUNTED_UNDER)
