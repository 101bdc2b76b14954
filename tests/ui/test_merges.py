"""合并 is said: on the record who and which fields, in the last rounds and on the sync page how many."""

from datetime import timedelta

from PySide6.QtWidgets import QLabel
from uuid_utils import uuid7

from app.commands.desk import Desk
from app.commands.window import DeskWindow
from app.models.registry import RECORD_TYPES
from app.store.reading import Change
from app.ui.merges_line import merges_text
from tests.samples import SAMPLES
from tests.ui.test_differences import CASE, desks, edit, over, shown, sync

__all__ = ["desks"]

RESIDENT = RECORD_TYPES["resident"]


def parted(desks: list[Desk]) -> str:
    """A case both have, edited on each in other fields; nothing of that is sent yet."""
    first, second = desks
    record_id = str(uuid7())
    first.store.save(CASE, SAMPLES["mediation_case"](), by=first.user, record_id=record_id)
    sync(first, second)
    edit(first, record_id, notes="张三的备注")
    edit(second, record_id, place="李四写的地点", recorder="赵记录员")
    return record_id


def test_the_record_says_who_and_which_fields_on_both_pcs(qtbot, services, desks):
    record_id = parted(desks)
    sync(*desks)
    for desk, by in zip(desks, ("李四（2号机）", "李四"), strict=True):
        page = shown(qtbot, over(services, desk), record_id)
        qtbot.waitUntil(page.detail.merges.isVisible)
        said = page.detail.merges.text()
        assert "合并了 2 处改动，两边写的都保留了，不用处理。" in said
        assert f"14:00 {by}改“" in said
        assert "纠纷发生地" in said or "地点" in said
        assert "与张三的修改已合并" in said
    plain = str(uuid7())
    desks[0].store.save(CASE, SAMPLES["mediation_case"](), by="张三", record_id=plain)
    page = shown(qtbot, over(services, desks[0]), plain)
    assert not page.detail.merges.isVisible()


def test_the_round_says_how_many_and_says_it_once(qtbot, dressed, runner, divisions, desks):
    first, second = desks
    parted(desks)
    sync(first)
    window = DeskWindow(dressed, second, runner, divisions)
    qtbot.addWidget(window.window)
    window.show_at_size()
    page = window.window.open_page("sync")
    rounds = window.services.rounds
    qtbot.waitUntil(lambda: second.outbox.status().unsent == 0, timeout=15_000)
    qtbot.waitUntil(lambda: sum(one.merged for one in rounds.newest()) == 2, timeout=15_000)
    window.services.sync.send_now()
    qtbot.waitUntil(lambda: "合并了 2 处改动" in _said(page))
    window.stop()
    assert sum(one.merged for one in rounds.newest(100)) == 2
    window.window.close()


def test_after_a_month_only_the_revisions_say_it(clock):
    change = Change(
        "op", "edit", "李四", clock(), "acked", {"notes": "某"}, None, "与张三的修改已合并。", clock()
    )
    assert merges_text(RESIDENT, [change], clock()) != ""
    assert merges_text(RESIDENT, [change], clock() + timedelta(days=31)) == ""
    void = Change(
        "op", "void", "李四", clock(), "acked", {"reason": "错"}, "2号机", "与张三的修改已合并。", clock()
    )
    assert "李四（2号机）作废，与张三的修改已合并。" in merges_text(RESIDENT, [void], clock())


def _said(page):
    return "\n".join(label.text() for label in page.findChildren(QLabel) if not label.isHidden())
