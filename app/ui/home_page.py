"""今日: what is due, what to go on with, and the four commonest jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from app.models.registry import RECORD_TYPES
from app.models.station_time import station_day, station_time
from app.store.drafts import Draft
from app.store.due import DueItem
from app.store.outbox import Refusal
from app.store.recent import Touched
from app.ui.backup_words import alarm_text, kept_text
from app.ui.banner import Banner
from app.ui.home_lists import DraftList, DueList, NewestList, RefusedList
from app.ui.layouts import card, scrolling, words
from app.ui.page import Page
from app.ui.person_requests_line import PersonRequestsLine
from app.ui.role_words import role_text
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.tile import Tile
from app.ui.words import day_text, weekday_text

NARROW = 40  # lines of text that fit side by side: below it the page has one column


@dataclass(frozen=True)
class Today:
    """What the page shows, read in one go."""

    due: list[DueItem]
    newest: list[Touched]
    drafts: list[Draft]
    refused: list[Refusal]
    headlines: dict[str, str]


class HomePage(Page):
    """The first page of the day."""

    new_requested = Signal(str)
    search_requested = Signal(str)
    record_requested = Signal(str, str)
    draft_requested = Signal(object)
    place_requested = Signal(str)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._greeting, self._day, self._kept = words("", "title"), words("", "muted"), words("", "muted")
        self._banner = Banner()
        self._due = DueList()
        self._drafts = DraftList()
        self._refused = RefusedList()
        self._newest = NewestList()
        self._due.opened.connect(self.record_requested)
        self._newest.opened.connect(self.record_requested)
        self._refused.opened.connect(self.record_requested)
        self._drafts.opened.connect(self.draft_requested)
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addWidget(self._banner)
        column.addLayout(self._head())
        self._tiles = self._jobs()
        self._jobs_grid = QGridLayout()
        self._jobs_grid.setSpacing(14)
        column.addLayout(self._jobs_grid)
        self._lists = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lists.setSpacing(16)
        for side in ((self._refused, self._due), (self._drafts, self._newest)):
            self._lists.addWidget(_one_below_the_other(side), 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(self._lists)
        self._elsewhere = self._no_records()
        self.persons = PersonRequestsLine(services)
        self.persons.link.clicked.connect(lambda: self.place_requested.emit("privacy"))
        column.insertWidget(2, self.persons)
        column.addWidget(self._elsewhere)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))
        services.backup.news.changed.connect(self._warn)
        self._narrow: bool | None = None
        self._arrange()
        self._greet()

    def refresh(self) -> None:
        """Read what is due, new, unfinished and refused."""
        self._greet()
        self.persons.refresh()
        self._services.runner.run(self._read, done=self._show, failed=self._tell, owner=self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._arrange()

    def _greet(self) -> None:
        now = self._services.clock()
        today = station_day(now)
        self._greeting.setText(
            self.tr("{part}，{user}").format(part=self._part_of_day(now), user=self._services.user)
        )
        self._day.setText(
            self.tr("{station} · {day} {weekday}").format(
                station=self._services.station.name, day=day_text(today), weekday=weekday_text(today)
            )
        )

    def _part_of_day(self, now: datetime) -> str:
        hour = station_time(now).hour
        if 5 <= hour < 11:
            return self.tr("早上好")
        if 11 <= hour < 13:
            return self.tr("中午好")
        return self.tr("下午好") if 13 <= hour < 18 else self.tr("晚上好")

    def _head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._greeting)
        head.addWidget(self._day)
        head.addWidget(self._kept)
        return head

    def _jobs(self) -> list[Tile]:
        jobs = (
            (self.tr("新纠纷"), self.tr("受理一起矛盾纠纷"), "mediation", "mediation_case"),
            (self.tr("登记来访"), self.tr("来人反映、走访入户"), "visit", "service_visit"),
            (self.tr("记巡逻"), self.tr("巡逻路线、点位和发现"), "patrol", "patrol_log"),
        )
        tiles = []
        access = self._services.access
        for title, below, sign, code in jobs:
            if not access.may("create", code):
                continue
            tile = Tile(title, below, sign)
            tile.clicked.connect(lambda _=False, code=code: self.new_requested.emit(code))
            tiles.append(tile)
        if not access.may("list", "resident"):
            return tiles
        tile = Tile(self.tr("查居民"), self.tr("按姓名、证件、电话查"), "resident")
        tile.clicked.connect(lambda: self.search_requested.emit("resident"))
        return [*tiles, tile]

    def _no_records(self) -> QWidget:
        """Administrators and the auditor have no lists of records: where their work is."""
        access = self._services.access
        sees = any(access.may("list", code) for code in RECORD_TYPES)
        frame, column = card()
        role = role_text(access.actor.role)
        sentence = self.tr("{role}不看记录。您能用的页面在左边，能办的事在左下角您的名字里。")
        if not access.actor.role:
            sentence = self.tr("还没有给您角色，请找站长；给了以后重新登录。")
        column.addWidget(words(sentence.format(role=role)))
        frame.setVisible(not sees)
        for place in range(self._lists.count()):
            side = self._lists.itemAt(place).widget()
            if side is not None and not sees:
                side.hide()
        return frame

    def _arrange(self) -> None:
        """Four tiles and two columns of lists; two and one where the text is large for the window."""
        narrow = self.width() < NARROW * self.fontMetrics().height()
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for place, tile in enumerate(self._tiles):
            row, column = divmod(place, 2 if narrow else 4)
            self._jobs_grid.addWidget(tile, row, column)
        for column in range(4):
            self._jobs_grid.setColumnStretch(column, 0 if narrow and column > 1 else 1)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._lists.setDirection(down if narrow else across)

    def _read(self) -> Today:
        services = self._services
        refused = list(services.outbox.refusals(50))
        drafts = services.drafts.of(services.user)
        wanted = {refusal.record_id: refusal.record_type for refusal in refused}
        wanted |= {draft.record_id: draft.record_type for draft in drafts}
        return Today(
            services.due.items(self._today()),
            services.recent.newest(),
            [draft for draft in drafts if draft.record_type in RECORD_TYPES],
            refused,
            services.recent.headlines(wanted),
        )

    def _today(self) -> date:
        return station_day(self._services.clock())

    def _show(self, today: Today) -> None:
        now = self._services.clock()
        self._warn()
        self._due.show_items(today.due, station_day(now))
        self._drafts.show_drafts(today.drafts, today.headlines, now)
        self._refused.show_refusals(today.refused, today.headlines, now)
        self._newest.show_records(today.newest, now)

    def _warn(self) -> None:
        state, now = self._services.backup.news.state, self._services.clock()
        self._kept.setText(kept_text(state, now))
        alarm = alarm_text(state, now)
        if alarm:
            self._banner.show_error(alarm)
        else:
            self._banner.clear()

    def _tell(self, error: Exception) -> None:
        self._banner.show_error(sentence_of(error))


def _one_below_the_other(lists: Sequence[QWidget]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(16)
    for each in lists:
        column.addWidget(each)
    return holder
