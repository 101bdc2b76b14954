"""What a file knows of sync by stick: the district's sealing key, its exports, which of them came back answered."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from app.store.database import Database
from app.store.tables import device


@dataclass(frozen=True)
class StickState:
    """Where the exports stand; `skips` are the seqs whose place a skip line takes in the next one."""

    server_seal_key: bytes | None
    number: int
    answered: int
    out_at: datetime | None
    out_rows: int
    skips: frozenset[int]


class StickLog:
    """Reads and writes that, each call one durable transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> StickState:
        """As it stands now."""
        with self._database.read() as connection:
            row = connection.execute(select(device)).one()
            return StickState(
                row.server_seal_key,
                row.stick_number,
                row.stick_answered,
                row.stick_out_at,
                row.stick_out_rows,
                _skips(connection),
            )

    def learn(self, seal_key: str) -> None:
        """The district said which key (base64, 32 bytes) files are sealed to; what is no such key is not learnt."""
        try:
            key = base64.b64decode(seal_key, validate=True)
        except ValueError:
            return
        if len(key) == 32 and key != self.state().server_seal_key:
            with self._database.write() as connection:
                connection.execute(update(device).values(server_seal_key=key))

    def next_number(self) -> int:
        """The number of a new export, never given before in this life of the file."""
        with self._database.write() as connection:
            connection.execute(update(device).values(stick_number=device.c.stick_number + 1))
            number: int = connection.execute(select(device.c.stick_number)).scalar_one()
            return number

    def exported(self, rows: int, at: datetime) -> None:
        """An export of so many rows is on the stick."""
        with self._database.write() as connection:
            connection.execute(update(device).values(stick_out_at=at, stick_out_rows=rows))

    def answered(self, number: int) -> None:
        """The answer to an export was taken."""
        with self._database.write() as connection:
            newest = func.max(device.c.stick_answered, number)
            connection.execute(update(device).values(stick_answered=newest))

    def skip(self, seq: int) -> None:
        """The district cannot read the line at `seq`: the next export carries a skip line in its place."""
        with self._database.write() as connection:
            epoch, acked = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
            kept = {one for one in _skips(connection) if one > acked} | {seq}
            connection.execute(update(device).values(stick_skips=_written(epoch, kept)))


def _skips(connection: Connection) -> frozenset[int]:
    epoch, kept = connection.execute(select(device.c.epoch, device.c.stick_skips)).one()
    pairs = (one.partition(".") for one in kept.split())
    return frozenset(int(seq) for life, _, seq in pairs if int(life) == epoch)


def _written(epoch: int, seqs: Iterable[int]) -> str:
    return " ".join(f"{epoch}.{seq}" for seq in sorted(seqs))
