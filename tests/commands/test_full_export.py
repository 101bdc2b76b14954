"""A full export takes two people with passwords of their own; everything about it is in the trail without a name or number."""

from contextlib import closing

import openpyxl
import pytest
import pyzipper
from conftest import SettableClock
from samples import SAMPLES
from sqlalchemy import select
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.desk_privacy import DeskPrivacy
from app.commands.exporting import export_list
from app.commands.parser import build_parser
from app.exchange.record_file import ExportStopped
from app.models.registry import RECORD_TYPES
from app.security.authorize import NotAllowed
from app.security.keyslots import WrongPassword
from app.store.authorized.exports import ExportRefused
from app.store.reading import ListQuery
from app.store.tables import audit

HEAD, PASSWORD = "李站长", "Ce-shi-2026-kou"
OWN = "Zi-ji-ding-2026"
RESIDENT = RECORD_TYPES["resident"]
CARD, PHONE, NAME = "511421189901010027", "13700137000", "单小梅"


def always(done: int, of: int) -> bool:
    return True


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A station with a resident, a second 站长, a 调解员 and a 录入员, each with a password of their own."""
    folder, clock = tmp_path_factory.mktemp("station") / "data", SettableClock()
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=HEAD, password=PASSWORD, clock=clock
    )
    firsts = {}
    with closing(desk):
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=HEAD, record_id=str(uuid7()))
        for name, role in (("王副站长", "head"), ("赵调解", "mediator"), ("钱录入", "clerk")):
            firsts[name] = DeskAccounts(desk).add(name, role, own_password=PASSWORD)
    for name, first in firsts.items():
        if name != "钱录入":
            with closing(open_desk(folder, name, first, clock=clock)) as desk:
                DeskAccounts(desk).change_password(first, OWN)
    return folder, clock, firsts


@pytest.fixture
def desk(people):
    folder, clock, _ = people
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as opened:
        yield opened


def trail(desk):
    with desk.database.read() as connection:
        return [
            tuple(row) for row in connection.execute(select(audit.c.actor, audit.c.action, audit.c.detail))
        ]


def test_two_people_one_file_one_passphrase(desk, tmp_path):
    privacy, path = DeskPrivacy(desk), tmp_path / "out.zip"
    query = ListQuery(words=NAME)
    request = privacy.exports.ask(RESIDENT, query, f"上级核查 {CARD}")
    with pytest.raises(ExportRefused, match="还没有批准"):
        privacy.save_whole(request, path, always)
    with pytest.raises(ExportRefused, match="不能自己批准"):
        privacy.decide(request, HEAD, PASSWORD, agree=True)
    with pytest.raises(WrongPassword):
        privacy.decide(request, "王副站长", "Bu-dui-de-2026", agree=True)
    with pytest.raises(NotAllowed, match="批准完整导出"):
        privacy.decide(request, "赵调解", OWN, agree=True)
    with pytest.raises(ExportRefused, match="没有在用的用户"):
        privacy.decide(request, "没有这人", OWN, agree=True)
    privacy.decide(request, "王副站长", OWN, agree=True)
    with pytest.raises(ExportRefused, match="已经办过"):
        privacy.decide(request, "王副站长", OWN, agree=False, words="晚了")
    passphrase = privacy.save_whole(request, path, always)
    with pytest.raises(ExportRefused, match="已经取过"):
        privacy.save_whole(request, tmp_path / "again.zip", always)
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(passphrase.encode())
        sheet = openpyxl.load_workbook(archive.open("居民.xlsx"))
    about = "\n".join(str(row[0].value) for row in sheet["说明"].iter_rows())
    for said in (HEAD, "王副站长", desk.station.device_id, "上级核查", "共 1 条"):
        assert said in about
    lines = trail(desk)
    acts = [(actor, action) for actor, action, _ in lines if "full" in action]
    assert acts == [
        (HEAD, "ask full export"),
        ("王副站长", "approve full export"),
        (HEAD, "export full"),
    ]
    assert (HEAD, "wrong password", "") in lines
    assert ("赵调解", "denied", "approve_export mediator") in lines
    text = "\n".join(detail for _, _, detail in lines)
    assert request in text
    for secret in (CARD, PHONE, NAME, passphrase, OWN):
        assert secret not in text


def test_a_no_says_why_and_a_first_password_decides_nothing(desk, people):
    privacy = DeskPrivacy(desk)
    request = privacy.exports.ask(RESIDENT, ListQuery(), "核对名册")
    with pytest.raises(ExportRefused, match="首次口令"):
        privacy.decide(request, "钱录入", people[2]["钱录入"], agree=True)
    with pytest.raises(ExportRefused, match="为什么不同意"):
        privacy.decide(request, "王副站长", OWN, agree=False)
    privacy.decide(request, "王副站长", OWN, agree=False, words="用途不清")
    (found,) = [one for one in privacy.exports.requests() if one.id == request]
    assert (found.state, found.decided_by, found.decision) == ("refused", "王副站长", "用途不清")
    with pytest.raises(ExportRefused):
        privacy.save_whole(request, desk.folder / "x.zip", always)


def test_asking_needs_the_right_a_reason_and_records(desk, people):
    folder, clock, _ = people
    privacy = DeskPrivacy(desk)
    with pytest.raises(ExportRefused, match="请写明为什么"):
        privacy.exports.ask(RESIDENT, ListQuery(), " ")
    with pytest.raises(ExportRefused, match="没有记录"):
        privacy.exports.ask(RECORD_TYPES["patrol_log"], ListQuery(), "核对")
    desk.close()
    with closing(open_desk(folder, "赵调解", OWN, clock=clock)) as other:
        exports = DeskPrivacy(other).exports
        with pytest.raises(NotAllowed, match="完整号码"):
            exports.ask(RESIDENT, ListQuery(), "核对")
        assert exports.requests() == []


def test_a_request_lapses(desk, people):
    _, clock, _ = people
    privacy, now = DeskPrivacy(desk), clock.now
    request = privacy.exports.ask(RESIDENT, ListQuery(), "核对名册")
    clock.pass_time(days=8)
    try:
        with pytest.raises(ExportRefused, match="过期"):
            privacy.decide(request, "王副站长", OWN, agree=True)
        assert {one.state for one in privacy.exports.requests() if one.id == request} == {"lapsed"}
    finally:
        clock.now = now


def test_a_fetch_that_was_stopped_can_be_fetched_again(desk, tmp_path):
    privacy, path = DeskPrivacy(desk), tmp_path / "out.zip"
    request = privacy.exports.ask(RESIDENT, ListQuery(), "核对名册")
    privacy.decide(request, "王副站长", OWN, agree=True)
    with pytest.raises(ExportStopped):
        privacy.save_whole(request, path, lambda done, of: False)
    assert not path.exists()
    assert privacy.save_whole(request, path, always)
    assert [action for _, action, _ in trail(desk)][-3:] == ["export full", "export stopped", "export full"]


def asked(*arguments):
    return build_parser().parse_args(["export", *arguments])


def test_the_command_writes_what_the_list_shows(desk, tmp_path, capsys):
    path = tmp_path / "out.xlsx"
    assert export_list(desk, asked("resident", "--where", "sex=2", "-o", str(path))) == 0
    assert "1 条" in capsys.readouterr().out
    sheet = openpyxl.load_workbook(path)["居民"]
    assert next(cell.value for cell in list(sheet.iter_rows())[1]) == NAME
    assert CARD not in str(list(sheet.iter_rows(values_only=True)))
    assert export_list(desk, asked("resident", "--where", "sex=1", "-o", str(path))) == 0
    assert "0 条" in capsys.readouterr().out
    for wrong in (["--where", "name=张三"], ["--where", "sex=9x"]):
        assert export_list(desk, asked("resident", *wrong, "-o", str(path))) == 2
    assert export_list(desk, asked("resident", "-o", str(tmp_path / "out.pdf"))) == 2
    assert trail(desk)[-1] == (HEAD, "export", "0 rows masked; sex=1")
