"""The page of the district (区里收到的记录): plain HTML, everything that came from outside escaped."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.district.overview import Arrival, DeviceLine, Overview, StationLine

COOKIE = "fengqiao_district"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
ACTS = {"create": "新建", "edit": "修改", "void": "作废", "append": "追加", "skip": "未传内容"}
OUTCOMES = {
    "applied": "已收",
    "merged": "已合并",
    "conflict": "有出入",
    "held": "暂收待处理",
    "released": "已处理",
}
STYLE = """
body{font:15px/1.6 "Noto Sans SC","Microsoft YaHei",sans-serif;margin:2rem auto;max-width:72rem;color:#222}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd}
th{background:#f3f5f4}td.n{text-align:right}.held{color:#a33}.quiet{color:#777}
"""


class Page:
    """Shows what arrived; open on loopback, behind the administrator's token elsewhere.

    `read` gives the figures, `titles` the Chinese name of each record type by code, `token` is None on
    loopback, where only requests addressed to this machine by its loopback names are answered.
    """

    def __init__(
        self, read: Callable[[], Overview], titles: Mapping[str, str], token: str | None, secure: bool = False
    ) -> None:
        self._read = read
        self._titles = titles
        self._token = token
        self._secure = secure

    def answer(self, request: Request) -> Response:
        """The page, or the question for the token."""
        if self._token is None:
            # A foreign page that points its own name at 127.0.0.1 must not read this one through the browser.
            if request.url.hostname not in LOOPBACK_NAMES:
                return _html("区服务器", "<p>请用 127.0.0.1 打开本页。</p>", 421)
        elif not _same(request.cookies.get(COOKIE, ""), self._token):
            return _html("区服务器", LOGIN, 401)
        return _html("区里收到的记录", self._body(self._read()))

    def login(self, form: bytes) -> Response:
        """Exchange the administrator's token for a cookie."""
        typed = parse_qs(form.decode("utf-8", "replace")).get("token", [""])[0].strip()
        if self._token is None or not _same(typed, self._token):
            return _html("区服务器", "<p class=held>口令不对，请核对启动时显示的口令。</p>" + LOGIN, 401)
        response = RedirectResponse("/", 303, HEADERS)
        response.set_cookie(COOKIE, self._token, httponly=True, samesite="strict", secure=self._secure)
        return response

    def _body(self, seen: Overview) -> str:
        return "".join(
            (
                "<h2>各站</h2>",
                _table(
                    ("站点编码", "名称", "电脑", "记录", "最近联系"), map(self._station_row, seen.stations)
                ),
                "<h2>电脑</h2>",
                _table(
                    ("站点", "电脑", "已收到第几条", "最近联系", "程序", "状态"),
                    map(_device_row, seen.devices),
                ),
                f"<h2>待处理（{len(seen.held)}）</h2>",
                _table(ARRIVAL_HEAD, map(self._arrival_row, seen.held)),
                "<h2>最近收到</h2>",
                _table(ARRIVAL_HEAD, map(self._arrival_row, seen.newest)),
            )
        )

    def _station_row(self, line: StationLine) -> tuple[str, ...]:
        counted = "，".join(
            f"{self._titles.get(code, code)} {number}" for code, number in line.counts.items()
        )
        return (line.station, line.name, str(line.devices), counted or "还没有", _when(line.last_seen))

    def _arrival_row(self, one: Arrival) -> tuple[str, ...]:
        kind = self._titles.get(one.type, one.type)
        act, outcome = ACTS.get(one.act, one.act), OUTCOMES.get(one.outcome, one.outcome)
        return (_when(one.received_at), one.station, one.device, one.by, f"{act}{kind}", outcome, one.detail)


ARRIVAL_HEAD = ("收到时间", "站点", "电脑", "记录人", "内容", "结果", "说明")
LOGIN = (
    "<form method=post action=/login><label>管理口令 <input name=token type=password autocomplete=off></label>"
    " <button>进入</button></form>"
)


def _device_row(line: DeviceLine) -> tuple[str, ...]:
    state = "已停用" if line.revoked else "正常"
    return (line.station, line.label, str(line.acked_seq), _when(line.last_seen), line.app, state)


def _when(utc: str) -> str:
    return utc.replace("T", " ").replace("Z", " UTC") if utc else "还没有"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return '<p class="quiet">没有。</p>'
    return "<table><tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + f"</tr>{body}</table>"


def _html(title: str, body: str, status: int = 200, **more: Any) -> HTMLResponse:
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    return HTMLResponse(text, status, {**HEADERS, **more})


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
