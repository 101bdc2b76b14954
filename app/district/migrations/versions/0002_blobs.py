"""Contents of attached files: which ones the revisions of a station name, and what of them is here."""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    """Create the tables, and name in them what revisions taken earlier name."""
    op.create_table(
        "blob",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("named_at", sa.String(length=20), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.String(length=20), nullable=True),
        sa.Column("complete_at", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("station", "sha256", name=op.f("pk_blob")),
    )
    unfinished = sa.text("held > 0 AND complete_at IS NULL")
    op.create_index(
        "ix_blob_unfinished",
        "blob",
        ["station", "touched_at"],
        unique=False,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_table(
        "blob_piece",
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station", "sha256", "start", name=op.f("pk_blob_piece")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Photographs and PDFs are compressed already; trying once more costs time and gives nothing.
        op.execute("ALTER TABLE blob_piece ALTER COLUMN content SET STORAGE EXTERNAL")
    _name_earlier_ones()


def _name_earlier_ones() -> None:
    connection = op.get_bind()
    taken = sa.table(
        "revision", sa.column("station"), sa.column("position"), sa.column("received_at"), sa.column("line")
    )
    blob = sa.table(
        "blob", sa.column("station"), sa.column("sha256"), sa.column("named_at"), sa.column("held")
    )
    for station in connection.execute(sa.text("SELECT station FROM station")).scalars().all():
        named: dict[str, str] = {}
        after = 0
        while True:
            page = connection.execute(
                sa.select(taken.c.position, taken.c.received_at, taken.c.line)
                .where(taken.c.station == station, taken.c.position > after)
                .order_by(taken.c.position)
                .limit(AT_ONCE)
            ).all()
            if not page:
                break
            after = page[-1].position
            for row in page:
                line = bytes(row.line)
                if b'"blobs":[]' not in line:
                    for digest in orjson.loads(line).get("blobs", []):
                        named.setdefault(str(digest), row.received_at)
        rows = [
            {"station": station, "sha256": digest, "named_at": at, "held": 0}
            for digest, at in named.items()
            if len(digest) == 64
        ]
        if rows:
            connection.execute(sa.insert(blob), rows)


def downgrade() -> None:
    """Nothing held is ever thrown away by going back a version."""
    raise NotImplementedError
