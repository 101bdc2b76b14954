"""At the largest text every form still fits beside the rail of a 1366 pixels wide screen; nothing is cut off."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget
from samples import SAMPLES
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.settings import Settings
from app.store.authorized.this_pc import ThisPc
from app.store.stick import StickState
from app.ui import application
from app.ui.flow_row import FlowRow
from app.ui.identity_card import IdentityCard
from app.ui.record_form import RecordForm
from app.ui.record_page import RecordPage
from app.ui.resend_card import ResendCard
from app.ui.rows_editor import RowsEditor
from app.ui.stick_card import StickCard
from app.ui.sync_page import SyncPage
from tests.ui.test_identity_card import CA

ROOM = 1366 - 240


@pytest.fixture
def largest(dressed):
    application.dress(dressed, Settings(text_size=200))
    yield
    application.dress(dressed, Settings())


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_a_form_needs_no_more_width_than_there_is(qtbot, services, largest, code):
    form = RecordForm(RECORD_TYPES[code], services)
    qtbot.addWidget(form)
    form.resize(ROOM, 700)
    form.show()
    form.set_values(SAMPLES[code]())
    for editor in form.findChildren(RowsEditor):
        editor.add_row()
        for card in editor.cards:
            card._more.setChecked(True)
    services.runner.wait_idle()
    qtbot.waitUntil(lambda: form._area.widget().width() > 0)
    assert form._area.widget().minimumSizeHint().width() <= ROOM


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_a_list_and_its_record_need_no_more_width_than_there_is(qtbot, services, largest, code):
    record_id = str(uuid7())
    services.store.save(RECORD_TYPES[code], SAMPLES[code](), by=services.user, record_id=record_id)
    page = RecordPage(services, RECORD_TYPES[code])
    qtbot.addWidget(page)
    page.resize(ROOM, 700)
    page.show()
    page.open_record(record_id)
    services.runner.wait_idle()
    assert page.minimumSizeHint().width() <= ROOM


def test_the_sync_page_needs_no_more_width_than_there_is(qtbot, services, largest):
    page = SyncPage(services)
    qtbot.addWidget(page)
    page.resize(ROOM, 700)
    page.show()
    page.refresh()
    services.runner.wait_idle()
    sheets = [area.widget().minimumSizeHint().width() for area in page.findChildren(QScrollArea)]
    assert max(sheets) <= ROOM
    stick = StickCard(NoStick(), services.runner, services.clock)
    qtbot.addWidget(stick)
    assert stick.minimumSizeHint().width() <= ROOM


def test_who_this_pc_is_needs_no_more_width_than_there_is(qtbot, services, desk, largest):
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET enrolled = 1, epoch = 3, segment = 1")
    pc = ThisPc(desk.database, services.access, lambda: CA)
    card = IdentityCard(replace(services, identity=pc))
    qtbot.addWidget(card)
    card.resize(ROOM, 700)
    card.refresh()
    qtbot.waitUntil(lambda: card.lines.count() == 12)
    assert card.minimumSizeHint().width() <= ROOM
    resend = ResendCard(services)
    qtbot.addWidget(resend)
    assert resend.minimumSizeHint().width() <= ROOM


class NoStick:
    """A desk without a stick."""

    def state(self):
        return StickState()


def test_what_has_no_room_goes_on_in_the_next_row(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    buttons = [QPushButton(f"第 {place} 个按钮") for place in range(6)]
    row = FlowRow(*buttons)
    holder.setLayout(row)
    holder.resize(2000, 60)
    holder.show()
    assert len({button.y() for button in buttons}) == 1
    buttons[1].hide()
    holder.resize(3 * buttons[0].width(), 300)
    shown = [button for button in buttons if button is not buttons[1]]
    qtbot.waitUntil(lambda: len({button.y() for button in shown}) == 3)
    assert row.heightForWidth(holder.width()) > 2 * buttons[0].height()
    assert all(button.geometry().right() <= holder.width() for button in shown)
    assert row.itemAt(99) is None
    assert row.takeAt(99) is None
