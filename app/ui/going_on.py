"""Papers that go on from the record shown: of which type, and what they take over of it."""

from collections.abc import Callable

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import case_from, letter_from, written_again
from app.models.mediation.again import begun_again
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType, Values
from app.store.reading import StoredRecord

GoingOn = Callable[[StoredRecord], tuple[RecordType, Values]]


def handing_over(case: StoredRecord) -> tuple[RecordType, Values]:
    """A letter that hands the case to another office (移交其他单位)."""
    return HANDOVER, letter_from(case.values, case.id)


def writing_again(letter: StoredRecord) -> tuple[RecordType, Values]:
    """Another letter of the same matter (另写一份)."""
    return HANDOVER, written_again(letter.values)


def taking_up(letter: StoredRecord) -> tuple[RecordType, Values]:
    """A case of the matter that came in (立案受理)."""
    return MEDIATION_CASE, case_from(letter.values, letter.id)


def beginning_again(case: StoredRecord) -> tuple[RecordType, Values]:
    """A new case that takes the dispute up anew (重新调解)."""
    return MEDIATION_CASE, begun_again(case.values)
