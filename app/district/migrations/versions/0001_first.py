"""First schema of the district."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UUID = sa.String(length=36).with_variant(sa.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "conflict",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=False),
        sa.Column("other", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("station", "position", "field", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_station_record", "conflict", ["station", "record"], unique=False)
    op.create_table(
        "device",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("device", UUID, nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.String(length=20), nullable=False),
        sa.Column("last_seen", sa.String(length=20), nullable=True),
        sa.Column("app", sa.String(length=60), nullable=True),
        sa.Column("revoked_at", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("station", "device", name=op.f("pk_device")),
    )
    op.create_index("ix_device_device", "device", ["device"], unique=False)
    op.create_table(
        "enrol_code",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("label", sa.String(length=8), nullable=False),
        sa.Column("keyed_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.String(length=20), nullable=False),
        sa.Column("expires_at", sa.String(length=20), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.String(length=20), nullable=True),
        sa.Column("used_by", UUID, nullable=True),
        sa.PrimaryKeyConstraint("station", "label", name=op.f("pk_enrol_code")),
    )
    op.create_index("ix_enrol_code_label", "enrol_code", ["label"], unique=False)
    op.create_table(
        "held",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("held_at", sa.String(length=20), nullable=False),
        sa.Column("released_at", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("station", "position", name=op.f("pk_held")),
    )
    op.create_index("ix_held_station_record", "held", ["station", "record"], unique=False)
    op.create_table(
        "record_state",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("head", UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("station", "record", name=op.f("pk_record_state")),
        sa.UniqueConstraint("station", "position", name=op.f("uq_record_state_station_position")),
    )
    op.create_table(
        "revision",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("op_id", UUID, nullable=False),
        sa.Column("device", UUID, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("applied", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=True),
        sa.Column("head_after", UUID, nullable=True),
        sa.Column("received_at", sa.String(length=20), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station", "position", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "station", "device", "epoch", "seq", name=op.f("uq_revision_station_device_epoch_seq")
        ),
        sa.UniqueConstraint("station", "op_id", name=op.f("uq_revision_station_op_id")),
    )
    op.create_index("ix_revision_station_record", "revision", ["station", "record"], unique=False)
    op.create_index(
        "ix_revision_released",
        "revision",
        ["station", "applied"],
        unique=False,
        sqlite_where=sa.text("applied <> position"),
        postgresql_where=sa.text("applied <> position"),
    )
    op.create_table(
        "notice",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("station", "position", name=op.f("pk_notice")),
    )
    op.create_table(
        "server_meta",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_meta")),
    )
    op.create_table(
        "station",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_station")),
    )
