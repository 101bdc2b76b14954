"""Sending again for a signed-in user: what would go out from a day on, and putting it out."""

from collections.abc import Callable
from datetime import date, datetime

from app.models.station_time import station_day
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.refused_saves import RefusedSave
from app.store.resending import Again, counted, send_since

SEND_AGAIN = "send_again"


class DayToCome(RefusedSave):
    """Nothing was written from that day on; the sentence says so."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day.isoformat()} 还没有到，没有重发任何记录。请选今天或以前的日子。")


class Resending:
    """Counts and puts out again; `wake` is called when something waits to be sent."""

    def __init__(
        self,
        database: Database,
        access: Access,
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._access = access
        self._clock = clock
        self._wake = wake

    def count(self, since: date) -> Again:
        """What `send` would put out.  Raises NotAllowed, DayToCome, StorageError."""
        now = self._allowed(since)
        with self._database.read() as connection:
            return counted(connection, since, now)

    def send(self, since: date) -> Again:
        """Put everything from the day on out again, noted before; answers what it was.  Raises as `count`."""
        going = self.count(since)
        if going.revisions:
            self._access.note("send again", detail=f"{since.isoformat()} {going.revisions} rows")
            send_since(self._database, since, self._clock())
            self._wake()
        return going

    def _allowed(self, since: date) -> datetime:
        self._access.require(SEND_AGAIN)
        now = self._clock()
        if since > station_day(now):
            raise DayToCome(since)
        return now
