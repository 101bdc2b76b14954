"""What a process did to the files under one folder, read from the record strace made of its system calls."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import orjson

# Calls whose effect on a disk is known here.
KNOWN = [
    "openat",
    "open",
    "close",
    "write",
    "pwrite64",
    "lseek",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "link",
    "linkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "mmap",
]
# Calls that would change a file in ways this module does not know; on a watched file they are an error.
UNKNOWN = [
    "creat",
    "truncate",
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "copy_file_range",
    "fallocate",
    "splice",
    "dup",
    "dup2",
    "dup3",
    "symlink",
    "symlinkat",
    "io_submit",
    "msync",
    "sync_file_range",
]
LINE = re.compile(r"(?P<pid>\d+) +(?P<rest>.*)")
CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?(?:0x)?[0-9a-f]+)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
UNFINISHED = " <unfinished ...>"


class UnknownCall(Exception):
    """A call this module cannot replay touched a watched file: the images would not be true."""


@dataclass(frozen=True, slots=True)
class Opened:
    path: Path
    handle: int
    create: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class Written:
    """`offset` None: at the end of the file."""

    handle: int
    offset: int | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    handle: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Covers only what had returned when the call began: operations before number `began`."""

    handle: int
    began: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """Shared memory over the file: its content is no longer told by calls."""

    handle: int


@dataclass(frozen=True, slots=True)
class Moved:
    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Linked:
    """A second name for the same file."""

    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Removed:
    path: Path


@dataclass(frozen=True, slots=True)
class FolderMade:
    path: Path


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the ledger, which lies on another disk than the one that loses power."""

    line: dict[str, object]


Operation = Opened | Written | Cut | Synced | Mapped | Moved | Linked | Removed | FolderMade | Noted


@cache
def refusal() -> str:
    """Why processes cannot be traced here; empty where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed (tools/setup.sh installs it where it may)"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else f"strace is refused here: {tried.stderr.decode().strip()}"


def traced(command: list[str], record: Path) -> list[str]:
    """The command that runs `command` and writes its calls to `record`."""
    calls = "trace=" + ",".join(f"?{name}" for name in (*KNOWN, *UNKNOWN))
    options = ["-f", "-xx", "-s", str(1 << 26), "-e", calls, "-e", "signal=none", "-o", str(record)]
    return ["strace", *options, *command]


@dataclass
class _Open:
    """An open file or folder: its handle, where the next plain write goes (None: the end), its path."""

    handle: int
    place: int | None
    path: Path


@dataclass
class Reading:
    """Turns the lines of one record into operations on the files under `root`."""

    root: Path
    ledger: Path
    operations: list[Operation] = field(default_factory=list)
    _open: dict[int, _Open] = field(default_factory=dict)
    _unfinished: dict[str, tuple[str, int]] = field(default_factory=dict)
    _handles: int = 0
    _ledgers: set[int] = field(default_factory=set)

    def read(self, lines: Iterable[str]) -> list[Operation]:
        """All operations, in the order in which their calls returned."""
        for name, arguments, result, began in self._calls(lines):
            if result >= 0:
                self._take(name, arguments, result, began)
        return self.operations

    def _calls(self, lines: Iterable[str]) -> Iterator[tuple[str, list[str], int, int]]:
        for line in lines:
            whole = LINE.match(line)
            if whole is None:
                continue
            pid, rest, began = whole["pid"], whole["rest"], len(self.operations)
            if rest.endswith(UNFINISHED):
                self._unfinished[pid] = (rest.removesuffix(UNFINISHED), began)
                continue
            if resumed := RESUMED.match(rest):
                start, began = self._unfinished.pop(pid)
                rest = start + resumed["rest"]
            if call := CALL.match(rest):
                yield call["name"], call["arguments"].split(", "), int(call["result"], 0), began

    def _take(self, name: str, arguments: list[str], result: int, began: int) -> None:
        if name in ("open", "openat"):
            path = self._paths(arguments[:2])[0]
            self._opened(path, arguments[2] if name == "openat" else arguments[1], result)
        elif name.startswith(("rename", "unlink", "mkdir", "link", "rmdir")):
            self._named(name, [path for path in self._paths(arguments) if path is not None])
        elif name == "mmap":
            held = self._open.get(int(arguments[4])) if arguments[4].isdigit() else None
            if held and "MAP_SHARED" in arguments[3] and "PROT_WRITE" in arguments[2]:
                self.operations.append(Mapped(held.handle))
        elif name in UNKNOWN:
            self._refuse(name, arguments)
        elif arguments[0].isdigit() and (held := self._open.get(int(arguments[0]))):
            self._on_file(name, held, arguments, result, began)

    def _paths(self, arguments: list[str]) -> list[Path | None]:
        """The paths among the arguments; what is relative to a folder is None where that is not a watched one."""
        found: list[Path | None] = []
        for before, argument in zip(["", *arguments], arguments, strict=False):
            if argument[:1] == '"':
                path = Path(text_of(argument))
                if not path.is_absolute():
                    folder = self._open.get(int(before)) if before.isdigit() else None
                    found.append(folder.path / path if folder else None)
                else:
                    found.append(path)
        return found

    def _opened(self, path: Path | None, asked: str, number: int) -> None:
        flags = asked.split("|")
        if path is None or not (path == self.ledger or path.is_relative_to(self.root)):
            self._open.pop(number, None)
            return
        self._handles += 1
        self._open[number] = _Open(self._handles, None if "O_APPEND" in flags else 0, path)
        if path == self.ledger:
            self._ledgers.add(self._handles)
        else:
            self.operations.append(Opened(path, self._handles, "O_CREAT" in flags, "O_TRUNC" in flags))

    def _on_file(self, name: str, held: _Open, arguments: list[str], result: int, began: int) -> None:
        if name == "close":
            del self._open[int(arguments[0])]
        elif held.handle in self._ledgers:
            if name == "write":
                self.operations.append(Noted(orjson.loads(bytes_of(arguments[1]))))
        elif name == "lseek":
            held.place = result if held.place is not None else None
        elif name == "write":
            self.operations.append(Written(held.handle, held.place, bytes_of(arguments[1])[:result]))
            held.place = held.place + result if held.place is not None else None
        elif name == "pwrite64":
            content = bytes_of(arguments[1])[:result]
            self.operations.append(Written(held.handle, int(arguments[3]), content))
        elif name == "ftruncate":
            self.operations.append(Cut(held.handle, int(arguments[1])))
        elif name in ("fsync", "fdatasync"):
            self.operations.append(Synced(held.handle, began))

    def _named(self, name: str, paths: list[Path]) -> None:
        if not any(path.is_relative_to(self.root) for path in paths):
            return
        if name.startswith("rename"):
            self.operations.append(Moved(*paths))
        elif name.startswith("link"):
            self.operations.append(Linked(*paths))
        elif name.startswith(("unlink", "rmdir")):
            self.operations.append(Removed(*paths))
        else:
            self.operations.append(FolderMade(*paths))

    def _refuse(self, name: str, arguments: list[str]) -> None:
        on_file = any(argument.isdigit() and int(argument) in self._open for argument in arguments[:3])
        on_path = any(
            argument[:1] == '"' and Path(text_of(argument)).is_relative_to(self.root)
            for argument in arguments
        )
        if on_path or (on_file and name not in ("msync",)):
            raise UnknownCall(f"{name}({', '.join(arguments)[:200]})")


def bytes_of(argument: str) -> bytes:
    """The bytes of a string argument as `strace -xx` prints it."""
    if not argument.endswith('"'):
        raise UnknownCall("a string was cut off in the record")
    return bytes.fromhex(argument.strip('"').replace("\\x", ""))


def text_of(argument: str) -> str:
    """The path of a string argument."""
    return bytes_of(argument).decode(errors="surrogateescape")
