"""Hand-over between offices: their directory, the letters of a station, what is on its way to one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UUID = sa.String(length=36).with_variant(sa.UUID(as_uuid=False), "postgresql")
UTC_TEXT = sa.String(length=20)


def upgrade() -> None:
    """Create the tables; every station there is becomes an office."""
    op.create_table(
        "office",
        sa.Column("office", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_office")),
    )
    op.execute("INSERT INTO office (office, name, kind) SELECT station, name, kind FROM station")
    op.create_table(
        "letter",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("peer", sa.String(length=12), nullable=False),
        sa.Column("of", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=True),
        sa.Column("case_record", UUID, nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("files", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("station", "record", name=op.f("pk_letter")),
    )
    op.create_index(
        "ix_letter_handed",
        "letter",
        ["station", "case_record"],
        sqlite_where=sa.text("taken_at IS NOT NULL"),
        postgresql_where=sa.text("taken_at IS NOT NULL"),
    )
    op.create_table(
        "passing",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("record", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("of", UUID, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", UTC_TEXT, nullable=False),
        sa.Column("placed_at", UTC_TEXT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("station", "record", "number", name=op.f("pk_passing")),
    )
    op.create_index(
        "ix_passing_waiting",
        "passing",
        ["station"],
        sqlite_where=sa.text("placed_at IS NULL"),
        postgresql_where=sa.text("placed_at IS NULL"),
    )


def downgrade() -> None:
    """Released schemas only grow."""
    raise NotImplementedError
