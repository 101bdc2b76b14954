"""Ways to spoil the file of a station, and what can still be told of it."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.store.backup_set import contents_of
from app.store.database import PAGE, Database
from app.store.errors import StorageDamaged, StorageError
from tests.store.station_folder import StationFolder

BACKED_UP, LATER = 12, 3  # visits in the backup, visits written after it
Harm = Callable[[Path], None]


def flipped(share: float) -> Harm:
    def harm(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(len(content) * share)] ^= 1 << random.Random(share).randrange(8)
        path.write_bytes(content)

    return harm


def zeroed(share: float, pages: int = 1) -> Harm:
    def harm(path: Path) -> None:
        content = bytearray(path.read_bytes())
        start = int(len(content) * share) // PAGE * PAGE
        content[start : start + pages * PAGE] = bytes(len(content[start : start + pages * PAGE]))
        path.write_bytes(content)

    return harm


def cut_to(share: float) -> Harm:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def swapped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    one, two = content[PAGE * 3 : PAGE * 4], content[PAGE * 7 : PAGE * 8]
    content[PAGE * 3 : PAGE * 4], content[PAGE * 7 : PAGE * 8] = two, one
    path.write_bytes(content)


HARMS: dict[str, Harm] = {
    **{
        f"bit at {share:.2f}": flipped(share)
        for share in (0.0, 0.001, 0.05, 0.13, 0.2, 0.31, 0.42, 0.5, 0.63)
    },
    **{f"bit at {share:.2f}": flipped(share) for share in (0.7, 0.77, 0.85, 0.9, 0.97, 0.9999)},
    **{f"zeroed at {share:.2f}": zeroed(share) for share in (0.0, 0.03, 0.2, 0.4, 0.6, 0.8, 0.99)},
    "half zeroed": zeroed(0.5, 10_000),
    "all zeroed": zeroed(0.0, 100_000),
    **{f"cut to {share:.2f}": cut_to(share) for share in (0.999, 0.9, 0.6, 0.3, 0.1, 0.01)},
    "empty": lambda path: os.truncate(path, 0),
    "one byte": lambda path: os.truncate(path, 1),
    "one byte less than a page": lambda path: os.truncate(path, PAGE - 1),
    "missing": lambda path: path.unlink(),
    "renamed by a virus": lambda path: path.rename(path.with_name("desk.db.locked")),
    "noise": lambda path: path.write_bytes(random.Random(1).randbytes(path.stat().st_size)),
    "pages swapped": swapped,
    "appended garbage before a cut": lambda path: (
        path.write_bytes(path.read_bytes()[: 5 * PAGE] + b"x" * 5 * PAGE) and None
    ),
}


def is_noticed(station: StationFolder) -> bool:
    try:
        with station.reopened() as database:
            return bool(database.integrity())
    except StorageError:
        return True


def visits(database: Database) -> int:
    with database.read() as connection:
        return contents_of(connection).records["service_visit"]


def spoiled_within(path: Path, dek: bytes) -> Database:
    """One bit of one page flipped, on a page the file still opens without; answers it open."""
    sound = path.read_bytes()
    for page in reversed(range(len(sound) // PAGE)):
        content = bytearray(sound)
        content[page * PAGE + 100] ^= 1
        path.write_bytes(content)
        # Damage where the schema lies is noticed at the door already.
        with suppress(StorageDamaged):
            return Database.open(path, dek)
    raise AssertionError("every page is needed to open the file")
