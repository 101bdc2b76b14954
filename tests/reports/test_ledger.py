"""The ledger: every case accepted in the period, one line each, in the order of acceptance."""

from datetime import date
from decimal import Decimal

from samples import mediation_case
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.models.period import Period
from app.reports.catalogue import Reports
from app.reports.reckoning import SuccessBase

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def test_the_ledger_has_a_line_for_every_case_in_use(desk):
    def save(**changes):
        record_id = str(uuid7())
        desk.store.save(MEDIATION_CASE, mediation_case(**changes), by="甲", record_id=record_id)
        return record_id

    save(accepted_on=date(2026, 10, 20), title="晒坝纠纷")
    save(accepted_on=date(2026, 10, 8), agreed_amount=Decimal("5000.00"))
    save(accepted_on=date(2026, 11, 1))
    gone = save(accepted_on=date(2026, 10, 9))
    head = desk.reader.load(MEDIATION_CASE, gone).head
    desk.store.void(MEDIATION_CASE, gone, reason="重复", by="甲", base=head)
    report = Reports(desk.database, desk.station, success=SuccessBase.RECEIVED).report("ledger", OCTOBER)
    first, second = report.rows
    assert first[:5] == (
        1,
        "〔2026〕鹰头人调字第002号",
        "2026-10-08",
        "张石头与买买提·吐尔逊邻里纠纷",
        "邻里纠纷",
    )
    assert first[6:8] == ("达成书面协议", Decimal("5000.00"))
    assert (second[0], second[3]) == (2, "晒坝纠纷")
    assert report.office == "鹰头村人民调解委员会"
