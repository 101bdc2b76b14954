"""At the largest text every form still fits beside the rail of a 1366 pixels wide screen; nothing is cut off."""

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from samples import SAMPLES

from app.models.registry import RECORD_TYPES
from app.settings import Settings
from app.ui import application
from app.ui.flow_row import FlowRow
from app.ui.record_form import RecordForm
from app.ui.rows_editor import RowsEditor

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
