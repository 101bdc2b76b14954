"""Editor of the mediators of a case, who can be chosen from the register of the committee (调委会名册)."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu, QWidget

from app.models.codes import code_list
from app.models.fields import Field
from app.models.mediation.committee import COMMITTEE, HIRED
from app.store.authorized.records import AuthorizedReader
from app.store.reading import ListQuery
from app.ui.layouts import button
from app.ui.rows_editor import RowsEditor
from app.ui.services import DeskServices
from app.ui.words import label

COMMITTEES = 20


@dataclass(frozen=True)
class Mediator:
    """Somebody of the register; `post` is a code of committee_post."""

    name: str
    post: str


class MediatorsEditor(RowsEditor):
    """Adds a mediator by name from a menu of those in office."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.choose = button(self.tr("从名册选"), "quiet", sign="resident")
        self.choose.setToolTip(self.tr("“调委会”里登记的在任委员和聘任的人民调解员"))
        self.choose.clicked.connect(self.offer)
        self.choose.setVisible(services.access.may("list", COMMITTEE.code))
        self.tail.insertWidget(1, self.choose)

    def offer(self) -> None:
        """Read the register and show who is in office."""
        reader = self.services.reader
        self.services.runner.run(
            lambda: in_office(reader), done=self._show, failed=lambda _: self._show([]), owner=self
        )

    def menu(self, mediators: Sequence[Mediator]) -> QMenu:
        """Those in office who are not on the case yet."""
        menu = QMenu(self.choose)
        menu.aboutToHide.connect(menu.deleteLater)
        chosen = {row.get("name") for row in self.value()}
        posts = code_list("committee_post")
        for mediator in mediators:
            if mediator.name not in chosen:
                words = f"{mediator.name}　{label(posts.label(mediator.post))}".replace("&", "&&")
                act = menu.addAction(words)
                act.triggered.connect(lambda _=False, name=mediator.name: self.add_mediator(name))
        if menu.isEmpty():
            words = (
                self.tr("名册上的人都已经在这里")
                if mediators
                else self.tr("还没有名册，请先在“调委会”里登记")
            )
            menu.addAction(words).setEnabled(False)
        return menu

    def add_mediator(self, name: str) -> None:
        """One more mediator of the case; an empty row is filled first."""
        empty = next((card for card in self.cards if not card.group.values().get("name")), None)
        card = empty or self.add_row()
        card.group.editors["name"].set_value(name)
        self.clear_problem()
        self.changed.emit()

    def _show(self, mediators: Sequence[Mediator]) -> None:
        self.menu(mediators).popup(self.choose.mapToGlobal(self.choose.rect().bottomLeft()))


def in_office(reader: AuthorizedReader) -> list[Mediator]:
    """Members in office and hired mediators of this file's committees, each name once, in their order."""
    found: dict[str, Mediator] = {}
    for row in reader.page(COMMITTEE, ListQuery(), limit=COMMITTEES):
        committee = reader.load(COMMITTEE, row["id"])
        for member in committee.values["members"] if committee else ():
            if member["until"] is None:
                found.setdefault(member["name"], Mediator(member["name"], member["post"] or HIRED))
    return list(found.values())
