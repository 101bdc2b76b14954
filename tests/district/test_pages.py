"""The pages over HTTP: every role before every route, nasty names, codes, revoking, held revisions again."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from app.district.admin_tables import trail
from app.district.administration.rights import ANYONE, SIGNED_IN, rights
from app.district.administration.site import PAGES
from app.district.authoring import Author
from app.district.intake import Intake, Sender
from app.district.judge import Judge
from app.district.server import DistrictServer
from app.district.tables import device
from app.sync.batch import decode_batch, encode_batch
from app.sync.enrol_text import Invitation, invitation_of
from app.sync.protocol import Refusal
from tests.conftest import SettableClock
from tests.district.browser import Browser, administrator
from tests.district.parts import STATION, Pc

ROLES = tuple(rights().roles)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Browser]]:
    """One administrator of each role, and somebody who did not sign in."""
    with DistrictServer(tmp_path_factory.mktemp("district")) as district:
        people = {role: administrator(district, f"用户{role}", role) for role in ROLES}
        people[""] = Browser(district.url)
        yield people
        for browser in people.values():
            browser.close()


@pytest.mark.parametrize("role", ROLES)
def test_every_route_for_every_role(staffed: dict[str, Browser], role: str) -> None:
    browser = staffed[role]
    key = re.search(r'name="form_key" value="([^"]+)"', browser.see("/password"))
    assert key is not None
    for name, asked in rights().routes.items():
        if name not in PAGES or name == "POST /logout" or asked == ANYONE:
            continue
        method, path = name.split(" ")
        answer = browser.http.request(method, path, data={"form_key": key[1]} if method == "POST" else None)
        allowed = asked == SIGNED_IN or rights().allows(role, asked)
        if name == "GET /" and not allowed:
            assert answer.status_code == 303
        else:
            assert (answer.status_code != 403) is allowed, (role, name, answer.status_code)
        assert answer.status_code < 500


def test_who_is_not_signed_in_gets_the_login(staffed: dict[str, Browser]) -> None:
    for name, asked in rights().routes.items():
        if name in PAGES and asked != ANYONE:
            method, path = name.split(" ")
            answer = staffed[""].http.request(method, path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/login"), name


def test_refusals_are_in_the_trail_and_only_the_auditor_reads_it(tmp_path: Path) -> None:
    with DistrictServer(tmp_path) as district:
        viewer = administrator(district, "李查看", "viewer")
        auditor = administrator(district, "周审计", "auditor")
        assert "不办理这一项" in viewer.see("/accounts")
        with district.services.database.read() as connection:
            found = connection.execute(select(trail.c.actor, trail.c.object, trail.c.result)).all()
        assert ("李查看", "GET /accounts", "refused") in [tuple(row) for row in found]
        page = auditor.see("/")
        assert "李查看" in page
        assert "GET /accounts" in page
        assert "没有被改动" in auditor.send("/trail")
        assert "不办理" in auditor.see("/arrivals")


def test_nasty_names_stay_text_on_every_page(district: DistrictServer) -> None:
    script = "<script>alert(1)</script>"
    pc = Pc.enrolled(district.url, district.open_code(STATION, script), f'"><img src=x>{script}')
    pc.pen.by = "<b onmouseover=alert(1)>王"
    pc.push(pc.pen.create(), pc.pen.write("create", {"name": None}))
    pc.district.close()
    system = administrator(district, "张区管", "system")
    for path in (
        "/",
        "/stations",
        f"/stations/edit?station={STATION}",
        "/codes",
        "/devices",
        "/held",
        "/arrivals",
        "/handovers",
    ):
        page = system.see(path)
        assert system.status == 200
        assert not re.search(r"<(script|img|b onmouse)", page), path
    assert "请填写姓名" in system.see("/held")
    assert "&lt;b onmouseover" in system.page
    found = system.http.get(f"/stations/edit?station={script}&done=<script>")
    assert "<script" not in found.text
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_figures_may_be_looked_at_on_this_machine_until_somebody_is_added(district: DistrictServer) -> None:
    guest = Browser(district.url)
    assert "还没有管理员" in guest.see("/")
    assert "今天收到" in guest.page
    assert httpx.get(district.url, headers={"host": "evil.example"}).status_code == 421
    assert httpx.post(f"{district.url}/held").headers["location"] == "/login"
    assert httpx.get(f"{district.url}/accounts").headers["location"] == "/login"
    administrator(district, "王安全", "security")
    assert httpx.get(district.url).headers["location"] == "/login"


def test_beyond_loopback_nothing_is_shown_without_a_login(tmp_path: Path) -> None:
    with DistrictServer(tmp_path, host="0.0.0.0") as server:
        browser = Browser(server.url.replace("0.0.0.0", "127.0.0.1"))
        assert "还没有管理员" in browser.see("/")
        assert "今天收到" not in browser.page


def test_station_is_added_a_code_shown_once_and_a_pc_enrolled_with_it(
    district: DistrictServer,
) -> None:
    system = administrator(district, "张区管", "system")
    assert "2 到 12 位" in system.send("/stations", on="/stations", station="x", name="鹰头村")
    system.send("/stations", station=STATION, name="鹰头村", kind="village")
    assert "已经有编码" in system.send(
        "/stations", on="/stations", station=STATION, name="鹰头村", kind="village"
    )
    system.send("/stations/edit", on=f"/stations/edit?station={STATION}", name="鹰头村便民服务站")
    assert "鹰头村便民服务站" in system.page
    page = system.send("/codes", on="/codes", station=STATION)
    code = re.search(r'class="code">([^<]+)<', page)
    assert code is not None
    assert code[1] not in system.see("/codes")
    drawn = page[page.index('<div class="qr">') :]
    assert invitation_of(_read_qr(drawn)) == Invitation(district.url, code[1])
    pc = Pc.enrolled(district.url, code[1], "一号机")
    pc.push(pc.pen.create())
    pc.district.close()
    assert "一号机" in system.see("/devices")
    assert "居民" in system.see("/")


def test_one_pc_is_stopped_and_the_others_go_on(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    system = administrator(district, "张区管", "system")
    system.see(f"/devices/revoke?device={pc.enrolment.device}")
    assert "站上其他电脑不受影响" in system.page
    assert "已停用" in system.send("/devices/revoke")
    with pytest.raises(Refusal) as refused:
        pc.push(pc.pen.create())
    assert refused.value.code == "revoked"
    assert second_pc.push(second_pc.pen.create()).acked_seq == 1
    assert "没有这台电脑" in system.see(f"/devices/revoke?device={pc.enrolment.device}")
    assert "没有这台电脑" in system.see("/devices/revoke?device=' or 1=1 --")


def test_last_contact_is_noted_once_a_minute(tmp_path: Path, clock: SettableClock) -> None:
    with DistrictServer(tmp_path, clock=clock) as district:
        pc = Pc.enrolled(district.url, district.open_code(STATION))
        seen = []
        for seconds in (0, 30, 31, 300):
            clock.pass_time(seconds=seconds)
            pc.district.hello(0)
            with district.services.database.read() as connection:
                seen.append(connection.execute(select(device.c.last_seen)).scalar_one())
        pc.district.close()
    assert seen == ["2026-11-23T06:00:00Z"] * 2 + ["2026-11-23T06:01:01Z", "2026-11-23T06:06:01Z"]


def test_held_revisions_take_effect_once_the_program_knows_them(district: DistrictServer, pc: Pc) -> None:
    first = pc.pen.create()
    lines = [first, pc.pen.edit(first, name="改名了"), pc.pen.write("create", {"name": None})]
    header = pc.header(lines)
    services = district.services
    older = Intake(services.database, Judge({}), services.clock)
    batch = decode_batch(encode_batch(header, [line.body for line in lines]))
    receipt = older.take(batch, Sender(STATION, pc.enrolment.device))
    assert [verdict.code for verdict in receipt.verdicts] == ["held"] * 3
    system = administrator(district, "张区管", "system")
    assert "区级程序还不认识" in system.see("/held")
    assert "2 条已经生效，1 条仍需等待" in system.send("/held")
    assert "0 条已经生效，1 条仍需等待" in system.send("/held")
    page = pc.district.pull("")
    told = {change.seq: change.outcome for change in page.changes if hasattr(change, "seq")}
    assert told == {1: "released", 2: "released", 3: "held"}
    states = [change for change in page.changes if hasattr(change, "document")]
    assert [(one.record, one.document["name"]) for one in states] == [(first.record, "改名了")]
    assert pc.push(pc.pen.edit(lines[1], name="再改")).verdicts == ()


def test_open_differences_are_counted_by_station(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    pc.push(line)
    services = district.services
    author = Author(services.database, services.identity, services.intake, services.clock)
    author.edit(STATION, line.record, {"name": "区里改的"}, by="区里")
    pc.push(pc.pen.edit(line, name="站里改的"))
    viewer = administrator(district, "李查看", "viewer")
    assert re.search(rf"{STATION}</td><td>鹰头村</td><td><span[^>]*>1<", viewer.see("/differences"))


def _read_qr(page: str) -> str:
    """Draw the rectangles of the SVG's one path and read the code back."""
    size = int(re.search(r'<svg viewBox="0 0 (\d+) ', page)[1])  # type: ignore[index]
    picture = Image.new("L", (size, size), 255)
    path = re.search(r'<path d="([^"]+)"', page)
    assert path is not None
    for x, y, wide, high in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", path[1]):
        picture.paste(0, (int(x), int(y), int(x) + int(wide), int(y) + int(high)))
    found = zxingcpp.read_barcodes(picture.resize((size * 6, size * 6), Image.Resampling.NEAREST))
    return found[0].text
