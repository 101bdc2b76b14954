"""From whatever a form, a spreadsheet or the wire gives to a typed value, or to a sentence saying why not."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.models.attached_file import AttachedFile, file_of
from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.money import LARGEST, AmountError, parse_amount
from app.models.people.identity import check_id
from app.models.people.organisation import normal_uscc
from app.models.people.telephone import check_phone
from app.models.problems import Problem, error, under, warning
from app.models.station_time import STATION_ZONE
from app.models.text import clean_text, text_problems

EARLIEST = date(1850, 1, 1)
LATEST = date(2100, 12, 31)
DAY_TEXT = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
TIME_TEXT = re.compile(r"([0-9]{1,2})\s*[:：时]\s*([0-9]{1,2})\s*(?:[:：分]\s*[0-9]{0,2})?")
YES = {"是", "有", "true", "1", "yes", "y"}
NO = {"否", "无", "false", "0", "no", "n"}


class Unclear(ValueError):
    """The value cannot be understood; the sentence says what is wrong and what to do."""


def clean_rows_and_fields(
    fields: Mapping[str, Field], values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Clean every declared field; a value that cannot be understood stays out and is reported."""
    cleaned: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, field in fields.items():
        raw = None if field.derived else values.get(name)
        if field.rows is not None:
            cleaned[name], found = _clean_rows(field, raw)
        else:
            cleaned[name], found = clean_field(field, raw)
        problems += found
    return cleaned, problems


def clean_field(field: Field, raw: Any) -> tuple[Any, list[Problem]]:
    """The typed value of one field and what is wrong with it; None for nothing given."""
    if raw is None or raw == [] or (isinstance(raw, str) and not clean_text(raw)):
        wanted = [error(field.name, f"请填写{field.label}。")] if field.required else []
        return None, wanted
    try:
        value = CLEANERS[field.kind](field, raw)
    except Unclear as unclear:
        return None, [error(field.name, str(unclear))]
    return value, _remarks(field, value)


def _clean_rows(field: Field, raw: Any) -> tuple[list[dict[str, Any]], list[Problem]]:
    assert field.rows is not None
    if raw is None:
        raw = []
    if not isinstance(raw, list) or not all(isinstance(part, Mapping) for part in raw):
        return [], [error(field.name, f"{field.label}的格式不对。")]
    problems: list[Problem] = []
    parts = []
    row_fields = fields_of(field.rows)
    for index, part in enumerate(raw):
        cleaned, found = clean_rows_and_fields(row_fields, part)
        problems += [under(f"{field.name}.{index}", problem) for problem in found]
        problems += [
            error(f"{field.name}.{index}.{name}", f"没有“{name}”这一项。")
            for name in part
            if name not in row_fields and name != "id"
        ]
        parts.append({"id": part.get("id"), **cleaned})
    if len(parts) < (field.minimum or 0):
        problems.append(error(field.name, f"{field.label}至少填写 {field.minimum} 项。"))
    if field.maximum is not None and len(parts) > field.maximum:
        problems.append(error(field.name, f"{field.label}最多 {field.maximum} 项。"))
    return parts, problems


def _remarks(field: Field, value: Any) -> list[Problem]:
    """Warnings about a value that is kept as it is."""
    if field.kind is Kind.PHONE:
        return [warning(field.name, sentence) for sentence in check_phone(value).problems]
    return []


def _text(field: Field, raw: Any) -> str:
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise Unclear(f"{field.label}应为文字。")
    text = clean_text(raw)
    for sentence in text_problems(text, max_length=field.max_length, lines=field.kind is Kind.LONG_TEXT):
        raise Unclear(f"{field.label}：{sentence}")
    return text


def _day(field: Field, raw: Any) -> date:
    if isinstance(raw, datetime):
        raw = (raw.astimezone(STATION_ZONE) if raw.tzinfo else raw).date()
    day: date = raw if isinstance(raw, date) else parse_day(str(raw), field.label)
    if not EARLIEST <= day <= LATEST:
        raise Unclear(f"{field.label}应在 1850 年到 2100 年之间，请核对。")
    return day


def parse_day(text: str, label: str) -> date:
    """A day written as 2026-11-23, 2026/11/23, 2026年11月23日 or 20261123; raises Unclear."""
    match = DAY_TEXT.fullmatch(text.strip()) or COMPACT_DAY.fullmatch(text.strip())
    if match is None:
        raise Unclear(f"{label}“{text[:20]}”看不懂，请按 2026-11-23 的样子填写公历日期。")
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        raise Unclear(f"{label}“{text[:20]}”不是真实的日期，请核对。") from None


def _moment(field: Field, raw: Any) -> datetime:
    moment: datetime = raw if isinstance(raw, datetime) else parse_moment(str(raw), field.label)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=STATION_ZONE)
    if not EARLIEST <= moment.date() <= LATEST:
        raise Unclear(f"{field.label}应在 1850 年到 2100 年之间，请核对。")
    return moment.astimezone(UTC).replace(microsecond=0)


def parse_moment(text: str, label: str) -> datetime:
    """A time of the station's clock: a day as in `parse_day`, then 19:30; or ISO with Z; raises Unclear."""
    words = text.strip()
    if re.fullmatch(r"[0-9-]{10}T[0-9:]{8}(Z|[+-][0-9]{2}:[0-9]{2})", words):
        try:
            return datetime.fromisoformat(words)
        except ValueError:
            raise Unclear(f"{label}“{text[:20]}”不是真实的时间，请核对。") from None
    day_words, _, time_words = words.replace("T", " ").partition(" ")
    if not time_words:
        raise Unclear(f"{label}“{text[:20]}”看不懂，请按 2026-11-23 19:30 的样子填写。")
    day = parse_day(day_words, label)
    match = TIME_TEXT.fullmatch(time_words.strip())
    if match is None:
        raise Unclear(f"{label}“{text[:20]}”看不懂，请按 2026-11-23 19:30 的样子填写。")
    hour, minute = (int(part) for part in match.groups())
    if hour == 24 and minute == 0:
        return datetime(day.year, day.month, day.day, tzinfo=STATION_ZONE) + timedelta(days=1)
    if hour > 23 or minute > 59:
        raise Unclear(f"{label}“{text[:20]}”不是真实的时间，请核对。")
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=STATION_ZONE)


def _integer(field: Field, raw: Any) -> int:
    words = str(raw).strip()
    if isinstance(raw, bool) or not re.fullmatch(r"-?[0-9]{1,9}", words):
        raise Unclear(f"{field.label}应为整数，请用阿拉伯数字填写。")
    value = int(words)
    low, high = field.minimum or 0, field.maximum or 0
    if not low <= value <= high:
        raise Unclear(f"{field.label}应在 {low} 到 {high} 之间。")
    return value


def _money(field: Field, raw: Any) -> Decimal:
    if isinstance(raw, Decimal) and raw.is_finite() and raw.as_tuple().exponent == -2 and 0 <= raw <= LARGEST:
        return raw
    text = f"{raw:f}" if isinstance(raw, Decimal) and raw.is_finite() else str(raw)
    try:
        return parse_amount(text)
    except AmountError as unclear:
        raise Unclear(f"{field.label}：{unclear}") from None


def _choice(field: Field, raw: Any) -> str:
    codes = code_list(field.codes or "")
    words = str(raw).strip()
    value = words if words in codes else codes.value_of(words)
    if value is None:
        raise Unclear(f"{field.label}没有“{words[:20]}”这一项，请从列表中选择。")
    return value


def _choices(field: Field, raw: Any) -> list[str]:
    if not isinstance(raw, str | list | tuple):
        raise Unclear(f"{field.label}的格式不对，请从列表中选择。")
    parts = re.split(r"[、,，;；\s]+", raw.strip()) if isinstance(raw, str) else raw
    return list(dict.fromkeys(_choice(field, part) for part in parts if part))


def _yes_no(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    words = str(raw).strip().lower()
    if words in YES | NO:
        return words in YES
    raise Unclear(f"{field.label}请填“是”或“否”。")


def _number_text(field: Field, raw: Any) -> str:
    """Identity, phone and document numbers: a spreadsheet may have made a number of them."""
    if isinstance(raw, float):
        raise Unclear(f"{field.label}在表格里是数字格式，末几位已丢失；请把该列改为文本格式后重新填写。")
    return _text(field, raw)


def _id_number(field: Field, raw: Any) -> str:
    return check_id(_number_text(field, raw), None).normal


def _phone(field: Field, raw: Any) -> str:
    check = check_phone(_number_text(field, raw))
    if check.impossible:
        raise Unclear(f"{field.label}：{check.problems[0]}")
    return check.normal


def _uscc(field: Field, raw: Any) -> str:
    return normal_uscc(_number_text(field, raw))


def _division(field: Field, raw: Any) -> str:
    words = str(raw).strip()
    if not re.fullmatch(r"[0-9]{12}", words):
        raise Unclear(f"{field.label}应为 12 位区划代码，请从列表中选择。")
    return words


def _person(field: Field, raw: Any) -> str:
    words = str(raw).strip()
    if not re.fullmatch(r"[0-9a-f-]{36}", words):
        raise Unclear(f"{field.label}请从居民列表中选择。")
    return words


def _files(field: Field, raw: Any) -> list[AttachedFile]:
    if not isinstance(raw, list | tuple):
        raise Unclear(f"{field.label}不能从表格导入，请在表单里添加文件。")
    try:
        files = {file.sha256: file for file in map(file_of, raw)}
    except ValueError as unclear:
        raise Unclear(f"{field.label}：{unclear}") from None
    if field.maximum is not None and len(files) > field.maximum:
        raise Unclear(f"{field.label}最多 {field.maximum} 个文件。")
    return list(files.values())


CLEANERS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
    Kind.PHONE: _phone,
    Kind.ID_NUMBER: _id_number,
    Kind.USCC: _uscc,
    Kind.PERSON: _person,
    Kind.PLACE: _text,
    Kind.DIVISION: _division,
    Kind.NUMBER: _text,
    Kind.FILES: _files,
}
