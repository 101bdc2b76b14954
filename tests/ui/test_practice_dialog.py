"""The district's own periods: set once, kept, and every deadline counts by them."""

from datetime import date

import pytest
from samples import mediation_case
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.settings import Settings, load_settings, save_settings
from app.ui.practice_dialog import PracticeDialog


@pytest.fixture
def dialog(qtbot, services):
    kept = []

    def make(settings=None):
        made = PracticeDialog(settings or Settings(), services)
        kept.append(made)
        qtbot.addWidget(made)
        made.show()
        return made

    yield make
    kept.clear()


def test_what_is_set_is_kept_and_read_back(qtbot, dialog, tmp_path):
    made = dialog()
    made.count.setValue(30)
    made.unit.setCurrentIndex(made.unit.findData("working"))
    made.off.setPlainText("2026-11-24\n2026年11月25日\n")
    with qtbot.waitSignal(made.chosen) as chosen:
        made._finish()
    settings = Settings().with_changes(**chosen.args[0])
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == settings
    assert settings.days_off == ("2026-11-24", "2026-11-25")


@pytest.mark.parametrize(
    ("off", "worked", "said"),
    [("明天", "", "看不懂"), ("2026-02-30", "", "不是"), ("2026-12-01", "2026-12-01", "既放假又上班")],
)
def test_a_day_that_cannot_be_is_said(dialog, off, worked, said):
    made = dialog()
    made.off.setPlainText(off)
    made.worked.setPlainText(worked)
    made._finish()
    assert said in made.banner.text()
    assert made.isVisible()


def test_deadlines_follow_at_once(services):
    open_case = {"result": None, "result_on": None, "clauses": [], "agreed_on": None, "performance_due": None}
    services.store.save(MEDIATION_CASE, mediation_case(**open_case), by=services.user, record_id=str(uuid7()))
    today = date(2026, 11, 23)

    def due():
        return [item.due for item in services.due.items(today, ahead=90)]

    assert due() == [date(2026, 12, 2)]
    services.local.follow(Settings(settle_count=5, settle_unit="working", days_off=("2026-11-04",)))
    assert due() == [date(2026, 11, 10)]


def test_damaged_days_in_the_settings_are_not_taken(tmp_path):
    save_settings(tmp_path, Settings(days_off=("2026-13-01",)))
    with pytest.raises(Exception, match="已损坏"):
        load_settings(tmp_path)
