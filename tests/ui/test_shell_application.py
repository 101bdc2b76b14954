"""Fonts, looks, Qt's own words, and errors nobody foresaw."""

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.settings import Settings, load_settings, save_settings
from app.store.errors import StorageFull
from app.ui import application
from app.ui.application import Appearance, Unforeseen
from app.ui.sentences import sentence_of
from app.ui.tidying import Tidying


@pytest.fixture
def unforeseen(monkeypatch: pytest.MonkeyPatch) -> Unforeseen:
    made = Unforeseen()
    monkeypatch.setattr("sys.excepthook", made._caught)
    monkeypatch.setattr("threading.excepthook", lambda caught: made._tell(caught.exc_value))
    return made


@pytest.fixture
def spoken(dressed: QApplication) -> Iterator[QApplication]:
    before = QLocale()
    application.speak(dressed, "zh_CN")
    yield dressed
    QLocale.setDefault(before)


def test_the_screen_font_is_the_programs_own(dressed: QApplication) -> None:
    assert QFontInfo(dressed.font()).family() == "Noto Sans SC"


@pytest.mark.parametrize("character", "鹰𠮷䶮㛃\U000200cc\U0002ebe0")
def test_rare_characters_have_a_glyph_on_screen(dressed: QApplication, character: str) -> None:
    families = dressed.font().families()
    shown = [
        family for family in families if QFontMetrics(family_font(dressed, family)).inFontUcs4(ord(character))
    ]
    assert shown


def family_font(dressed: QApplication, family: str) -> object:
    font = dressed.font()
    font.setFamilies([family])
    return font


def test_menus_of_qt_itself_speak_chinese(qtbot: QtBot, spoken: QApplication) -> None:
    line = QLineEdit("字")
    qtbot.addWidget(line)
    menu = line.createStandardContextMenu()
    assert any("复制" in action.text() for action in menu.actions())
    menu.deleteLater()


def test_a_chosen_look_is_worn_and_remembered(dressed: QApplication, tmp_path: Path) -> None:
    appearance = Appearance(dressed, Settings(), lambda settings: save_settings(tmp_path, settings))
    appearance.choose(text_size=150)
    appearance.choose(theme_name="contrast")
    kept = load_settings(tmp_path)
    assert (kept.text_size, kept.theme) == (150, "contrast")
    assert "font-size: 22px" in dressed.styleSheet()
    application.dress(dressed, Settings())


def test_an_error_in_a_thread_is_told_in_the_window(qtbot: QtBot, unforeseen: Unforeseen) -> None:
    def fail() -> None:
        raise RuntimeError("张三")

    with qtbot.waitSignal(unforeseen.told) as told:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert "程序出了意外" in told.args[0]
    assert "张三" not in told.args[0]


def test_known_errors_carry_their_own_sentence(caplog: pytest.LogCaptureFixture) -> None:
    assert sentence_of(StorageFull()) == StorageFull.sentence
    assert caplog.text == ""
    assert "读写磁盘" in sentence_of(PermissionError(13, "denied", "/home/张三/desk.db"))
    assert "张三" not in caplog.text


def test_cycles_are_collected_on_the_windows_thread(qtbot: QtBot) -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    died_on: list[int] = []
    for _ in range(gc.get_threshold()[0] + 10):
        weakref.finalize(Knot(), lambda: died_on.append(threading.get_ident()))
    tidying = Tidying()
    thread = threading.Thread(target=lambda: [[] for _ in range(5000)])
    thread.start()
    thread.join()
    assert died_on == []
    tidying.collect()
    assert set(died_on) == {threading.get_ident()}
