"""Parts of the tests with several stations: real files, the real server in this process, a line with faults."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from app.district.database import open_database
from app.district.enrolment import Newcomer
from app.district.hello import hello_to
from app.district.intake import Sender
from app.district.log import page_for, record_for
from app.district.server import services_of
from app.district.stock import listed, tallies_of
from app.district.tables import conflict as disputes
from app.district.tables import record_state, revision
from app.models.changes import Page
from app.models.registry import RECORD_TYPES
from app.store.database import Database
from app.store.differences import Differences
from app.store.founding import found
from app.store.lives import send_lost_again
from app.store.outbox import Outbox
from app.store.reading import RecordReader
from app.store.receiving import Receiver
from app.store.records import RecordStore
from app.store.station import enrolled, read_station
from app.store.tables import device
from app.sync.backoff import Backoff
from app.sync.batch import decode_batch
from app.sync.protocol import Header, Hello, NoAnswer, Receipt, Refusal
from app.sync.pull import Pull
from app.sync.pull_page import decode_page, encode_page
from app.sync.rounds import Rounds
from app.sync.service import Identity, Push
from tests.district.parts import STATION, new_id

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DEK = b"k" * 32


def now() -> datetime:
    return NOW


@dataclass
class Near:
    """A district in this process; its database can be taken away, copied and put back."""

    folder: Path
    url: str | None = None
    seconds: int = 0

    def __post_init__(self) -> None:
        self.open()

    def clock(self) -> datetime:
        """A second later each time: what is told apart by its time is told apart here, too."""
        self.seconds += 1
        return NOW + timedelta(seconds=self.seconds)

    def open(self) -> None:
        self.database = open_database(self.url, self.folder)
        self.services = services_of(self.database, clock=self.clock)

    def close(self) -> None:
        self.database.close()

    def copy_to(self, target: Path) -> None:
        """A backup of the SQLite file."""
        self.close()
        shutil.copytree(self.folder, target)
        self.open()

    def put_back(self, source: Path) -> None:
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(source, self.folder)
        self.open()

    def rows(self, table: Any) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table)))


@dataclass
class Line:
    """What a PC calls: requests are lost, answers are lost after the COMMIT, requests arrive twice.

    `faults` gives the share of calls to which something happens.
    """

    near: Near
    device: str
    epoch: int
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    faults: float = 0.0
    calls: int = 0
    station: str = STATION

    def hello(self, acked_seq: int) -> Hello:
        return self._through(
            lambda: hello_to(self.near.database, self.near.services.identity, self._asking(), acked_seq, NOW)
        )

    def push(self, header: Header, body: bytes) -> Receipt:
        sender = Sender(self.station, self.device)
        return self._through(lambda: self.near.services.intake.take(decode_batch(body), sender))

    def pull(self, cursor: str) -> Page:
        services = self.near.services

        def asked() -> Page:
            services.policies.hand_on(self.station)
            services.letters.hand_on(self.station)
            return page_for(self.near.database, self._asking(), services.identity.epoch, cursor)

        return self._page(asked)

    def record(self, record_id: str) -> Page:
        return self._page(
            lambda: record_for(
                self.near.database, self._asking(), self.near.services.identity.epoch, record_id
            )
        )

    def tallies(self) -> Any:
        return self._through(lambda: tallies_of(self.near.database, self.station))

    def digests(self, type_code: str, month: str) -> dict[str, int]:
        found = self._through(lambda: listed(self.near.database, self.station, type_code, month, ""))
        return {record: int(digest, 16) for record, digest in found}

    def begin_epoch(self) -> None:
        self._through(lambda: self.near.services.enrolments.begin_epoch(self.device, self.epoch))

    def _page(self, ask: Callable[[], Page]) -> Page:
        return decode_page(self._through(lambda: encode_page(ask())))

    def _asking(self) -> Any:
        asking = self.near.services.enrolments.find(self.device)
        if asking is None:
            raise Refusal(401, "unknown_device")
        if asking.epoch != self.epoch:
            raise Refusal(422, "unknown_epoch")
        return asking

    def _through(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        happens = self.chance.random() if self.faults else 1.0
        if happens < self.faults * 0.4:
            raise NoAnswer("reset")
        if happens < self.faults * 0.6:
            call()
        answer = call()
        if happens < self.faults:
            raise NoAnswer("timeout")
        return answer


def template(folder: Path, station: str = STATION, name: str = "鹰头村") -> Path:
    """A founded file to copy: founding takes a tenth of a second that a hundred seeds can save."""
    path = folder / ("template.db" if station == STATION else f"template-{station}.db")
    found(path, DEK, station_code=station, station_name=name).close()
    return path


def sides_chosen(chance: random.Random, differences: Differences, record_id: str) -> dict[str, Any]:
    """For each open difference of a record one of its two values."""
    return {
        one.field: chance.choice([one.standing.value, one.other.value])
        for one in differences.of(record_id)
        if not one.settled
    }


class Desk:
    """One PC of the station: its file and its sync."""

    def __init__(self, path: Path, of: Path, near: Near, chance: random.Random, faults: float = 0.0) -> None:
        self.path = path
        self.near = near
        self.faults = faults
        self.chance = chance
        self.by = f"干部{path.stem}"
        shutil.copyfile(of, path)
        key = Ed25519PrivateKey.generate()
        database = Database.open(path, DEK)
        fresh = {"device_id": new_id(), "signing_key": key.private_bytes_raw()}
        with database.write() as connection:
            connection.execute(update(device).values(**fresh))
            where = read_station(connection)
        database.close()
        newcomer = Newcomer(fresh["device_id"], 1, key.public_key().public_bytes_raw(), path.stem, "test")
        enrolments, identity = near.services.enrolments, near.services.identity
        made = enrolments.enrol(enrolments.open_code(where.code, where.name), newcomer)
        self.open()
        with self.database.write() as connection:
            enrolled(
                connection, server_id=identity.server, server_key=identity.public_key, segment=made.segment
            )

    def open(self) -> None:
        """As the program does on start; whatever was in memory is gone."""
        self.database = Database.open(self.path, DEK)
        with self.database.read() as connection:
            self.station = read_station(connection)
        self.store = RecordStore(self.database, self.station, now)
        self.reader = RecordReader(self.database)
        self.outbox = Outbox(self.database, self.station.epoch)
        self.receiver = Receiver(self.database, self.station, now, RECORD_TYPES)
        self.differences = Differences(self.database)
        self.line = Line(
            self.near,
            self.station.device_id,
            self.station.epoch,
            self.chance,
            self.faults,
            station=self.station.code,
        )
        self.rounds = self._rounds()

    def close(self) -> None:
        self.database.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def sync(self) -> Any:
        return self.rounds.run()

    def _rounds(self) -> Rounds:
        who = Identity(self.station.device_id, self.station.epoch, 1, "test")
        uniform = self.chance.uniform
        push = Push(self.outbox, self.line, who, Backoff(uniform), now)
        pull = Pull(self.receiver, self.line, Backoff(uniform))
        return Rounds(push, pull, lambda: send_lost_again(self.database))


def settled(*desks: Desk, rounds: int = 40) -> None:
    """The line is good again: everybody syncs until nothing moves; fails when that does not come to an end."""
    for desk in desks:
        desk.faults = desk.line.faults = 0.0
    for _ in range(rounds):
        outcomes = [desk.sync() for desk in desks]
        stopped = [outcome.code for outcome in outcomes if outcome.state == "stopped"]
        assert not stopped, stopped
        if all(outcome.state == "idle" and not outcome.sent + outcome.received for outcome in outcomes):
            return
    raise AssertionError("still moving")


def server_records(near: Near) -> dict[str, Any]:
    return {row.record: row for row in near.rows(record_state)}


def server_ops(near: Near) -> list[str]:
    return [row.op_id for row in near.rows(revision)]


def open_at_server(near: Near) -> set[tuple[str, str]]:
    return {(row.record, row.field) for row in near.rows(disputes) if row.settled_at is None}
