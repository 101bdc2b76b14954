"""First schema: records and their rows, revisions, audit chain, drafts, number series, device, search."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

AUDIT_TRIGGERS = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
)

SEARCH_TABLES: tuple[str, ...] = (
    "CREATE TABLE search_entry (id INTEGER PRIMARY KEY, record_type TEXT NOT NULL, record_id TEXT NOT NULL, "
    "active INTEGER NOT NULL, names TEXT NOT NULL, numbers TEXT NOT NULL, texts TEXT NOT NULL)",
    "CREATE UNIQUE INDEX uq_search_entry_record ON search_entry (record_id, record_type)",
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', contentless_delete=1, "
    "detail=none, prefix='2', tokenize='ascii')",
    "INSERT INTO search_index(search_index, rank) VALUES ('pgsz', 3970)",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("password_at", sa.String(20), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_index("ix_blob_unkept", "blob", ["at"], unique=False, sqlite_where=sa.text("kept = 0"))
    op.create_table(
        "conflict",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=False),
        sa.Column("standing_by", sa.String(), nullable=False),
        sa.Column("standing_at", sa.String(), nullable=False),
        sa.Column("standing_origin", sa.String(), nullable=False),
        sa.Column("other", sa.LargeBinary(), nullable=False),
        sa.Column("other_by", sa.String(), nullable=False),
        sa.Column("other_at", sa.String(), nullable=False),
        sa.Column("other_origin", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "place", "field", name=op.f("pk_conflict")),
    )
    op.create_index(
        "ix_conflict_open", "conflict", ["record_id"], unique=False, sqlite_where=sa.text("NOT settled")
    )
    op.create_table(
        "device",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=True),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("station_name", sa.String(), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=False),
        sa.Column("server_key", sa.LargeBinary(), nullable=True),
        sa.Column("server_id", sa.String(), nullable=True),
        sa.Column("enrolled", sa.Boolean(), nullable=False),
        sa.Column("acked_seq", sa.Integer(), nullable=False),
        sa.Column("last_receipt_at", sa.String(20), nullable=True),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("pulled_seq", sa.Integer(), nullable=False),
        sa.Column("last_pull_at", sa.String(20), nullable=True),
        sa.Column("recheck", sa.Boolean(), nullable=False),
        sa.Column("new_life", sa.Boolean(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_device_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_device")),
    )
    op.create_table(
        "draft",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("base", sa.String(length=36), nullable=True),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("owner", "record_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "mediation_case",
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("apply_manner", sa.String(), nullable=True),
        sa.Column("registrar", sa.String(), nullable=True),
        sa.Column("bar", sa.String(), nullable=True),
        sa.Column("earlier_number", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("dispute_type", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("claims", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("difficulty", sa.String(), nullable=True),
        sa.Column("special", sa.Text(), nullable=True),
        sa.Column("risk", sa.String(), nullable=True),
        sa.Column("measures", sa.String(), nullable=True),
        sa.Column("reported_to", sa.String(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("told_manner", sa.String(), nullable=True),
        sa.Column("joint_with", sa.String(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("extension_agreed", sa.Boolean(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("advised", sa.Text(), nullable=True),
        sa.Column("advised_on", sa.Date(), nullable=True),
        sa.Column("prevented", sa.Text(), nullable=True),
        sa.Column("prevented_people", sa.Integer(), nullable=True),
        sa.Column("disputed", sa.Text(), nullable=True),
        sa.Column("liability", sa.Text(), nullable=True),
        sa.Column("written_asked", sa.Boolean(), nullable=True),
        sa.Column("agreed_amount", sa.BigInteger(), nullable=True),
        sa.Column("breach", sa.Text(), nullable=True),
        sa.Column("performance", sa.String(), nullable=True),
        sa.Column("performance_manner", sa.String(), nullable=True),
        sa.Column("performance_place", sa.String(), nullable=True),
        sa.Column("performance_due", sa.Date(), nullable=True),
        sa.Column("performance_status", sa.String(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("recorder", sa.String(), nullable=True),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("confirm_joint", sa.Boolean(), nullable=True),
        sa.Column("confirm_on", sa.Date(), nullable=True),
        sa.Column("court", sa.String(), nullable=True),
        sa.Column("court_accepted_on", sa.Date(), nullable=True),
        sa.Column("court_decision", sa.String(), nullable=True),
        sa.Column("court_decided_on", sa.Date(), nullable=True),
        sa.Column("visit_after", sa.Date(), nullable=True),
        sa.Column("archived_on", sa.Date(), nullable=True),
        sa.Column("filed_by", sa.String(), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("retention", sa.String(), nullable=True),
        sa.Column("dossier_note", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_case")),
    )
    op.create_index(
        op.f("ix_mediation_case_accepted_on_id"), "mediation_case", ["accepted_on", "id"], unique=False
    )
    op.create_index(
        "ix_mediation_case_concluded",
        "mediation_case",
        [
            "result_on",
            "agreed_on",
            "accepted_on",
            "dispute_type",
            "source",
            "difficulty",
            "result",
            "station",
            "amount",
            "prevented",
            "prevented_people",
            "void_reason",
        ],
        unique=False,
        sqlite_where=sa.text("void_reason IS NULL AND result IS NOT NULL"),
    )
    op.create_index(op.f("ix_mediation_case_number"), "mediation_case", ["number"], unique=False)
    op.create_index(
        "ix_mediation_case_received",
        "mediation_case",
        [
            "accepted_on",
            "result_on",
            "agreed_on",
            "dispute_type",
            "source",
            "difficulty",
            "result",
            "station",
            "amount",
            "people",
            "risk",
            "special",
            "void_reason",
            "id",
        ],
        unique=False,
        sqlite_where=sa.text("void_reason IS NULL"),
    )
    op.create_index(
        "ix_mediation_case_unconfirmed",
        "mediation_case",
        ["effective_on"],
        unique=False,
        sqlite_where=sa.text("effective_on IS NOT NULL AND confirm_joint AND confirm_on IS NULL"),
    )
    op.create_index(
        "ix_mediation_case_unperformed",
        "mediation_case",
        ["performance_due"],
        unique=False,
        sqlite_where=sa.text(
            "performance_due IS NOT NULL AND (performance_status IS NULL OR performance_status <> 'done')"
        ),
    )
    op.create_index(
        "ix_mediation_case_unsettled",
        "mediation_case",
        ["accepted_on"],
        unique=False,
        sqlite_where=sa.text("result IS NULL"),
    )
    op.create_index(
        "ix_mediation_case_unvisited",
        "mediation_case",
        ["visit_after"],
        unique=False,
        sqlite_where=sa.text("visit_after IS NOT NULL"),
    )
    op.create_table(
        "notice",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_notice")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "patrol_log",
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("patrol_on", sa.Date(), nullable=True),
        sa.Column("shift", sa.String(), nullable=True),
        sa.Column("started_at", sa.String(20), nullable=True),
        sa.Column("ended_at", sa.String(20), nullable=True),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("team_type", sa.String(), nullable=True),
        sa.Column("leader", sa.String(), nullable=True),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("weather", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("situation", sa.Text(), nullable=True),
        sa.Column("questioned", sa.Integer(), nullable=True),
        sa.Column("dissuaded", sa.Integer(), nullable=True),
        sa.Column("publicity", sa.Integer(), nullable=True),
        sa.Column("leaflets", sa.Integer(), nullable=True),
        sa.Column("handover", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_log")),
    )
    op.create_index(op.f("ix_patrol_log_number"), "patrol_log", ["number"], unique=False)
    op.create_index(op.f("ix_patrol_log_patrol_on_id"), "patrol_log", ["patrol_on", "id"], unique=False)
    op.create_table(
        "provisional_number",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_provisional_number")),
    )
    op.create_table(
        "resident",
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("id_document", sa.String(), nullable=True),
        sa.Column("id_number", sa.String(), nullable=True),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("residence", sa.String(), nullable=True),
        sa.Column("registered", sa.String(), nullable=True),
        sa.Column("village", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("education", sa.String(), nullable=True),
        sa.Column("occupation", sa.String(), nullable=True),
        sa.Column("employer", sa.String(), nullable=True),
        sa.Column("care", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
    )
    op.create_table(
        "revision",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("op_id", sa.String(length=36), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("head_after", sa.String(length=36), nullable=True),
        sa.CheckConstraint("verdict in ('held', 'conflict')", name=op.f("ck_revision_verdict")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_revision")),
        sa.UniqueConstraint("epoch", "seq", name=op.f("uq_revision_epoch_seq")),
    )
    op.create_index("ix_revision_record_id", "revision", ["record_id"], unique=False)
    op.create_index(
        "ix_revision_verdict",
        "revision",
        ["verdict"],
        unique=False,
        sqlite_where=sa.text("verdict IS NOT NULL"),
    )
    op.create_table(
        "screening",
        sa.Column("screened_on", sa.Date(), nullable=True),
        sa.Column("screeners", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Integer(), nullable=True),
        sa.Column("taken_up", sa.Integer(), nullable=True),
        sa.Column("reported", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index(op.f("ix_screening_screened_on_id"), "screening", ["screened_on", "id"], unique=False)
    op.create_table(
        "service_visit",
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("visited_at", sa.String(20), nullable=True),
        sa.Column("resident", sa.String(length=36), nullable=True),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("id_number", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("matter_kind", sa.String(), nullable=True),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("handler", sa.String(), nullable=True),
        sa.Column("handling", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("satisfaction", sa.String(), nullable=True),
        sa.Column("photos", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_visit")),
    )
    op.create_index(op.f("ix_service_visit_number"), "service_visit", ["number"], unique=False)
    op.create_index(
        "ix_service_visit_unfinished",
        "service_visit",
        ["due"],
        unique=False,
        sqlite_where=sa.text(
            "due IS NOT NULL AND result_on IS NULL AND (result IS NULL OR result IN ('in_hand', 'transferred', 'reported'))"
        ),
    )
    op.create_index(
        op.f("ix_service_visit_visited_at_id"), "service_visit", ["visited_at", "id"], unique=False
    )
    op.create_table(
        "surplus",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_surplus")),
    )
    op.create_table(
        "thumbnail",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_thumbnail")),
    )
    op.create_table(
        "mediation_archive_note",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["mediation_case.id"],
            name=op.f("fk_mediation_archive_note_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_archive_note")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_clause",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_clause_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_clause")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_evidence",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_evidence_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_evidence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_follow_up",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("manner", sa.String(), nullable=True),
        sa.Column("visited", sa.String(), nullable=True),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("situation", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.String(), nullable=True),
        sa.Column("advised_court", sa.Boolean(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["mediation_case.id"],
            name=op.f("fk_mediation_follow_up_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_follow_up")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_investigation",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.String(20), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("investigator", sa.String(), nullable=True),
        sa.Column("participants", sa.String(), nullable=True),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("asked_identity", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("recorder", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["mediation_case.id"],
            name=op.f("fk_mediation_investigation_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_investigation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_mediator",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("appointment", sa.String(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_mediator_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_mediator")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_obligation",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("payee", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["mediation_case.id"],
            name=op.f("fk_mediation_obligation_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_obligation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_mediation_obligation_open",
        "mediation_obligation",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL AND (status IS NULL OR status <> 'done')"),
    )
    op.create_table(
        "mediation_party",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("resident", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("id_number", sa.String(), nullable=True),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("occupation", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("representative", sa.String(), nullable=True),
        sa.Column("uscc", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("agent_phone", sa.String(), nullable=True),
        sa.Column("agent_relation", sa.String(), nullable=True),
        sa.Column("agent_scopes", sa.Text(), nullable=True),
        sa.Column("sign_modes", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_party_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_party")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_printed",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("printed_at", sa.String(20), nullable=True),
        sa.Column("printed_by", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.Column("scans", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_printed_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_printed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediation_referral",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("office_kind", sa.String(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("letter_number", sa.String(), nullable=True),
        sa.Column("matter_number", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("referred_on", sa.Date(), nullable=True),
        sa.Column("reported_at", sa.String(20), nullable=True),
        sa.Column("caller", sa.String(), nullable=True),
        sa.Column("situation", sa.Text(), nullable=True),
        sa.Column("first_steps", sa.String(), nullable=True),
        sa.Column("harm", sa.String(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("received_by", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_referral_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_referral")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_mediation_referral_open",
        "mediation_referral",
        ["due"],
        unique=False,
        sqlite_where=sa.text(
            "due IS NOT NULL AND (status IS NULL OR status NOT IN ('fed_back', 'confirmed', 'returned'))"
        ),
    )
    op.create_table(
        "mediation_session",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(20), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("attendees", sa.String(), nullable=True),
        sa.Column("invited", sa.String(), nullable=True),
        sa.Column("invited_agreed", sa.Boolean(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=True),
        sa.Column("objection", sa.Boolean(), nullable=True),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("recorder", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_session_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_mediation_session")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "patrol_finding",
        sa.Column("log_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("disposal", sa.String(), nullable=True),
        sa.Column("responsible", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("handled", sa.String(), nullable=True),
        sa.Column("photos", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["patrol_log.id"], name=op.f("fk_patrol_finding_log_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("log_id", "position", name=op.f("pk_patrol_finding")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_patrol_finding_open",
        "patrol_finding",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL AND handled IS NULL"),
    )
    op.create_table(
        "patrol_member",
        sa.Column("log_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["patrol_log.id"], name=op.f("fk_patrol_member_log_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("log_id", "position", name=op.f("pk_patrol_member")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "patrol_point",
        sa.Column("log_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("reached_at", sa.String(20), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["patrol_log.id"], name=op.f("fk_patrol_point_log_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("log_id", "position", name=op.f("pk_patrol_point")),
        sqlite_with_rowid=False,
    )
    for statement in AUDIT_TRIGGERS + SEARCH_TABLES:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
