"""Parts of the stick tests: a station and a district that only ever meet over a folder."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.district.stick import StickIntake, Taken
from app.models.registry import RECORD_TYPES
from app.safe_file import writing_safely
from app.store.blob_transfers import Transfers
from app.store.lives import send_lost_again
from app.store.outbox import enqueue
from app.store.station import enrolled, read_enrolment
from app.store.stick import StickLog
from app.sync.sealed_file import public_part
from app.sync.service import Identity
from app.sync.stick import Ends, Naming
from app.sync.stick_in import FileRead, StickImport
from app.sync.stick_out import Contents, Exported, StickExport
from tests.district.parts import Pen, new_id, sample
from tests.samples import SAMPLES
from tests.sync.stations import Desk, Near, now, template


class Carried:
    """A PC of the station that has the district's keys and can reach it by stick (and by line where a test asks)."""

    def __init__(self, folder: Path, name: str, near: Near) -> None:
        of = folder / "template.db"
        self.desk = Desk(
            folder / f"{name}.db", of if of.exists() else template(folder), near, random.Random(1)
        )
        identity = near.services.identity
        segment = near.services.enrolments.find(self.desk.station.device_id).segment
        with self.desk.database.write() as connection:
            enrolled(
                connection,
                server_id=identity.server,
                server_key=identity.public_key,
                segment=segment,
                seal_key=public_part(identity.sealing_key),
            )
        self.segment = segment

    @property
    def log(self) -> StickLog:
        return StickLog(self.desk.database)

    def save(self, code: str = "resident", **changes: Any) -> str:
        record = new_id()
        self.desk.store.save(RECORD_TYPES[code], SAMPLES[code](**changes), by="王干部", record_id=record)
        return record

    def fill(self, count: int, size: int = 0) -> None:
        """So many finished revisions, each about `size` bytes that do not pack."""
        pen = Pen()
        data = sample("resident")
        with self.desk.database.write() as connection:
            for seq in range(1, count + 1):
                line = pen.write("create", data | ({"surplus": secrets.token_hex(size // 2)} if size else {}))
                about = {"record_type": line.type, "record_id": line.record, "act": line.act, "by": line.by}
                kept = {"epoch": 1, "seq": seq, "op_id": line.op_id, "at": now(), "line": line.body}
                enqueue(connection, about | kept)

    def ends(self) -> Ends:
        with self.desk.database.read() as connection:
            kept = read_enrolment(connection)
        station = self.desk.station
        key = Ed25519PrivateKey.from_private_bytes(kept.signing_key)
        seal_key = self.log.state().server_seal_key
        return Ends(station.device_id, station.epoch, key, kept.server_id, kept.server_key, seal_key)

    def out(self, stick: Path, contents: Contents | None = None, **how: Any) -> Exported:
        station = self.desk.station
        who = Identity(station.device_id, station.epoch, 1, "test")
        naming = Naming(station.code, station.name, self.segment, station.epoch)
        parts = {"outbox": self.desk.outbox, "receiver": self.desk.receiver, "log": self.log, "clock": now}
        return StickExport(self.ends(), who, naming, contents=contents, **parts).write(stick, **how)

    def read(self, stick: Path, contents: Transfers | None = None) -> list[FileRead]:
        return StickImport(
            self.ends(),
            outbox=self.desk.outbox,
            receiver=self.desk.receiver,
            log=self.log,
            send_lost_again=lambda: send_lost_again(self.desk.database),
            clock=now,
            contents=contents,
        ).read(stick)

    def unsent(self) -> int:
        return self.desk.outbox.status().unsent


def taken(near: Near, stick: Path, **how: Any) -> list[Taken]:
    return StickIntake(near.services, **how).take(stick)


class Pulled(OSError):
    """The stick is out."""


class Failing:
    """A file that fails at its n-th write, as one on a stick that is pulled."""

    def __init__(self, file: BinaryIO, writes: int) -> None:
        self._file, self._left = file, writes

    def write(self, content: bytes) -> int:
        if not self._left:
            raise Pulled(5, "Input/output error")
        self._left -= 1
        return self._file.write(content)


def failing(writes: int) -> Callable[[Path], AbstractContextManager[Any]]:
    @contextmanager
    def writing(path: Path) -> Iterator[Any]:
        with writing_safely(path) as file:
            yield Failing(file, writes)

    return writing
