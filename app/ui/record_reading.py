"""Everything the page of a record shows, read off the window's thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.models.changes import Difference
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.models.station_time import station_day
from app.store.case_history import Earlier, Linked
from app.store.reading import Change, StoredRecord
from app.ui.services import DeskServices


@dataclass(frozen=True)
class Beside:
    """What is known of a case beside its record.

    `changed`: what each frozen paper would now say otherwise, by document; `earlier`: its parties' other cases;
    `linked`: the cases it goes on from and that go on from it.
    """

    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    linked: Sequence[Linked] = ()


@dataclass(frozen=True)
class Reading:
    """A record with its revisions, what two people wrote differently in it, and what is known beside."""

    record: StoredRecord
    history: list[Change]
    differences: list[Difference]
    beside: Beside


def read_record(services: DeskServices, record_type: RecordType, record_id: str) -> Reading | None:
    """Read a record; None when there is none.  Raises StorageError."""
    record = services.reader.load(record_type, record_id)
    if record is None:
        return None
    beside = _beside(services, record) if record_type is MEDIATION_CASE else Beside()
    return Reading(record, services.reader.history(record_id), services.differences.of(record_id), beside)


def _beside(services: DeskServices, record: StoredRecord) -> Beside:
    changed = services.signing.differing(record) if record.values.get("printed") else {}
    linked = [one for one in services.history.linked(record.id, record.values) if _seen(services, one)]
    # Counting other cases by a number is a search by it: only for whom that is open.
    if not services.access.may("search_id", MEDIATION_CASE.code):
        return Beside(changed, linked=linked)
    today = station_day(services.clock())
    return Beside(changed, services.history.of(record.id, record.values, today), linked)


def _seen(services: DeskServices, one: Linked) -> bool:
    subject = services.access.subject(MEDIATION_CASE.code, one.record_id)
    return subject is not None and services.access.may_with("read", subject)
