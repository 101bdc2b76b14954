"""What holds a dossier together: cover, index, note on the file, back cover."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.printing.paper import Fields, Paper, Sealing, Signing, Space, Table, Words
from app.printing.papers.common import (
    Office,
    Values,
    code,
    day_words,
    field,
    mediators,
    number_line,
    rows,
)
from app.printing.tables import Column
from app.printing.wording import wording


@dataclass(frozen=True)
class Entry:
    """A line of the index: what it is and the page it begins on."""

    title: str
    page: int
    remark: str = ""


def cover(values: Values, office: Office) -> Paper:
    """调解卷宗封面."""
    days = [row["started_at"] for row in rows(values, "sessions") if row.get("started_at")]
    span = f"{day_words(min(days))} 至 {day_words(max(days))}" if days else ""
    return Paper(
        wording("cover")["title"],
        (
            Space(60),
            Fields(
                (
                    field("卷名", values.get("title"), 24),
                    field("卷号", values.get("number"), 24),
                    field("人民调解员", "、".join(mediators(values)), 24),
                    field("调解日期", span, 24),
                    field("立卷人", values.get("filed_by"), 8),
                    field("立卷日期", day_words(values.get("archived_on")), 10),
                    field("保管期限", code("retention", values.get("retention")), 8),
                    field("检查人", values.get("checked_by"), 8),
                    field("备注", "", 24),
                )
            ),
        ),
        office=office.committee,
        lead=70.0,
    )


INDEX = (Column("序号", 1.2), Column("文书名称", 8), Column("页号", 2), Column("备注", 4))


def index(entries: Sequence[Entry]) -> Paper:
    """卷内目录."""
    table = tuple(
        (str(place), entry.title, str(entry.page), entry.remark)
        for place, entry in enumerate(entries, start=1)
    )
    return Paper(wording("index")["title"], (Table(INDEX, table),))


def note(values: Values, office: Office) -> Paper:
    """卷宗情况说明."""
    words = wording("note")
    return Paper(
        words["title"],
        (
            Words(values.get("dossier_note") or words["nothing"]),
            Signing(words["filed_sign"], (values.get("filed_by") or "",)),
            Signing(words["checked_sign"], (values.get("checked_by") or "",)),
            Fields((field("日期", day_words(values.get("archived_on")), 10),)),
        ),
        number=number_line(values),
    )


def back(pages: int, office: Office) -> Paper:
    """封底, with the count of pages."""
    return Paper(
        "",
        (Space(420), Words(wording("back")["text"].format(pages=pages)), Sealing(office.committee, "", "")),
    )
