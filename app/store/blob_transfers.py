"""Which contents the district has and which are still to come from there: kept in the file, kill -9 at any point."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal

from sqlalchemy import Connection, and_, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.models.attached_file import AttachedFile, files_in
from app.models.file_type import FileRefused, media_of
from app.store.blob_counts import Underway, underway
from app.store.blob_file import measure
from app.store.blob_folder import BlobFolder
from app.store.database import Database
from app.store.errors import StorageFull, file_error
from app.store.partial_blob import Partial
from app.store.tables import blob, blob_transfer

ROOM_KEPT = 100 * 1024 * 1024  # bytes
WRONG_CONTENT, WRONG_TYPE, NO_ROOM = "wrong_content", "wrong_type", "no_room"

Way = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A content on its way: `size` in bytes as the record says, `reason` the code of what holds it."""

    sha256: str
    way: Way
    state: str
    name: str
    media_type: str
    size: int
    reason: str

    @property
    def file(self) -> AttachedFile:
        """The file as a record names it."""
        return AttachedFile(self.sha256, self.name, self.media_type, self.size)


_COLUMNS = [column for column in blob_transfer.columns if column.name != "at"]
_HERE = select(blob.c.sha256).where(blob.c.kept)


def going_up(connection: Connection, files: Iterable[AttachedFile], at: datetime) -> None:
    """A revision of this PC names these contents for the first time; in the transaction that saves it."""
    for file in files:
        row = _row(file, "up", at)
        again = {"way": "up", "state": "waiting", "reason": ""}
        statement = (
            insert(blob_transfer)
            .values(row)
            .on_conflict_do_update(
                index_elements=["sha256"], set_=again, where=blob_transfer.c.state != "done"
            )
        )
        connection.execute(statement)


def coming_down(connection: Connection, said: dict[str, Any], at: datetime) -> None:
    """A revision of another PC (its wire line, read) came in: what it names and is not here is to be fetched."""
    if not said.get("blobs"):
        return
    named = set(said["blobs"])
    for file in files_in(said.get("data")):
        if file.sha256 in named:
            known = blob.c.sha256 == file.sha256
            here = connection.execute(update(blob).where(known).values(kept=True)).rowcount > 0
            row = _row(file, "up" if here else "down", at)
            connection.execute(insert(blob_transfer).values(row).on_conflict_do_nothing())


def ask_again(connection: Connection) -> None:
    """The district may have lost what it had: every content is asked for again and sent where it lacks."""
    here = blob_transfer.c.sha256.in_(_HERE)
    fresh = {"state": "waiting", "reason": ""}
    connection.execute(update(blob_transfer).where(here).values(way="up", **fresh))
    connection.execute(update(blob_transfer).where(~here).values(way="down", **fresh))


def held_files(connection: Connection, limit: int = 50) -> list[Transfer]:
    """The contents that wait for a person, newest first."""
    held = select(*_COLUMNS).where(blob_transfer.c.state == "held")
    rows = connection.execute(held.order_by(blob_transfer.c.at.desc()).limit(limit))
    return [Transfer(*row) for row in rows]


def is_expected(connection: Connection, digest: str) -> bool:
    """Whether a content that is not here is to come from the district."""
    coming = and_(blob_transfer.c.way == "down", blob_transfer.c.state != "done")
    one = select(blob_transfer.c.sha256).where(blob_transfer.c.sha256 == digest, coming)
    return connection.execute(one).first() is not None


class Transfers:
    """Reads out what goes up, takes in what comes down, and keeps account; each change is durable on return."""

    def __init__(self, database: Database, folder: BlobFolder, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._blobs = folder
        self._clock = clock

    def waiting(self, way: Way, limit: int) -> list[Transfer]:
        """What goes up, oldest first, or what comes down, newest first."""
        at = blob_transfer.c.at.asc() if way == "up" else blob_transfer.c.at.desc()
        chosen = and_(blob_transfer.c.way == way, blob_transfer.c.state == "waiting")
        rows = select(*_COLUMNS).where(chosen).order_by(at, blob_transfer.c.sha256).limit(limit)
        return self._read(rows)

    def find(self, digest: str) -> Transfer | None:
        """One content, whatever its state."""
        found = self._read(select(*_COLUMNS).where(blob_transfer.c.sha256 == digest))
        return found[0] if found else None

    def settled(self, after: str, limit: int) -> list[Transfer]:
        """What is done or held, in the order of the hashes from `after` on, for a comparison."""
        chosen = and_(blob_transfer.c.sha256 > after, blob_transfer.c.state != "waiting")
        return self._read(select(*_COLUMNS).where(chosen).order_by(blob_transfer.c.sha256).limit(limit))

    def underway(self) -> Underway:
        """The counts of what is not done."""
        with self._database.read() as connection:
            return underway(connection)

    def to_come(self) -> int:
        """How many contents come down and wait for nobody."""
        chosen = and_(blob_transfer.c.way == "down", blob_transfer.c.state == "waiting")
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).where(chosen)).scalar_one())

    def is_here(self, digest: str) -> bool:
        """Whether a file lies under this hash; whether it is sound shows when it is read."""
        return self._blobs.path(digest).is_file()

    def settle(self, digests: Sequence[str]) -> None:
        """The district has receipted these."""
        self._set(digests, state="done", reason="")

    def hold(self, digest: str, reason: str) -> None:
        """This one waits for a person, with the code of the reason."""
        self._set([digest], state="held", reason=reason)

    def send_again(self, digests: Sequence[str]) -> None:
        """The district lacks these after all."""
        self._set(digests, way="up", state="waiting", reason="")

    def fetch_again(self, digests: Sequence[str]) -> None:
        """These are not here, or not sound; the district has them."""
        self._set(digests, way="down", state="waiting", reason="")

    def retry_held(self) -> None:
        """Somebody asked to try once more with what was held."""
        with self._database.write() as connection:
            held = update(blob_transfer).where(blob_transfer.c.state == "held")
            connection.execute(held.values(state="waiting", reason=""))

    @contextmanager
    def outgoing(self, digest: str) -> Iterator[tuple[BinaryIO, int]]:
        """A content of this PC to read from any place, and its bytes.  Raises BlobDamaged, OSError."""
        with self._blobs.opened(digest) as opened:
            yield opened

    @contextmanager
    def arriving(self, transfer: Transfer) -> Iterator[Partial]:
        """What has come of a content so far, to add to; waits while another adds to it.  Raises StorageError."""
        with self._blobs.in_hand(transfer.sha256, wait=True), self._partial(transfer) as partial:
            yield partial

    @contextmanager
    def arriving_now(self, transfer: Transfer) -> Iterator[Partial | None]:
        """See arriving; None where another adds to it just now."""
        with self._blobs.in_hand(transfer.sha256, wait=False) as mine:
            if not mine:
                yield None
                return
            with self._partial(transfer) as partial:
                yield partial

    def begun(self, transfer: Transfer) -> int:
        """How many bytes of a content have come so far.  Raises StorageError."""
        if not self._blobs.has_begun(transfer.sha256):
            return 0
        with self.arriving_now(transfer) as partial:
            return partial.size if partial is not None else 0

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more may be written here.  Raises OSError."""
        return shutil.disk_usage(self._blobs.folder).free >= size + ROOM_KEPT

    def arrived(self, transfer: Transfer, partial: Partial) -> str:
        """All of it is here: verify it and put it into its place; answers the code of what is wrong, or nothing.

        Raises StorageError.
        """
        content = partial.content()
        measured = measure(content, lambda _: None)
        wrong = WRONG_CONTENT if measured.digest != transfer.sha256 else _wrong_type(content)
        if wrong:
            partial.discard()
            return wrong
        try:
            if not self.has_room(measured.size):
                return NO_ROOM
            with self._blobs.changing:
                content.seek(0)
                self._blobs.put(content, measured, lambda _: None)
                self._came(transfer)
        except OSError as failure:
            known = file_error(failure)
            if isinstance(known, StorageFull):
                return NO_ROOM
            raise known from failure
        partial.discard()
        return ""

    def came_otherwise(self, transfer: Transfer) -> bool:
        """Whether the content is here and sound already, which settles it."""
        if not self.is_here(transfer.sha256) or not self._blobs.holds(transfer.sha256):
            return False
        self._came(transfer)
        return True

    @contextmanager
    def _partial(self, transfer: Transfer) -> Iterator[Partial]:
        try:
            with closing(self._blobs.partial(transfer.sha256)) as partial:
                yield partial
        except OSError as failure:
            raise file_error(failure) from failure

    def _came(self, transfer: Transfer) -> None:
        known = {"size": transfer.size, "media_type": transfer.media_type, "at": self._clock(), "kept": True}
        row = insert(blob).values(sha256=transfer.sha256, **known)
        with self._database.write() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["sha256"], set_={"kept": True}))
            one = blob_transfer.c.sha256 == transfer.sha256
            connection.execute(update(blob_transfer).where(one).values(state="done", reason=""))

    def _set(self, digests: Sequence[str], **values: str) -> None:
        if digests:
            with self._database.write() as connection:
                chosen = update(blob_transfer).where(blob_transfer.c.sha256.in_(digests))
                connection.execute(chosen.values(**values))

    def _read(self, statement: Any) -> list[Transfer]:
        with self._database.read() as connection:
            return [Transfer(*row) for row in connection.execute(statement)]


def _wrong_type(content: BinaryIO) -> str:
    try:
        media_of(content)
    except FileRefused:
        return WRONG_TYPE
    return ""


def _row(file: AttachedFile, way: str, at: datetime) -> dict[str, Any]:
    parts = {"name": file.name, "media_type": file.media_type, "size": file.size, "reason": "", "at": at}
    return {"sha256": file.sha256, "way": way, "state": "waiting", **parts}
