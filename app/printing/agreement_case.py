"""From a mediation case as recorded to the agreement paper it prints."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.models.codes import code_list
from app.models.people.identity import check_id
from app.printing.agreement import AgreementPaper, NaturalParty, OrganisationParty, Party, chinese_number
from app.printing.signature import chinese_date

SIDES = {"applicant": "甲方", "respondent": "乙方"}
"""申请人 signs as 甲方, 被申请人 as 乙方 (agreement form of 司发通〔2010〕239号)."""
WRITTEN = "written"


def agreement_paper(values: Mapping[str, Any], *, committee: str) -> AgreementPaper:
    """The agreement of a case, from record values (app.models: mediation_case); committee: its full name.

    Copies are one for each party and one for the committee (人民调解法 art. 29). Ages are those of the day of
    the agreement. What the record leaves empty stays empty on paper.
    """
    parties = parties_of(values.get("parties") or [], values.get("agreed_on"))
    return AgreementPaper(
        number=values.get("number") or "",
        committee=committee,
        parties=parties,
        facts=values.get("disputed") or values.get("facts") or "",
        clauses=tuple(row.get("content") or "" for row in values.get("clauses") or []),
        performance=performance_text(values),
        copies=len(parties) + 1,
        mediators=tuple(row.get("name") or "" for row in values.get("mediators") or []),
        recorder=values.get("recorder") or "",
        day=values.get("agreed_on"),
    )


def is_draft(values: Mapping[str, Any]) -> bool:
    """Whether the paper must say 草稿: no written agreement recorded, or a part art. 29 asks for is missing."""
    needed = ("number", "clauses", "mediators", "agreed_on")
    return values.get("result") != WRITTEN or not all(values.get(name) for name in needed)


def performance_text(values: Mapping[str, Any]) -> str:
    """Manner, place and term of performance (若干规定 art. 35), one to a line; what is not known is left out."""
    kind = values.get("performance")
    label = code_list("performance_manner").label(kind) if kind else ""
    manner = "，".join(part for part in (label, values.get("performance_manner")) if part)
    due = values.get("performance_due")
    lines = (
        ("履行方式", manner),
        ("履行地点", values.get("performance_place")),
        ("履行时限", f"{chinese_date(due)}前" if due else ""),
    )
    return "\n".join(f"{name}：{_sentence(text)}" for name, text in lines if text)


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def parties_of(rows: Sequence[Mapping[str, Any]], day: date | None) -> tuple[Party, ...]:
    """The parties as papers name them, with their age on the paper's day."""
    sides = [row.get("side") for row in rows]
    parties = []
    for place, row in enumerate(rows):
        side = row.get("side")
        label = SIDES.get(side or "", "当事人")
        if sides.count(side) > 1:
            label += chinese_number(sides[: place + 1].count(side))
        parties.append(_party(row, label, day))
    return tuple(parties)


def _party(row: Mapping[str, Any], side: str, day: date | None) -> Party:
    if row.get("kind") == "organisation":
        return OrganisationParty(
            side=side,
            name=row.get("name") or "",
            representative=row.get("representative") or "",
            phone=row.get("phone") or "",
            address=row.get("address") or "",
            credit_code=row.get("uscc") or "",
            agent=row.get("agent") or "",
        )
    sex, ethnicity = row.get("sex"), row.get("ethnicity")
    return NaturalParty(
        side=side,
        name=row.get("name") or "",
        sex=code_list("sex").label(sex) if sex in {"1", "2"} else "",
        ethnicity=code_list("ethnicity").label(ethnicity) if ethnicity else "",
        age=_age(row, day),
        occupation=row.get("occupation") or "",
        phone=row.get("phone") or "",
        address=row.get("address") or "",
        id_number=row.get("id_number") or "",
        agent=row.get("agent") or "",
    )


def _age(row: Mapping[str, Any], day: date | None) -> int | None:
    """Full years on the day of the agreement; the recorded age where no birth date is known."""
    birth = row.get("birth") or (check_id(row["id_number"]).birth if row.get("id_number") else None)
    if birth is None or day is None or birth > day:
        return row.get("age")
    return int(day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)))
