"""The window: rail, pages, truth line, text sizes, and closing without losing typing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app import resources
from app.models.registry import RECORD_TYPES
from app.settings import TEXT_SIZES, THEMES, Settings
from app.store.outbox import OutboxStatus
from app.sync.outcome import Outcome
from app.ui import application, theme
from app.ui.main_window import MainWindow
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.status_line import StatusLine
from tests.conftest import DeskFile
from tests.samples import SAMPLES

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def window(qtbot: QtBot, services: DeskServices) -> Iterator[MainWindow]:
    made = MainWindow(services, RecordPage, Settings())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    services.runner.wait_idle()
    yield made
    services.runner.wait_idle()


def save(services: DeskServices, code: str, **changes: object) -> str:
    saved = services.store.save(
        RECORD_TYPES[code], SAMPLES[code](**changes), by=services.user, record_id=str(uuid7())
    )
    return saved.record_id


def truth(window: MainWindow) -> str:
    line: StatusLine = window.findChild(StatusLine)
    return line.text()


def test_every_place_of_the_rail_opens(window: MainWindow, services: DeskServices) -> None:
    for key in ("home", *RECORD_TYPES, "figures", "sync", "backup"):
        window.navigation.chosen.emit(key)
        services.runner.wait_idle()
        assert window.current_page() == key


def test_places_open_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    for key, place in ((Qt.Key.Key_6, "handover"), (Qt.Key.Key_8, "figures"), (Qt.Key.Key_9, "sync")):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.current_page() == place


def test_the_truth_line_counts_the_file(
    qtbot: QtBot, window: MainWindow, services: DeskServices, desk: DeskFile
) -> None:
    assert truth(window) == "未上报 0 条 · 退回 0 条 · 上次回执：还没有 · 还没有备份"
    save(services, "resident")
    desk.clock.pass_time(days=2)
    window.refresh_status()
    services.runner.wait_idle()
    assert truth(window).startswith("未上报 1 条，最早 2 天 · 退回 0 条")
    desk.outbox.apply_receipt(1, [], desk.clock())
    services.sync.news.report(Outcome("idle", 1))
    qtbot.waitUntil(lambda: truth(window) == "未上报 0 条 · 退回 0 条 · 上次回执 14:00 · 还没有备份")


def test_refused_revisions_are_an_alarm_in_words_too(qtbot: QtBot, dressed: QApplication) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_status(OutboxStatus(0, None, 1, 1, NOW), NOW, "")
    assert "⚠ 退回 1 条 · ⚠ 待选定 1 条" in line.text()


def test_closing_keeps_what_is_typed_as_a_draft(
    qtbot: QtBot, window: MainWindow, services: DeskServices
) -> None:
    window.open_new("service_visit")
    services.runner.wait_idle()
    page = window.page("service_visit")
    assert isinstance(page, RecordPage)
    name = next(box for box in page.findChildren(QLineEdit) if box.accessibleName() == "姓名")
    qtbot.keyClicks(name, "Zhang")
    assert page.has_unsaved()
    window.close()
    services.runner.wait_idle()
    box = window.findChild(QMessageBox)
    assert window.isVisible()
    assert box is not None
    drafts = services.drafts.of(services.user)
    assert len(drafts) == 1
    next(b for b in box.buttons() if b.text().startswith("退出")).click()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_with_nothing_typed_just_closes(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.closed):
        window.close()


def test_a_failure_nobody_asked_for_is_told_in_a_sentence(
    qtbot: QtBot, window: MainWindow, services: DeskServices, caplog: pytest.LogCaptureFixture
) -> None:
    def break_with_a_name() -> None:
        raise ValueError("张三 511421189901010019")

    services.runner.run(break_with_a_name, done=lambda _: None)
    services.runner.wait_idle()
    said = [label.text() for label in window.findChildren(QLabel) if "意外" in label.text()]
    assert said
    assert "511421189901010019" not in caplog.text
    assert "ValueError" in caplog.text
    assert "break_with_a_name" in caplog.text


def test_every_button_and_page_can_be_named_by_a_screen_reader(
    window: MainWindow, services: DeskServices
) -> None:
    save(services, "mediation_case")
    for key in ("home", "sync"):
        window.open_page(key)
        services.runner.wait_idle()
        for button in window.page(key).findChildren(QPushButton):
            assert button.accessibleName() or button.text(), button


@pytest.mark.parametrize("text_size", TEXT_SIZES)
@pytest.mark.parametrize("name", THEMES)
def test_every_look_fits_the_small_screen(
    qtbot: QtBot, dressed: QApplication, services: DeskServices, text_size: int, name: str
) -> None:
    settings = Settings(text_size=text_size, theme=name)
    application.dress(dressed, settings)
    save(services, "service_visit", matter="反映路灯损坏" * 8)
    window = MainWindow(services, RecordPage, settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    services.runner.wait_idle()
    for key in ("home", "sync"):
        window.open_page(key)
        services.runner.wait_idle()
        qtbot.waitUntil(lambda: not cut_off(window), timeout=2000)
    window.close()
    application.dress(dressed, Settings())


def test_text_is_never_smaller_than_14_pixels() -> None:
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", theme.style_sheet("light", 100))]
    assert min(sizes) >= 14


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.CONTRAST])
def test_every_text_colour_can_be_read_on_its_ground(scheme: theme.Colours) -> None:
    pairs = [
        (scheme.text, scheme.window), (scheme.text, scheme.surface), (scheme.muted, scheme.window),
        (scheme.muted, scheme.surface), (scheme.muted, scheme.sunken), (scheme.on_accent, scheme.accent),
        (scheme.accent, scheme.surface), (scheme.accent, scheme.accent_soft), (scheme.rail_text, scheme.rail),
        (scheme.rail_text, scheme.rail_chosen), (scheme.error, scheme.error_soft), (scheme.error, scheme.surface),
        (scheme.warning, scheme.warning_soft), (scheme.warning, scheme.surface),
        (scheme.done, scheme.done_soft), (scheme.done, scheme.surface),
    ]  # fmt: skip
    for text, ground in pairs:
        assert contrast(text, ground) >= 4.5, (text, ground)


def test_every_icon_is_of_one_family() -> None:
    for path in resources.path("icons").glob("*.svg"):
        drawing = Path(path).read_text("utf-8")
        if path.stem != "fengqiao":
            assert 'viewBox="0 0 24 24"' in drawing, path.name
            assert 'stroke-width="1.75"' in drawing, path.name
            assert 'stroke="#000"' in drawing, path.name


def cut_off(window: MainWindow) -> list[str]:
    """Texts that do not show whole, or stick out of the window."""
    found = []
    for label in list[QLabel](window.findChildren(QLabel)):
        if label.isVisible() and label.text() and label.wordWrap():
            right = label.mapTo(window, QPoint(label.width(), 0)).x()
            whole = label.height() >= label.heightForWidth(label.width()) - 1
            if right > window.width() or not whole:
                found.append(label.text())
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.1."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
