"""Words shown that other layers wrote: labels, code names and problem sentences, through the translation."""

from datetime import date, datetime

from PySide6.QtCore import QCoreApplication

from app.models.codes import code_list
from app.models.station_time import station_time

CONTEXT = "records"


def label(text: str) -> str:
    """A label, code name or sentence of the models in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text)


def code_label(list_key: str, value: str | None) -> str:
    """The name of a stored code; "" for none."""
    return label(code_list(list_key).label(value)) if value else ""


def day_text(day: date) -> str:
    """`2026年11月23日`."""
    text = QCoreApplication.translate("words", "{year}年{month}月{day}日")
    return text.format(year=day.year, month=day.month, day=day.day)


def weekday_text(day: date) -> str:
    """`星期一`."""
    names = (
        QCoreApplication.translate("words", "星期一"),
        QCoreApplication.translate("words", "星期二"),
        QCoreApplication.translate("words", "星期三"),
        QCoreApplication.translate("words", "星期四"),
        QCoreApplication.translate("words", "星期五"),
        QCoreApplication.translate("words", "星期六"),
        QCoreApplication.translate("words", "星期日"),
    )
    return names[day.weekday()]


def moment_text(moment: datetime) -> str:
    """`2026年11月23日 14:05`, by the station's clock."""
    at = station_time(moment)
    return f"{day_text(at.date())} {at:%H:%M}"


def short_moment(moment: datetime, now: datetime) -> str:
    """The time alone for today, the day and time otherwise: `14:05`, `11月23日 14:05`, `2025年…`."""
    at, today = station_time(moment), station_time(now)
    if at.date() == today.date():
        return f"{at:%H:%M}"
    if at.year == today.year:
        text = QCoreApplication.translate("words", "{month}月{day}日")
        return f"{text.format(month=at.month, day=at.day)} {at:%H:%M}"
    return moment_text(moment)
