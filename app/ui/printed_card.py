"""What was printed for signature: each version with its PDF and the scan of what was signed."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models.mediation.documents import PAPERS
from app.models.mediation.printed import version_name
from app.ui.file_strip import FileStrip
from app.ui.layouts import card, words
from app.ui.services import DeskServices
from app.ui.words import label


class PrintedCard(QWidget):
    """The frozen papers of a case."""

    def __init__(
        self, services: DeskServices, values: Mapping[str, Any], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        frame, column = card(self.tr("定稿文书和签字扫描件"))
        for row in values["printed"]:
            said = self.tr("{title} {version}　{by}").format(
                title=label(PAPERS[row["document"]]), version=version_name(row), by=row["printed_by"]
            )
            column.addWidget(words(said))
            if not row["scans"]:
                column.addWidget(words(self.tr("还没有存入签字扫描件。"), "muted"))
            strip = FileStrip(services)
            strip.show_files([*(row["paper"] or ()), *(row["scans"] or ())])
            column.addWidget(strip)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
