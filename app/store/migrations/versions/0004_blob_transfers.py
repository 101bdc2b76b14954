"""What of the attached files the district has, and what is to come from there."""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob_transfer",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.CheckConstraint("way in ('up', 'down')", name=op.f("ck_blob_transfer_way")),
        sa.CheckConstraint("state in ('waiting', 'done', 'held')", name=op.f("ck_blob_transfer_state")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob_transfer")),
    )
    op.create_index(
        "ix_blob_transfer_open",
        "blob_transfer",
        ["way", "state", "at"],
        unique=False,
        sqlite_where=sa.text("state <> 'done'"),
    )
    _fill()


def _fill() -> None:
    """Files of earlier days: what is here goes up unless the district has it, the rest comes down."""
    connection = op.get_bind()
    here = set(connection.execute(sa.text("SELECT sha256 FROM blob WHERE kept")).scalars())
    rows: dict[str, dict[str, Any]] = {}
    lines = connection.execute(sa.text("SELECT line, at FROM revision ORDER BY position"))
    for line, at in lines:
        if line.count(b'"blobs":[]') == line.count(b'"blobs":'):
            continue
        content = orjson.loads(line)
        named = set(content.get("blobs", []))
        for file in _files(content["data"]):
            if file["sha256"] in named and file["sha256"] not in rows:
                way = "up" if file["sha256"] in here else "down"
                rows[file["sha256"]] = {**file, "way": way, "at": at}
    insert = sa.text(
        "INSERT INTO blob_transfer (sha256, way, state, name, media_type, size, reason, at)"
        " VALUES (:sha256, :way, 'waiting', :name, :media_type, :size, '', :at)"
    )
    if rows:
        connection.execute(insert, list(rows.values()))


def _files(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        if set(data) == {"sha256", "name", "media_type", "size"}:
            return [data]
        data = list(data.values())
    return [file for part in data for file in _files(part)] if isinstance(data, list) else []


def downgrade() -> None:
    raise NotImplementedError("a released file is never taken back; restore the copy made before the upgrade")
