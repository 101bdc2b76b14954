"""The lists of the home page: due, drafts, refused, newest."""

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.models.duty import Duty
from app.models.registry import RECORD_TYPES
from app.store.drafts import Draft
from app.store.due import DueItem
from app.store.outbox import Refusal
from app.store.recent import Touched
from app.ui.layouts import emptied, words
from app.ui.record_line import RecordLine
from app.ui.words import label, short_moment

SHOWN = 12
SIGNS = {
    "mediation_case": "mediation",
    "patrol_log": "patrol",
    "service_visit": "visit",
    "screening": "search",
    "resident": "resident",
    "committee": "station",
    "handover": "letter",
}


class _Card(QFrame):
    """A heading and lines below it, or a sentence that says what belongs here."""

    def __init__(self, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self._title, self._empty = title, empty
        self._heading = words(title, "section")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 14, 14)
        column.setSpacing(8)
        column.addWidget(self._heading)
        column.addLayout(self._lines)
        self.show_lines([])

    def show_lines(self, lines: Sequence[RecordLine], count: int | None = None) -> None:
        """Replace the lines; `count` says how many there are, shown or not, where that is known."""
        emptied(self._lines)
        total = count or 0
        self._heading.setText(f"{self._title}（{total}）" if total else self._title)
        for line in lines:
            self._lines.addWidget(line)
        if not lines:
            self._lines.addWidget(words(self._empty, "muted"))
        elif total > len(lines):
            more = QCoreApplication.translate("HomeLists", "还有 {count} 条，请到相应页面查看。")
            self._lines.addWidget(words(more.format(count=total - len(lines)), "muted"))


class DueList(_Card):
    """Due and overdue, the longest overdue first."""

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("HomeLists", "到期和超期"),
            QCoreApplication.translate(
                "HomeLists",
                "没有要办的事。办理期限、履行期限、受理满一个月未结的纠纷和巡逻发现的整改时限，到期前七天会列在这里。",
            ),
            parent,
        )

    def show_items(self, items: Sequence[DueItem], today: date) -> None:
        """Show what is due, seen from `today`."""
        self.show_lines([self._line(item, today) for item in items[:SHOWN]], len(items))

    def _line(self, item: DueItem, today: date) -> RecordLine:
        line = RecordLine(SIGNS[item.record_type], item.headline, duty_text(item.duty))
        days = (item.due - today).days
        if days < 0:
            text = QCoreApplication.translate("HomeLists", "超期 {days} 天").format(days=-days)
            line.set_badge(text, "badge-error")
        elif days == 0:
            line.set_badge(QCoreApplication.translate("HomeLists", "今天到期"), "badge-warning")
        else:
            text = QCoreApplication.translate("HomeLists", "还有 {days} 天").format(days=days)
            line.set_badge(text, "badge")
        line.clicked.connect(lambda: self.opened.emit(item.record_type, item.record_id))
        return line


class DraftList(_Card):
    """What was begun and not saved."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("HomeLists", "没写完的草稿"),
            QCoreApplication.translate("HomeLists", "没有草稿。写到一半离开或断电，内容会自动留在这里。"),
            parent,
        )

    def show_drafts(self, drafts: Sequence[Draft], headlines: dict[str, str], now: datetime) -> None:
        """Show the drafts of this user."""
        lines = []
        for draft in drafts[:SHOWN]:
            title = label(RECORD_TYPES[draft.record_type].title)
            named = headlines.get(draft.record_id)
            text = (
                QCoreApplication.translate("HomeLists", "修改：{name}").format(name=named)
                if named
                else QCoreApplication.translate("HomeLists", "新的{title}").format(title=title)
            )
            line = RecordLine("draft", text, f"{title} · {short_moment(draft.at, now)}")
            line.set_badge(QCoreApplication.translate("HomeLists", "接着写"), "badge")
            line.clicked.connect(lambda _=False, draft=draft: self.opened.emit(draft))
            lines.append(line)
        self.show_lines(lines, len(drafts))


class RefusedList(_Card):
    """What the district sent back, and why; not shown while there is nothing."""

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("HomeLists", "区里退回的"), "", parent)

    def show_refusals(self, refusals: Sequence[Refusal], headlines: dict[str, str], now: datetime) -> None:
        """Show what came back."""
        lines = []
        for refusal in refusals[:SHOWN]:
            name = headlines.get(refusal.record_id) or record_title(refusal.record_type)
            line = RecordLine("returned", name, refusal_text(refusal))
            line.set_badge(QCoreApplication.translate("HomeLists", "改正"), "badge-error")
            line.clicked.connect(lambda _=False, of=refusal: self.opened.emit(of.record_type, of.record_id))
            lines.append(line)
        self.show_lines(lines, len(refusals))
        self.setVisible(bool(lines))


class NewestList(_Card):
    """The records touched last."""

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("HomeLists", "最近的记录"),
            QCoreApplication.translate("HomeLists", "还没有记录。从上面的大按钮开始记第一条。"),
            parent,
        )

    def show_records(self, records: Sequence[Touched], now: datetime) -> None:
        """Show the newest first."""
        lines = []
        for record in records:
            below = f"{record_title(record.record_type)} · {act_text(record.act)} · {record.by}"
            line = RecordLine(SIGNS.get(record.record_type, "edit"), record.headline, below)
            line.set_badge(short_moment(record.at, now), "muted")
            line.clicked.connect(lambda _=False, of=record: self.opened.emit(of.record_type, of.record_id))
            lines.append(line)
        self.show_lines(lines)


def duty_text(duty: Duty) -> str:
    """What has to be done, in words."""
    texts = {
        Duty.FINISH_VISIT: QCoreApplication.translate("HomeLists", "来访走访：办理期限"),
        Duty.CLEAR_FINDING: QCoreApplication.translate("HomeLists", "巡逻发现：整改时限"),
        Duty.SETTLE: QCoreApplication.translate("HomeLists", "矛盾纠纷：调解期限"),
        Duty.PERFORM: QCoreApplication.translate("HomeLists", "调解协议：履行期限"),
        Duty.CONFIRM: QCoreApplication.translate("HomeLists", "司法确认：申请截止"),
        Duty.COURT_ACCEPTS: QCoreApplication.translate("HomeLists", "司法确认：等待法院受理"),
        Duty.COURT_DECIDES: QCoreApplication.translate("HomeLists", "司法确认：等待法院裁定"),
        Duty.VISIT_BACK: QCoreApplication.translate("HomeLists", "调解回访：应回访"),
        Duty.SCREEN: QCoreApplication.translate("HomeLists", "矛盾纠纷排查：该排查了"),
        Duty.ANSWER: QCoreApplication.translate("HomeLists", "移交纠纷：反馈期限"),
        Duty.SIGN_FOR: QCoreApplication.translate("HomeLists", "对方移来：等待签收或退回"),
        Duty.FEED_BACK: QCoreApplication.translate("HomeLists", "对方移来：反馈期限"),
        Duty.AWAIT_FEEDBACK: QCoreApplication.translate("HomeLists", "本站移出：对方反馈期限"),
        Duty.CONFIRM_FEEDBACK: QCoreApplication.translate("HomeLists", "本站移出：对方已反馈，等待确认"),
        Duty.CHOOSE_COMMITTEE: QCoreApplication.translate("HomeLists", "调委会：任期届满，应重新推选"),
    }
    return texts[duty]


def act_text(act: str) -> str:
    """What was done to a record, in words."""
    texts = {
        "create": QCoreApplication.translate("HomeLists", "新记"),
        "edit": QCoreApplication.translate("HomeLists", "修改"),
        "void": QCoreApplication.translate("HomeLists", "作废"),
        "append": QCoreApplication.translate("HomeLists", "补充"),
    }
    return texts.get(act, "")


def record_title(code: str) -> str:
    """The title of a record type; the code itself for one this program does not know."""
    return label(RECORD_TYPES[code].title) if code in RECORD_TYPES else code


def refusal_text(refusal: Refusal) -> str:
    """Why a revision came back."""
    return refusal.detail or QCoreApplication.translate("HomeLists", "区里没有说明原因，请联系区里。")
