"""A real desk for windows: an encrypted file, the services over it, the real fonts and style sheet."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import resources
from app.models.divisions import Divisions
from app.models.mediation.practice import LocalPractice
from app.printing.case_print import print_case
from app.printing.letter_papers import letter_pdf
from app.printing.papers.common import Office
from app.printing.pictures import look_of
from app.printing.signing_papers import SigningPapers
from app.reports.authorized import AuthorizedReports
from app.reports.reckoning import SuccessBase
from app.security.authorize import Actor
from app.settings import Settings
from app.store.authorized.access import Access
from app.store.authorized.files import AuthorizedAttachments
from app.store.authorized.lists import (
    AuthorizedDifferences,
    AuthorizedDrafts,
    AuthorizedDue,
    AuthorizedOutbox,
    AuthorizedRecent,
)
from app.store.authorized.records import AuthorizedReader, AuthorizedStore
from app.store.authorized.trail import AuditTrail
from app.store.case_history import CaseHistory
from app.store.letters import Letters
from app.store.reading import StoredRecord
from app.typeset.sheet import PrintedPdf
from app.ui import application
from app.ui.backup_news import BackupNews, DeskBackup
from app.ui.scan_folder import ScanFolder
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.task_runner import TaskRunner
from tests.conftest import DeskFile

HERE = Path(__file__).parent
USER = "王调解"
OFFICE = Office("鹰头村人民调解委员会", "鹰头村")
ADDRESS = "https://qu.example.cn:8443"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The off-screen plugin has no window manager to tell about smallest sizes and says so."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def tidied() -> Iterator[None]:
    """As on the desk, the cycle collector runs on the window's thread only (app.ui.tidying)."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application with the desk's own fonts and look."""
    qapp.setStyle("Fusion")
    qapp.setFont(application.screen_font())
    application.dress(qapp, Settings())
    return qapp


@pytest.fixture(scope="session")
def divisions() -> Divisions:
    return Divisions.open(resources.path("divisions", "divisions.bin"))


@pytest.fixture
def runner(dressed: QApplication) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


@pytest.fixture
def services(desk: DeskFile, runner: TaskRunner, divisions: Divisions) -> DeskServices:
    return services_for(desk, runner, divisions, "head")


def services_for(desk: DeskFile, runner: TaskRunner, divisions: Divisions, role: str) -> DeskServices:
    """What the window is given for the user in a role."""
    database, station, local = desk.database, desk.station, LocalPractice()
    access = Access(database, station.device_id, desk.clock, Actor(USER, role, station.code))
    store = AuthorizedStore(database, station, desk.clock, access)
    attachments = AuthorizedAttachments(
        database, station, desk.clock, largest=50 * 2**20, draw=look_of, access=access
    )
    return DeskServices(
        access=access,
        store=store,
        reader=AuthorizedReader(database, access),
        drafts=AuthorizedDrafts(database, access),
        differences=AuthorizedDifferences(database, access),
        outbox=AuthorizedOutbox(database, station.epoch, access),
        attachments=attachments,
        scans=ScanFolder(None, lambda folder: None),
        history=CaseHistory(database),
        letters=Letters(database, station.code),
        due=AuthorizedDue(database, access, local),
        local=local,
        recent=AuthorizedRecent(database, access),
        reports=AuthorizedReports(database, station, success=SuccessBase.RECEIVED, access=access),
        trail=AuditTrail(database, access),
        station=station,
        divisions=divisions,
        runner=runner,
        user=USER,
        clock=desk.clock,
        sync=DeskSync(SyncNews(), None, ADDRESS),
        backup=DeskBackup(BackupNews()),
        print_case=print_of_case,
        print_letter=print_of_letter,
        signing=SigningPapers(store, attachments, OFFICE, desk.clock, USER),
    )


def print_of_letter(record: StoredRecord, code: str) -> PrintedPdf:
    return letter_pdf(code, record.values, record.id, "鹰头村", draft=not record.values["sent_on"])


def print_of_case(
    record: StoredRecord,
    code: str,
    draft: bool,
    watch: Callable[[int, int], bool] = lambda done, all_: True,
) -> PrintedPdf:
    return print_case(code, record.values, OFFICE, lambda _: b"", draft=draft, watch=watch)
