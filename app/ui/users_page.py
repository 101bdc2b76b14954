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
from app.ui.user_dialog import FULL, Change, UserDialog
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
        self.change = button(self.tr("更换数据密钥…"))
        self.change.clicked.connect(self.ask_to_change_key)
        self.change.setVisible(services.access.may("change_key"))
        self.due, due = card()
        due.addWidget(
            words(self.tr("有人离岗后，数据文件还没有更换密钥。请点上面的“更换数据密钥”，各人的口令不变。"))
        )
        self.due.hide()
        self.presses: dict[tuple[str, str], QPushButton] = {}
        head = QHBoxLayout()
        head.addWidget(words(self.tr("用户"), "title", wrap=False))
        head.addStretch(1)
        head.addWidget(self.change)
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
                    "停用后请更换数据密钥：之前被抄走的文件和口令打不开现在的数据，但仍能打开那份旧文件，请收回其U盘和旧电脑。"
                ),
                "muted",
            )
        )
        column.addWidget(self.due)
        column.addLayout(self._lines)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))

    def refresh(self) -> None:
        """Read the users again."""
        run = self._services.runner.run
        run(self._accounts.users, done=self._show, failed=self._tell, owner=self)
        run(self._accounts.key_change_due, done=self.due.setVisible, failed=self._tell, owner=self)

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
        dialog = self._ask(
            Change(
                self.tr("停用用户"),
                sentence.format(name=account.name),
                self.tr("停用"),
                remove,
                account.name,
            )
        )
        if self._services.access.may("change_key"):
            dialog.changed.connect(self.ask_to_change_key)

    def ask_to_change_key(self) -> None:
        """A new key for the file, and a backup under it at once."""
        dialog: list[UserDialog] = []

        def watch(done: int, of: int) -> bool:
            dialog[0].progressed.emit(min(FULL, FULL * done // max(of, 1)))
            return True

        sentence = self.tr(
            "给数据文件换一把新密钥，之前被抄走的密钥不再能用；各人的口令不变。换的时候保存会等一会儿，"
            "正在做的备份做完才开始。以前的备份仍用当时的口令打开，换好后马上用新密钥做一份新的。"
        )
        change = Change(
            self.tr("更换数据密钥"),
            sentence,
            self.tr("更换"),
            lambda _, __, own: self._accounts.change_key(own_password=own, watch=watch),
            self._services.user,
            told=self.tr("密钥已更换。原来打印的恢复码已失效，请抄下新的恢复码并收好。只显示这一次："),
            waiting=self.tr("正在更换密钥，请不要关机。断电也不会丢数据：要么还是旧的，要么已是新的。"),
        )
        dialog.append(self._ask(change))
        dialog[0].changed.connect(self._back_up)

    def _back_up(self) -> None:
        self.banner.show_done(self.tr("数据密钥已更换，各人的口令不变。正在用新密钥做备份。"))
        if self._services.access.may("make_backup"):
            self._services.backup.make_now()

    def _ask(self, change: Change) -> UserDialog:
        self.banner.clear()
        dialog = UserDialog(change, self._services.runner, self._accounts.policy.first_hours, self)
        dialog.changed.connect(self.refresh)
        dialog.open()
        return dialog

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
