"""Users of a station: added, let in, changed and removed, in the file, in the key slots and on the command line."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from conftest import SettableClock
from released_files import HEAD as RELEASED_HEAD
from released_files import PASSWORD as RELEASED_PASSWORD
from released_files import released
from samples import SAMPLES
from sqlalchemy import insert, select, text
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk, recover_desk
from app.commands.desk_accounts import DeskAccounts
from app.models.registry import RECORD_TYPES
from app.security.authorize import NotAllowed, matrix
from app.security.keyslots import KeySlots, WrongPassword
from app.security.passwords import PasswordPolicy, first_password, password_problems
from app.store.accounts import AccountRefused, NotAdmitted
from app.store.database import Database
from app.store.reading import ListQuery
from app.store.tables import account, audit, notice
from app.store.upgrade import known_revisions
from app.store.verify import verify

ROOT = Path(__file__).parents[2]
HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"


@pytest.fixture
def station(tmp_path):
    """A founded station, its clock, and the printed code."""
    clock = SettableClock()
    desk, code = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user=HEAD,
        password=PASSWORD,
        clock=clock,
    )
    desk.close()
    return tmp_path / "data", clock, code


def add(folder, clock, name, role, by=(HEAD, PASSWORD)):
    with closing(open_desk(folder, *by, clock=clock)) as desk:
        return DeskAccounts(desk).add(name, role, own_password=by[1])


def settled(folder, clock, name, role, own=OWN):
    """A user who has changed their first password."""
    first = add(folder, clock, name, role)
    with closing(open_desk(folder, name, first, clock=clock)) as desk:
        DeskAccounts(desk).change_password(first, own)


def trail(desk):
    with desk.database.read() as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.action, audit.c.object, audit.c.detail))
        return [tuple(row) for row in rows.all()]


def test_the_founder_is_the_head_and_every_role_can_be_added_and_let_in(station):
    folder, clock, _ = station
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        assert (desk.account.role, desk.account.must_change) == ("head", False)
    for role in matrix().roles:
        first = add(folder, clock, f"用户{role}", role)
        with closing(open_desk(folder, f"用户{role}", first, clock=clock)) as desk:
            assert (desk.account.role, desk.account.must_change) == (role, True)
            DeskAccounts(desk).change_password(first, OWN)
            assert not desk.account.must_change
        with pytest.raises(WrongPassword):
            open_desk(folder, f"用户{role}", first, clock=clock)
    assert KeySlots.open(folder).users() == [HEAD, *(f"用户{role}" for role in matrix().roles)]


def without_accounts(folder, clock):
    """A file of a schema before there were accounts, with one user more than its founder."""
    slots = KeySlots.open(released("0002", folder))
    dek = slots.unlock(RELEASED_HEAD, RELEASED_PASSWORD)
    slots.set_password("王调解", OWN, dek)
    with closing(Database.open(folder / "desk.db", dek)) as database, database.write() as connection:
        connection.execute(text("DROP TABLE account"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    return slots


def test_a_file_from_before_there_were_accounts_goes_on_with_its_user_as_head(tmp_path, clock):
    folder = tmp_path / "old"
    without_accounts(folder, clock).remove_user("王调解")
    with closing(open_desk(folder, RELEASED_HEAD, RELEASED_PASSWORD, clock=clock)) as desk:
        assert desk.account.role == "head"
        assert len(desk.reader.page(RECORD_TYPES["resident"], ListQuery())) == 6
        assert verify(desk.database, RECORD_TYPES) == []
    assert (folder / f"desk.before-{known_revisions()[-1]}.db").exists()


def test_several_users_of_a_file_without_accounts_begin_with_one_head(tmp_path, clock):
    folder = tmp_path / "old"
    without_accounts(folder, clock)
    for name, password, role in (("王调解", OWN, "clerk"), (RELEASED_HEAD, RELEASED_PASSWORD, "head")):
        with closing(open_desk(folder, name, password, clock=clock)) as desk:
            assert desk.account.role == role


def test_failures_at_the_login_are_in_the_trail_once_somebody_is_in(station):
    folder, clock, _ = station
    for _ in range(3):
        with pytest.raises(WrongPassword):
            open_desk(folder, HEAD, "not-mine", clock=clock)
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        assert trail(desk)[-2:] == [(HEAD, "open", "desk", ""), (HEAD, "wrong password", "desk", "3 times")]


def test_a_first_password_lapses_and_the_head_gives_another(station):
    folder, clock, _ = station
    first = add(folder, clock, "王调解", "mediator")
    clock.pass_time(hours=73)
    with pytest.raises(NotAdmitted, match="首次口令超过 72 小时"):
        open_desk(folder, "王调解", first, clock=clock)
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        second = DeskAccounts(desk).reset("王调解", own_password=PASSWORD)
    with pytest.raises(WrongPassword):
        open_desk(folder, "王调解", first, clock=clock)
    with closing(open_desk(folder, "王调解", second, clock=clock)) as desk:
        assert desk.account.must_change


def test_a_leaver_has_no_slot_no_way_in_and_keeps_records_drafts_and_unsent_work(station):
    folder, clock, _ = station
    settled(folder, clock, "王调解", "mediator")
    resident, record_id, draft_id = RECORD_TYPES["resident"], str(uuid7()), str(uuid7())
    with closing(open_desk(folder, "王调解", OWN, clock=clock)) as desk:
        desk.store.save(resident, SAMPLES["resident"](), by="王调解", record_id=record_id)
        desk.drafts.keep("王调解", "resident", draft_id, {"name": "写了一半"}, base=None, at=clock())
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        DeskAccounts(desk).remove("王调解", own_password=PASSWORD)
        assert desk.reader.load(resident, record_id).created_by == "王调解"
        assert desk.outbox.status().unsent == 1
        assert (HEAD, "remove user", "user/王调解", "") in trail(desk)
    assert KeySlots.open(folder).users() == [HEAD]
    with pytest.raises(WrongPassword):
        open_desk(folder, "王调解", OWN, clock=clock)
    # Back again under the same name: the draft is still theirs.
    first = add(folder, clock, "王调解", "grid")
    with closing(open_desk(folder, "王调解", first, clock=clock)) as desk:
        assert desk.account.role == "grid"
        assert [draft.record_id for draft in desk.drafts.of("王调解")] == [draft_id]


def test_a_power_cut_between_retiring_and_the_slot_lets_nobody_in_and_is_tidied(station):
    folder, clock, _ = station
    settled(folder, clock, "王调解", "mediator")
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk, desk.database.write() as connection:
        connection.execute(account.update().where(account.c.name == "王调解").values(active=False))
    assert "王调解" in KeySlots.open(folder).users()
    with pytest.raises(NotAdmitted, match="已停用"):
        open_desk(folder, "王调解", OWN, clock=clock)
    open_desk(folder, HEAD, PASSWORD, clock=clock).close()
    assert KeySlots.open(folder).users() == [HEAD]


def test_a_slot_without_an_account_opens_nothing(station):
    folder, clock, _ = station
    slots = KeySlots.open(folder)
    slots.set_password("谁", OWN, slots.unlock(HEAD, PASSWORD))
    open_desk(folder, HEAD, PASSWORD, clock=clock).close()
    with pytest.raises(NotAdmitted, match="没有登记"):
        open_desk(folder, "谁", OWN, clock=clock)


def test_what_is_refused_changes_nothing(station):
    folder, clock, _ = station
    settled(folder, clock, "王调解", "mediator")
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        made = DeskAccounts(desk)
        before = made.users()
        for act, said in (
            (lambda: made.add("王调解", "clerk", own_password=PASSWORD), "已有用户"),
            (lambda: made.add(" ", "clerk", own_password=PASSWORD), "请填写用户名"),
            (lambda: made.add("字" * 41, "clerk", own_password=PASSWORD), "最多 40 个字"),
            (lambda: made.remove(HEAD, own_password=PASSWORD), "不能停用自己"),
            (lambda: made.give_role(HEAD, "clerk", own_password=PASSWORD), "不能停用自己"),
            (lambda: made.remove("没有的人", own_password=PASSWORD), "没有在用的用户"),
            (lambda: made.reset(HEAD, own_password=PASSWORD), "请用“修改口令”"),
            (lambda: made.change_password(PASSWORD, "short"), "至少 10 位"),
            (lambda: made.change_password(PASSWORD, PASSWORD), "和原来的一样"),
            (lambda: made.change_password(PASSWORD, "李站长-Abc-2026"), "不能包含用户名"),
        ):
            with pytest.raises(AccountRefused, match=said):
                act()
        with pytest.raises(WrongPassword):
            made.add("新人", "clerk", own_password="not-mine")
        assert made.users() == before
        assert (HEAD, "wrong password", "desk", "") in trail(desk)
    assert KeySlots.open(folder).users() == [HEAD, "王调解"]


def test_roles_without_the_right_are_refused_and_noted(station):
    folder, clock, _ = station
    for role in ("clerk", "mediator", "police", "auditor", "secadmin"):
        settled(folder, clock, role, role, own=f"{OWN}-x")
        with closing(open_desk(folder, role, f"{OWN}-x", clock=clock)) as desk:
            made = DeskAccounts(desk)
            for act in (
                lambda made=made: made.add("新人", "", own_password=OWN),
                lambda made=made: made.reset(HEAD, own_password=OWN),
                lambda made=made: made.remove(HEAD, own_password=OWN),
            ):
                with pytest.raises(NotAllowed):
                    act()
            assert [line[1:] for line in trail(desk)[-3:]] == [("denied", "desk", f"manage_users {role}")] * 3


def test_the_system_administrator_adds_but_gives_no_role_and_takes_over_nobody(station):
    folder, clock, _ = station
    settled(folder, clock, "管理员", "sysadmin")
    with closing(open_desk(folder, "管理员", OWN, clock=clock)) as desk:
        made = DeskAccounts(desk)
        with pytest.raises(NotAllowed):
            made.add("新人", "head", own_password=OWN)
        first = made.add("新人", "", own_password=OWN)
        with pytest.raises(AccountRefused, match="权限比您大"):
            made.reset(HEAD, own_password=OWN)
        with pytest.raises(AccountRefused, match="至少要留一位站长"):
            made.remove(HEAD, own_password=OWN)
        with pytest.raises(NotAllowed, match="系统管理员"):
            desk.reader.page(RECORD_TYPES["resident"], ListQuery())
    with closing(open_desk(folder, "新人", first, clock=clock)) as desk:
        assert not desk.access.may_open("resident")
        with pytest.raises(NotAllowed, match="您还没有角色"):
            desk.reader.page(RECORD_TYPES["resident"], ListQuery())
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        DeskAccounts(desk).give_role("新人", "clerk", own_password=PASSWORD)
    with closing(open_desk(folder, "新人", first, clock=clock)) as desk:
        assert desk.access.may_open("resident")


def test_the_printed_code_lets_in_and_a_new_name_becomes_head(station):
    folder, clock, code = station
    settled(folder, clock, "王调解", "mediator")
    recover_desk(folder, code, "王调解", "Xin-kou-ling-26", clock=clock).close()
    with closing(open_desk(folder, "王调解", "Xin-kou-ling-26", clock=clock)) as desk:
        assert desk.account.role == "mediator"
    with closing(recover_desk(folder, code, "新站长", "Xin-kou-ling-26", clock=clock)) as desk:
        assert desk.account.role == "head"
        DeskAccounts(desk).remove(HEAD, own_password="Xin-kou-ling-26")
    with pytest.raises(NotAdmitted, match="已停用"):
        recover_desk(folder, code, HEAD, "Xin-kou-ling-26", clock=clock)


def test_an_old_password_is_remarked_on_and_the_districts_policy_counts(station):
    folder, clock, _ = station
    clock.pass_time(days=91)
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        assert any("口令已用了 91 天" in remark for remark in desk.remarks)
        body = orjson.dumps(
            {"key": "password", "shortest": 16, "classes": 4, "longest_days": 9999, "idle_minutes": 5}
        )
        with desk.database.write() as connection:
            connection.execute(
                insert(notice).values(kind="policy", key="password", body=body, received_at=clock())
            )
        made = DeskAccounts(desk)
        assert made.policy == PasswordPolicy(shortest=16, classes=4, idle_minutes=5)
        with pytest.raises(AccountRefused, match="至少 16 位"):
            made.change_password(PASSWORD, "Xin-kou-ling-26")
        made.change_password(PASSWORD, "Xin-de-kou-ling-2026")
    with closing(open_desk(folder, HEAD, "Xin-de-kou-ling-2026", clock=clock)) as desk:
        assert desk.remarks == []


@pytest.mark.parametrize(
    "given", [{}, {"shortest": 4}, {"shortest": "20"}, {"classes": 9}, {"first_hours": 0}, {"x": 1}]
)
def test_a_policy_asks_for_more_never_for_less(given):
    assert PasswordPolicy.of(given) == PasswordPolicy()


def test_first_passwords_meet_the_rules_and_differ():
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert not any(password_problems(each) for each in made)


def test_switching_users_touches_nobodys_drafts_or_unsent_work(station):
    folder, clock, _ = station
    settled(folder, clock, "王调解", "mediator")
    for user, password in ((HEAD, PASSWORD), ("王调解", OWN)) * 2:
        with closing(open_desk(folder, user, password, clock=clock)) as desk:
            desk.drafts.keep(user, "resident", str(uuid7()), {"name": user}, base=None, at=clock())
            desk.store.save(RECORD_TYPES["resident"], SAMPLES["resident"](), by=user, record_id=str(uuid7()))
            assert {draft.content["name"] for draft in desk.drafts.of(user)} == {user}
    with closing(open_desk(folder, HEAD, PASSWORD, clock=clock)) as desk:
        assert len(desk.drafts.of(HEAD)) == 2
        assert desk.outbox.status().unsent == 4


# The command line


def run(folder, *arguments):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, ROOT / "main.py", "--data", folder, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def kept(path, password):
    path.write_text(password + "\n", encoding="utf-8")
    return path


def test_users_by_command_from_adding_to_removing(station, tmp_path):
    folder, _, _ = station
    # The program itself keeps the real time.
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk, desk.database.write() as connection:
        connection.execute(account.update().values(password_at=datetime.now(UTC)))
    head, own = kept(tmp_path / "head.txt", PASSWORD), kept(tmp_path / "own.txt", OWN)
    as_head = ("--user", HEAD, "--password-file", head)
    added = run(folder, "add-user", "王调解", "--role", "mediator", *as_head)
    assert (added.returncode, added.stderr) == (0, "")
    first = kept(tmp_path / "first.txt", added.stdout.strip().rpartition("：")[2])
    as_first = ("--user", "王调解", "--password-file", first)
    refused = run(folder, "list", "resident", *as_first)
    assert refused.returncode == 2
    assert "请先运行 change-password" in refused.stderr
    changed = run(folder, "change-password", "--new-password-file", own, *as_first)
    assert (changed.returncode, changed.stderr) == (0, "")
    as_mediator = ("--user", "王调解", "--password-file", own)
    assert run(folder, "list", "resident", *as_mediator).returncode == 0
    patrols = run(folder, "list", "patrol_log", *as_mediator)
    assert (patrols.returncode, "您的角色（调解员）不能查看巡逻日志" in patrols.stderr) == (2, True)
    denied = run(folder, "users", *as_mediator)
    assert (denied.returncode, "不能查看用户" in denied.stderr) == (2, True)
    assert run(folder, "set-role", "王调解", "--role", "police", *as_head).returncode == 0
    assert run(folder, "list", "patrol_log", *as_mediator).returncode == 0
    listed = orjson.loads(run(folder, "users", *as_head).stdout)
    assert [(one["name"], one["title"], one["active"]) for one in listed] == [
        (HEAD, "站长", True),
        ("王调解", "民警", True),
    ]
    reset = run(folder, "reset-password", "王调解", *as_head)
    assert "首次口令" in reset.stdout
    assert run(folder, "list", "resident", *as_mediator).returncode == 2
    assert run(folder, "remove-user", "王调解", *as_head).returncode == 0
    assert run(folder, "list", "resident", *as_mediator).returncode == 2
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        acts = [line[1] for line in trail(desk)]
        assert [act for act in acts if act in ("add user", "give role", "reset password", "remove user")] == [
            "add user",
            "give role",
            "reset password",
            "remove user",
        ]
        assert ("王调解", "denied", "command/users", "mediator") in trail(desk)


def test_restoring_by_command_is_for_those_who_may(station, tmp_path):
    folder, clock, _ = station
    settled(folder, clock, "王调解", "mediator")
    with closing(open_desk(folder, HEAD, PASSWORD)) as desk:
        desk.backups.make()
    denied = run(folder, "restore", "--yes", "--user", "王调解", "--password-file", kept(tmp_path / "p", OWN))
    assert denied.returncode == 2
    assert "您的角色（调解员）不能从备份恢复" in denied.stderr
