"""Tables of the district; the station is part of every primary and unique key, so rows can be spread by it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = MetaData(naming_convention=NAMING)
UUID = String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
UTC_TEXT = String(20)

# Facts of the server itself: id, epoch, signing key, key of the enrolment codes.  A reference table.
server_meta = Table(
    "server_meta",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    info={"spread": "reference"},
)

# `position` is the last place given in this station's change log.  It is taken under the row's lock and
# given back by a rollback, so places appear in commit order and a reader's cursor never jumps over one.
station = Table(
    "station",
    METADATA,
    Column("station", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("opened_at", UTC_TEXT, nullable=False),
    Column("kind", String(20)),
)

# `segment` is the PC's place among the PCs of its station, from 0; the district's own pen has -1 and no key.
device = Table(
    "device",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("device", UUID, nullable=False),
    Column("label", String(120), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("acked_seq", BigInteger, nullable=False),
    Column("enrolled_at", UTC_TEXT, nullable=False),
    Column("last_seen", UTC_TEXT),
    Column("app", String(60)),
    Column("revoked_at", UTC_TEXT),
    PrimaryKeyConstraint("station", "device"),
    Index("ix_device_device", "device"),
)

# `label` is the readable head of a code; only a keyed hash of the whole code is kept.
enrol_code = Table(
    "enrol_code",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("label", String(8), nullable=False),
    Column("keyed_hash", LargeBinary, nullable=False),
    Column("opened_at", UTC_TEXT, nullable=False),
    Column("expires_at", UTC_TEXT, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("used_at", UTC_TEXT),
    Column("used_by", UUID),
    PrimaryKeyConstraint("station", "label"),
    Index("ix_enrol_code_label", "label"),
)

# Every revision exactly once, as its verbatim line.  `position` is its arrival, `applied` the place at which
# it took effect (null while held), `seen` the place up to which its author knew the record, `head_after` the
# id of the state it led to where that is not its own.
revision = Table(
    "revision",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("op_id", UUID, nullable=False),
    Column("device", UUID, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("record", UUID, nullable=False),
    Column("act", String(8), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("detail", Text, nullable=False),
    Column("applied", BigInteger),
    Column("seen", BigInteger),
    Column("head_after", UUID),
    Column("received_at", UTC_TEXT, nullable=False),
    Column("line", LargeBinary, nullable=False),
    PrimaryKeyConstraint("station", "position"),
    UniqueConstraint("station", "op_id"),
    UniqueConstraint("station", "device", "epoch", "seq"),
    Index("ix_revision_station_record", "station", "record"),
    Index(
        "ix_revision_released",
        "station",
        "applied",
        sqlite_where=text("applied <> position"),
        postgresql_where=text("applied <> position"),
    ),
)

# The current merged content of a record.  `document` is canonical wire data; null means the data of the
# create line at `position`, which most records never outgrow.
record_state = Table(
    "record_state",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("record", UUID, nullable=False),
    Column("type", String(64), nullable=False),
    Column("head", UUID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("void_reason", Text),
    Column("document", LargeBinary),
    PrimaryKeyConstraint("station", "record"),
    UniqueConstraint("station", "position"),
)

# A revision that could not take effect: why, since when, and when it was released.  Its line is in `revision`.
held = Table(
    "held",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("record", UUID, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("held_at", UTC_TEXT, nullable=False),
    Column("released_at", UTC_TEXT),
    PrimaryKeyConstraint("station", "position"),
    Index("ix_held_station_record", "station", "record"),
)

# One field two people wrote differently: the district's value stands, the other is kept for good.  `position`
# is that of the revision that lost, `opened` the place at which it took effect.
conflict = Table(
    "conflict",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("record", UUID, nullable=False),
    Column("standing", LargeBinary, nullable=False),
    Column("other", LargeBinary, nullable=False),
    Column("settled_at", UTC_TEXT),
    PrimaryKeyConstraint("station", "position", "field"),
    Index("ix_conflict_station_record", "station", "record"),
)

# The furthest links of each PC's audit chain, as its batches brought them; the first word at a place stands, what
# contradicted it later lies beside it.
audit_anchor = Table(
    "audit_anchor",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("device", UUID, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head", String(64), nullable=False),
    Column("received_at", UTC_TEXT, nullable=False),
    Column("contradicted_by", String(64)),
    Column("contradicted_at", UTC_TEXT),
    PrimaryKeyConstraint("station", "device", "epoch", "seq"),
)

# Code lists, policies and messages for a station, each at a place of its change log.
notice = Table(
    "notice",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("published_at", UTC_TEXT, nullable=False),
    PrimaryKeyConstraint("station", "position"),
)

# A content that a revision of the station names.  `length` in bytes is stated by whoever sends it, `held` of them
# lie in `blob_piece`; `complete_at` is set once SHA-256 and kind were checked, and nothing changes it after that.
blob = Table(
    "blob",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("named_at", UTC_TEXT, nullable=False),
    Column("length", BigInteger),
    Column("held", BigInteger, nullable=False),
    Column("touched_at", UTC_TEXT),
    Column("complete_at", UTC_TEXT),
    PrimaryKeyConstraint("station", "sha256"),
    Index(
        "ix_blob_unfinished",
        "station",
        "touched_at",
        sqlite_where=text("held > 0 AND complete_at IS NULL"),
        postgresql_where=text("held > 0 AND complete_at IS NULL"),
    ),
)

# In the database and not beside it: several workers share them, and a backup of the district is one thing.
blob_piece = Table(
    "blob_piece",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("station", "sha256", "start"),
)

# Every station as the others address it (移交). A reference table, because a letter's sender must know the receiver.
office = Table(
    "office",
    METADATA,
    Column("office", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(20)),
    info={"spread": "reference"},
)

# A hand-over as one office has it: `of` is the other's record, `said` the SHA-256 of what this side last told the
# other, `number` how often.  `taken_at` is the place at which the sender's ledger learnt that the other signed for `case_record`;
# `files` (JSON) are the contents lent to the receiver.
letter = Table(
    "letter",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("record", UUID, nullable=False),
    Column("peer", String(12), nullable=False),
    Column("of", UUID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("said", String(64)),
    Column("case_record", UUID),
    Column("taken_at", BigInteger),
    Column("files", Text),
    PrimaryKeyConstraint("station", "record"),
    Index(
        "ix_letter_handed",
        "station",
        "case_record",
        sqlite_where=text("taken_at IS NOT NULL"),
        postgresql_where=text("taken_at IS NOT NULL"),
    ),
)

# What one office told another of a hand-over, on its way: written in the sender's transaction under the station it is
# for, entered into that station's log in a transaction of its own, and then emptied.  So no transaction locks two
# stations.
passing = Table(
    "passing",
    METADATA,
    Column("station", String(12), nullable=False),
    Column("record", UUID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sender", String(12), nullable=False),
    Column("of", UUID, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sent_at", UTC_TEXT, nullable=False),
    Column("placed_at", UTC_TEXT),
    Column("remark", Text),
    PrimaryKeyConstraint("station", "record", "number"),
    Index(
        "ix_passing_waiting",
        "station",
        sqlite_where=text("placed_at IS NULL"),
        postgresql_where=text("placed_at IS NULL"),
    ),
)
