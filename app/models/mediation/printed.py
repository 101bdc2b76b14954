"""签署文本: what was printed for signature stays as it was printed, and later differences are said in words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.attached_file import AttachedFile
from app.models.base import Row, owner
from app.models.mediation.documents import PAPERS
from app.models.problems import Problem, error
from app.models.station_time import station_day
from app.models.text import clean_text

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

CHECK_LENGTH = 24
"""Hexadecimal digits of the SHA-256 that the paper carries: 96 bits."""
LONGEST = 200_000
AROUND = 8
"""Characters shown before and after what changed within a line."""
SHOWN = 60
FROZEN = "已经定稿打印的文书不能修改或删除；内容有变动的，请重新定稿打印，成为新的一版。"
MARK = re.compile(r"(?P<title>\S+) (?P<number>.*) 第(?P<version>[1-9][0-9]?)版 校验 (?P<check>[0-9a-f]{24})")


class Printed(Row):
    """One version of a paper as it was printed for signature, with the scan of what was signed."""

    __tablename__ = "mediation_printed"

    case_id: Mapped[str] = owner("mediation_case")
    document: Mapped[str | None] = fields.text("文书", required=True, max_length=20)
    version: Mapped[int | None] = fields.integer("版次", minimum=1, maximum=99)
    printed_at: Mapped[datetime | None] = fields.moment("定稿时间", required=True)
    printed_by: Mapped[str | None] = fields.text("定稿人", required=True, max_length=80)
    content: Mapped[str | None] = fields.long_text("文书内容", required=True, max_length=LONGEST, search=None)
    paper: Mapped[list[AttachedFile] | None] = fields.files("定稿文书", maximum=1)
    scans: Mapped[list[AttachedFile] | None] = fields.files("签字扫描件")


@dataclass(frozen=True)
class Mark:
    """What the QR code on every page of a frozen paper says; `check` is the head of its content's SHA-256."""

    title: str
    number: str
    version: int
    check: str

    def __str__(self) -> str:
        return f"{self.title} {self.number} 第{self.version}版 校验 {self.check}"


def content_of(lines: Sequence[str]) -> str:
    """The lines of a paper as they are stored and hashed."""
    return clean_text("\n".join(lines))


def check_of(content: str) -> str:
    """The check digits of a content."""
    return hashlib.sha256(content.encode()).hexdigest()[:CHECK_LENGTH]


def mark_of(values: Mapping[str, Any], printed: Mapping[str, Any]) -> Mark:
    """The mark of one frozen version (a row of `printed`) of the case."""
    number = values.get("number") or ""
    return Mark(PAPERS[printed["document"]], number, printed["version"], check_of(printed["content"]))


def read_mark(text: str) -> Mark | None:
    """The mark a QR code carries; None when it is none of ours."""
    found = MARK.fullmatch(text.strip())
    if found is None:
        return None
    return Mark(found["title"], found["number"], int(found["version"]), found["check"])


def latest(values: Mapping[str, Any], document: str) -> Mapping[str, Any] | None:
    """The newest frozen version of a document, a row of `printed`; None before the first."""
    rows: list[Mapping[str, Any]] = [
        row for row in values.get("printed") or () if row["document"] == document
    ]
    newest: Mapping[str, Any] | None = max(rows, key=lambda row: row["version"], default=None)
    return newest


def marked_version(values: Mapping[str, Any], mark: Mark) -> Mapping[str, Any] | None:
    """The frozen version a paper with this mark is; None when the case has none with the same content."""
    rows: Sequence[Mapping[str, Any]] = values.get("printed") or ()
    return next((row for row in rows if mark_of(values, row) == mark), None)


def version_name(printed: Mapping[str, Any]) -> str:
    """第1版（2026年11月9日定稿）."""
    day = station_day(printed["printed_at"])
    return f"第{printed['version']}版（{day.year}年{day.month}月{day.day}日定稿）"


def differences(before: str, after: str) -> list[str]:
    """What differs between two contents, a sentence for each place; empty when they are the same."""
    return list(_differences(before.split("\n"), after.split("\n")))


def _differences(old: list[str], new: list[str]) -> Iterator[str]:
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            continue
        pairs = min(b - a, d - c)
        for was, now in zip(old[a : a + pairs], new[c : c + pairs], strict=True):
            yield _changed(was, now)
        for line in old[a + pairs : b]:
            yield f"少了“{_short(line)}”。"
        for line in new[c + pairs : d]:
            yield f"多了“{_short(line)}”。"


def _changed(was: str, now: str) -> str:
    """The part of a line that changed, with a few characters around it."""
    head = next(
        (n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
    )
    tail = 0
    while tail < min(len(was), len(now)) - head and was[-1 - tail] == now[-1 - tail]:
        tail += 1
    start = max(0, head - AROUND)
    ends = (min(len(text), len(text) - tail + AROUND) for text in (was, now))
    before, after = (text[start:end] for text, end in zip((was, now), ends, strict=True))
    return f"“{_short(before)}”改成了“{_short(after)}”。"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def printed_papers_exist(case: MediationCase) -> Iterator[Problem]:
    """Only papers there are were printed, each version once."""
    seen = set()
    for index, row in enumerate(case.printed):
        if row.document not in PAPERS or not row.version or (row.document, row.version) in seen:
            yield error(f"printed.{index}", "定稿文书的名称或版次不对。")
        seen.add((row.document, row.version))


def printed_stays(before: MediationCase, after: MediationCase | None) -> Iterator[Problem]:
    """A frozen version is never changed nor dropped; scans of what was signed may be added to it (R11)."""
    if after is None:
        return
    now = {row.id: row for row in after.printed}
    for index, row in enumerate(before.printed):
        same = now.get(row.id)
        if same is None or _frozen(same) != _frozen(row) or not set(row.scans or ()) <= set(same.scans or ()):
            yield error(f"printed.{index}", FROZEN, "R11")


def _frozen(row: Printed) -> tuple[object, ...]:
    return (row.document, row.version, row.printed_at, row.printed_by, row.content, tuple(row.paper or ()))
