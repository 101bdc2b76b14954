"""用户: who uses this PC in which role; adding, another role, a new first password, and leavers."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.station_time import station_day
from app.store.accounts import Account
from app.ui.banner import Banner
from app.ui.layouts import button, card, emptied, scrolling, words
from app.ui.page import Page
from app.ui.role_words import role_text
from app.ui.sentences import sentence_of
from app.ui.services import AccountControl, DeskServices
from app.ui.theme import LIGHT
from app.ui.user_dialog import Change, UserDialog
from app.ui.words import day_text


class UsersPage(Page):
    """The users, one line each, with what may be done about them."""

    def __init__(
        self, services: DeskServices, accounts: AccountControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services, self._accounts = services, accounts
        self.banner = Banner()
        self.add = button(self.tr("添加用户"), "primary", sign="add", colour=LIGHT.on_accent)
        self.add.clicked.connect(self.ask_to_add)
        self.add.setVisible(services.access.may("manage_users"))
        self.presses: dict[tuple[str, str], QPushButton] = {}
        head = QHBoxLayout()
        head.addWidget(words(self.tr("用户"), "title", wrap=False))
        head.addStretch(1)
        head.addWidget(self.add)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(12)
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(
            words(
                self.tr(
                    "每个人用自己的用户名和口令。离岗的请停用：不能再登录，写过的记录都保留。"
                    "停用前抄走的数据文件和口令仍能打开那份旧文件，请收回其U盘和旧电脑。"
                ),
                "muted",
            )
        )
        column.addLayout(self._lines)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))

    def refresh(self) -> None:
        """Read the users again."""
        self._services.runner.run(self._accounts.users, done=self._show, failed=self._tell, owner=self)

    def ask_to_add(self) -> None:
        """A new user; the role is left out where another gives it."""
        gives = self._services.access.may("give_roles")
        self._ask(
            Change(
                self.tr("添加用户"),
                self.tr("添加后显示一次首次口令，请交给本人。")
                if gives
                else self.tr("添加后显示一次首次口令，请交给本人；角色由站长或安全管理员给。"),
                self.tr("添加"),
                lambda name, role, own: self._accounts.add(name, role, own_password=own),
                role="clerk" if gives else None,
            )
        )

    def ask_for_role(self, account: Account) -> None:
        """Another role."""

        def give(name: str, role: str, own: str) -> None:
            self._accounts.give_role(name, role, own_password=own)

        sentence = self.tr("“{name}”现在是{role}。新角色从其下次登录起生效。")
        self._ask(
            Change(
                self.tr("改角色"),
                sentence.format(name=account.name, role=role_text(account.role)),
                self.tr("改角色"),
                give,
                account.name,
                account.role,
            )
        )

    def ask_to_reset(self, account: Account) -> None:
        """A new first password."""
        sentence = self.tr("给忘记口令的“{name}”发一个新的首次口令，原来的口令不再能用。")
        self._ask(
            Change(
                self.tr("重设口令"),
                sentence.format(name=account.name),
                self.tr("重设"),
                lambda name, _, own: self._accounts.reset(name, own_password=own),
                account.name,
            )
        )

    def ask_to_remove(self, account: Account) -> None:
        """A leaver."""

        def remove(name: str, _: str, own: str) -> None:
            self._accounts.remove(name, own_password=own)

        sentence = self.tr("停用后“{name}”不能再登录；写过的记录、草稿和没上报的都保留。")
        self._ask(
            Change(
                self.tr("停用用户"),
                sentence.format(name=account.name),
                self.tr("停用"),
                remove,
                account.name,
            )
        )

    def _ask(self, change: Change) -> None:
        self.banner.clear()
        dialog = UserDialog(change, self._services.runner, self._accounts.policy.first_hours, self)
        dialog.changed.connect(self.refresh)
        dialog.open()

    def _show(self, users: Sequence[Account]) -> None:
        emptied(self._lines)
        self.presses.clear()
        for account in users:
            self._lines.addWidget(self._line(account))

    def _line(self, account: Account) -> QWidget:
        frame, column = card()
        row = QHBoxLayout()
        row.setSpacing(10)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(words(f"{account.name}　{role_text(account.role)}", "section"))
        text.addWidget(words(self._state(account), "muted"))
        row.addLayout(text, 1)
        if account.active and account.name != self._services.user:
            acts = (
                ("role", "give_roles", self.tr("改角色…"), self.ask_for_role),
                ("reset", "manage_users", self.tr("重设口令…"), self.ask_to_reset),
                ("remove", "manage_users", self.tr("停用…"), self.ask_to_remove),
            )
            for key, action, title, act in acts:
                if self._services.access.may(action):
                    press = button(title, "danger" if key == "remove" else "")
                    press.clicked.connect(lambda _=False, act=act: act(account))
                    self.presses[account.name, key] = press
                    row.addWidget(press)
        column.addLayout(row)
        return frame

    def _state(self, account: Account) -> str:
        added = self.tr("{day} 由{by}添加").format(
            day=day_text(station_day(account.added_at)), by=account.added_by
        )
        if not account.active:
            return self.tr("已停用 · {added}").format(added=added)
        if account.must_change:
            return self.tr("还没有用首次口令登录 · {added}").format(added=added)
        since = day_text(station_day(account.password_at))
        return self.tr("口令定于 {day} · {added}").format(day=since, added=added)

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))
