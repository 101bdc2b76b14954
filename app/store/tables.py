"""The store's own tables beside the records: revisions (outbox), audit, drafts, numbers, device, attachments."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.models.base import Base
from app.models.column_types import Moment

# One row a revision, in the order it came to this file.  It is the outbox while its seq is beyond the
# device's acked_seq and the history of the record for ever after, so the finished wire line is written once
# and a receipt rewrites nothing.  (epoch, seq) is this PC's own gap-free stream; a revision of another PC
# has neither, but an `origin` (the label of that PC).  `verdict` is set only while the district holds the
# revision back or differs on it.  `place` is where the district applied it, known for what came down from
# there, `head_after` the id of the state it led to where that is not its own.
revision = Table(
    "revision",
    Base.metadata,
    Column("position", Integer, primary_key=True),
    Column("epoch", Integer),
    Column("seq", Integer),
    Column("op_id", String(36), nullable=False),
    Column("record_type", String, nullable=False),
    Column("record_id", String(36), nullable=False),
    Column("act", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("line", LargeBinary, nullable=False),
    Column("verdict", String),
    Column("detail", Text),
    Column("origin", String),
    Column("place", Integer),
    Column("head_after", String(36)),
    CheckConstraint("verdict in ('held', 'conflict')", "verdict"),
    UniqueConstraint("epoch", "seq"),
    Index("ix_revision_record_id", "record_id"),
    Index("ix_revision_verdict", "verdict", sqlite_where=text("verdict IS NOT NULL")),
)

# Copies of revisions that were sent again on a cadre's word (app.store.resending): the row at `position` stands in the
# stream beside the row that speaks for the same `op_id`.
resent = Table(
    "resent",
    Base.metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("op_id", String(36), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_resent_op_id", "op_id"),
)

# Revisions the district joined with what somebody else wrote to other fields meanwhile: in how many fields, and when
# this file heard of it.
merge = Table(
    "merge",
    Base.metadata,
    Column("op_id", String(36), primary_key=True),
    Column("record_id", String(36), nullable=False),
    Column("fields", Integer, nullable=False),
    Column("heard_at", Moment, nullable=False),
)

# A field two people wrote differently: the district's value stands in the record, the other is kept here for
# good.  An origin of "" is this PC.
conflict = Table(
    "conflict",
    Base.metadata,
    Column("record_id", String(36), nullable=False),
    Column("place", Integer, nullable=False),
    Column("field", String, nullable=False),
    Column("record_type", String, nullable=False),
    Column("standing", LargeBinary, nullable=False),
    Column("standing_by", String, nullable=False),
    Column("standing_at", String, nullable=False),
    Column("standing_origin", String, nullable=False),
    Column("other", LargeBinary, nullable=False),
    Column("other_by", String, nullable=False),
    Column("other_at", String, nullable=False),
    Column("other_origin", String, nullable=False),
    Column("settled", Boolean, nullable=False),
    PrimaryKeyConstraint("record_id", "place", "field"),
    Index("ix_conflict_open", "record_id", sqlite_where=text("NOT settled")),
)

# What a record holds that this program has no field for: kept, so that both ends hold the same.
surplus = Table(
    "surplus",
    Base.metadata,
    Column("record_id", String(36), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# Code lists, policies and messages of the district, and records of kinds this program does not know, verbatim.
notice = Table(
    "notice",
    Base.metadata,
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    PrimaryKeyConstraint("kind", "key"),
)

audit = Table(
    "audit",
    Base.metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("device", String, nullable=False),
    Column("action", String, nullable=False),
    Column("object", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

draft = Table(
    "draft",
    Base.metadata,
    Column("owner", String, nullable=False),
    Column("record_id", String(36), nullable=False),
    Column("record_type", String, nullable=False),
    Column("base", String(36)),
    Column("schema", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("owner", "record_id"),
)

number_series = Table(
    "number_series",
    Base.metadata,
    Column("series", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("series", "year"),
)

# Records whose number was given before the district had given this PC its block; only this PC replaces it.
provisional_number = Table(
    "provisional_number",
    Base.metadata,
    Column("record_id", String(36), primary_key=True),
    Column("record_type", String, nullable=False),
)

# One row: which PC this file belongs to, towards the district.  Everything up to `cursor` of the district's
# change log is in this file, this PC's own revisions in it up to `pulled_seq`.  `recheck` says that the log is
# being read anew from its start, to learn what the district still holds; `compare_due` that both sides are to be
# compared once after that.
device = Table(
    "device",
    Base.metadata,
    Column("one", Integer, primary_key=True),
    Column("device_id", String(36), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("segment", Integer),
    Column("station", String(12), nullable=False),
    Column("station_name", String, nullable=False),
    Column("signing_key", LargeBinary, nullable=False),
    Column("server_key", LargeBinary),
    Column("server_id", String),
    Column("enrolled", Boolean, nullable=False),
    Column("enrolled_at", Moment),
    Column("acked_seq", Integer, nullable=False),
    Column("last_receipt_at", Moment),
    Column("cursor", String, nullable=False),
    Column("pulled_seq", Integer, nullable=False),
    Column("last_pull_at", Moment),
    Column("recheck", Boolean, nullable=False),
    Column("compare_due", Boolean, nullable=False, server_default=text("0")),
    Column("new_life", Boolean, nullable=False),
    # Sync by stick: the key the district has files sealed to, exports made, the newest one answered, when the last was
    # made and of how many rows, and the rows ("epoch.seq" by blanks) whose place a skip line takes.
    Column("server_seal_key", LargeBinary),
    Column("stick_number", Integer, nullable=False, server_default=text("0")),
    Column("stick_answered", Integer, nullable=False, server_default=text("0")),
    Column("stick_out_at", Moment),
    Column("stick_out_rows", Integer, nullable=False, server_default=text("0")),
    Column("stick_skips", String, nullable=False, server_default=text("''")),
    CheckConstraint("one = 1", "one_row"),
)

# One row a content that lies in the folder of attachments.  `kept` once a revision of this file names it; what is
# never kept is cleared away.
blob = Table(
    "blob",
    Base.metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("media_type", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kept", Boolean, nullable=False),
    Index("ix_blob_unkept", "at", sqlite_where=text("kept = 0")),
)

# One row a content a revision names: on its way to the district ("up", it is here) or from there ("down", it is
# not).  `done` says that both have it; a `held` one waits for a person, with a code for the reason.
blob_transfer = Table(
    "blob_transfer",
    Base.metadata,
    Column("sha256", String(64), primary_key=True),
    Column("way", String, nullable=False),
    Column("state", String, nullable=False),
    Column("name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("way in ('up', 'down')", "way"),
    CheckConstraint("state in ('waiting', 'done', 'held')", "state"),
    Index("ix_blob_transfer_open", "way", "state", "at", sqlite_where=text("state <> 'done'")),
)

# What a content looks like, made once: no image where none can be made.
thumbnail = Table(
    "thumbnail",
    Base.metadata,
    Column("sha256", String(64), primary_key=True),
    Column("image", LargeBinary),
    Column("pages", Integer),
)

# Who uses this PC.  The keys that open the file lie beside it (app.security.keyslots); here is what each may do.
# A role of "" is none given yet.  Nobody is ever deleted: a leaver is no longer active.
account = Table(
    "account",
    Base.metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("password_at", Moment, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at", Moment, nullable=False),
)

# A full export somebody asked for, and what somebody else said to it: open, approved, refused, done or lapsed.
# `asked` is the list it is of, as JSON; it may hold words that were searched for.
export_request = Table(
    "export_request",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("record_type", String, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("state", String, nullable=False),
    Column("decided_by", String),
    Column("decided_at", Moment),
    Column("decision", String),
    Column("done_at", Moment),
    Index("ix_export_request_state", "state", "at"),
)

# What a person asked of the station about their data (个人信息保护法 art. 45-47): open, granted or refused.  Who it was
# is cleared once an erasure is carried out; the line itself stays.
subject_request = Table(
    "subject_request",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("id_number", String, nullable=False),
    Column("phone", String, nullable=False),
    Column("wish", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", String),
    Column("answered_at", Moment),
    Index("ix_subject_request_state", "state", "due_on"),
)

# Records whose personal data was taken out, and whether what earlier revisions said of it is out of this file too.
erased = Table(
    "erased",
    Base.metadata,
    Column("record_id", String(36), primary_key=True),
    Column("record_type", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("scrubbed", Boolean, nullable=False),
    Index("ix_erased_open", "record_id", sqlite_where=text("NOT scrubbed")),
)

# How far the district has witnessed the audit chain, a line a life of the counter: the hash of the link at `seq` as
# it keeps it.
audit_anchor = Table(
    "audit_anchor",
    Base.metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

# Root keys of attachments since the first change of the file's key, newest last; before that there is none here and
# the root is made from the file's key.
blob_root = Table(
    "blob_root",
    Base.metadata,
    Column("place", Integer, primary_key=True),
    Column("root", LargeBinary, nullable=False),
)

# One row: where the file lives.  `token` lies beside the file as well, `machine` is a digest of the PC's own id;
# `rekey_due` after a leaver until the file has a new key; `skew` are the seconds this PC's clock is ahead of the
# district's, `clock` what was suspect about it at the last start.
install = Table(
    "install",
    Base.metadata,
    Column("one", Integer, primary_key=True),
    Column("token", String, nullable=False),
    Column("machine", String, nullable=False),
    Column("rekey_due", Boolean, nullable=False),
    Column("skew", Integer, nullable=False),
    Column("clock", String, nullable=False),
    CheckConstraint("one = 1", "one_row"),
)

# What the last rounds of sync came to (app.store.round_log).
sync_round = Table(
    "sync_round",
    Base.metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("code", String, nullable=False),
    Column("sentence", String, nullable=False),
    Column("merged", Integer, nullable=False, server_default=text("0")),
)
