"""The one list of record types."""

from app.models.handover.handover import HANDOVER
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.committee import COMMITTEE
from app.models.mediation.screening import SCREENING
from app.models.patrol.patrol_log import PATROL_LOG
from app.models.people.resident import RESIDENT
from app.models.record_type import RecordType
from app.models.service.visit import SERVICE_VISIT

RECORD_TYPES: dict[str, RecordType] = {
    record_type.code: record_type
    for record_type in (MEDIATION_CASE, PATROL_LOG, SERVICE_VISIT, SCREENING, RESIDENT, COMMITTEE, HANDOVER)
}
