"""Rules between an identity number and what was typed beside it (GB 11643-1999, GB 32100-2015)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from app.models.people.identity import check_id
from app.models.people.organisation import check_uscc
from app.models.problems import Problem, error, warning
from app.models.station_time import station_today


class CardHolder(Protocol):
    """Whatever carries an identity number with birth date and sex beside it."""

    id_number: str | None
    birth: date | None
    sex: str | None


class CodeHolder(Protocol):
    """Whatever carries a unified social credit code."""

    uscc: str | None


def agrees_with_card(holder: CardHolder) -> Iterator[Problem]:
    """What is wrong with an identity number, and where birth date or sex say something else than it."""
    if not holder.id_number:
        return
    document = getattr(holder, "id_document", None) or "111"
    check = check_id(holder.id_number, document, today=station_today())
    for sentence in check.problems:
        yield (error if check.impossible else warning)("id_number", sentence)
    if check.birth and holder.birth and check.birth != holder.birth:
        yield warning("birth", "出生日期与身份证号不一致，请核对。")
    if check.sex and holder.sex in {"1", "2"} and check.sex != holder.sex:
        yield warning("sex", "性别与身份证号不一致，请核对。")


def organisation_code(holder: CodeHolder) -> Iterator[Problem]:
    """A warning where the unified social credit code cannot be right."""
    if holder.uscc:
        for sentence in check_uscc(holder.uscc):
            yield warning("uscc", sentence)
