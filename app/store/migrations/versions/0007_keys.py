"""What the district witnessed of the audit chain, root keys of attachments, and which machine the file lives on."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# INSERT OR REPLACE deletes without asking the trigger that forbids deleting.
NO_REPLACE = (
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
    "WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
)


def upgrade() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_audit_anchor")),
    )
    op.create_table(
        "blob_root",
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_blob_root")),
    )
    op.create_table(
        "install",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("rekey_due", sa.Boolean(), nullable=False),
        sa.Column("skew", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_install")),
        sa.CheckConstraint("one = 1", name=op.f("ck_install_one_row")),
    )
    op.execute("INSERT INTO install VALUES (1, '', '', 0, 0, '')")
    op.execute(NO_REPLACE)


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
