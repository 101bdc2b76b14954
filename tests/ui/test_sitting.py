"""At the real windows: the first password, who is offered what, the lock, and somebody else sitting down."""

import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.stage import Stage
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.security.authorize import matrix
from app.security.keyslots import KeySlots
from app.settings import Settings, load_settings
from app.store.tables import audit
from app.ui.audit_page import AuditPage
from app.ui.idle_watch import IdleWatch
from app.ui.login import Login
from app.ui.main_window import MainWindow
from app.ui.password_change import OwnPassword, PasswordDialog
from app.ui.places import places
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.task_runner import TaskRunner
from app.ui.user_dialog import UserDialog
from app.ui.users_page import UsersPage
from tests.conftest import DeskFile
from tests.samples import SAMPLES
from tests.ui.conftest import services_for

HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"
NUMBER, MASKED = "511421189901010027", "511***********0027"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    desk, _ = found_desk(
        tmp_path / "data", station_code="511421125201", station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    with closing(desk):
        for code, record_type in RECORD_TYPES.items():
            desk.store.save(record_type, SAMPLES[code](), by=HEAD, record_id=str(uuid7()))
    return tmp_path / "data"


@pytest.fixture
def stage(dressed: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    dressed.setQuitOnLastWindowClosed(False)
    made = Stage(dressed, folder)
    yield made
    front = made._front
    made.close()
    if front is not None:
        front.hide()
        front.deleteLater()


def front(qtbot: QtBot, stage: Stage, kind: type):
    qtbot.waitUntil(lambda: isinstance(stage._front, kind), timeout=20_000)
    stage._runner.wait_idle()
    return stage._front


def sign_in(qtbot: QtBot, stage: Stage, user: str = HEAD, password: str = PASSWORD) -> None:
    login = front(qtbot, stage, Login)
    login.user.setCurrentText(user)
    login.password.setText(password)
    login.submit()


def entered(qtbot: QtBot, stage: Stage, user: str = HEAD, password: str = PASSWORD) -> MainWindow:
    sign_in(qtbot, stage, user, password)
    return front(qtbot, stage, MainWindow)


def trail(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.database.read() as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.action, audit.c.detail)).all()
    return [tuple(row) for row in rows]


def words(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def type_into(page: RecordPage, values: dict[str, str]) -> None:
    page.form_page.form.set_values(values)
    page.form_page.form.changed.emit()


def settle(stage: Stage) -> None:
    for _ in range(3):
        stage._runner.wait_idle()
        QApplication.processEvents()


# Pages that need services the bare window of this test has not.
WITH_MORE = {"users", "privacy"}


@pytest.mark.parametrize("role", ["", *matrix().roles])
def test_every_role_is_offered_its_pages_and_no_other(
    qtbot: QtBot, desk: DeskFile, runner: TaskRunner, divisions: Divisions, role: str
) -> None:
    services = services_for(desk, runner, divisions, role)
    window = MainWindow(services, RecordPage, Settings())
    qtbot.addWidget(window)
    window.show()
    offered = {place.key for place in places() if services.access.may_open(place.key)} - WITH_MORE
    assert set(window.navigation._buttons) == offered
    denied = 0
    for key in matrix().pages:
        if key in offered:
            window.open_page(key)
            runner.wait_idle()
            assert window.current_page() == key
        elif key not in WITH_MORE:
            with pytest.raises(Exception, match="不能"):
                window.open_page(key)
            denied += 1
    runner.wait_idle()
    with desk.database.read() as connection:
        noted = connection.execute(select(audit.c.seq).where(audit.c.action == "denied")).all()
    assert len(noted) == denied


def test_every_page_has_a_line_in_the_table() -> None:
    assert [place.key for place in places()] == list(matrix().pages)


def test_a_role_sees_only_the_buttons_it_may_press(
    qtbot: QtBot, desk: DeskFile, runner: TaskRunner, divisions: Divisions
) -> None:
    record_id = str(uuid7())
    case = RECORD_TYPES["mediation_case"]
    desk.store.save(case, SAMPLES["mediation_case"](), by="别人", record_id=record_id)
    shown = {}
    for role in ("head", "mediator", "township"):
        page = RecordPage(services_for(desk, runner, divisions, role), case)
        qtbot.addWidget(page)
        page.resize(1180, 700)
        page.show()
        page.open_record(record_id)
        runner.wait_idle()
        detail = page.detail
        shown[role] = [
            name for name in ("edit", "void", "print", "reveal") if getattr(detail, name).isVisible()
        ]
        assert MASKED.replace("0027", "0019") in words(page) or "***" in words(page)
    assert shown == {
        "head": ["edit", "void", "print", "reveal"],
        "mediator": ["edit", "print", "reveal"],
        "township": [],
    }


def test_numbers_are_whole_for_half_a_minute_after_a_reason(
    qtbot: QtBot, services: DeskServices, desk: DeskFile
) -> None:
    resident, record_id = RECORD_TYPES["resident"], str(uuid7())
    desk.store.save(resident, SAMPLES["resident"](), by="别人", record_id=record_id)
    page = RecordPage(services, resident)
    qtbot.addWidget(page)
    page.resize(1180, 700)
    page.show()
    page.open_record(record_id)
    services.runner.wait_idle()
    assert MASKED in words(page)
    assert NUMBER not in words(page)
    qtbot.mouseClick(page.detail.reveal, Qt.MouseButton.LeftButton)
    (dialog,) = [one for one in page.findChildren(QInputDialog) if one.isVisible()]
    dialog.setTextValue("联系当事人")
    dialog.accept()
    services.runner.wait_idle()
    QApplication.processEvents()
    assert NUMBER in words(page)
    assert page.reveal.timer.interval() == 30_000
    # Something came from the district meanwhile: still the same half minute.
    page.refresh()
    services.runner.wait_idle()
    QApplication.processEvents()
    assert NUMBER in words(page)
    page.reveal.timer.setInterval(1)
    page.reveal.timer.start()
    qtbot.waitUntil(lambda: NUMBER not in words(page))
    with desk.database.read() as connection:
        rows = connection.execute(select(audit.c.action, audit.c.detail)).all()
    assert ("reveal", "联系当事人") in [tuple(row) for row in rows]


def test_a_new_user_is_added_signs_in_once_and_sets_their_own_password(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    stage.begin()
    window = entered(qtbot, stage)
    page = window.open_page("users")
    assert isinstance(page, UsersPage)
    settle(stage)
    page.add.click()
    dialog = page.findChildren(UserDialog)[-1]
    dialog.name.setText("王调解")
    dialog.role.setCurrentIndex(dialog.role.findData("mediator"))
    dialog.submit()
    assert "您自己的口令" in dialog.banner.text()
    dialog.password.setText("wrong-password")
    dialog.submit()
    settle(stage)
    assert "口令不对" in dialog.banner.text()
    dialog.password.setText(PASSWORD)
    dialog.submit()
    settle(stage)
    assert dialog.first.isVisible()
    first = dialog.first.text()
    dialog.reject()
    assert ("王调解", "reset") in page.presses
    window.sitting.switch_requested.emit()
    sign_in(qtbot, stage, "王调解", first)
    own = front(qtbot, stage, OwnPassword)
    own.form.old.setText(first)
    for line in (own.form.pair.first, own.form.pair.second):
        line.setText(OWN)
    own.go.click()
    window = front(qtbot, stage, MainWindow)
    assert "王调解" in window.sitting.menu.text()
    assert "用户" not in [button.accessibleName() for button in window.navigation._buttons.values()]
    window.sitting.switch_requested.emit()
    window = entered(qtbot, stage, "王调解", OWN)
    assert KeySlots.open(folder).users() == ["王调解", HEAD] or len(KeySlots.open(folder).users()) == 2


def test_the_users_page_changes_a_role_resets_and_removes(qtbot: QtBot, stage: Stage, folder: Path) -> None:
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        DeskAccounts(desk).add("王调解", "mediator", own_password=PASSWORD)
    stage.begin()
    page = entered(qtbot, stage).open_page("users")
    for key in ("role", "reset", "remove"):
        settle(stage)
        page.presses["王调解", key].click()
        dialog = page.findChildren(UserDialog)[-1]
        if key == "role":
            dialog.role.setCurrentIndex(dialog.role.findData("police"))
        dialog.password.setText(PASSWORD)
        dialog.submit()
        settle(stage)
        if key == "reset":
            assert dialog.first.isVisible()
            dialog.reject()
    settle(stage)
    assert "王调解　民警" in words(page)
    assert "已停用" in words(page)
    assert not [key for key in page.presses if key[0] == "王调解"]
    assert KeySlots.open(folder).users() == [HEAD]


def test_left_alone_the_desk_locks_keeps_the_typing_and_the_same_window_goes_on(
    qtbot: QtBot, stage: Stage
) -> None:
    stage.begin()
    window = entered(qtbot, stage)
    page = window.open_page("resident")
    assert isinstance(page, RecordPage)
    settle(stage)
    page.open_new()
    settle(stage)
    type_into(page, {"name": "写了一半"})
    window.sitting.change_password()
    settle(stage)
    (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, PasswordDialog)]
    watch = window.sitting.watch
    assert watch is not None
    assert watch.timer.interval() == 10 * 60_000
    watch.timer.setInterval(1)
    watch.timer.start()
    qtbot.waitUntil(window.sitting.is_locked)
    settle(stage)
    desk = stage._desk
    assert desk is not None
    assert [draft.content["name"] for draft in desk.drafts.of(HEAD)] == ["写了一半"]
    assert not dialog.isVisible()
    assert not page.isVisible()
    assert "写了一半" not in words(window)
    # Keys that belong to the desk do nothing while it is locked.
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page() == "resident"
    lock = window.sitting.curtain.page
    assert lock is not None
    lock.password.setText("wrong-password")
    lock.submit()
    settle(stage)
    assert window.sitting.is_locked()
    assert "口令不对" in lock.banner.text()
    lock.password.setText(PASSWORD)
    lock.submit()
    settle(stage)
    assert not window.sitting.is_locked()
    assert dialog.isVisible()
    dialog.reject()
    assert page.form_page.form.editors["name"].input.text() == "写了一半"
    acts = [act for _, act, _ in trail(desk)]
    assert acts[-3:] == ["lock", "wrong password", "unlock"]


def test_five_wrong_passwords_at_the_lock_make_one_wait(qtbot: QtBot, stage: Stage) -> None:
    stage.begin()
    window = entered(qtbot, stage)
    window.sitting.lock()
    settle(stage)
    lock = window.sitting.curtain.page
    assert lock is not None
    for password in (*["wrong-password"] * 5, PASSWORD):
        lock.password.setText(password)
        lock.submit()
        settle(stage)
    assert "分钟后再试" in lock.banner.text()
    assert window.sitting.is_locked()


def test_somebody_else_sits_down_and_finds_nothing_of_the_others(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        first = DeskAccounts(desk).add("赵民警", "police", own_password=PASSWORD)
    with closing(open_desk(folder, "赵民警", first)) as desk:
        DeskAccounts(desk).change_password(first, OWN)
    stage.begin()
    window = entered(qtbot, stage)
    page = window.open_page("mediation_case")
    page.open_new()
    settle(stage)
    type_into(page, {"title": "写了一半的纠纷"})
    window.sitting.lock()
    settle(stage)
    lock = window.sitting.curtain.page
    assert lock is not None
    lock.offered.click()
    window = entered(qtbot, stage, "赵民警", OWN)
    settle(stage)
    assert "写了一半的纠纷" not in words(window)
    assert set(window.navigation._buttons) >= {"patrol_log", "resident"}
    assert not set(window.navigation._buttons) & {"service_visit", "users", "audit"}
    desk = stage._desk
    assert desk is not None
    assert desk.outbox.status().unsent == len(RECORD_TYPES)
    window.sitting.switch_requested.emit()
    window = entered(qtbot, stage)
    settle(stage)
    assert stage._desk is not None
    assert [draft.content["title"] for draft in stage._desk.drafts.of(HEAD)] == ["写了一半的纠纷"]


def test_the_menu_offers_the_minutes_to_those_who_may_set_them(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    stage.begin()
    window = entered(qtbot, stage)
    menu = window.sitting.menu
    assert menu.words() == [
        "修改口令…",
        "锁定（Ctrl+L）",
        "换人登录…",
        "2 分钟不动就锁定",
        "5 分钟不动就锁定",
        "10 分钟不动就锁定",
    ]
    menu.menu().actions()[4].trigger()
    assert load_settings(folder).idle_minutes == 2
    assert window.sitting.watch.timer.interval() == 2 * 60_000
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.sitting.is_locked()


def test_a_touch_begins_the_wait_anew(qtbot: QtBot) -> None:
    page = QPushButton("x")
    qtbot.addWidget(page)
    page.show()
    watch = IdleWatch(10)
    watch.watch(page.windowHandle())
    for touch in (
        lambda: QTest.keyClick(page.windowHandle(), Qt.Key.Key_A),
        lambda: QTest.mouseMove(page.windowHandle(), QPoint(3, 3)),
        lambda: QTest.mouseClick(page.windowHandle(), Qt.MouseButton.LeftButton),
    ):
        watch.timer.stop()
        touch()
        QApplication.processEvents()
        assert watch.timer.isActive()


def test_the_auditor_reads_narrows_and_checks_the_trail(
    qtbot: QtBot, desk: DeskFile, runner: TaskRunner, divisions: Divisions
) -> None:
    resident = RECORD_TYPES["resident"]
    head = services_for(desk, runner, divisions, "head")
    for _ in range(3):
        record_id = str(uuid7())
        head.store.save(resident, SAMPLES["resident"](), by=head.user, record_id=record_id)
    head.reader.reveal(resident, record_id, "联系当事人")
    page = AuditPage(services_for(desk, runner, divisions, "auditor"))
    qtbot.addWidget(page)
    page.resize(1180, 700)
    page.show()
    page.refresh()
    runner.wait_idle()
    QApplication.processEvents()
    shown = [[page.model.index(row, column).data() for column in range(2, 6)] for row in range(4)]
    assert shown[0] == [head.user, "查看完整号码", f"居民档案 …{record_id[-8:]}", "联系当事人"]
    assert [row[1] for row in shown[1:]] == ["新增"] * 3
    page.action.setCurrentIndex(page.action.findData("reveal"))
    page.action.activated.emit(page.action.currentIndex())
    runner.wait_idle()
    assert page.model.rowCount() == 1
    page.first.setText("11-24")
    page.first.editingFinished.emit()
    runner.wait_idle()
    assert page.model.rowCount() == 0
    page.first.setText("昨天的昨天")
    page.first.editingFinished.emit()
    assert "不是日期" in page.banner.text()
    page.first.setText("今天")
    page.first.editingFinished.emit()
    runner.wait_idle()
    assert page.model.rowCount() == 1
    page.check.click()
    runner.wait_idle()
    assert "没有被改动" in page.banner.text()
    with desk.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET detail = '查户口' WHERE action = 'reveal'")
    page.check.click()
    runner.wait_idle()
    assert "2 处对不上" in page.banner.text(), "the line and the guard that was taken away"


def test_a_long_trail_is_read_as_it_scrolls_into_view(
    qtbot: QtBot, desk: DeskFile, runner: TaskRunner, divisions: Divisions
) -> None:
    services = services_for(desk, runner, divisions, "auditor")
    for number in range(450):
        services.access.note("list", "resident", f"{number} rows")
    page = AuditPage(services)
    qtbot.addWidget(page)
    page.refresh()
    runner.wait_idle()
    assert (page.model.rowCount(), page.model.has_more()) == (200, True)
    for count in (400, 450):
        page.model.fetchMore(page.model.index(-1, -1))
        runner.wait_idle()
        assert page.model.rowCount() == count
    assert [line.seq for line in page.model.lines] == list(range(450, 0, -1))
    assert not page.model.has_more()


def test_after_a_leaver_the_page_asks_for_a_new_key_and_says_until_then_that_it_is_due(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        first = DeskAccounts(desk).add("王调解", "mediator", own_password=PASSWORD)
        DeskAccounts(desk).add("赵调解", "mediator", own_password=PASSWORD)
    before = KeySlots.open(folder).unlock(HEAD, PASSWORD)
    stage.begin()
    page = entered(qtbot, stage).open_page("users")
    settle(stage)
    assert not page.due.isVisible()
    page.presses["赵调解", "remove"].click()
    leaving = page.findChildren(UserDialog)[-1]
    leaving.password.setText(PASSWORD)
    leaving.submit()
    settle(stage)
    assert page.due.isVisible()
    asked = page.findChildren(UserDialog)[-1]
    assert asked is not leaving
    asked.password.setText(PASSWORD)
    asked.submit()
    assert asked.bar.isVisible()
    asked.reject()
    assert asked.isVisible(), "it stays while the key is being changed"
    settle(stage)
    assert not page.due.isVisible()
    assert "数据密钥已更换" in words(page)
    assert KeySlots.open(folder).unlock(HEAD, PASSWORD) != before
    assert KeySlots.open(folder).unlock("王调解", first)


def test_after_twelve_hours_the_desk_locks_however_busy_it_is(qtbot: QtBot, stage: Stage) -> None:
    stage.begin()
    window = entered(qtbot, stage)
    session = window.sitting.session
    assert session is not None
    assert session.interval() == 12 * 3600 * 1000
    assert session.isSingleShot()
    session.timeout.emit()
    settle(stage)
    assert window.sitting.is_locked()
    session.stop()
    lock = window.sitting.curtain.page
    assert lock is not None
    lock.password.setText(PASSWORD)
    lock.submit()
    settle(stage)
    assert not window.sitting.is_locked()
    assert session.isActive(), "the hours are counted anew"
