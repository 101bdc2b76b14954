"""Mediators of a case are chosen from the register of the committee, so that no name is typed twice."""

from uuid import uuid4

from samples import committee

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.committee import COMMITTEE
from app.ui.mediators_editor import in_office
from app.ui.record_form import RecordForm
from tests.ui.conftest import USER


def register(services, **changes):
    services.store.save(COMMITTEE, committee(**changes), by=USER, record_id=str(uuid4()))


def offered(editor):
    menu = editor.menu(in_office(editor.services.reader))
    return menu, [action.text() for action in menu.actions() if action.isEnabled()]


def test_those_in_office_are_offered_and_join_the_case(qtbot, services):
    leaver = {"name": "离任人", "post": "member", "until": "2026-10-01"}
    register(services, members=[*committee()["members"], leaver])
    form = RecordForm(MEDIATION_CASE, services)
    qtbot.addWidget(form)
    form.show()
    mediators = form.editors["mediators"]
    menu, names = offered(mediators)
    assert names == ["李调解　主任", "王网格　委员", "赵记录　委员", "孙退休　聘任的人民调解员"]
    menu.actions()[0].trigger()
    menu.actions()[3].trigger()
    assert [row["name"] for row in form.values()["mediators"]] == ["李调解", "孙退休"]
    assert offered(mediators)[1] == ["王网格　委员", "赵记录　委员"]


def test_without_a_register_the_menu_says_where_to_make_one(qtbot, services):
    form = RecordForm(MEDIATION_CASE, services)
    qtbot.addWidget(form)
    menu, names = offered(form.editors["mediators"])
    assert names == []
    assert "请先在“调委会”里登记" in menu.actions()[0].text()
