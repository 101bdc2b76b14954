"""合并: on the record, which edits of two people were joined because they were of different fields."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication

from app.models.record_type import RecordType
from app.store.reading import Change
from app.ui.words import label, short_moment

SHOWN = 3
TOLD_FOR = timedelta(days=30)
"""So long a merge is said above the record; the list of its revisions says it for good."""


def merges_text(record_type: RecordType, history: Sequence[Change], now: datetime) -> str:
    """`合并了 2 处改动，都保留了：…`; "" where nothing was merged lately."""
    lately = [one for one in history if one.merged_at is not None and now - one.merged_at < TOLD_FOR]
    if not lately:
        return ""
    count = sum(len(_named(record_type, one)) for one in lately)
    first = QCoreApplication.translate("MergesLine", "合并了 {count} 处改动，两边写的都保留了，不用处理。")
    said = [_said(record_type, one, now) for one in reversed(lately[-SHOWN:])]
    return "\n".join([first.format(count=count), *said])


def _said(record_type: RecordType, change: Change, now: datetime) -> str:
    by = f"{change.by}（{change.origin}）" if change.origin else change.by
    named = QCoreApplication.translate("MergesLine", "、").join(_named(record_type, change))
    if change.act == "void":
        text = QCoreApplication.translate("MergesLine", "{at} {by}作废，{detail}。")
    else:
        text = QCoreApplication.translate("MergesLine", "{at} {by}改“{named}”，{detail}。")
    return text.format(at=short_moment(change.at, now), by=by, named=named, detail=change.detail.rstrip("。"))


def _named(record_type: RecordType, change: Change) -> list[str]:
    """What the form calls the fields the revision changed; a field this program does not know keeps its name."""
    if change.act not in ("edit", "append"):
        return [""]
    fields = record_type.fields
    return [label(fields[name].label) if name in fields else name for name in change.data]
