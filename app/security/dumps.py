"""A crash writes no picture of the memory, which holds the key, passwords being typed and records in clear."""

import sys
from contextlib import suppress


def write_no_dumps() -> None:
    """Forbid core files of this process and its children (Unix); Windows asks Error Reporting, which is not told here."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # there is none on Windows

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
