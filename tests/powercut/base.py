"""What a power cut test starts from: a founded station with some records, and a schema still to come."""

import shutil
from pathlib import Path

from uuid_utils import uuid7

from app.commands.desk import found_desk
from app.models.registry import RECORD_TYPES
from app.store.upgrade import MIGRATIONS, known_revisions
from tests.powercut.driver import STATION, USER
from tests.samples import SAMPLES

# Folders beside each other: the disk that loses power, with the data folder in it, and the next schema.
DISK, DATA, NEXT_SCHEMA = "disk", "data", "next_schema"
MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {before!r}
def upgrade() -> None:
    with op.batch_alter_table("mediation_case", recreate="always") as table:
        table.add_column(sa.Column("of_the_next_schema", sa.String))
    op.execute("UPDATE mediation_case SET of_the_next_schema = '新'")
"""


def founded_disk(disk: Path) -> None:
    """A disk with the data folder of a station that has three records of every type, one revised."""
    desk, _ = found_desk(disk / DATA, **STATION)
    try:
        for record_type in RECORD_TYPES.values():
            for _ in range(3):
                last = desk.store.save(
                    record_type, SAMPLES[record_type.code](), by=USER, record_id=str(uuid7())
                )
            changes = {name: None for name in ("notes",) if name in record_type.fields}
            desk.store.save(
                record_type, last.values | changes, by=USER, record_id=last.record_id, base=last.head
            )
    finally:
        desk.close()


def next_schema(folder: Path) -> Path:
    """This program's migrations and one more, which makes a table with rows below it anew."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = known_revisions()[-1]
    revision = f"{int(newest) + 1:04}"
    step = MIGRATION.format(revision=revision, before=newest)
    (folder / "versions" / f"{revision}_next.py").write_text(step, encoding="utf-8")
    return folder
