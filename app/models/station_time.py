"""The station's clock: China Standard Time (UTC+8), whatever the PC's own time zone says."""

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from time import time as seconds_since_1970

# Fixed offset: China has kept one time without summer time since 1992, and records begin long after.
STATION_ZONE = timezone(timedelta(hours=8), "CST")


def station_time(moment: datetime) -> datetime:
    """The same moment as the station's wall clock shows it."""
    return moment.astimezone(STATION_ZONE)


def station_day(moment: datetime) -> date:
    """The calendar day of a moment at the station."""
    return station_time(moment).date()


def station_today() -> date:
    """Today at the station, for remarks only: nothing is decided by the PC's clock."""
    return _day(int(seconds_since_1970() + STATION_ZONE.utcoffset(None).total_seconds()) // 86_400)


@lru_cache(maxsize=4)
def _day(days_since_1970: int) -> date:
    return date(1970, 1, 1) + timedelta(days=days_since_1970)


def day_start(day: date) -> datetime:
    """The moment a calendar day begins at the station."""
    return datetime.combine(day, time(), STATION_ZONE)
