"""The PC's clock, where it cannot be right; the order of records and their numbers never depend on it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from app.store.tables import audit

# No clock can rightly be before this program was made.
MADE_ON = datetime(2026, 11, 1, tzinfo=UTC)
TOLERANCE = timedelta(minutes=10)


def clock_suspicion(connection: Connection, now: datetime) -> str:
    """What is suspect about the PC's clock by itself, as a sentence; "" for nothing."""
    if now < MADE_ON:
        return "电脑时间早于本软件发布的日期，请校准时间。记录的先后和编号不受影响。"
    last = connection.execute(select(audit.c.at).order_by(audit.c.seq.desc()).limit(1)).scalar()
    if last is not None and now < last - TOLERANCE:
        return "电脑时间比上次使用时还早，请校准时间。记录的先后和编号不受影响。"
    return ""


def skew_sentence(skew: int) -> str:
    """How far the PC's clock is from the district's, where that is further than ten minutes; else ""."""
    if abs(skew) <= TOLERANCE.total_seconds():
        return ""
    minutes, way = abs(skew) // 60, "快" if skew > 0 else "慢"
    shown = f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"
    return f"电脑时间比区里{way} {shown}，请校准时间。记录的先后和编号不受影响。"
