"""The rail on the left: where the desk can take you, which station this is, who is signed in."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.settings import TEXT_SIZES
from app.ui.icons import icon
from app.ui.sign import Sign

RAIL_INK, RAIL_CHOSEN = "#c4d6db", "#ffffff"


@dataclass(frozen=True)
class Place:
    """Somewhere the rail leads to; `word` is already translated."""

    key: str
    word: str
    icon: str


class Navigation(QFrame):
    """Buttons of icon and word, Ctrl+1 and on by keyboard, and the menu for text size and colours."""

    chosen = Signal(str)
    text_size_chosen = Signal(int)
    theme_chosen = Signal(str)
    practice_wanted = Signal()

    def __init__(
        self,
        places: list[Place],
        *,
        station: str,
        signed_in: QWidget,
        text_size: int,
        theme: str,
        practice: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("功能导航"))
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 18, 0, 10)
        column.setSpacing(2)
        column.addWidget(self._head(station))
        column.addSpacing(14)
        self._places = _Places([self._button(place, at) for at, place in enumerate(places, start=1)])
        column.addWidget(self._places, 1)
        column.addWidget(self._look(text_size, theme, practice=practice))
        column.addWidget(signed_in)

    def choose(self, key: str) -> None:
        """Show a place as the one that is open."""
        self._buttons[key].setChecked(True)
        self._places.ensureWidgetVisible(self._buttons[key], 0, 0)

    def _head(self, station: str) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(10)
        name = QLabel(station)
        name.setObjectName("station")
        name.setWordWrap(True)
        name.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(Sign("fengqiao", lines=1.6))
        row.addWidget(name, 1)
        return head

    def _button(self, place: Place, number: int) -> QToolButton:
        button = _rail_button(place.word, place.icon)
        button.setCheckable(True)
        if number < 10:
            keys = QKeySequence(f"Ctrl+{number}")
            button.setToolTip(f"{place.word} ({keys.toString(QKeySequence.SequenceFormat.NativeText)})")
            QShortcut(keys, self, lambda: self.chosen.emit(place.key))
        button.clicked.connect(lambda: self.chosen.emit(place.key))
        self._group.addButton(button)
        self._buttons[place.key] = button
        return button

    def _look(self, text_size: int, theme: str, *, practice: bool) -> QToolButton:
        button = _rail_button(self.tr("设置"), "display")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        sizes, themes = QActionGroup(menu), QActionGroup(menu)
        for size in TEXT_SIZES:
            action = _choice(menu, sizes, self.tr("字号 {percent}%").format(percent=size), size == text_size)
            action.triggered.connect(lambda _=False, size=size: self.text_size_chosen.emit(size))
        menu.addSeparator()
        for name, word in (("light", self.tr("普通颜色")), ("contrast", self.tr("高对比度"))):
            action = _choice(menu, themes, word, name == theme)
            action.triggered.connect(lambda _=False, name=name: self.theme_chosen.emit(name))
        if practice:
            menu.addSeparator()
            menu.addAction(self.tr("办理期限和节假日……")).triggered.connect(self.practice_wanted)
        button.setMenu(menu)
        return button


class _Places(QScrollArea):
    """The buttons one under the other; they scroll where large text leaves no room for all."""

    def __init__(self, buttons: list[QToolButton]) -> None:
        super().__init__()
        sheet = QWidget()
        sheet.setObjectName("sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for button in buttons:
            column.addWidget(button)
        column.addStretch(1)
        self.setWidget(sheet)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.widget().minimumSizeHint().width(), 120)


def _rail_button(word: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(f"\u2002{word}")  # the style leaves no room of its own beside the icon
    button.setAccessibleName(word)
    button.setIcon(icon(name, RAIL_INK, chosen=RAIL_CHOSEN))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _choice(menu: QMenu, group: QActionGroup, word: str, chosen: bool) -> QAction:
    action = menu.addAction(word)
    action.setCheckable(True)
    action.setChecked(chosen)
    group.addAction(action)
    return action
