"""Register of hand-over letters; a withdrawn referral waits for no answer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("letter_id", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("letter_number", sa.String(), nullable=True),
        sa.Column("peer", sa.String(), nullable=True),
        sa.Column("peer_name", sa.String(), nullable=True),
        sa.Column("peer_kind", sa.String(), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("dispute_type", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("matter_number", sa.String(), nullable=True),
        sa.Column("reported_at", sa.String(20), nullable=True),
        sa.Column("caller", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("claims", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("first_steps", sa.String(), nullable=True),
        sa.Column("harm", sa.String(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("official", sa.String(), nullable=True),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answer_note", sa.String(), nullable=True),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("result_note", sa.Text(), nullable=True),
        sa.Column("agreement_number", sa.String(), nullable=True),
        sa.Column("performance_status", sa.String(), nullable=True),
        sa.Column("risk_note", sa.String(), nullable=True),
        sa.Column("mediator", sa.String(), nullable=True),
        sa.Column("fed_back_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirm_note", sa.String(), nullable=True),
        sa.Column("voided_there", sa.String(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_table(
        "handover_party",
        sa.Column("handover_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("id_number", sa.String(), nullable=True),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("representative", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["handover.id"],
            name=op.f("fk_handover_party_handover_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handover_id", "position", name=op.f("pk_handover_party")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_handover_number", "handover", ["number"])
    op.create_index("ix_handover_case", "handover", ["case_id"], sqlite_where=sa.text("case_id IS NOT NULL"))
    op.create_index(
        "ix_handover_open",
        "handover",
        ["sent_on"],
        sqlite_where=sa.text("status IN ('sent', 'received', 'under_way', 'fed_back')"),
    )
    op.drop_index("ix_mediation_referral_open", "mediation_referral")
    op.create_index(
        "ix_mediation_referral_open",
        "mediation_referral",
        ["due"],
        sqlite_where=sa.text(
            "due IS NOT NULL AND (status IS NULL OR status NOT IN ('fed_back', 'confirmed', 'returned', 'withdrawn'))"
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
