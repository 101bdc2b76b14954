"""Reads at once the lines that are plainly in order: records begun, in canonical form, sound by the rules of their type.

Such a line is read by one regular expression and a few rules; its data is taken apart only where a rule asks.
About any other line nothing is said: it is read the long way, which alone refuses and holds.  A test holds the
two ways to each other, byte by byte.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

import orjson

from app.district.line_form import form_of, holds_only_signs
from app.district.questions import Questions
from app.models.handover.handover import HANDOVER
from app.models.record_type import RecordType
from app.sync.protocol import Line

LONGEST = 64 << 10
MOST_ROLES = 100
WORTH = 50
"""So many lines of a type have to come before its form is made: that takes as long as reading a thousand."""


class QuickReading:
    """The quick way to read lines; `may_create` answers whether an author in a role may begin a record of a type.

    The first `worth` lines of a type are left to the long way.
    """

    def __init__(
        self,
        record_types: Mapping[str, RecordType],
        may_create: Callable[[str, str], bool],
        worth: int = WORTH,
    ) -> None:
        self._types = {
            code.encode(): _Known(record_type, may_create, worth)
            for code, record_type in record_types.items()
            # What a letter says concerns another office, too: that is asked the long way.
            if code != HANDOVER.code
        }

    def prepare(self) -> None:
        """Make the forms of all types now."""
        for known in self._types.values():
            known.prepare()

    def lines(self, bodies: Sequence[bytes], first: int) -> list[Line | None]:
        """The lines these say, from seq `first` on; None for one that is not plainly in order."""
        for known in self._types.values():
            known.questions.of_today()
        return list(map(self._line, bodies, count(first)))

    def _line(self, body: bytes, seq: int) -> Line | None:
        # The name of the type stands last.
        known = self._types.get(body[body.rfind(b'"', 0, -2) + 1 : -2])
        return None if known is None or len(body) > LONGEST else known.line(body, seq)


class _Known:
    """A record type and what was found out for it."""

    def __init__(self, record_type: RecordType, may_create: Callable[[str, str], bool], worth: int) -> None:
        self.questions = Questions(record_type)
        self._record_type = record_type
        self._may_create = may_create
        self._roles: dict[str, bool] = {"": True}
        self._left = worth

    def prepare(self) -> None:
        _form(self._record_type)

    def line(self, body: bytes, seq: int) -> Line | None:
        if self._left > 0:
            self._left -= 1
            return None
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return None
        found = _form(self._record_type).fullmatch(text)
        if found is None or not holds_only_signs(body, text):
            return None
        at, by, op_id, record, revision, role, stated = found.groups("")
        if stated != str(seq) or not self._may(role):
            return None
        if self.questions.any and not self.questions.allow(orjson.loads(body)["data"]):
            return None
        code = self._record_type.code
        return plain_line(body, seq, (code, op_id, record, int(revision), by, at, role))

    def _may(self, role: str) -> bool:
        if role not in self._roles:
            if len(self._roles) >= MOST_ROLES:
                return False
            self._roles[role] = self._may_create(role, self._record_type.code)
        return self._roles[role]


def plain_line(body: bytes, seq: int, said: Sequence[Any]) -> Line:
    """A line found to be plainly in order that says this: type, op id, record, revision, author, time, role."""
    code, op_id, record, revision, by, at, role = said
    return Line(
        seq, op_id, code, record, "create", None, revision, by, at, Unread(body), body, role, plain=True
    )


class Unread(Mapping[str, Any]):
    """The data of a line nobody has asked for so far."""

    __slots__ = ("_body", "_data")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._data: dict[str, Any] | None = None

    def _read(self) -> dict[str, Any]:
        if self._data is None:
            self._data = orjson.loads(self._body)["data"]
        return self._data

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


@cache
def _form(record_type: RecordType) -> re.Pattern[str]:
    return form_of(record_type)
