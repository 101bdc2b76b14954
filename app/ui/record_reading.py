"""Everything the page of a record shows, read off the window's thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.models.changes import Difference
from app.models.handover.handover import HANDOVER
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.models.station_time import station_day
from app.store.case_history import Earlier, Linked
from app.store.letters import Letter
from app.store.reading import Change, StoredRecord
from app.ui.services import DeskServices


@dataclass(frozen=True)
class Beside:
    """What is known of a case, or of a hand-over, beside its record.

    `changed`: what each frozen paper would now say otherwise, by document; `earlier`: its parties' other cases;
    `linked`: the cases it goes on from and that go on from it; `letters`: the hand-overs it went out or came in by.
    Of a hand-over only `has_case`: whether this station has a case of it that this user may read.
    """

    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    linked: Sequence[Linked] = ()
    letters: Sequence[Letter] = ()
    has_case: bool = False


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
    beside = BESIDE[record_type.code](services, record) if record_type.code in BESIDE else Beside()
    return Reading(record, services.reader.history(record_id), services.differences.of(record_id), beside)


def _of_case(services: DeskServices, record: StoredRecord) -> Beside:
    changed = services.signing.differing(record) if record.values.get("printed") else {}
    linked = [
        one
        for one in services.history.linked(record.id, record.values)
        if _seen(services, MEDIATION_CASE, one.record_id)
    ]
    letters = [one for one in services.letters.of_case(record.id) if _seen(services, HANDOVER, one.record_id)]
    # Counting other cases by a number is a search by it: only for whom that is open.
    if not services.access.may("search_id", MEDIATION_CASE.code):
        return Beside(changed, linked=linked, letters=letters)
    today = station_day(services.clock())
    earlier = services.history.of(record.id, record.values, today)
    return Beside(changed, earlier, linked, letters)


def _of_letter(services: DeskServices, record: StoredRecord) -> Beside:
    case_id = record.values.get("case_id")
    return Beside(has_case=bool(case_id) and _seen(services, MEDIATION_CASE, str(case_id)))


def _seen(services: DeskServices, record_type: RecordType, record_id: str) -> bool:
    subject = services.access.subject(record_type.code, record_id)
    return subject is not None and services.access.may_with("read", subject)


BESIDE: Mapping[str, Callable[[DeskServices, StoredRecord], Beside]] = {
    MEDIATION_CASE.code: _of_case,
    HANDOVER.code: _of_letter,
}
