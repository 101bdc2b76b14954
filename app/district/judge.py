"""Whether the content of a record holds by the rules of its type; the answer is a reason a cadre can read."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.district.quick_reading import WORTH, QuickReading
from app.district.sieve import Sieve
from app.models.payload import decode
from app.models.problems import Severity
from app.models.record_type import RecordType
from app.security.authorize import why_not

SHOWN = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a revision is held: a code for the program and a sentence for people."""

    code: str
    sentence: str


class Judge:
    """Validates whole wire documents against the record types this server knows; for `worth` see `QuickReading`."""

    def __init__(self, record_types: Mapping[str, RecordType], worth: int = WORTH) -> None:
        self._record_types = record_types
        self._sieves = {code: Sieve(record_type) for code, record_type in record_types.items()}
        self.quick_reading = QuickReading(
            record_types, lambda role, code: not self.not_allowed(role, "create", code, own=True), worth
        )

    def label(self, type_code: str, name: str) -> str:
        """What the form calls a field; the name itself where this server does not know it."""
        record_type = self._record_types.get(type_code)
        known = record_type.fields.get(name) if record_type else None
        return known.label if known else name

    def not_allowed(self, role: str, act: str, type_code: str, *, own: bool) -> Reason | None:
        """Why the author's role forbids the revision, by the table the stations ask themselves."""
        why = why_not(role, act, type_code, own=own)
        if not why:
            return None
        return Reason(
            "not_allowed",
            f"{why}，区里没有采用，内容已原样收存。请站长打开这条记录核对后再保存一次，就一并生效。",
        )

    def objection(self, type_code: str, document: Mapping[str, Any]) -> Reason | None:
        """None when the document is sound; names it does not know are no objection (newer programs send them)."""
        record_type = self._record_types.get(type_code)
        if record_type is None:
            return Reason("unknown_type", f"区服务器还不认识“{type_code}”这种记录，升级后会自动收下。")
        if self._sieves[type_code].lets_through(document):
            return None
        try:
            problems = record_type.validate(decode(record_type, document))
        except Exception as error:
            # One row nobody can make sense of must not stop the other 499; its content stays out of the log.
            _log.warning("a %s could not be validated: %s", type_code, type(error).__name__)
            return Reason("wrong_form", "有一项内容的格式不对，请打开记录检查后重新保存。")
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if not errors:
            return None
        more = f" 另有 {len(errors) - SHOWN} 处。" if len(errors) > SHOWN else ""
        return Reason("invalid", "".join(problem.message for problem in errors[:SHOWN]) + more)
