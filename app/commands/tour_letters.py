"""The stops of the tour at the hand-overs: one that came in, one that goes out."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPushButton

from app.commands.desk import Desk
from app.models.registry import RECORD_TYPES
from app.models.station_time import station_day
from app.store.reading import ListQuery
from app.ui.record_page import RecordPage

if TYPE_CHECKING:
    from app.commands.tour import Guide


def came_in(guide: "Guide", desk: Desk) -> None:
    """The police station's letter comes down with the first round and is signed for."""
    kind = RECORD_TYPES["handover"]
    guide.desk_window.services.sync.send_now()
    guide.wait_for("the letter of the police", lambda: bool(desk.reader.page(kind, ListQuery(), limit=1)))
    (row,) = desk.reader.page(kind, ListQuery(), limit=1)
    guide.window.open_record(kind.code, row["id"])
    guide.picture("letter-in")
    page = guide.page(kind.code)
    _press(page, "签收")
    guide.picture("letter-sign")
    guide.save(page)


def handed_over(guide: "Guide") -> None:
    """A dispute goes on to the police station."""
    due = station_day(guide.desk_window.services.clock()) + timedelta(days=20)
    cases, reader = RECORD_TYPES["mediation_case"], guide.desk_window.services.reader
    row = reader.page(cases, ListQuery(), limit=2)[-1]
    guide.window.open_record(cases.code, row["id"])
    guide.settle()
    _press(guide.page(cases.code), "移交其他单位")
    guide.settle()
    page = guide.page("handover")
    peer: Any = page.form_page.form.editors["peer"]
    guide.settle()
    peer.line.offer_now()
    guide.settle()
    peer.line.take_offer(0)
    guide.fill_all(
        page.form_page,
        {"category": "not_police", "due": due.isoformat(), "agreed": True, "official": "李调解"},
    )
    page.form_page.form.jump_to("peer_name")
    guide.picture("letter-form")
    guide.save(page)
    _press(page, "发出")
    guide.save(page)
    guide.picture("letter-sent")


def _press(page: RecordPage, words: str) -> None:
    """Press a button of the ribbon over the record shown."""
    assert page.detail.ribbon is not None
    buttons = list[QPushButton](page.detail.ribbon.findChildren(QPushButton))
    next(one for one in buttons if one.text() == words).click()
