"""Anchors (审计锚点): the last link of a PC's audit chain as each batch brought it, kept where the PC cannot reach."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.district.tables import audit_anchor

_OF_LIFE = and_(
    audit_anchor.c.station == bindparam("b_station"),
    audit_anchor.c.device == bindparam("b_device"),
    audit_anchor.c.epoch == bindparam("b_epoch"),
)
_FURTHEST = (
    select(audit_anchor.c.seq, audit_anchor.c.head)
    .where(_OF_LIFE)
    .order_by(audit_anchor.c.seq.desc())
    .limit(1)
)
_CONTRADICT = (
    update(audit_anchor)
    .where(
        _OF_LIFE,
        audit_anchor.c.seq == bindparam("b_seq"),
        audit_anchor.c.head != bindparam("said"),
        audit_anchor.c.contradicted_by.is_(None),
    )
    .values(contradicted_by=bindparam("said"), contradicted_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of an audit chain: its seq and its hash in hex; (0, "") is none."""

    seq: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One life of one PC's counter."""

    station: str
    device: str
    epoch: int

    @property
    def keys(self) -> dict[str, object]:
        """As the statements name it."""
        return {"b_station": self.station, "b_device": self.device, "b_epoch": self.epoch}


def keep_anchor(connection: Connection, life: Life, said: Anchor, now: str) -> Anchor:
    """Keep the link a batch brought and answer the furthest one kept of this life, this one included.

    A link once kept stays as it was: one that says otherwise at the same place is noted beside it, and the PC's
    own check finds the place.  Records are taken in any case.
    """
    before = furthest(connection, life)
    if not said.head or said == before:
        return before
    if said.seq > before.seq:
        row = {"station": life.station, "device": life.device, "epoch": life.epoch, "seq": said.seq}
        _insert(connection, row | {"head": said.head, "received_at": now})
        return said
    connection.execute(_CONTRADICT, life.keys | {"b_seq": said.seq, "said": said.head, "at": now})
    return before


def furthest(connection: Connection, life: Life) -> Anchor:
    """The furthest link kept of a life; none for (0, "")."""
    row = connection.execute(_FURTHEST, life.keys).first()
    return Anchor(row.seq, row.head) if row is not None else Anchor()


def _insert(connection: Connection, row: dict[str, object]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(audit_anchor).on_conflict_do_nothing(), row)
