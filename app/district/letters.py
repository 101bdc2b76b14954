"""Hand-overs on the receiver's side: what came for a station enters its log when one of its PCs next asks.

One station is locked, once: two offices that write to each other never wait for each other.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from app.district.authoring import pen_batch, pen_of, pen_seq
from app.district.database import Database
from app.district.identity import Identity
from app.district.intake import Intake, Sender, utc_text
from app.district.ledger import Ledger, state_of
from app.district.passing import digest_of, office_of, pass_on_again
from app.district.queries import LOCK, STATES
from app.district.tables import letter, passing
from app.models import payload
from app.models.handover.handover import HANDOVER
from app.models.handover.sides import said
from app.models.handover.status import IN
from app.models.merging import State
from app.models.payload import canonical

_WAITING = select(passing).where(passing.c.station == bindparam("station"), passing.c.placed_at.is_(None))
_NOT_OURS = "这份移交不是发给这个单位的，没有转入。"
_NO_LONGER = "对方的这份记录已作废，没有再转入。"
_Row = Mapping[str, Any]


class Letters:
    """Enters what the other offices told a station of the letters between them."""

    def __init__(
        self, database: Database, identity: Identity, intake: Intake, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._identity = identity
        self._intake = intake
        self._clock = clock

    def hand_on(self, station: str) -> int:
        """See that the station's log has all that was said to it; answers how many letters changed there.

        Exactly once: what is entered is marked in the same transaction, under the lock of the station.
        """
        asked = {"station": station}
        with self._database.read() as connection:
            if connection.execute(_WAITING.limit(1), asked).first() is None:
                return 0
        with self._database.write() as connection:
            connection.execute(LOCK, asked)
            in_order = _WAITING.order_by(passing.c.record, passing.c.number)
            waiting: list[_Row] = [*connection.execute(in_order, asked).mappings()]
            entered = 0
            for record, some in groupby(waiting, key=itemgetter("record")):
                entered += self._enter(connection, station, record, [*some])
        return entered

    def _enter(self, connection: Connection, station: str, record: str, waiting: Sequence[_Row]) -> bool:
        """The newest of what was said of one letter holds all of it; the earlier ones are overtaken."""
        newest = waiting[-1]
        row = connection.execute(STATES, {"station": station, "records": [record]}).first()
        state = None if row is None else state_of(row)
        fields = orjson.loads(bytes(newest["body"]))["fields"]
        if state is None and "written_on" not in fields:
            # An answer to a letter the district has lost: its office sends that again.
            return False
        remark = _objection(newest, state)
        entered = not remark
        if not remark:
            entered, remark = self._write(connection, newest, state, fields)
        done = update(passing).where(
            passing.c.station == station,
            passing.c.record == record,
            passing.c.number <= newest["number"],
            passing.c.placed_at.is_(None),
        )
        now = utc_text(self._clock())
        connection.execute(done.values(placed_at=now, remark=remark or None, body=b""))
        return entered

    def _write(
        self, connection: Connection, newest: _Row, state: State | None, fields: dict[str, Any]
    ) -> tuple[bool, str]:
        """One revision of the district's pen; (False, "") when it would say nothing new."""
        name, kind = office_of(connection, newest["sender"])
        if state is None:
            said_of = {"direction": IN, "letter_id": newest["of"], "peer": newest["sender"]}
            fields = {**fields, **said_of, "peer_name": name, "peer_kind": kind}
            data = {field: value for field, value in fields.items() if value is not None}
        else:
            data = {field: value for field, value in fields.items() if state.document.get(field) != value}
        if state is None or state.document.get("direction") == IN:
            self._note_letter(connection, newest, fields)
        return self._written(connection, newest, state, data, name) if data else (False, "")

    def _written(
        self, connection: Connection, newest: _Row, state: State | None, data: Mapping[str, Any], by: str
    ) -> tuple[bool, str]:
        station = newest["station"]
        pen = pen_of(self._identity, station)
        seq = pen_seq(connection, station, pen, utc_text(self._clock())) + 1
        content = {
            "type": HANDOVER.code,
            "record": newest["record"],
            "act": "create" if state is None else "edit",
            "base": None if state is None else state.head,
            "revision": 1 if state is None else state.version + 1,
            "by": by,
            "at": orjson.loads(bytes(newest["body"]))["at"],
            "data": data,
            "blobs": payload.blobs(HANDOVER, data),
        }
        # The same id for the same content only: a PC may bring back what the district lost and writes again.
        content |= {"op_id": str(uuid5(UUID(pen), canonical(content).hex())), "seq": seq}
        receipt = self._intake.take_in(connection, pen_batch(pen, content), Sender(station, pen))
        held = [verdict.detail for verdict in receipt.verdicts if verdict.code == "held"]
        return True, "".join(held)

    def _note_letter(self, connection: Connection, newest: _Row, fields: Mapping[str, Any]) -> None:
        """The receiver's side of the letter, and the contents it may fetch.

        Where the district had lost it, and the receiver's PCs brought back what they wrote, that is passed on now.
        """
        station, record = newest["station"], newest["record"]
        own = (letter.c.station == station) & (letter.c.record == record)
        files = payload.blobs(HANDOVER, {"files": fields.get("files") or []})
        lent = {"files": orjson.dumps(files).decode() if files else None}
        if connection.execute(update(letter).where(own).values(**lent)).rowcount:
            return
        known = {
            "station": station,
            "record": record,
            "peer": newest["sender"],
            "of": newest["of"],
            "number": 0,
        }
        connection.execute(insert(letter), known | lent | {"said": digest_of(said({"direction": IN}))})
        pen = pen_of(self._identity, station)
        ledger = Ledger(connection, Sender(station, pen), 1, utc_text(self._clock()))
        pass_on_again(ledger, record)


def _objection(newest: _Row, state: State | None) -> str:
    """Why what was said is not entered; it is marked with these words and shown on the district's page."""
    if state is None:
        return ""
    if state.type != HANDOVER.code or state.document.get("peer") != newest["sender"]:
        return _NOT_OURS
    if state.document.get("direction") == IN and state.document.get("letter_id") != newest["of"]:
        return _NOT_OURS
    return _NO_LONGER if state.void_reason is not None else ""
