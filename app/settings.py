"""Settings of this PC: where the data lies, which district to report to, how large the text is."""

import os
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_data_path

from app.safe_file import twin_of, write_twice

FILE_NAME = "settings.json"
TEXT_SIZES = (100, 125, 150, 200)
THEMES = ("light", "contrast")
IDLE_MINUTES = (2, 5, 10)  # without a touch until the window locks itself
ATTACHMENT_MB = range(1, 501)  # the largest file a record may carry
SUCCESS_BASES = ("received", "concluded")
PERIOD_UNITS = ("month", "calendar", "working")
PERIOD_COUNTS = range(1, 366)
ANSWER_DAYS = range(1, 31)
MOST_DAYS = 400


class SettingsDamaged(Exception):
    """The settings and their second copy cannot be read; the records are not touched by this."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"设置文件“{path.name}”已损坏，记录没有受影响。请联系管理员，或删除该文件后重新填写设置。"
        )


@dataclass(frozen=True)
class Settings:
    """What the desk remembers outside the encrypted file; nothing personal, nothing secret."""

    district_url: str | None = None
    district_ca: str | None = None  # the certificate authority the district proved on enrolling (PEM)
    text_size: int = 100
    theme: str = "light"
    language: str = "zh_CN"
    attachment_mb: int = 50
    scan_folder: str | None = None
    second_backup: str | None = None  # a folder on another drive that takes a second copy of every backup
    success_base: str = "received"
    settle_count: int = 1  # the period of mediation, in settle_unit
    settle_unit: str = "month"
    visit_days: int = 15  # after the last term of performance somebody goes back to ask
    screen_days: int = 15  # from one screening for disputes to the next
    answer_days: int = 15  # within which a person's request about their own data is answered
    days_off: tuple[str, ...] = ()  # beside the national holidays, ISO
    days_worked: tuple[str, ...] = ()
    idle_minutes: int = 10

    def with_changes(self, **changes: Any) -> "Settings":
        """The same settings with some values replaced."""
        return replace(self, **changes)


def default_data_folder() -> Path:
    """FENGQIAO_DATA where it is set, else this user's data folder."""
    given = os.environ.get("FENGQIAO_DATA")
    return Path(given) if given else user_data_path("fengqiao", appauthor=False)


def load_settings(folder: Path) -> Settings:
    """Read the settings of a data folder; defaults when there are none yet.

    Where the file is damaged its second copy answers.  Raises SettingsDamaged when neither can be read.
    """
    path = folder / FILE_NAME
    candidates = [path, twin_of(path)]
    existing = [candidate for candidate in candidates if candidate.exists()]
    for candidate in existing:
        found = _parsed(candidate)
        if found is not None:
            return found
    if existing:
        raise SettingsDamaged(path)
    return Settings()


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings safely.  Raises OSError."""
    write_twice(folder / FILE_NAME, orjson.dumps(asdict(settings), option=orjson.OPT_INDENT_2))


def _parsed(path: Path) -> Settings | None:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    if not isinstance(content, dict):
        return None
    known = {field.name for field in fields(Settings)}
    lists = {"days_off", "days_worked"}
    given: dict[str, Any] = {name: value for name, value in content.items() if name in known}
    given |= {name: tuple(given[name]) for name in lists if isinstance(given.get(name), list)}
    settings = Settings(**given)
    return settings if _sound(settings) else None


def _sound(settings: Settings) -> bool:
    return (
        (settings.district_url is None or isinstance(settings.district_url, str))
        and (settings.district_ca is None or isinstance(settings.district_ca, str))
        and type(settings.text_size) is int
        and settings.text_size in TEXT_SIZES
        and settings.theme in THEMES
        and isinstance(settings.language, str)
        and type(settings.attachment_mb) is int
        and settings.attachment_mb in ATTACHMENT_MB
        and (settings.scan_folder is None or isinstance(settings.scan_folder, str))
        and (settings.second_backup is None or isinstance(settings.second_backup, str))
        and settings.success_base in SUCCESS_BASES
        and settings.settle_unit in PERIOD_UNITS
        and all(
            type(count) is int and count in PERIOD_COUNTS
            for count in (settings.settle_count, settings.visit_days, settings.screen_days)
        )
        and type(settings.answer_days) is int
        and settings.answer_days in ANSWER_DAYS
        and _days(settings.days_off)
        and _days(settings.days_worked)
        and type(settings.idle_minutes) is int
        and settings.idle_minutes in IDLE_MINUTES
    )


def _days(days: Any) -> bool:
    try:
        return isinstance(days, tuple) and len(days) <= MOST_DAYS and all(map(date.fromisoformat, days))
    except (TypeError, ValueError):
        return False
