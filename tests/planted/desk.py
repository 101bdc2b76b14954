"""The desk of the planted-data test, in a process of its own: `python -m tests.planted.desk FOLDER URL CODE EXPORT`.

It works through everything a day brings, says `ready` and then saves without end until it is killed.
"""

import sys
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QApplication
from uuid_utils import uuid7

from app import resources
from app.commands.desk import found_desk
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.commands.window import DeskWindow
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.security.keyslots import WrongPassword
from app.settings import Settings
from app.store.reading import ListQuery
from app.ui.application import Unforeseen, create_application
from app.ui.record_page import RecordPage
from app.ui.task_runner import TaskRunner
from tests.planted.secrets import CARDS, DRAFT, FILE_NAME, MARK, NAMES, PASSWORD, PHONES, STREET, TYPED_WRONG
from tests.real_files import jpeg
from tests.samples import SAMPLES

USER = "李站长"
RESIDENT, VISIT, CASE = (RECORD_TYPES[code] for code in ("resident", "service_visit", "mediation_case"))


def main() -> None:
    """A day at the desk."""
    folder, url, code, export = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    people = list(zip(NAMES, CARDS, PHONES, strict=True))
    for name, card, phone in people:
        _save(desk, RESIDENT, name=name, id_number=card, phone=phone, residence=STREET, birth=None, sex=None)
    photo = desk.attachments.add(jpeg() + MARK.encode(), f"{FILE_NAME}.jpg")
    _save(desk, VISIT, visitor=NAMES[0], id_number=CARDS[0], photos=[photo])
    parties = [
        {"side": side, "kind": "person", "name": name, "id_number": card, "phone": phone, "address": STREET}
        for side, (name, card, phone) in zip(("applicant", "respondent"), people[:2], strict=True)
    ]
    case = _save(desk, CASE, parties=parties)
    enrol_desk(desk, url, code)
    with district_of(desk) as district:
        outcome = rounds_of(desk, district).run()
        assert outcome.state == "idle", outcome
    desk.backups.make()
    _at_the_window(desk, case, export)
    print("ready", flush=True)
    while True:
        stored = desk.reader.load(VISIT, _save(desk, VISIT, visitor=NAMES[3], id_number=CARDS[3]))
        desk.store.save(
            VISIT, stored.values | {"handling": STREET}, by=USER, record_id=stored.id, base=stored.head
        )
        print("saved", flush=True)


def _save(desk, kind, **changes):
    record_id = str(uuid7())
    desk.store.save(kind, SAMPLES[kind.code](**changes), by=USER, record_id=record_id)
    return record_id


def _at_the_window(desk, case, export):
    """Search, form, draft, reveal, print preview, export, an error nobody foresaw, a wrong password, the lock."""
    application = create_application(Settings())
    runner = TaskRunner()
    shown = DeskWindow(
        application, desk, runner, Divisions.open(resources.path("divisions", "divisions.bin"))
    )
    unforeseen = Unforeseen()
    unforeseen.told.connect(shown.window.tell)
    unforeseen.install()
    shown.show_at_size()

    def settle():
        for _ in range(3):
            runner.wait_idle()
            QApplication.processEvents()

    page = shown.window.open_page("resident")
    assert isinstance(page, RecordPage)
    page.list.search.setText(CARDS[5])
    page.list.refresh()
    settle()
    assert page.list.model.rowCount() == 1
    page.open_record(page.list.model.row_at(0)["id"])
    settle()
    page.reveal.reveal(f"核对 {CARDS[5]}")
    settle()
    desk.drafts.keep(
        USER, "resident", str(uuid7()), {"name": NAMES[7], "notes": DRAFT}, base=None, at=desk.clock()
    )
    shown.window._print(desk.reader.load(CASE, case), "agreement")
    settle()
    shown.services.privacy.save_masked(RESIDENT, ListQuery(), export, lambda done, of: True)
    asked = shown.services.privacy.exports.ask(RESIDENT, ListQuery(), "核对名册")
    assert asked
    runner.run(lambda: _fail(desk), done=lambda _: None)
    settle()
    sys.excepthook(ValueError, ValueError(f"{CARDS[8]} {NAMES[8]}"), None)
    try:
        shown.services.accounts.check(TYPED_WRONG)
    except WrongPassword:
        pass
    else:
        raise AssertionError("a wrong password was taken")
    shown.window.sitting.lock()
    settle()
    desk.store.save(RESIDENT, {"name": NAMES[9], "birth": date(1980, 1, 1)}, by=USER, record_id=str(uuid7()))


def _fail(desk):
    raise RuntimeError(f"nobody foresaw {CARDS[6]} {PHONES[6]} {NAMES[6]}")


if __name__ == "__main__":
    main()
