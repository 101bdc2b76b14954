"""Anchors: the furthest links of the PCs' audit chains, each stored once with what contradicted it later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    uuid = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
    op.create_table(
        "audit_anchor",
        sa.Column("station", sa.String(12), nullable=False),
        sa.Column("device", uuid, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("received_at", sa.String(20), nullable=False),
        sa.Column("contradicted_by", sa.String(64), nullable=True),
        sa.Column("contradicted_at", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("station", "device", "epoch", "seq", name=op.f("pk_audit_anchor")),
    )


def downgrade() -> None:
    op.drop_table("audit_anchor")
