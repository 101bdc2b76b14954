"""A comparison with the district that is due by itself, after its log was read anew."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device", sa.Column("compare_due", sa.Boolean(), nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
