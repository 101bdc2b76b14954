"""One PC of a station: its real file and the real services over it; it can die, be copied and be put back."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, update

from app.district.enrolment import Newcomer
from app.models.payload import SCHEMA, canonical
from app.models.record_type import RecordType, Values
from app.models.registry import RECORD_TYPES
from app.store import new_life, outbox, reading, records
from app.store.database import Database
from app.store.differences import Differences
from app.store.founding import found
from app.store.lives import begin_as_another, send_lost_again
from app.store.outbox import Outbox
from app.store.reading import RecordReader
from app.store.receiving import Receiver
from app.store.records import RecordStore
from app.store.station import enrolled, read_station
from app.store.tables import device, surplus
from app.sync.backoff import Backoff
from app.sync.outcome import Outcome
from app.sync.protocol import Enrolment
from app.sync.pull import Pull
from app.sync.reconcile import ComparingRounds, Reconcile
from app.sync.rounds import Rounds
from app.sync.service import Identity, Push
from tests.simulator.district import IDENTITY, SimulatedDistrict
from tests.simulator.line import FaultyLine, NearDistrict, Weather
from tests.simulator.traps import Trap

DEK = b"k" * 32
FUTURE = "x_future"


def template(folder: Path, station: str) -> Path:
    """A founded file to copy: founding takes a tenth of a second."""
    path = folder / "template.db"
    found(path, DEK, station_code=station, station_name="鹰头村").close()
    return path


class NewerStore(RecordStore):
    """The store of a program one version ahead: its records have a field the others do not know."""

    future: Any = None

    def _revision(self, *parts: Any) -> Any:
        new = super()._revision(*parts)
        if self.future is not None and new.act != "void":
            new.data[FUTURE] = self.future
        return new

    def _write(self, connection: Connection, new: Any, values: Values) -> None:
        super()._write(connection, new, values)
        if FUTURE in new.data:
            from sqlalchemy.dialects.sqlite import insert

            kept = insert(surplus).values(record_id=new.record_id, data=canonical({FUTURE: self.future}))
            more = {"data": kept.excluded.data}
            connection.execute(kept.on_conflict_do_update(index_elements=["record_id"], set_=more))


class SimulatedPc:
    """A PC; `open` is the start of the program, and what was in memory before is gone."""

    def __init__(
        self,
        path: Path,
        district: SimulatedDistrict,
        weather: Weather,
        clock: Callable[[], datetime],
        jitter: Random,
    ) -> None:
        self.path = path
        self.name = path.stem
        self.district = district
        self.weather = weather
        self.clock = clock
        self.jitter = jitter
        self.by = f"干部{path.stem}"
        self.newer = False
        self.life = 0

    def begin(self, of: Path, station: str, device_id: str, key: bytes) -> None:
        """A copy of the founded file becomes this PC's, enrolled with the district."""
        shutil.copyfile(of, self.path)
        fresh = {"device_id": device_id, "signing_key": key, "station": station}
        with self._file() as database, database.write() as connection:
            connection.execute(update(device).values(**fresh))
        self.enrol()

    def enrol(self) -> None:
        """Register with a new code, as the sync page does.  The program is closed meanwhile."""
        with self._file() as database:
            with database.read() as connection:
                row = connection.execute(select(device)).one()
            key = Ed25519PrivateKey.from_private_bytes(row.signing_key)
            enrolments = self.district.services.enrolments
            asking = Newcomer(
                row.device_id, row.epoch, key.public_key().public_bytes_raw(), self.name, "simulated"
            )
            made = enrolments.enrol(enrolments.open_code(row.station, row.station), asking)
            server = self.district.services.identity
            with database.write() as connection:
                enrolled(
                    connection,
                    server_id=server.server,
                    server_key=server.public_key,
                    segment=made.segment,
                )

    def _file(self) -> Any:
        from contextlib import closing

        return closing(Database.open(self.path, DEK))

    def open(self) -> None:
        """Start the program."""
        self.database = Database.open(self.path, DEK)
        self.trap = Trap(self.database.engine)
        with self.database.read() as connection:
            self.station = read_station(connection)
            row = connection.execute(select(device)).one()
        self.store = NewerStore(self.database, self.station, self.clock)
        self.store.future = "后来的" if self.newer else None
        self.reader = RecordReader(self.database)
        self.outbox = Outbox(self.database, self.station.epoch)
        self.receiver = Receiver(self.database, self.station, self.clock, RECORD_TYPES)
        self.differences = Differences(self.database)
        self.line = FaultyLine(self.district, self.weather)
        enrolment = Enrolment(
            self.station.device_id,
            self.station.code,
            self.station.epoch,
            IDENTITY["server"].decode(),
            self.district.services.identity.public_key,
            "http://127.0.0.1:1",
        )
        key = Ed25519PrivateKey.from_private_bytes(row.signing_key)
        self.remote = NearDistrict(enrolment, key, self.line)
        who = Identity(self.station.device_id, self.station.epoch, SCHEMA + self.newer, "simulated")
        uniform = self.jitter.uniform
        self.push = Push(self.outbox, self.remote, who, Backoff(uniform), self.clock, timer=lambda: 0.0)
        self.pull = Pull(self.receiver, self.remote, Backoff(uniform))
        rounds = Rounds(self.push, self.pull, lambda: send_lost_again(self.database))
        self.comparison = Reconcile(rounds, self.remote, self.receiver, self.database, RECORD_TYPES)
        self.rounds = ComparingRounds(rounds, self.comparison)

    def close(self) -> None:
        """End the program."""
        self.trap.disarm()
        self.database.close()

    def restart(self) -> None:
        """Whatever it was doing is over; what is on the disk goes on."""
        self.close()
        self.open()

    def sync(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round."""
        return self.rounds.run(stop)

    def reconcile(self) -> Outcome:
        """与区里核对."""
        return self.comparison.run()

    def save_unchecked(self, record_type: RecordType, record_id: str, changed: Mapping[str, Any]) -> None:
        """An edit as a program with weaker rules would have saved it; the district will refuse its content."""
        with self.database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None or before.void_reason is not None:
                return
            new = self.store._revision(record_type, record_id, before, "edit", dict(changed), self.by)
            self.store._write(connection, new, {**before.values, **changed})

    def enqueue_strange(self, record_id: str, op_id: str, *, kind: str, spoiled: bool) -> None:
        """A line of a record type the district does not know, or one no parser takes."""
        with self.database.write() as connection:
            seq = outbox.next_seq(connection, self.station.epoch)
            said = {"seq": seq, "op_id": op_id, "type": kind, "record": record_id, "act": "create"}
            more = {"base": None, "revision": 1, "by": self.by, "at": "2026-11-23T06:00:00Z", "blobs": []}
            line = canonical({**said, **more, "data": {"name": "阿黄"}})
            if spoiled:
                line = line[:-1] + b',"act":"create"}'
            row = {"epoch": self.station.epoch, "seq": seq, "op_id": op_id, "record_type": kind}
            row |= {"record_id": record_id, "act": "create", "by": self.by, "at": self.clock(), "line": line}
            outbox.enqueue(connection, row)

    def copy_to(self, path: Path) -> None:
        """The file as it lies on the disk, the program being closed."""
        self.close()
        shutil.copyfile(self.path, path)
        self.open()

    def put_back(self, backup: Path, above: int) -> None:
        """Restore: what `app.store.restore` does to the file it puts in place, then the new registration."""
        self.close()
        self._replace(backup)
        with self._file() as database, database.write() as connection:
            new_life.begin_new_life(connection, above=above, numbers=None, days=1, year=2026)
        self.life += 1
        self.enrol()
        self.open()

    def become_another(self, device_id: str, key: bytes) -> None:
        """A copied PC goes on under an id of its own."""
        self.close()
        with self._file() as database, database.write() as connection:
            begin_as_another(connection, device_id=device_id, signing_key=key)
        self.life += 1
        self.enrol()
        self.open()

    def register_anew(self) -> None:
        """With another code, in the life the file is in."""
        self.close()
        self.enrol()
        self.open()

    def _replace(self, backup: Path) -> None:
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + ending).unlink()
        shutil.copyfile(backup, self.path)


__all__ = ["DEK", "FUTURE", "SimulatedPc", "records", "template"]
