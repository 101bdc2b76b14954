"""A record, its revisions, its audit rows, its search entry and its number exist together or not at all."""

from collections.abc import Iterator

from sqlalchemy import Connection

from app.models.registry import RECORD_TYPES

SAVED = "('create', 'edit', 'void')"
# Revisions whose record is missing or counts them otherwise.
REVISIONS = """
SELECT r.record_id FROM (SELECT record_id, record_type, count(*) AS written, max(position) AS last FROM revision
    WHERE record_type = '{code}' GROUP BY record_id) AS r
LEFT JOIN {code} AS h ON h.id = r.record_id
WHERE h.id IS NULL OR h.revision <> r.written
    OR h.head <> (SELECT op_id FROM revision WHERE position = r.last)
"""
RECORDS = """
SELECT id FROM {code} WHERE id NOT IN (SELECT record_id FROM revision WHERE record_type = '{code}')
"""
# What another PC wrote has its audit row there.
AUDIT = f"""
SELECT object FROM (
    SELECT object, count(*) AS rows FROM audit WHERE action IN {SAVED} GROUP BY object
    UNION ALL
    SELECT record_type || '/' || record_id, -count(*) FROM revision WHERE origin IS NULL
    GROUP BY record_type, record_id
) GROUP BY object HAVING sum(rows) <> 0
"""  # constants only
ENTRIES = """
SELECT coalesce(e.record_id, h.id) FROM {code} AS h
FULL JOIN (SELECT * FROM search_entry WHERE record_type = '{code}') AS e ON e.record_id = h.id
WHERE e.record_id IS NULL OR h.id IS NULL OR e.active <> (h.void_reason IS NULL)
"""
NUMBERS = """
SELECT 'numbers' WHERE (SELECT count(*) FROM {code} WHERE number IS NOT NULL)
    <> (SELECT coalesce(sum(last), 0) FROM number_series WHERE series = '{series}')
"""


def halves(connection: Connection) -> Iterator[str]:
    """A sentence for everything that is there without its other half."""
    for object_name in connection.exec_driver_sql(AUDIT).scalars():
        yield f"{object_name}: audit rows and revisions differ"
    for record_type in RECORD_TYPES.values():
        checks = {
            "revisions without their record": REVISIONS,
            "a record without a revision": RECORDS,
            "record and search entry differ": ENTRIES,
        }
        if record_type.numbered:
            checks["numbers given and numbers counted differ"] = NUMBERS
        for trouble, statement in checks.items():
            query = statement.format(code=record_type.code, series=record_type.numbered)
            for record_id in connection.exec_driver_sql(query).scalars():
                yield f"{record_type.code} {record_id}: {trouble}"
