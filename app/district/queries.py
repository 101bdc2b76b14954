"""Prepared statements of the ledger; every one names the station first."""

from sqlalchemy import and_, bindparam, or_, select, update

from app.district.tables import conflict, device, held, record_state, revision, station

_ONE_DEVICE = and_(device.c.station == bindparam("b_station"), device.c.device == bindparam("b_device"))
WHERE_IT_STANDS = (
    select(device.c.epoch, device.c.acked_seq, device.c.revoked_at).where(_ONE_DEVICE).with_for_update()
)
SEEN = (
    update(device)
    .where(_ONE_DEVICE)
    .values(acked_seq=bindparam("acked_seq"), last_seen=bindparam("last_seen"), app=bindparam("app"))
)
LOCK = select(station.c.position).where(station.c.station == bindparam("station")).with_for_update()
STATES = (
    select(
        record_state.c.record,
        record_state.c.type,
        record_state.c.head,
        record_state.c.version,
        record_state.c.void_reason,
        record_state.c.document,
        revision.c.line,
    )
    .outerjoin(
        revision,
        and_(
            record_state.c.document.is_(None),
            revision.c.station == record_state.c.station,
            revision.c.position == record_state.c.position,
        ),
    )
    .where(
        record_state.c.station == bindparam("station"),
        record_state.c.record.in_(bindparam("records", expanding=True)),
    )
)
ANY_HELD = (
    select(held.c.position)
    .where(held.c.station == bindparam("station"), held.c.released_at.is_(None))
    .limit(1)
)
HELD = (
    select(
        held.c.record,
        revision.c.position,
        revision.c.device,
        revision.c.epoch,
        revision.c.seq,
        revision.c.line,
    )
    .join(revision, and_(revision.c.station == held.c.station, revision.c.position == held.c.position))
    .where(
        held.c.station == bindparam("station"),
        held.c.released_at.is_(None),
        held.c.record.in_(bindparam("records", expanding=True)),
    )
    .order_by(held.c.position)
)
BASE = select(revision.c.op_id, revision.c.applied, revision.c.seen).where(
    revision.c.station == bindparam("station"),
    revision.c.record == bindparam("record"),
    or_(revision.c.op_id == bindparam("base"), revision.c.head_after == bindparam("base")),
)
FIRST_LINE = (
    select(revision.c.line)
    .where(
        revision.c.station == bindparam("station"),
        revision.c.record == bindparam("record"),
        revision.c.act.in_(("create", "skip")),
    )
    .order_by(revision.c.position)
    .limit(1)
)
EFFECTIVE = select(revision.c.op_id, revision.c.seen).where(
    revision.c.station == bindparam("station"),
    revision.c.record == bindparam("record"),
    revision.c.applied.is_not(None),
)
SINCE = (
    select(
        revision.c.position,
        revision.c.op_id,
        revision.c.head_after,
        revision.c.act,
        revision.c.seq,
        revision.c.line,
    )
    .where(
        revision.c.station == bindparam("station"),
        revision.c.record == bindparam("record"),
        revision.c.applied > bindparam("seen"),
    )
    .order_by(revision.c.applied)
)
LOST = select(conflict.c.field).where(
    conflict.c.station == bindparam("station"), conflict.c.position == bindparam("position")
)
RELEASE = update(revision).where(
    revision.c.station == bindparam("b_station"), revision.c.position == bindparam("b_position")
)
LIFT = update(held).where(
    held.c.station == bindparam("b_station"), held.c.position == bindparam("b_position")
)
UPDATE_STATE = update(record_state).where(
    record_state.c.station == bindparam("b_station"), record_state.c.record == bindparam("b_record")
)
MOVE = update(station).where(station.c.station == bindparam("b_station"))
