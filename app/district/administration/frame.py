"""The frame of every page: heading, places by role, who is signed in; and the headers that keep scripts out."""

from datetime import UTC, datetime

from app.district.administration.html import Html, Part, joined, link, tag
from app.district.administration.rights import rights
from app.district.administration.visit import Shown, Visit
from app.models.station_time import station_time

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
TLS_HEADERS = {"strict-transport-security": "max-age=31536000"}
PLACES = (
    ("/", "概况", "see_overview"),
    ("/stations", "站点", "see_stations"),
    ("/codes", "登记码", "open_codes"),
    ("/devices", "电脑", "see_devices"),
    ("/held", "待处理", "see_held"),
    ("/arrivals", "最近收到", "see_arrivals"),
    ("/differences", "有出入", "see_differences"),
    ("/handovers", "移交", "see_handovers"),
    ("/backups", "备份", "make_backup"),
    ("/accounts", "用户", "see_accounts"),
    ("/trail", "操作记录", "read_trail"),
)
DONE = {
    "station": "站点已保存。",
    "revoked": "这台电脑已停用。站上其他电脑照常使用。",
    "role": "角色已更改，本人需要重新登录。",
    "disabled": "用户已停用，已登录的随即退出。",
    "changed": "口令已更换，请用新口令登录。",
    "out": "您已退出。",
    "backup": "备份已做好，并核对过。",
}
NO_ACCOUNT = (
    "还没有管理员，只能在这台机器上查看。请在这台机器上添加第一位："
    "python main.py district --folder 区级数据文件夹 --add-admin 姓名 --role security"
)


def whole(visit: Visit, shown: Shown) -> str:
    """The document of one page."""
    said = DONE.get(visit.asked.get("done", ""))
    body = tag(
        "body",
        _rail(visit) if visit.session or visit.is_guest else None,
        tag(
            "main",
            tag("header", tag("h1", shown.title), _who(visit), class_="top"),
            tag("p", NO_ACCOUNT, class_="note warn") if visit.is_guest else None,
            tag("p", said, class_="note good", role="status") if said else None,
            shown.body,
        ),
        class_="signed-in" if visit.session or visit.is_guest else "alone",
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{shown.title} · 枫桥区级服务"),
        tag("link", rel="stylesheet", href="/style.css"),
    )
    return "<!doctype html>" + tag("html", head, body, lang="zh-CN")


def when(utc: str, empty: str = "还没有") -> str:
    """A stored UTC text as the clock on the wall shows it (UTC+8), to the minute."""
    if not utc:
        return empty
    moment = datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return station_time(moment).strftime("%Y-%m-%d %H:%M")


def card(title: str, *parts: Part) -> Html:
    """A titled part of a page."""
    return tag("section", tag("h2", title), *parts, class_="card")


def figure(number: str, caption: str, note: str = "", kind: str = "") -> Html:
    """One figure of the overview."""
    told = tag("small", note) if note else None
    return tag("div", tag("b", number), tag("span", caption), told, class_=f"figure {kind}".strip())


def mark(text: str, kind: str) -> Html:
    """A coloured word: good, warn, bad or quiet."""
    return tag("span", text, class_=f"mark {kind}")


def problem(sentence: str) -> Html:
    """Why something was not done."""
    return tag("p", sentence, class_="note bad", role="alert")


def sure(visit: Visit, title: str, says: Part, form: Html, back: str) -> Shown:
    """Asks before something that cannot be undone."""
    return Shown(title, card(title, tag("p", says), tag("div", form, link("不做，返回", back), class_="row")))


def _rail(visit: Visit) -> Html:
    places = [
        link(title, address, class_="here" if address == visit.path else "")
        for address, title, action in PLACES
        if visit.may(action)
    ]
    name = tag("div", tag("b", "枫桥"), tag("span", "区级服务"), class_="brand")
    return tag("nav", name, joined(places))


def _who(visit: Visit) -> Html | None:
    if visit.session is None:
        return None
    role = rights().roles.get(visit.session.role, "")
    out = visit.form_to("/logout", button="退出", kind="small")
    name = tag("span", f"{visit.session.name}（{role}）")
    return tag("div", name, link("换口令", "/password"), out, class_="who")
