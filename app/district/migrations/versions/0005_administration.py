"""Accounts, sessions and the trail of administrators; kinds of stations; where a PC is at home."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

UUID = sa.String(length=36).with_variant(sa.UUID(as_uuid=False), "postgresql")
UTC_TEXT = sa.String(length=20)


def upgrade() -> None:
    """Create the tables and protect the trail."""
    op.add_column("station", sa.Column("kind", sa.String(length=20), nullable=True))
    op.create_table(
        "device_home",
        sa.Column("device", UUID, nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_home")),
    )
    op.execute("INSERT INTO device_home (device, station) SELECT device, station FROM device")
    op.create_table(
        "account",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("password_at", UTC_TEXT, nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("added_at", UTC_TEXT, nullable=False),
        sa.Column("disabled_at", UTC_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account")),
    )
    op.create_table(
        "login_failure",
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UTC_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_login_failure")),
    )
    op.create_table(
        "web_session",
        sa.Column("cookie_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UTC_TEXT, nullable=False),
        sa.Column("seen_at", UTC_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("cookie_hash", name=op.f("pk_web_session")),
    )
    _trail()


def _trail() -> None:
    op.create_table(
        "trail",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UTC_TEXT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trail")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER trail_no_{verb.lower()} BEFORE {verb} ON trail "
                "BEGIN SELECT RAISE(ABORT, 'the trail is only written to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the trail is only written to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER trail_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON trail "
        "FOR EACH STATEMENT EXECUTE FUNCTION trail_only_grows()"
    )
