"""A revision on its way into the file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.models import payload
from app.models.record_type import RecordType
from app.store.reading import StoredRecord


@dataclass(frozen=True)
class NewRevision:
    """One revision on its way into the file; `data` is its wire data, `role` its author's."""

    record_type: RecordType
    record_id: str
    before: StoredRecord | None
    act: str
    data: dict[str, Any]
    by: str
    at: datetime
    op_id: str
    role: str

    @property
    def number(self) -> int:
        """Which revision of its record it is, from 1."""
        return self.before.revision + 1 if self.before else 1

    @property
    def files(self) -> list[str]:
        """The contents this revision is the first of its record to name; others may be at another PC."""
        named = payload.blobs(self.record_type, self.data)
        if not named or self.before is None:
            return named
        known = payload.blobs(self.record_type, payload.encode(self.record_type, self.before.values))
        return [digest for digest in named if digest not in known]

    @property
    def head_columns(self) -> dict[str, Any]:
        """What every revision writes on its record beside the fields."""
        return {"revision": self.number, "head": self.op_id, "changed_by": self.by, "changed_at": self.at}
