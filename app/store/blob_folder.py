"""The folder of encrypted contents: `ab/<SHA-256>`, written once, never changed."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.safe_file import UNFINISHED, sync_folder, writing_safely
from app.store.blob_file import BlobDamaged, Measured, Progress, key_id, open_blob, read_blob, write_blob
from app.store.blob_roots import BlobRoots
from app.store.database import Database
from app.store.partial_blob import PARTIAL, Partial

Roots = Callable[[], Sequence[bytes]]
"""The root keys contents may have been written with, the present one last."""


class BlobFolder:
    """Contents by their hash; whoever writes into it or clears it away takes `changing`."""

    def __init__(self, folder: Path, root: bytes | Roots) -> None:
        self.folder = folder
        self._roots: Roots = (lambda: (root,)) if isinstance(root, bytes) else root
        self.changing = threading.Lock()
        self._in_hand: set[str] = set()
        self._freed = threading.Condition()

    @classmethod
    def of(cls, database: Database) -> "BlobFolder":
        """The folder beside a database."""
        return cls(database.path.with_name("attachments"), BlobRoots(database))

    def path(self, digest: str) -> Path:
        """Where a content lies, or would."""
        return self.folder / digest[:2] / digest

    def make_folder(self, digest: str) -> None:
        """Make the folder a content lies in, durably.  Raises OSError."""
        for folder in (self.folder, self.path(digest).parent):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)

    def put(self, source: BinaryIO, content: Measured, done: Progress) -> None:
        """Write a content durably under its hash.  Raises ContentChanged, OSError; nothing is then left."""
        with writing_safely(self.path(content.digest)) as out:
            write_blob(source, out, self._roots()[-1], content, done)

    def holds(self, digest: str) -> bool:
        """Whether the content is here and sound, read to the end; a damaged one may be written anew."""
        try:
            for _ in self.frames(digest):
                pass
        except (BlobDamaged, OSError):
            return False
        return True

    def frames(self, digest: str) -> Iterator[bytes]:
        """The content, each frame verified.  Raises BlobDamaged, OSError."""
        with open(self.path(digest), "rb") as file:
            yield from read_blob(file, self._root_of, digest)

    def _root_of(self, wanted: bytes) -> bytes | None:
        return next((root for root in self._roots() if key_id(root) == wanted), None)

    @contextmanager
    def opened(self, digest: str) -> Iterator[tuple[BinaryIO, int]]:
        """The content to read from any place, and its bytes.  Raises BlobDamaged, OSError, also while reading."""
        with open(self.path(digest), "rb") as file:
            yield open_blob(file, self._root_of, digest)

    def partial(self, digest: str) -> Partial:
        """What has come of a content so far, to go on with, by whoever has it in hand.  Raises OSError."""
        self.make_folder(digest)
        return Partial(self._partial_path(digest), self._roots()[-1], digest)

    def has_begun(self, digest: str) -> bool:
        """Whether anything has come of a content that is not here yet."""
        return self._partial_path(digest).is_file()

    @contextmanager
    def in_hand(self, digest: str, *, wait: bool) -> Iterator[bool]:
        """One at a time adds to a content, whether off the line or off a stick; False while another does."""
        with self._freed:
            mine = self._freed.wait_for(lambda: digest not in self._in_hand, None if wait else 0)
            if mine:
                self._in_hand.add(digest)
        try:
            yield mine
        finally:
            if mine:
                with self._freed:
                    self._in_hand.discard(digest)
                    self._freed.notify_all()

    def _partial_path(self, digest: str) -> Path:
        return self.path(digest).with_name(digest + PARTIAL)

    def clear(self, unwanted: Callable[[str], bool], *, before: float) -> int:
        """Remove unwanted contents and unfinished writes last changed before a Unix time; answers how many."""
        gone = 0
        for folder in self.folder.glob("??"):
            for entry in list(os.scandir(folder)):
                unfinished = entry.name.endswith(UNFINISHED)
                if (unfinished or unwanted(entry.name)) and entry.stat().st_mtime < before:
                    os.unlink(entry.path)
                    gone += 1
        return gone
