"""At the foot of the rail: who is signed in, and what they can do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from app.settings import IDLE_MINUTES
from app.store.authorized.access import Access
from app.ui.icons import icon
from app.ui.role_words import role_text
from app.ui.services import AccountControl

INK, CHOSEN = "#c4d6db", "#ffffff"
LOCK_KEYS = "Ctrl+L"


class UserMenu(QToolButton):
    """Change the password, lock, let somebody else sign in, and after how many minutes to lock."""

    password_wanted = Signal()
    lock_wanted = Signal()
    switch_wanted = Signal()
    idle_chosen = Signal(int)

    def __init__(
        self, accounts: AccountControl, access: Access, idle_minutes: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        account = accounts.account
        self.setText(f"\u2002{account.name}\n\u2002{role_text(account.role)}")
        self.setAccessibleName(self.tr("当前用户：{user}").format(user=account.name))
        self.setIcon(icon("key", INK, chosen=CHOSEN))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(self.tr("修改口令…")).triggered.connect(self.password_wanted)
        # The keys belong to the button: a menu that is closed hears none.
        menu.addAction(self.tr("锁定（{keys}）").format(keys=LOCK_KEYS)).triggered.connect(self.lock_wanted)
        QShortcut(QKeySequence(LOCK_KEYS), self, self.lock_wanted.emit)
        if accounts.can_switch:
            menu.addAction(self.tr("换人登录…")).triggered.connect(self.switch_wanted)
        if access.may("set_idle_lock"):
            self._add_minutes(menu, idle_minutes, accounts.policy.idle_minutes)
        self.setMenu(menu)

    def words(self) -> list[str]:
        """What the menu offers."""
        return [action.text() for action in self.menu().actions() if action.text()]

    def _add_minutes(self, menu: QMenu, chosen: int, longest: int) -> None:
        menu.addSeparator()
        group = QActionGroup(menu)
        for minutes in IDLE_MINUTES:
            if minutes > longest:
                continue
            action = menu.addAction(self.tr("{minutes} 分钟不动就锁定").format(minutes=minutes))
            action.setCheckable(True)
            action.setChecked(minutes == min(chosen, longest))
            action.triggered.connect(lambda _=False, minutes=minutes: self.idle_chosen.emit(minutes))
            group.addAction(action)
