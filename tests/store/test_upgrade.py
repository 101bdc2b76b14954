"""Upgrading the schema: a checked copy first, all or nothing, children stay, a newer file is refused."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.store.database import Database
from app.store.errors import BrokenReferences, NewerFile
from app.store.upgrade import MIGRATIONS, known_revisions, upgrade

HEAD = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {before!r}
def upgrade() -> None:
"""
FIRST = """
    op.create_table("family", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String))
    op.create_table("member", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("family", sa.Integer, sa.ForeignKey("family.id", ondelete="CASCADE")))
    op.execute("INSERT INTO family VALUES (1, '王家')")
    op.execute("INSERT INTO member VALUES (1, 1), (2, 1)")
"""
REBUILD = """
    with op.batch_alter_table("family", recreate="always") as table:
        table.add_column(sa.Column("village", sa.String))
"""
FAIL_HALF_WAY = """
    op.execute("DELETE FROM member")
    op.execute("DROP TABLE no_such_table")
"""
BREAK = """
    op.execute("DELETE FROM family")
"""


def steps(folder: Path, *bodies: str) -> Path:
    """A migrations folder of these steps, with the program's own environment."""
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_bytes((MIGRATIONS / "env.py").read_bytes())
    for number, body in enumerate(bodies, 1):
        head = HEAD.format(revision=f"{number:04}", before=f"{number - 1:04}" if number > 1 else None)
        (folder / "versions" / f"{number:04}_step.py").write_text(head + body, encoding="utf-8")
    return folder


@pytest.fixture
def first(tmp_path):
    database = Database.create(tmp_path / "desk.db", secrets.token_bytes(32))
    # A new file has nothing to copy.
    assert upgrade(database, steps(tmp_path / "100% steps", FIRST)) is None
    yield database
    database.close()


def counts(database):
    with database.read() as connection:
        return tuple(
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("family", "member")
        )


def columns(database):
    with database.read() as connection:
        return [row.name for row in connection.exec_driver_sql("PRAGMA table_info(family)")]


def test_a_table_made_anew_keeps_its_children_and_the_old_file_stays_as_a_copy(first, tmp_path):
    copy = upgrade(first, steps(tmp_path / "steps", FIRST, REBUILD))
    assert columns(first) == ["id", "name", "village"]
    assert counts(first) == (1, 2)
    assert copy == tmp_path / "desk.before-0002.db"
    before = Database.open(copy, first._dek)
    assert (columns(before), counts(before), before.integrity()) == (["id", "name"], (1, 2), [])
    before.close()
    # References are enforced again on every connection.
    with pytest.raises(Exception, match="FOREIGN KEY"), first.write() as connection:
        connection.exec_driver_sql("INSERT INTO member VALUES (3, 99)")
    assert upgrade(first, tmp_path / "steps") is None


@pytest.mark.parametrize(
    ("step", "error"), [(FAIL_HALF_WAY, "no_such_table"), (BREAK, "已全部撤回")], ids=["fails", "breaks"]
)
def test_an_upgrade_that_fails_leaves_the_file_as_it_was(first, tmp_path, step, error):
    with pytest.raises(Exception, match=error) as failure:
        upgrade(first, steps(tmp_path / "steps", FIRST, REBUILD, step))
    assert isinstance(failure.value, BrokenReferences) == (step == BREAK)
    assert (columns(first), counts(first)) == (["id", "name"], (1, 2))
    assert upgrade(first, tmp_path / "100% steps") is None


def test_a_file_of_a_newer_program_is_refused_and_not_touched(first, tmp_path):
    upgrade(first, steps(tmp_path / "steps", FIRST, REBUILD))
    with pytest.raises(NewerFile, match=r"新版本.*数据没有改动"):
        upgrade(first, tmp_path / "100% steps")
    assert columns(first) == ["id", "name", "village"]


def test_the_revisions_read_from_file_names_are_those_alembic_finds():
    scripts = ScriptDirectory(str(MIGRATIONS))
    chain = [script.revision for script in scripts.walk_revisions()]
    assert known_revisions() == chain[::-1]
    assert scripts.get_heads() == [known_revisions()[-1]]


def test_a_start_with_nothing_due_does_not_import_alembic(desk):
    opening = """
import sys
from pathlib import Path
from app.store.database import Database
from app.store.upgrade import upgrade
database = Database.open(Path(sys.argv[1]), bytes.fromhex(sys.stdin.read()))
assert upgrade(database) is None
sys.exit("alembic" in sys.modules)
"""
    desk.database.close()
    command = [sys.executable, "-c", opening, str(desk.path)]
    subprocess.run(command, input=desk.dek.hex(), text=True, check=True, cwd=Path(__file__).parents[2])
