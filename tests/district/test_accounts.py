"""Administrators: first passwords, brute force, sessions by the clock, forms of others, the chain of the trail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.district.admin_tables import account, trail, web_session
from app.district.administration.accounts import Accounts, NotDone
from app.district.administration.attempts import count_failure
from app.district.administration.sessions import NotSignedIn, Sessions
from app.district.administration.trail import COMMAND, verified
from app.district.database import Database, open_database
from app.district.server import DistrictServer
from tests.conftest import SettableClock
from tests.district.browser import PASSWORD, Browser, administrator


@pytest.fixture(params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SettableClock
) -> Iterator[tuple[DistrictServer, SettableClock]]:
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with DistrictServer(tmp_path / "district", url=url, clock=clock) as one:
        yield one, clock


def lines(district: DistrictServer) -> list[tuple[str, str, str]]:
    with district.services.database.read() as connection:
        found = connection.execute(
            select(trail.c.actor, trail.c.action, trail.c.result).order_by(trail.c.seq)
        )
        return [tuple(row) for row in found]


def test_first_password_opens_nothing_but_the_choice_of_ones_own(
    server: tuple[DistrictServer, SettableClock],
) -> None:
    district, clock = server
    first = Accounts(district.services.database, clock).add("王安全", "security", COMMAND)
    browser = Browser(district.url)
    assert "更换口令" in browser.sign_in("王安全", first)
    assert "更换口令" in browser.see("/accounts")
    assert "至少 10 位" in browser.send("/password", on="/password", old=first, new="short", again="short")
    assert "不能包含用户名" in browser.send(
        "/password", old=first, new="Ab3-王安全-xyz", again="Ab3-王安全-xyz"
    )
    assert "不一样" in browser.send("/password", old=first, new=PASSWORD, again=PASSWORD + "x")
    browser.send("/password", old=first, new=PASSWORD, again=PASSWORD)
    assert "添加用户" in browser.sign_in("王安全")
    late = Accounts(district.services.database, clock).add("李晚", "viewer", COMMAND)
    clock.pass_time(hours=73)
    assert "用户名或口令不对" in Browser(district.url).sign_in("李晚", late)


def test_five_wrong_passwords_wait_and_the_wait_doubles(server: tuple[DistrictServer, SettableClock]) -> None:
    district, clock = server
    browser = administrator(district, "王安全", "security")
    other = Browser(district.url)
    for _ in range(5):
        assert "用户名或口令不对" in other.sign_in("王安全", "wrong")
    assert "10 分钟后" in other.sign_in("王安全")
    assert other.status == 401
    assert "添加用户" in browser.see("/accounts")
    clock.pass_time(minutes=11)
    for _ in range(5):
        other.sign_in("王安全", "wrong")
    assert "20 分钟后" in other.sign_in("王安全")
    clock.pass_time(minutes=21)
    assert "添加用户" in other.sign_in("王安全")
    assert ("王安全", "sign_in", "failed") in lines(district)
    assert ("王安全", "sign_in", "refused") in lines(district)


def test_names_nobody_has_are_counted_by_address(tmp_path: Path, clock: SettableClock) -> None:
    database = open_database(None, tmp_path)
    accounts = Accounts(database, clock)
    sessions = Sessions(database, accounts, clock)
    accounts.add("王安全", "security", COMMAND)
    with database.write() as connection:
        for _ in range(24):
            count_failure(connection, "from:10.0.0.9", clock())
    with pytest.raises(NotSignedIn, match="用户名或口令不对"):
        sessions.sign_in("无名", "x", "10.0.0.9")
    with pytest.raises(NotSignedIn, match="分钟后"):
        sessions.sign_in("另一个", "x", "10.0.0.9")
    with pytest.raises(NotSignedIn, match="用户名或口令不对"):
        sessions.sign_in("另一个", "x", "10.0.0.8")
    database.close()


def test_sessions_end_idle_after_twelve_hours_and_with_the_account(
    server: tuple[DistrictServer, SettableClock],
) -> None:
    district, clock = server
    security = administrator(district, "王安全", "security")
    viewer = administrator(district, "李查看", "viewer")
    clock.pass_time(minutes=9)
    assert "概况" in viewer.see("/")
    clock.pass_time(minutes=9)
    assert "概况" in viewer.see("/")
    clock.pass_time(minutes=11)
    assert "登录" in viewer.see("/")
    viewer.sign_in("李查看")
    for _ in range(80):
        clock.pass_time(minutes=9, seconds=30)
        viewer.see("/")
    assert "登录" in viewer.page
    viewer.sign_in("李查看")
    security.sign_in("王安全")
    security.see("/accounts/change?name=李查看&what=disable")
    assert "用户已停用" in security.send("/accounts/change")
    assert "登录" in viewer.see("/")
    assert "用户名或口令不对" in viewer.sign_in("李查看")


def test_forms_of_other_pages_change_nothing(server: tuple[DistrictServer, SettableClock]) -> None:
    district, _ = server
    browser = administrator(district, "张区管", "system")
    browser.see("/stations")
    new = {"station": "511421125201", "name": "鹰头村", "kind": "village"}
    for fields, headers in (
        (new, {}),
        ({**new, "form_key": "x" * 43}, {}),
        ({**new, "form_key": ""}, {}),
    ):
        answer = browser.http.post("/stations", data=fields, headers=headers)
        assert answer.status_code == 403
    key = browser.page.split('name="form_key" value="')[1].split('"')[0]
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = browser.http.post("/stations", data={**new, "form_key": key}, headers=headers)
        assert answer.status_code == 403
        answer = httpx.post(f"{district.url}/login", data={"name": "x", "password": "y"}, headers=headers)
        assert answer.status_code == 403
    assert "还没有站点" in browser.see("/stations")
    assert "鹰头村" in browser.send("/stations", on="/stations", **new)
    assert ("张区管", "false_form", "refused") in lines(district)


def test_cookie_is_out_of_reach_and_only_its_hash_is_kept(
    server: tuple[DistrictServer, SettableClock],
) -> None:
    district, clock = server
    Accounts(district.services.database, clock).add("王安全", "security", COMMAND)
    first = Accounts(district.services.database, clock).reset_password("王安全", COMMAND)
    answer = httpx.post(f"{district.url}/login", data={"name": "王安全", "password": first})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    value = answer.headers["set-cookie"].split("=")[1].split(";")[0]
    with district.services.database.read() as connection:
        assert value not in str(connection.execute(select(web_session)).all())
        assert first not in str(connection.execute(select(account)).all())


def test_one_security_administrator_stays_and_nobody_changes_themselves(
    tmp_path: Path, clock: SettableClock
) -> None:
    database = open_database(None, tmp_path)
    accounts = Accounts(database, clock)
    accounts.add("王安全", "security", COMMAND)
    with pytest.raises(NotDone, match="唯一"):
        accounts.disable("王安全", COMMAND)
    with pytest.raises(NotDone, match="唯一"):
        accounts.set_role("王安全", "viewer", COMMAND)
    with pytest.raises(NotDone, match="已经有"):
        accounts.add("王安全", "viewer", COMMAND)
    with pytest.raises(NotDone, match="用户名要"):
        accounts.add("<script>", "viewer", COMMAND)
    accounts.add("赵安全", "security", COMMAND)
    accounts.disable("王安全", COMMAND)
    database.close()


def test_chain_of_the_trail_shows_every_change(new_database: Callable[[], str], tmp_path: Path) -> None:
    for url in (None, new_database()):
        database = open_database(url, tmp_path)
        for number in range(5):
            Accounts(database, SettableClock()).add(f"用户{number}", "viewer", COMMAND)
        with database.read() as connection:
            assert verified(connection).lines == 5
        for change in (update(trail).values(actor="别人"), delete(trail)):
            with pytest.raises(DBAPIError), database.write() as connection:
                connection.execute(change)
        _break(database)
        with database.read() as connection:
            assert verified(connection).broken_at == 3
        database.close()


def _break(database: Database) -> None:
    """Whoever owns the database can take the trigger away; the chain still tells."""
    with database.write() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("drop trigger trail_no_update")
        else:
            connection.exec_driver_sql("drop trigger trail_no_change on trail")
        connection.execute(update(trail).where(trail.c.seq == 3).values(actor="别人"))
