"""An administrator at a browser without scripts: reads pages, fills in the forms that are on them."""

import re
from html import unescape

import httpx

from app.district.administration.accounts import Accounts
from app.district.administration.trail import COMMAND
from app.district.server import DistrictServer

PASSWORD = "Ceshi-2026-mima"


class Browser:
    """Keeps its cookie; `see` opens a page, `send` fills in and sends the form with this address on it."""

    def __init__(self, address: str) -> None:
        # No connection outlives its answer, so that nobody has to close a browser.
        self.http = httpx.Client(base_url=address, limits=httpx.Limits(max_keepalive_connections=0))
        self.page = ""
        self.status = 0

    def see(self, path: str) -> str:
        return self._took(self.http.get(path))

    def send(self, action: str, on: str | None = None, **fields: str) -> str:
        page = self.see(on) if on is not None else self.page
        form = next(
            text for text in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in text
        )
        kept = {
            name: unescape(value) for name, value in re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', form)
        }
        return self._took(self.http.post(action, data={**kept, **fields}))

    def sign_in(self, name: str, password: str = PASSWORD) -> str:
        return self.send("/login", on="/login", name=name, password=password)

    def close(self) -> None:
        self.http.close()

    def _took(self, answer: httpx.Response) -> str:
        self.status = answer.status_code
        while answer.is_redirect:
            answer = self.http.get(answer.headers["location"])
        self.page = answer.text
        return self.page


def administrator(district: DistrictServer, name: str, role: str) -> Browser:
    """Added by command, signed in with the first password, with a password of their own."""
    first = Accounts(district.services.database, district.services.clock).add(name, role, COMMAND)
    browser = Browser(district.url)
    assert "更换口令" in browser.sign_in(name, first)
    browser.send("/password", old=first, new=PASSWORD, again=PASSWORD)
    assert "口令已更换" in browser.page
    browser.sign_in(name)
    return browser
