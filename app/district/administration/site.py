"""The pages as routes: every one asks the table of rights first, every refusal goes into the trail."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app import resources
from app.district.administration import account_pages, backup_pages, handover_pages, pc_pages, station_pages
from app.district.administration.frame import HEADERS, TLS_HEADERS, problem, whole
from app.district.administration.rights import ANYONE, SIGNED_IN, rights
from app.district.administration.trail import Deed
from app.district.administration.visit import Page, Parts, Sent, Shown, Visit
from app.district.bodies import body_of
from app.sync.protocol import Refusal

_log = logging.getLogger(__name__)
FORM_BODY = 8192
COOKIE = "fengqiao_district"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
PAGES: Mapping[str, Page] = {
    "GET /": station_pages.home,
    "GET /login": account_pages.login_form,
    "POST /login": account_pages.login,
    "POST /logout": account_pages.logout,
    "GET /password": account_pages.password_form,
    "POST /password": account_pages.change_password,
    "GET /stations": station_pages.stations,
    "POST /stations": station_pages.add_station,
    "GET /stations/edit": station_pages.station_form,
    "POST /stations/edit": station_pages.edit_station,
    "GET /codes": station_pages.codes,
    "POST /codes": station_pages.open_code,
    "GET /devices": pc_pages.devices,
    "GET /devices/revoke": pc_pages.ask_revoke,
    "POST /devices/revoke": pc_pages.revoke,
    "GET /held": pc_pages.held,
    "POST /held": pc_pages.held_again,
    "GET /arrivals": pc_pages.arrivals,
    "GET /differences": pc_pages.differences,
    "GET /handovers": handover_pages.letters,
    "GET /accounts": account_pages.accounts,
    "POST /accounts": account_pages.add_account,
    "GET /accounts/change": account_pages.ask_change,
    "POST /accounts/change": account_pages.change_account,
    "GET /backups": backup_pages.backups,
    "POST /backups": backup_pages.make_backup,
    "GET /trail": account_pages.trail,
    "POST /trail": account_pages.check_trail,
}
BEFORE_OWN_PASSWORD = frozenset({"GET /password", "POST /password", "POST /logout"})
FIRST_PAGES = (("see_overview", "/"), ("see_accounts", "/accounts"), ("read_trail", "/trail"))


class Site:
    """Answers for the pages.

    `on_loopback`: the address is this machine only, so that the figures may be seen while nobody was added yet.
    `secure`: the address is https, so that the cookie travels on nothing else.
    """

    def __init__(self, parts: Parts, *, on_loopback: bool, secure: bool) -> None:
        self._parts = parts
        self._on_loopback = on_loopback
        self._secure = secure
        self._cookie = f"__Host-{COOKIE}" if secure else COOKIE
        self._has_accounts = False

    def routes(self) -> list[Route]:
        """The pages.  Raises ValueError when the table of rights does not name one of them."""
        routes = [Route("/style.css", _style, methods=["GET"])]
        for name, page in PAGES.items():
            method, path = name.split(" ")
            routes.append(Route(path, self._answering(name, page), methods=[method], name=name))
        return routes

    def _answering(self, name: str, page: Page) -> Callable[[Request], Awaitable[Response]]:
        asked = rights().of_route(*name.split(" "))

        async def answer(request: Request) -> Response:
            try:
                form = await body_of(request, FORM_BODY) if request.method == "POST" else b""
            except Refusal:
                return Response("表单太长。", 413, HEADERS)
            except ClientDisconnect:
                return Response(status_code=400)
            try:
                return await to_thread.run_sync(self._answer, request, name, page, asked, form)
            except Exception:
                _log.exception("a page failed")
                return Response(
                    "这一步没有做成，区里的数据没有受影响，请稍后再试。原因在服务的日志里。", 500, HEADERS
                )

        return answer

    def _answer(self, request: Request, name: str, page: Page, asked: str, form: bytes) -> Response:
        visit = self._visit(request, form)
        if request.method == "POST" and not self._is_own_form(request, visit, asked):
            visit.note(Deed("false_form", name, "refused"))
            says = "这张表单已过期，或不是从本页提交的，没有做任何更改。请返回重新打开页面。"
            return self._page(visit, Shown("没有做", problem(says), 403))
        if (refused := self._refused(request, visit, name, asked)) is not None:
            return refused
        visit = replace(visit, is_guest=visit.session is None and asked != ANYONE)
        done = page(visit)
        return self._page(visit, done) if isinstance(done, Shown) else self._redirect(done)

    def _refused(self, request: Request, visit: Visit, name: str, asked: str) -> Response | None:
        """None when the visitor may."""
        if asked == ANYONE:
            return None
        session = visit.session
        if session is None:
            return self._not_signed_in(request, visit, asked)
        if session.must_change and name not in BEFORE_OWN_PASSWORD:
            return RedirectResponse("/password", 303, self._headers())
        if asked == SIGNED_IN or visit.may(asked):
            return None
        if name == "GET /":
            first = next((address for action, address in FIRST_PAGES if visit.may(action)), "/password")
            return RedirectResponse(first, 303, self._headers())
        visit.note(Deed("open_page", name, "refused"))
        role = rights().roles.get(session.role, "")
        says = problem(f"您的角色（{role}）不办理这一项，没有做任何更改。")
        return self._page(visit, Shown("不能打开", says, 403))

    def _not_signed_in(self, request: Request, visit: Visit, asked: str) -> Response | None:
        """A guest only looks, on this machine, while there is no account; anybody else has to sign in."""
        guest = request.method == "GET" and self._on_loopback and not self._any_account()
        if not guest or asked == SIGNED_IN or not visit.may(asked):
            return RedirectResponse("/login", 303, self._headers())
        # A foreign page that points its own name at 127.0.0.1 must not read this one through the browser.
        if request.url.hostname not in LOOPBACK_NAMES:
            return self._page(visit, Shown("区级服务", problem("请用 127.0.0.1 打开本页。"), 421))
        return None

    def _visit(self, request: Request, form: bytes) -> Visit:
        cookie = request.cookies.get(self._cookie, "")
        return Visit(
            parts=self._parts,
            path=request.url.path,
            session=self._parts.sessions.find(cookie),
            cookie=cookie,
            origin=request.client.host if request.client else "",
            address=f"{request.url.scheme}://{request.url.netloc}",
            asked=dict(request.query_params),
            form=_fields(form),
        )

    def _is_own_form(self, request: Request, visit: Visit, asked: str) -> bool:
        """Forms carry the key of their session; a login has none yet and must come from our own page."""
        origin = request.headers.get("origin", "")
        if origin and origin.partition("://")[2] != request.headers.get("host", ""):
            return False
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        if asked == ANYONE:
            return True
        return visit.session is None or visit.session.owns(visit.form.get("form_key", ""))

    def _any_account(self) -> bool:
        self._has_accounts = self._has_accounts or self._parts.accounts.any_at_all()
        return self._has_accounts

    def _page(self, visit: Visit, shown: Shown) -> Response:
        return HTMLResponse(whole(visit, shown), shown.status, self._headers())

    def _redirect(self, sent: Sent) -> Response:
        response = RedirectResponse(sent.location, 303, self._headers())
        if sent.cookie is not None:
            response.set_cookie(
                self._cookie,
                sent.cookie,
                max_age=None if sent.cookie else 0,
                secure=self._secure,
                httponly=True,
                samesite="strict",
            )
        return response

    def _headers(self) -> dict[str, str]:
        return HEADERS | TLS_HEADERS if self._secure else HEADERS


def _fields(form: bytes) -> dict[str, str]:
    """The fields of a form; none of a form nobody here wrote."""
    try:
        return dict(parse_qsl(form.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}


async def _style(_: Request) -> Response:
    content = resources.path("styles", "district.css").read_text(encoding="utf-8")
    return Response(content, media_type="text/css", headers={**HEADERS, "cache-control": "max-age=3600"})
