"""Files of every earlier schema open with the program of today, and nothing in them is lost."""

from contextlib import closing

import pytest
from released_files import HEAD, PASSWORD, RELEASED, released
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands.desk import open_desk
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from app.store.upgrade import known_revisions
from app.store.verify import verify


@pytest.mark.parametrize("schema", RELEASED)
def test_a_file_of_an_earlier_schema_is_brought_up_to_date(schema, tmp_path, clock):
    folder = released(schema, tmp_path / "data")
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        assert verify(desk.database, RECORD_TYPES) == []
        kept = 0
        for kind in RECORD_TYPES.values():
            rows = desk.reader.page(kind, ListQuery())
            assert len(rows) in (0, 6)
            for row in rows:
                record = desk.reader.load(kind, row["id"])
                assert record.revision == (2 if kind.code == "mediation_case" else 1)
                assert len(desk.reader.history(record.id)) == record.revision
            kept += len(rows)
        assert kept >= 30
        assert desk.outbox.status().unsent >= kept
        for code, sample in SAMPLES.items():
            desk.store.save(RECORD_TYPES[code], sample(), by=HEAD, record_id=str(uuid7()))
    assert (folder / f"desk.before-{known_revisions()[-1]}.db").exists()
