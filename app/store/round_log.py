"""What the last rounds of sync came to: kept for the page, the newest few hundred, nothing of what nothing moved in."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from app.store.database import Database
from app.store.tables import sync_round

MOST = 500


@dataclass(frozen=True)
class Round:
    """One round: when it ended, how long it took, what it moved, and why it stopped where it did ("" for the end)."""

    at: datetime
    seconds: int
    sent: int
    received: int
    files: int
    code: str
    sentence: str
    merged: int = 0
    """Places in which what came down was merged with what was written elsewhere."""

    @property
    def moved(self) -> bool:
        """Whether anything went up or came down."""
        return bool(self.sent or self.received or self.files)


class RoundLog:
    """Writes and reads the rounds of this file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, done: Round) -> bool:
        """Keep a round that moved something or ended otherwise than the one before; answers whether it was kept.

        Raises StorageError.
        """
        with self._database.write() as connection:
            last = connection.execute(
                select(sync_round.c.place, sync_round.c.code).order_by(sync_round.c.place.desc()).limit(1)
            ).first()
            if not done.moved and done.code == (last.code if last else ""):
                return False
            place = (last.place if last else 0) + 1
            connection.execute(insert(sync_round).values(place=place, **asdict(done)))
            connection.execute(delete(sync_round).where(sync_round.c.place <= place - MOST))
            return True

    def newest(self, limit: int = 8) -> list[Round]:
        """The newest rounds first."""
        columns = [sync_round.c[name] for name in Round.__dataclass_fields__]
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).order_by(sync_round.c.place.desc()).limit(limit))
            return [Round(*row) for row in rows]

    def count(self) -> int:
        """How many are kept."""
        with self._database.read() as connection:
            kept: int = connection.execute(select(func.count()).select_from(sync_round)).scalar_one()
            return kept
