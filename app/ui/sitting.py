"""Who sits at the desk: their menu, the lock when they leave it, and the way for somebody else to sit down."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.ui.curtain import Curtain
from app.ui.idle_watch import IdleWatch
from app.ui.layouts import words
from app.ui.page import Page
from app.ui.sentences import sentence_of
from app.ui.services import AccountControl, DeskServices
from app.ui.user_menu import UserMenu

LONGEST_SESSION = 12 * 60 * 60 * 1000  # milliseconds between two times the password is given


class Sitting(QObject):
    """`menu` goes into the rail, `curtain` around the desk; without accounts there is neither menu nor lock.

    `unsaved` answers the pages with something typed, `tell` shows a sentence.
    """

    switch_requested = Signal()
    idle_chosen = Signal(int)

    def __init__(
        self,
        services: DeskServices,
        idle_minutes: int,
        unsaved: Callable[[], list[Page]],
        tell: Callable[[str], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services, self._unsaved, self._tell, self._window = services, unsaved, tell, window
        self.curtain = Curtain(services.accounts, services.runner)
        self.curtain.switch_wanted.connect(self.switch_requested)
        self.watch: IdleWatch | None = None
        self.session: QTimer | None = None
        self.menu: QWidget
        if services.accounts is None:
            self.menu = words(self.tr("当前用户：{user}").format(user=services.user))
            self.menu.setContentsMargins(20, 6, 12, 4)
        else:
            self._begin(services.accounts, idle_minutes)

    def is_locked(self) -> bool:
        """Whether the desk waits for the password."""
        return self.curtain.is_drawn()

    def lock(self) -> None:
        """Hide everything until the password is given again; what is typed is kept as drafts meanwhile."""
        accounts = self._services.accounts
        if accounts is None or not self.curtain.draw():
            return
        for page in self._unsaved():
            page.keep_typing(lambda: None, lambda error: self._tell(sentence_of(error)))
        self._services.runner.run(accounts.locked, done=lambda _: None, owner=self, in_turn=True)

    def change_password(self) -> None:
        """Ask for the old password and a new one."""
        from app.ui.password_change import PasswordDialog  # noqa: PLC0415  # seldom needed

        accounts, services = self._services.accounts, self._services
        assert accounts is not None
        dialog = PasswordDialog(accounts, services.runner, services.station.name, self._window)
        dialog.open()

    def _begin(self, accounts: AccountControl, idle_minutes: int) -> None:
        menu = UserMenu(accounts, self._services.access, idle_minutes)
        menu.password_wanted.connect(self.change_password)
        menu.lock_wanted.connect(self.lock)
        menu.switch_wanted.connect(self.switch_requested)
        menu.idle_chosen.connect(self._choose_idle)
        self.menu = menu
        self.watch = IdleWatch(min(idle_minutes, accounts.policy.idle_minutes), self)
        self.watch.idle.connect(self.lock)
        # However busy the desk is: twice a day somebody shows again that it is them.
        self.session = QTimer(self)
        self.session.setSingleShot(True)
        self.session.timeout.connect(self.lock)
        self.curtain.lifted.connect(self.session.start)
        self.session.start(LONGEST_SESSION)

    def _choose_idle(self, minutes: int) -> None:
        if self.watch is not None:
            self.watch.set_minutes(minutes)
        self.idle_chosen.emit(minutes)
