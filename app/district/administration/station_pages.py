"""Pages of stations: the overview, the list, adding and renaming, and one-time codes."""

import re
from datetime import timedelta

import zxingcpp

from app.district import overview
from app.district.administration.accounts import NotDone
from app.district.administration.frame import card, figure, problem, when
from app.district.administration.html import Html, choice, field, joined, link, table, tag
from app.district.administration.visit import Sent, Shown, Visit
from app.district.intake import utc_text
from app.district.stations import add_station as add_station_to
from app.district.stations import rename_station
from app.models.station_time import day_start, station_day
from app.sync.enrol_text import Invitation, invitation_text

KINDS = {
    "village": "村、社区",
    "committee": "人民调解委员会",
    "police": "公安派出所",
    "court": "人民法院",
    "petition": "信访部门",
    "township": "镇街",
    "other": "其他",
}
is_code = re.compile(r"[0-9A-Za-z]{2,12}").fullmatch
LINGER = timedelta(days=3)


def home(visit: Visit) -> Shown:
    """Stations, PCs, arrivals of today and seven days, what waits."""
    now = visit.parts.clock()
    today = station_day(now)
    with visit.parts.database.read() as connection:
        lines = overview.stations(connection)
        pcs = [pc for pc in overview.devices(connection) if not pc.revoked]
        day = overview.arrived_since(connection, lines, utc_text(day_start(today)))
        week = overview.arrived_since(connection, lines, utc_text(day_start(today - timedelta(days=6))))
        waiting = overview.waiting(connection)
        counts = overview.records_by_type(connection)
    silent = [pc for pc in pcs if pc.last_seen < utc_text(now - LINGER)]
    figures = (
        figure(str(len(lines)), "站点"),
        figure(str(len(pcs)), "在用电脑", f"{len(silent)} 台三天没有联系" if silent else "都在三天内联系过"),
        figure(str(day), "今天收到（条）", f"近七天 {week} 条"),
        figure(
            str(waiting.count),
            "待处理（条）",
            f"最早 {when(waiting.oldest)}" if waiting.count else "没有积压",
            "bad" if waiting.count else "",
        ),
    )
    titles = visit.parts.titles
    kept = table(
        ("记录", "条数"), [(titles.get(code, code), str(n)) for code, n in counts.items()], "还没有。"
    )
    quiet = table(
        ("站点", "电脑", "最近联系"),
        [(pc.station_name or pc.station, pc.label, when(pc.last_seen)) for pc in silent[:10]],
        "每台电脑三天内都联系过。",
    )
    both = tag("div", card("区里现有记录", kept), card("久未联系的电脑", quiet), class_="two")
    return Shown("概况", joined((tag("div", *figures, class_="figures"), both)))


def stations(visit: Visit, wrong: str = "") -> Shown:
    """The list of stations, with a form for a new one."""
    with visit.parts.database.read() as connection:
        lines = overview.stations(connection)
    may_edit = visit.may("edit_stations")
    head = ("编码", "名称", "类别", "电脑", "最近联系", *([""] if may_edit else []))
    rows = []
    for line in lines:
        edit = link("改名称", f"/stations/edit?station={line.station}")
        cells = (line.station, line.name, KINDS.get(line.kind, ""), str(line.devices), when(line.last_seen))
        rows.append((*cells, edit) if may_edit else cells)
    listed = card(f"站点（{len(lines)}）", table(head, rows, "还没有站点。添加站点后，为它的电脑开登记码。"))
    if not may_edit:
        return Shown("站点", listed)
    return Shown("站点", joined((problem(wrong) if wrong else None, _new_station(visit), listed)))


def add_station(visit: Visit) -> Shown | Sent:
    """A new station."""
    code, name, kind = (visit.form.get(part, "").strip() for part in ("station", "name", "kind"))
    try:
        _checked(code, name, kind)
        now = utc_text(visit.parts.clock())
        add_station_to(visit.parts.database, code, name, kind, visit.actor, now)
    except NotDone as refused:
        return stations(visit, str(refused))
    return Sent("/stations?done=station")


def station_form(visit: Visit, wrong: str = "") -> Shown:
    """Name and kind of one station; its code stays, records and numbers carry it."""
    code = visit.form.get("station") or visit.asked.get("station", "")
    with visit.parts.database.read() as connection:
        found = next((line for line in overview.stations(connection) if line.station == code), None)
    if found is None:
        return Shown("站点", problem("没有这个站点。"), 404)
    form = visit.form_to(
        "/stations/edit",
        tag("label", tag("span", "编码"), tag("input", name="station", value=code, readonly=True)),
        field("名称", "name", value=visit.form.get("name", found.name), required=True, maxlength="60"),
        choice("类别", "kind", KINDS.items(), found.kind),
        button="保存",
        kind="main",
    )
    return Shown("站点", joined((problem(wrong) if wrong else None, card("名称和类别", form))))


def edit_station(visit: Visit) -> Shown | Sent:
    """Another name or kind."""
    code, name, kind = (visit.form.get(part, "").strip() for part in ("station", "name", "kind"))
    try:
        _checked(code, name, kind)
        rename_station(visit.parts.database, code, name, kind, visit.actor, utc_text(visit.parts.clock()))
    except NotDone as refused:
        return station_form(visit, str(refused))
    return Sent("/stations?done=station")


def codes(visit: Visit, wrong: str = "") -> Shown:
    """Choose the station a code is for."""
    with visit.parts.database.read() as connection:
        lines = overview.stations(connection)
    if not lines:
        return Shown("登记码", card("先添加站点", tag("p", link("添加第一个站点", "/stations"))))
    options = [(line.station, f"{line.name}（{line.station}）") for line in lines]
    form = visit.form_to("/codes", choice("站点", "station", options), button="开登记码", kind="main")
    says = tag(
        "p",
        "登记码供站上的一台电脑使用一次，30 分钟内有效。只显示这一次：当面或打电话告诉站上，或让其扫码。",
        class_="quiet",
    )
    return Shown(
        "登记码", joined((problem(wrong) if wrong else None, card("为一台电脑开登记码", form, says)))
    )


def open_code(visit: Visit) -> Shown:
    """The code, shown once, in letters and as a QR code."""
    station = visit.form.get("station", "")
    with visit.parts.database.read() as connection:
        found = next((line for line in overview.stations(connection) if line.station == station), None)
    if found is None:
        return codes(visit, "没有这个站点，登记码没有开。")
    code = visit.parts.enrolments.open_code(station, by=visit.actor)
    shown = tag(
        "div",
        _qr(invitation_text(Invitation(visit.address, code, visit.parts.ca_digest))),
        tag(
            "div",
            tag("p", "登记码", class_="quiet"),
            tag("p", code, class_="code"),
            tag("p", f"区级服务地址：{visit.address}"),
            tag("p", "30 分钟内有效，只能用一次。离开本页后不再显示。", class_="quiet"),
        ),
        class_="opened",
    )
    return Shown("登记码", card(f"{found.name}（{station}）", shown, link("再开一个", "/codes")))


def _checked(code: str, name: str, kind: str) -> None:
    if not is_code(code):
        raise NotDone("站点编码是 2 到 12 位数字或字母，一般用 12 位区划代码，请核对。")
    if not name or len(name) > 60 or not name.isprintable():
        raise NotDone("请填写站点名称，最多 60 个字。")
    if kind not in KINDS:
        raise NotDone("请从列表中选择站点类别。")


def _new_station(visit: Visit) -> Html:
    form = visit.form_to(
        "/stations",
        field("编码", "station", required=True, maxlength="12", value=visit.form.get("station", "")),
        field("名称", "name", required=True, maxlength="60", value=visit.form.get("name", "")),
        choice("类别", "kind", KINDS.items(), visit.form.get("kind", "")),
        button="添加站点",
        kind="main",
    )
    return card("添加站点", form)


def _qr(text: str) -> Html:
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    # Drawn from our own text by the library: paths only, no script and no style. With a view box it takes any size.
    scaled = re.sub(r'<svg width="(\d+)" height="(\d+)"', r'<svg viewBox="0 0 \1 \2"', drawn)
    return Html(f'<div class="qr">{scaled[scaled.index("<svg") :]}</div>')
