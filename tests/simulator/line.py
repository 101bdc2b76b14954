"""The line between a PC and the district: loses, doubles, delays, cuts, mangles; portals and proxies answer for others."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.sync.http_district import HttpDistrict
from app.sync.protocol import Enrolment, NoAnswer
from tests.simulator.district import Answer, SimulatedDistrict, Truncated
from tests.simulator.traps import Killed

HTML = b"<html><body>\xe8\xaf\xb7\xe5\x85\x88\xe7\x99\xbb\xe5\xbd\x95</body></html>"
KEPT = 30


@dataclass
class Asked:
    """A request as it went on the line."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Weather:
    """How bad the line is, for everybody; `share` of the calls meet one of `kinds`."""

    chance: Random
    share: float
    kinds: tuple[str, ...]
    sent: list[Asked] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    late: list[Asked] = field(default_factory=list)
    heard: Callable[[str, Asked, Answer | None], None] = lambda kind, asked, answer: None


class FaultyLine:
    """Stands in the place of the HTTP connection; everything above it is the real client."""

    def __init__(self, district: SimulatedDistrict, weather: Weather) -> None:
        self.district = district
        self.weather = weather
        self.calls = 0

    def exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As app.sync.http_district.Line.exchange.  Raises NoAnswer; Killed when the PC dies over it."""
        self.calls += 1
        weather, asked = self.weather, Asked(method, path, dict(headers), body)
        kind = "fair"
        if weather.kinds and weather.chance.random() < weather.share:
            kind = weather.chance.choice(weather.kinds)
        if method == "POST":
            weather.sent = [*weather.sent[-KEPT:], asked]
        try:
            answer: Answer = getattr(self, f"_{kind}")(asked)
        except NoAnswer:
            weather.heard(kind, asked, None)
            raise
        weather.heard(kind, asked, answer)
        return answer

    def deliver(self, asked: Asked, cut: int | None = None) -> Answer:
        """The request reaches the district and is answered."""
        try:
            answer = self.district.answer(asked.method, asked.path, asked.headers, asked.body, cut)
        except Killed:
            raise NoAnswer("reset") from None
        self.weather.answers = [*self.weather.answers[-KEPT:], answer]
        return answer

    def _fair(self, asked: Asked) -> Answer:
        return self.deliver(asked)

    def _lost(self, _asked: Asked) -> Answer:
        raise NoAnswer(self.weather.chance.choice(("reset", "timeout", "offline")))

    def _unanswered(self, asked: Asked) -> Answer:
        self.deliver(asked)
        raise NoAnswer(self.weather.chance.choice(("reset", "timeout")))

    def _twice(self, asked: Asked) -> Answer:
        self.deliver(asked)
        return self.deliver(asked)

    def _late(self, asked: Asked) -> Answer:
        """Delivered after the sender has given up, in any order with what it sends meanwhile."""
        self.weather.late.append(asked)
        raise NoAnswer("timeout")

    def _cut(self, asked: Asked) -> Answer:
        at = self.weather.chance.randrange(len(asked.body) + 1)
        with suppress(Truncated):
            self.deliver(asked, at)
        raise NoAnswer("reset")

    def _mangled(self, asked: Asked) -> Answer:
        status, headers, body = self.deliver(asked)
        at = self.weather.chance.randrange(max(len(body), 1))
        return status, headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] if body else b"?"

    def _old_answer(self, asked: Asked) -> Answer:
        earlier = self.weather.chance.choice(self.weather.answers) if self.weather.answers else None
        self.deliver(asked)
        return earlier or (200, {}, b"")

    def _portal(self, _asked: Asked) -> Answer:
        return self.weather.chance.choice(
            [(200, {"content-type": "text/html"}, HTML), (302, {"location": "http://portal/"}, b"")]
        )

    def _proxy(self, _asked: Asked) -> Answer:
        status = self.weather.chance.choice((401, 403, 404, 408, 410, 413, 422, 429, 500, 502, 503, 504))
        return status, {"retry-after": "7"} if status in (429, 503) else {}, HTML

    def _killed(self, asked: Asked) -> Answer:
        """The district dies at some statement of this request, or lives through it when it has fewer."""
        self.district.trap.kill_at(
            self.weather.chance.randrange(1, 14), after=self.weather.chance.random() < 0.3
        )
        try:
            return self.deliver(asked)
        finally:
            self.district.trap.disarm()

    def _killed_after(self, asked: Asked) -> Answer:
        self.deliver(asked)
        self.district.restart()
        raise NoAnswer("reset")

    def _full(self, asked: Asked) -> Answer:
        """The district's disk refuses some statement."""
        self.district.trap.full_at(self.weather.chance.randrange(1, 14))
        try:
            return self.deliver(asked)
        finally:
            self.district.trap.disarm()


KINDS = tuple(
    name[1:]
    for name, value in vars(FaultyLine).items()
    if name.startswith("_") and not name.startswith("__") and callable(value) and name != "_fair"
)


class NearDistrict(HttpDistrict):
    """The real client over a line of ours."""

    def __init__(self, enrolment: Enrolment, key: Ed25519PrivateKey, line: Any) -> None:
        self._enrolment = enrolment
        self._key = key
        self._line = line

    def close(self) -> None:
        """There is no connection."""
