"""Attachments (附件): files taken in once, encrypted under the hash of their content, given out only verified."""

import io
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.models.attached_file import MEDIA, AttachedFile, fitting_name
from app.models.file_type import FileRefused, media_of
from app.safe_file import writing_safely
from app.store import audit
from app.store.blob_file import BlobDamaged, ContentChanged, Measured, Progress, measure
from app.store.blob_folder import BlobFolder
from app.store.blob_transfers import is_expected
from app.store.database import Database
from app.store.errors import StorageFull, file_error
from app.store.partial_blob import PARTIAL
from app.store.prepared import Prepared
from app.store.station import Station
from app.store.tables import blob, blob_transfer, draft, thumbnail

ROOM_KEPT = 100 * 1024 * 1024  # bytes left free, so that attachments never keep a record from being saved
ORPHAN_AFTER = timedelta(days=1)

Clock = Callable[[], datetime]


class MissingContent(Exception):
    """The content is not in the data folder, or not as it was stored."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"附件“{name}”打不开：文件已损坏或不在本机。记录没有受影响；"
            "请不要删除数据文件夹里的任何文件，联系管理员从备份恢复。手上还有原文件的，可以再添加一次。"
        )


class NotHereYet(MissingContent):
    """The content was written at another PC of the station and has not come from the district yet."""

    def __init__(self, name: str) -> None:
        Exception.__init__(
            self,
            f"附件“{name}”还没有到本机：是本站另一台电脑添加的，连上区服务器后会自动取来。记录没有受影响。",
        )


class NoRoomForFile(StorageFull):
    sentence = "磁盘空间不够，这个文件没有收下；已填写和已保存的内容没有受影响。请清理出空间后再添加。"


@dataclass(frozen=True)
class Look:
    """What a file looks like on the screen: a small JPEG where one can be made, and the pages of a PDF.

    `here` is False while the content has not come from the district.
    """

    image: bytes | None = None
    pages: int | None = None
    here: bool = True


Draw = Callable[[str, bytes], Look]
"""Makes the look of a content of some media type; any failure of it is an empty look."""


def keep(connection: Connection, hashes: Iterable[str]) -> bool:
    """Note in the transaction of a save that a revision names these contents; False when one is not stored."""
    return all(_KEEP.run(connection, {"wanted": digest}).rowcount == 1 for digest in hashes)


_EXPECTED = select(blob_transfer.c.sha256).where(
    blob_transfer.c.way == "down", blob_transfer.c.state != "done"
)
_KEEP = Prepared(update(blob).where(blob.c.sha256 == bindparam("wanted")).values(kept=True))


class Attachments:
    """Takes files in, gives them out, checks them and clears away what no record came to name."""

    def __init__(
        self, database: Database, station: Station, clock: Clock, *, largest: int, draw: Draw
    ) -> None:
        self._database = database
        self._station = station
        self._clock = clock
        self._largest = largest
        self._draw = draw
        self.folder = self._blobs = BlobFolder.of(database)

    def add(
        self,
        source: Path | bytes,
        name: str = "",
        *,
        done: Callable[[int, int], None] = lambda done, of: None,
    ) -> AttachedFile:
        """Take a file in and answer what a record says of it; the same content is stored once.

        `name` is shown to people; the path's own name where it is empty.  `done(bytes, of)` tells progress on
        the calling thread.  Raises FileRefused with a sentence, StorageError.
        """
        shown = name or (source.name if isinstance(source, Path) else "")
        with _opened(source) as file:
            size = _size(file)
            self._check_size(size)
            media = media_of(file)
            file.seek(0)
            content = measure(file, lambda read: done(read // 2, size))
            with self._blobs.changing:
                self._store(file, content, lambda written: done((size + written) // 2, size))
                self._remember(content, media.media_type)
        return AttachedFile(content.digest, fitting_name(shown, media), media.media_type, content.size)

    def frames(self, file: AttachedFile) -> Iterator[bytes]:
        """The content piece by piece, each verified.  Raises MissingContent, StorageError."""
        try:
            yield from self._blobs.frames(file.sha256)
        except (BlobDamaged, FileNotFoundError) as lost:
            with self._database.read() as connection:
                missing = NotHereYet if is_expected(connection, file.sha256) else MissingContent
            raise missing(file.name) from lost
        except OSError as failure:
            raise file_error(failure) from failure

    def open(self, file: AttachedFile, *, by: str) -> bytes:
        """The whole content for a person who looks at it, which the audit says.  Raises as `frames`."""
        content = b"".join(self.frames(file))
        self._note("open file", file, by)
        return content

    def save_as(self, file: AttachedFile, target: Path, *, by: str) -> None:
        """Write the content in clear where a person asked for it, which the audit says.  Raises as `frames`."""
        self._note("export file", file, by)
        try:
            with writing_safely(target) as out:
                for frame in self.frames(file):
                    out.write(frame)
        except OSError as failure:
            raise file_error(failure) from failure

    def look(self, file: AttachedFile) -> Look:
        """What a content looks like, drawn when first asked for; an empty look where it cannot be drawn.

        Drawing may take long: ask off the window's thread.  Raises StorageError.
        """
        known = select(thumbnail.c.image, thumbnail.c.pages).where(thumbnail.c.sha256 == file.sha256)
        with self._database.read() as connection:
            row = connection.execute(known).one_or_none()
        if row is not None:
            return Look(row.image, row.pages)
        if not self._blobs.path(file.sha256).is_file():
            with self._database.read() as connection:
                return Look(here=not is_expected(connection, file.sha256))
        if not (MEDIA[file.media_type].is_picture or file.media_type == "application/pdf"):
            return Look()
        try:
            drawn = self._draw(file.media_type, b"".join(self.frames(file)))
        except MissingContent:
            return Look()
        with self._database.write() as connection:
            stored = connection.execute(select(blob.c.sha256).where(blob.c.sha256 == file.sha256)).first()
            if stored is not None:
                small = insert(thumbnail).values(sha256=file.sha256, image=drawn.image, pages=drawn.pages)
                connection.execute(small.on_conflict_do_nothing())
        return drawn

    def faults(self) -> Iterator[str]:
        """A sentence for every stored content that is missing or does not verify."""
        with self._database.read() as connection:
            digests = connection.execute(select(blob.c.sha256).where(blob.c.kept)).scalars().all()
        for digest in digests:
            try:
                for _ in self._blobs.frames(digest):
                    pass
            except FileNotFoundError:
                yield f"附件 {digest[:12]} 不在数据文件夹里。"
            except (BlobDamaged, OSError):
                yield f"附件 {digest[:12]} 已损坏，读不出来。"

    def sweep(self) -> int:
        """Clear away contents older than a day that no revision and no draft names; answers how many."""
        with self._blobs.changing:
            with self._database.write() as connection:
                wanted = _wanted(connection)
                old = blob.c.at < self._clock() - ORPHAN_AFTER
                rows = connection.execute(select(blob.c.sha256).where(~blob.c.kept, old)).scalars()
                orphans = [digest for digest in rows if digest not in wanted]
                for table in (blob, thumbnail):
                    connection.execute(delete(table).where(table.c.sha256.in_(orphans)))
                known = set(connection.execute(select(blob.c.sha256)).scalars())
                known |= {digest + PARTIAL for digest in connection.execute(_EXPECTED).scalars()}
            before = (self._clock() - ORPHAN_AFTER).timestamp()
            return self._blobs.clear(lambda digest: digest not in known, before=before)

    def _check_size(self, size: int) -> None:
        if size == 0:
            raise FileRefused("这个文件是空的，没有收下。请核对后重新选择。")
        if size > self._largest:
            raise FileRefused(
                f"文件有 {size / 2**20:.0f} MB，超过 {self._largest / 2**20:.0f} MB，没有收下。"
                "请降低扫描清晰度，或分成几个文件再添加。"
            )

    def _store(self, file: BinaryIO, content: Measured, done: Progress) -> None:
        if self._blobs.holds(content.digest):
            return
        try:
            self._blobs.make_folder(content.digest)
            if shutil.disk_usage(self._blobs.folder).free < content.size + ROOM_KEPT:
                raise NoRoomForFile
            file.seek(0)
            self._blobs.put(file, content, done)
        except ContentChanged:
            raise FileRefused(
                "这个文件正在被别的程序改动，没有收下。请等它写完或关掉那个程序再添加。"
            ) from None
        except OSError as failure:
            known = file_error(failure)
            raise (NoRoomForFile() if isinstance(known, StorageFull) else known) from failure

    def _remember(self, content: Measured, media_type: str) -> None:
        at = self._clock()
        row = insert(blob).values(
            sha256=content.digest, size=content.size, media_type=media_type, at=at, kept=False
        )
        try:
            with self._database.write() as connection:
                connection.execute(row.on_conflict_do_update(index_elements=["sha256"], set_={"at": at}))
        except StorageFull as full:
            raise NoRoomForFile from full

    def _note(self, action: str, file: AttachedFile, by: str) -> None:
        entry = audit.Entry(self._clock(), by, self._station.device_id, action, f"file/{file.sha256}")
        with self._database.write() as connection:
            audit.append(connection, entry)


def _wanted(connection: Connection) -> set[str]:
    """The contents drafts name."""
    found: set[str] = set()
    for content in connection.execute(select(draft.c.content)).scalars():
        found.update(match.decode() for match in re.findall(rb'"sha256":"([0-9a-f]{64})"', content))
    return found


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """The source opened once, so that what is checked is what is stored.  Raises FileRefused."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        file = open(source, "rb")  # noqa: SIM115  # closed below
    except OSError as failure:
        raise FileRefused(
            "这个文件打不开（可能已移走、没有权限或正被占用），没有收下。请核对后重新选择。"
        ) from failure
    with file:
        if not _is_plain(file):
            raise FileRefused("这不是普通文件，没有收下。请选择照片、扫描件或文档。")
        yield file


def _is_plain(file: BinaryIO) -> bool:
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def _size(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)
