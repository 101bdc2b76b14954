"""Power of attorney, investigation record and list of evidence."""

from collections.abc import Iterator

from app.printing.paper import Boxes, Fields, Heading, Paper, Signing, Table, Words
from app.printing.papers.common import (
    Office,
    Values,
    choices,
    code,
    day_words,
    field,
    moment_words,
    names,
    number_line,
    rows,
    short_day,
)
from app.printing.tables import Column
from app.printing.wording import wording


def attorneys(values: Values, office: Office) -> Iterator[Paper]:
    """授权委托书, one for every party that has an agent."""
    words = wording("attorney")
    for party in rows(values, "parties"):
        if not party.get("agent"):
            continue
        yield Paper(
            words["title"],
            (
                Fields(
                    (
                        field("委托人", party.get("name"), 16),
                        field("受委托人", party.get("agent"), 8),
                        field("与委托人关系", party.get("agent_relation"), 6),
                        field("公民身份号码", party.get("agent_id"), 18),
                        field("联系电话", party.get("agent_phone"), 10),
                    )
                ),
                Words(words["text"].format(agent=party["agent"])),
                Boxes(words["scopes"], choices("agent_scope", party.get("agent_scopes"))),
                Signing(words["principal_sign"], (party.get("name") or "",)),
                Signing(words["agent_sign"], (party["agent"],)),
                Fields((field("日期", day_words(values.get("accepted_on")), 12),)),
            ),
        )


def investigations(values: Values, office: Office) -> Iterator[Paper]:
    """人民调解调查记录, one a time somebody was asked."""
    words = wording("investigation")
    for row in rows(values, "investigations"):
        yield Paper(
            words["title"],
            (
                Fields(
                    (
                        field("调查时间", moment_words(row.get("asked_at")), 14),
                        field("调查地点", row.get("place"), 14),
                        field("调查人", row.get("investigator"), 8),
                        field("参加人", row.get("participants"), 12),
                        field("被调查人", row.get("asked"), 8),
                        field("身份、住址、电话", row.get("asked_identity"), 16),
                    )
                ),
                Heading(words["content"]),
                Words(row.get("content") or "", blanks=8),
                Signing(words["asked_sign"], (row.get("asked") or "",)),
                Signing(words["investigator_sign"], (row.get("investigator") or "",)),
                Signing(words["recorder_sign"], (row.get("recorder") or "",)),
            ),
            number=number_line(values),
        )


EVIDENCE = (
    Column("序号", 1),
    Column("名称", 4),
    Column("提供人", 2.2),
    Column("页数", 1.2),
    Column("原件或复印件", 2),
    Column("说明", 3.5),
    Column("提交日期", 2.6),
)


def evidence(values: Values, office: Office) -> Paper:
    """人民调解证据材料清单."""
    words = wording("evidence")
    listed = rows(values, "evidence")
    table = tuple(
        (
            str(place),
            row.get("title") or "",
            row.get("provider") or "",
            str(row.get("pages") or ""),
            code("evidence_form", row.get("form")),
            row.get("note") or "",
            short_day(row.get("submitted_on")),
        )
        for place, row in enumerate(listed, start=1)
    )
    givers = tuple(dict.fromkeys(row["provider"] for row in listed if row.get("provider")))
    return Paper(
        words["title"],
        (
            Table(EVIDENCE, table or (("",) * len(EVIDENCE),)),
            Signing(words["giver_sign"], givers or names(values, "applicant")),
            Signing(words["receiver_sign"], (values.get("registrar") or "",)),
        ),
        number=number_line(values),
    )
