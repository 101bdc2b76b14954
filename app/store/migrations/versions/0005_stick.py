"""Sync by stick: the district's sealing key, and what is known of the exports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none, empty = sa.text("0"), sa.text("''")
    for column in (
        sa.Column("server_seal_key", sa.LargeBinary()),
        sa.Column("stick_number", sa.Integer(), nullable=False, server_default=none),
        sa.Column("stick_answered", sa.Integer(), nullable=False, server_default=none),
        sa.Column("stick_out_at", sa.String(20)),
        sa.Column("stick_out_rows", sa.Integer(), nullable=False, server_default=none),
        sa.Column("stick_skips", sa.String(), nullable=False, server_default=empty),
    ):
        op.add_column("device", column)


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
