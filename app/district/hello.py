"""The district's answer to hello: where the device stands, and what was said of its newest revisions."""

from datetime import datetime

from sqlalchemy import select

from app.district.anchors import Life, furthest
from app.district.database import Database
from app.district.enrolment import Device
from app.district.identity import Identity
from app.district.intake import utc_text
from app.district.repeats import TOLD_AGAIN, digest_of
from app.district.tables import revision
from app.sync.frames import READS
from app.sync.protocol import HEARD_AGAIN, MAX_COMPRESSED, Hello, Receipt, Verdict

SCHEMA_MIN = 1
SCHEMA_MAX = 1


def hello_to(database: Database, identity: Identity, asking: Device, after: int, now: datetime) -> Hello:
    """Position of the device, with every verdict after seq `after` (of what two batches carry)."""
    after = max(after, asking.acked_seq - HEARD_AGAIN)
    own = (
        (revision.c.station == asking.station)
        & (revision.c.device == asking.device)
        & (revision.c.epoch == asking.epoch)
    )
    told = select(revision.c.seq, revision.c.outcome, revision.c.detail).where(
        own, revision.c.seq > after, revision.c.outcome.in_(TOLD_AGAIN)
    )
    last = select(revision.c.line).where(own, revision.c.seq == asking.acked_seq)
    with database.read() as connection:
        verdicts = tuple(Verdict(*row) for row in connection.execute(told.order_by(revision.c.seq)))
        line = connection.execute(last).scalar()
        kept = furthest(connection, Life(asking.station, asking.device, asking.epoch))
    return Hello(
        server=identity.server,
        server_epoch=identity.epoch,
        epoch=asking.epoch,
        receipt=Receipt(asking.acked_seq, verdicts, utc_text(now), audit_seq=kept.seq, audit_head=kept.head),
        acked_sha256="" if line is None else digest_of(bytes(line)),
        max_bytes=MAX_COMPRESSED,
        schema_min=SCHEMA_MIN,
        schema_max=SCHEMA_MAX,
        seal_key=identity.public_seal_key,
        reads=READS,
    )
