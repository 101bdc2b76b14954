"""个人信息: full exports two people agree on, what persons ask about their own data, and how long records are kept."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.banner import Banner
from app.ui.full_exports_card import FullExportsCard
from app.ui.layouts import scrolling, words
from app.ui.page import Page
from app.ui.person_requests_card import PersonRequestsCard
from app.ui.services import DeskServices, PrivacyControl
from app.ui.terms_card import TermsCard


class PrivacyPage(Page):
    """The cards the user's role may use."""

    def __init__(
        self, services: DeskServices, privacy: PrivacyControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.banner = Banner()
        may = services.access.may
        self.requests = PersonRequestsCard(services, privacy) if may("handle_requests") else None
        self.exports = FullExportsCard(services, privacy)
        self.terms = TermsCard(services, privacy) if may("see_retention") else None
        self._cards = [each for each in (self.requests, self.exports, self.terms) if each is not None]
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addWidget(words(self.tr("个人信息"), "title", wrap=False))
        column.addWidget(self.banner)
        for each in self._cards:
            each.told.connect(self._tell)
            column.addWidget(each)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))

    def refresh(self) -> None:
        """Read everything again."""
        for each in self._cards:
            each.refresh()

    def _tell(self, done: bool, sentence: str) -> None:
        (self.banner.show_done if done else self.banner.show_error)(sentence)
