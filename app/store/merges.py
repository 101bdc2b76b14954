"""Merges: revisions the district joined with what somebody else wrote to other fields of the record meanwhile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.tables import merge

MERGED = "merged"
"""The outcome by which the district tells of one."""


def note_merge(connection: Connection, said: Mapping[str, Any], heard_at: datetime) -> None:
    """Keep that the revision with the wire line `said` was merged, in the transaction of its page; once."""
    fields = len(said["data"]) if said["act"] in ("edit", "append") else 1
    row = {"op_id": said["op_id"], "record_id": said["record"], "fields": fields, "heard_at": heard_at}
    connection.execute(upsert(merge).values(**row).on_conflict_do_nothing())


def merged_fields(connection: Connection) -> int:
    """In how many places this file has ever heard of a merge."""
    count: int = connection.execute(select(func.coalesce(func.sum(merge.c.fields), 0))).scalar_one()
    return count
