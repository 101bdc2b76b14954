"""A disk that loses power: what was synced stays; of the rest some is kept, some lost, some torn.

The rules are those POSIX gives and no kinder: `fsync` of a file keeps its bytes and length but not its name, `fsync` of
a folder keeps the names in it, a rename happens wholly or not at all, and everything else may reach the disk in any
order.  A sector of 512 bytes in flight holds the old bytes, the new ones or junk; sectors beside it are not touched.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.powercut.trace import (
    Cut,
    FolderMade,
    Linked,
    Mapped,
    Moved,
    Noted,
    Opened,
    Operation,
    Removed,
    Synced,
    UnknownCall,
    Written,
)

SECTOR, BLOCK = 512, 4096


@dataclass(eq=False)
class File:
    """`safe` is what a sync made lasting; `pending` came after it, each with its place among all operations."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Written | Cut]] = field(default_factory=list)
    length: int = 0
    mapped: bool = False


@dataclass(frozen=True)
class NameChange:
    """Names that change together: `gone` disappears, `name` comes to mean `node`."""

    place: int
    gone: str | None
    name: str | None
    node: "File | Folder"


@dataclass(eq=False)
class Folder:
    """`now` is what the running process sees."""

    safe: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[NameChange] = field(default_factory=list)
    now: dict[str, "File | Folder"] = field(default_factory=dict)

    def change(self, change: NameChange) -> None:
        self.pending.append(change)
        _rename(self.now, change)


@dataclass(frozen=True)
class Fate:
    """What one power cut does: which unsynced name changes stay, and what becomes of an unsynced write.

    `of_write` answers `keep`, `lose`, `grow` (the length stays, the bytes are lost), `tear` or `junk`.
    """

    name: str
    keeps_name: Callable[[int], bool]
    of_write: Callable[[int], str]


class Disk:
    """The disk under one root folder, fed with the operations of a process."""

    def __init__(self, root: Path, start: Path) -> None:
        """`start` holds the synced files the process began with; `root` is where it saw them."""
        self._root = root
        self._top = _loaded(start)
        self._handles: dict[int, File | Folder] = {}
        self._place = 0

    def apply(self, operation: Operation) -> None:
        """One operation the process did."""
        match operation:
            case Opened():
                self._open(operation)
            case Written(handle, offset, content):
                file = self._file(handle)
                at = file.length if offset is None else offset
                file.pending.append((self._place, Written(handle, at, content)))
                file.length = max(file.length, at + len(content))
            case Cut(handle, size):
                file = self._file(handle)
                file.pending.append((self._place, operation))
                file.length = size
            case Synced(handle, began):
                _sync(self._handles[handle], began)
            case Mapped(handle):
                self._file(handle).mapped = True
            case Moved(source, target):
                self._move(source, target)
            case Linked(source, target):
                node = self._folder(source.parent).now[source.name]
                self._folder(target.parent).change(NameChange(self._place, None, target.name, node))
            case Removed(path):
                folder = self._folder(path.parent)
                folder.change(NameChange(self._place, path.name, None, folder.now[path.name]))
            case FolderMade(path):
                self._folder(path.parent).change(NameChange(self._place, None, path.name, Folder()))
            case Noted():
                pass
        self._place += 1

    def image(self, target: Path, fate: Fate, chance: random.Random) -> None:
        """Write into the empty folder `target` what the disk holds after a power cut now."""
        _write_image(self._top, target, fate, chance)

    def _open(self, opened: Opened) -> None:
        if opened.path == self._root:
            self._handles[opened.handle] = self._top
            return
        folder = self._folder(opened.path.parent)
        node = folder.now.get(opened.path.name)
        if node is None:
            if not opened.create:
                raise UnknownCall(f"{opened.path.name} was opened and is not on the disk")
            node = File()
            folder.change(NameChange(self._place, None, opened.path.name, node))
        elif opened.empty and isinstance(node, File):
            node.pending.append((self._place, Cut(opened.handle, 0)))
            node.length = 0
        self._handles[opened.handle] = node

    def _move(self, source: Path, target: Path) -> None:
        if source.parent != target.parent:
            raise UnknownCall("a file moved between folders")
        folder = self._folder(source.parent)
        folder.change(NameChange(self._place, source.name, target.name, folder.now[source.name]))

    def _file(self, handle: int) -> File:
        node = self._handles[handle]
        assert isinstance(node, File)
        return node

    def _folder(self, path: Path) -> Folder:
        node: File | Folder = self._top
        for part in path.relative_to(self._root).parts:
            assert isinstance(node, Folder)
            node = node.now[part]
        assert isinstance(node, Folder)
        return node


def _loaded(start: Path) -> Folder:
    names: dict[str, File | Folder] = {}
    for path in sorted(start.iterdir()):
        if path.is_dir():
            names[path.name] = _loaded(path)
        else:
            content = bytearray(path.read_bytes())
            names[path.name] = File(content, length=len(content))
    return Folder(names, now=dict(names))


def _rename(names: dict[str, File | Folder], change: NameChange) -> None:
    if change.gone is not None:
        del names[change.gone]
    if change.name is not None:
        names[change.name] = change.node


def _sync(node: File | Folder, began: int) -> None:
    if isinstance(node, Folder):
        done = [change for change in node.pending if change.place < began]
        node.pending = node.pending[len(done) :]
        for change in done:
            _rename(node.safe, change)
        return
    covered = [(place, operation) for place, operation in node.pending if place < began]
    node.pending = node.pending[len(covered) :]
    for _, operation in covered:
        _put(node.safe, operation)


def _write_image(folder: Folder, target: Path, fate: Fate, chance: random.Random) -> None:
    for name, node in _names_after(folder, fate).items():
        path = target / name
        if isinstance(node, Folder):
            path.mkdir()
            _write_image(node, path, fate, chance)
        elif node.mapped:
            _write_shared_memory(path, chance)
        else:
            path.write_bytes(_content_after(node, fate, chance) if node.pending else node.safe)


def _write_shared_memory(path: Path, chance: random.Random) -> None:
    """Only the index of SQLite's log is mapped; it is worth nothing after a cut, so it may hold anything."""
    if not path.name.endswith("-shm"):
        raise UnknownCall(f"{path.name} is written through memory")
    content = chance.choice((None, b"", bytes(32768), chance.randbytes(32768)))
    if content is not None:
        path.write_bytes(content)


def _names_after(folder: Folder, fate: Fate) -> dict[str, File | Folder]:
    """The names after a cut.  What follows a lost change of the same name or the same file is lost with it."""
    names, lost = dict(folder.safe), set[object]()
    for change in folder.pending:
        touched = {change.gone, change.name, id(change.node)} - {None}
        if touched & lost or not fate.keeps_name(change.place):
            lost |= touched
        else:
            _rename(names, change)
    return names


def _content_after(file: File, fate: Fate, chance: random.Random) -> bytearray:
    content = bytearray(file.safe)
    for place, operation in file.pending:
        kind = fate.of_write(place)
        if kind == "keep":
            _put(content, operation)
        elif isinstance(operation, Written) and kind != "lose":
            _tear(content, operation, kind, chance)
    return content


def _put(content: bytearray, operation: Written | Cut) -> None:
    if isinstance(operation, Cut):
        if operation.size < len(content):
            del content[operation.size :]
        else:
            content.extend(bytes(operation.size - len(content)))
        return
    start = operation.offset or 0
    if len(content) < start:
        content.extend(bytes(start - len(content)))
    content[start : start + len(operation.content)] = operation.content


def _tear(content: bytearray, written: Written, kind: str, chance: random.Random) -> None:
    start = written.offset or 0
    end = start + len(written.content)
    if kind == "grow" or chance.random() < 0.5:
        content.extend(bytes(max(0, end - len(content))))
    if kind == "grow":
        return
    unit = chance.choice((SECTOR, BLOCK))
    at = start
    while at < end:
        upto = min(end, (at // unit + 1) * unit)
        fate = chance.choice(("old", "new", "junk") if kind == "junk" else ("old", "new"))
        if fate != "old":
            piece = written.content[at - start : upto - start]
            _put(content, Written(0, at, piece if fate == "new" else chance.randbytes(len(piece))))
        at = upto


def fates(chance: random.Random, operations: int) -> Fate:
    """A cut drawn at random after `operations` operations, the kinds real disks are known for most often."""
    seed = chance.random()

    def drawn(place: int) -> random.Random:
        return random.Random(f"{seed}/{place}")

    def keep_all(_place: int) -> bool:
        return True

    def lose_all(_place: int) -> bool:
        return False

    def some(place: int) -> bool:
        return drawn(place).random() < 0.5

    def any_fate(place: int) -> str:
        return drawn(place).choice(("keep", "keep", "lose", "lose", "grow", "tear", "junk"))

    # The disk took everything in order up to some moment, and was writing the next.
    reached = operations - int(chance.expovariate(1 / 30))

    def in_order(place: int) -> str:
        return "keep" if place < reached else "junk" if place == reached else "lose"

    kinds = (
        Fate("lost", lose_all, lambda _: "lose"),
        Fate("kept", keep_all, lambda _: "keep"),
        Fate("mixed", some, any_fate),
        Fate("mixed", some, any_fate),
        Fate("names first", keep_all, any_fate),
        Fate("names first, bytes lost", keep_all, lambda _: chance.choice(("lose", "grow"))),
        Fate("bytes first", lose_all, any_fate),
        Fate("in order", lambda place: place < reached, in_order),
    )
    return chance.choice(kinds)
