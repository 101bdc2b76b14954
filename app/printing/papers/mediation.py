"""Session record, oral agreement, record of performance, return visit."""

from collections.abc import Iterator

from app.printing.agreement import numbered
from app.printing.agreement_case import performance_text
from app.printing.paper import Boxes, Fields, Heading, Paper, Remark, Sealing, Signing, Table, Words
from app.printing.papers.common import (
    Office,
    Values,
    choices,
    code,
    day_words,
    field,
    mediators,
    moment_words,
    names,
    number_line,
    party_blocks,
    rows,
    short_day,
    yuan,
)
from app.printing.tables import Column
from app.printing.wording import wording


def sessions(values: Values, office: Office) -> Iterator[Paper]:
    """人民调解记录, one a session (人民调解法 art. 27)."""
    words = wording("session")
    for row in rows(values, "sessions"):
        yield Paper(
            words["title"],
            (
                Fields(
                    (
                        field("调解时间", moment_words(row.get("started_at")), 14),
                        field("调解地点", row.get("place"), 14),
                        field("当事人", "、".join(names(values)), 24),
                        field("参加人", row.get("attendees"), 24),
                        field("邀请参加人", row.get("invited"), 20),
                        field("人民调解员", "、".join(mediators(values)), 14),
                        field("记录人", row.get("recorder"), 6),
                    )
                ),
                Heading(words["process"]),
                Words(row.get("process") or "", blanks=8),
                Boxes(words["outcome"], choices("session_outcome", row.get("outcome"))),
                Signing(words["parties_sign"], names(values)),
                *((Signing(words["invited_sign"], (row["invited"],)),) if row.get("invited") else ()),
                Signing(words["mediators_sign"], mediators(values)),
                Signing(words["recorder_sign"], (row.get("recorder") or "",)),
            ),
            number=number_line(values),
        )


def oral(values: Values, office: Office) -> Paper:
    """人民调解口头协议登记表, filled in by the committee (人民调解法 art. 28)."""
    words = wording("oral")
    day = values.get("agreed_on")
    return Paper(
        words["title"],
        (
            *party_blocks(values, day),
            Heading(words["facts"]),
            Words(values.get("disputed") or values.get("facts") or "", blanks=3),
            Heading(words["content"]),
            Words(
                "\n".join(numbered([row.get("content") or "" for row in rows(values, "clauses")])), blanks=3
            ),
            Heading(words["performance"]),
            Words(performance_text(values), blanks=2),
            Remark(words["note"]),
            Signing("人民调解员（签名）", mediators(values)),
            Signing("记录人（签名）", (values.get("recorder") or "",)),
            Sealing(office.committee, "（人民调解委员会印章）", day_words(day)),
        ),
        number=number_line(values),
    )


DUTIES = (
    Column("序号", 1),
    Column("义务人", 2.6),
    Column("权利人", 2.6),
    Column("履行内容", 4.6),
    Column("履行期限", 2.6),
    Column("履行情况", 2),
    Column("履行日期", 2.6),
)


def performance(values: Values, office: Office) -> Paper:
    """Record of what was performed, with room for receipts (人民调解法 art. 31)."""
    words = wording("performance")
    duties = rows(values, "obligations")
    table = tuple(
        (
            str(place),
            row.get("payer") or "",
            row.get("payee") or "",
            "，".join(
                part
                for part in (
                    code("obligation_kind", row.get("kind")),
                    yuan(row.get("amount")),
                    row.get("content"),
                )
                if part
            ),
            short_day(row.get("due")),
            code("performance_status", row.get("status")),
            short_day(row.get("done_on")),
        )
        for place, row in enumerate(duties, start=1)
    )
    whole = (
        "1",
        "",
        "",
        performance_text(values),
        "",
        code("performance_status", values.get("performance_status")),
        "",
    )
    proofs = "\n".join(
        f"第{place}项：{row['proof']}" for place, row in enumerate(duties, start=1) if row.get("proof")
    )
    return Paper(
        words["title"],
        (
            Fields((field("纠纷名称", values.get("title"), 24),)),
            Table(DUTIES, table or (whole,)),
            Words(words["proof"]),
            *((Words(proofs),) if proofs else ()),
            Signing(
                words["payer_sign"], tuple(dict.fromkeys(row["payer"] for row in duties if row.get("payer")))
            ),
            Signing(
                words["payee_sign"], tuple(dict.fromkeys(row["payee"] for row in duties if row.get("payee")))
            ),
        ),
        number=number_line(values),
    )


def visits(values: Values, office: Office) -> Iterator[Paper]:
    """人民调解回访记录, one a visit or urging (若干规定 art. 39)."""
    words = wording("visit")
    for row in rows(values, "follow_ups"):
        yield Paper(
            words["title"],
            (
                Fields(
                    (
                        field("当事人", "、".join(names(values)), 24),
                        field("调解协议编号", values.get("number"), 20),
                        field("回访事由", values.get("title"), 24),
                        field("回访时间", day_words(row.get("visited_on")), 10),
                        field("回访形式", code("contact_manner", row.get("manner")), 5),
                        field("类别", code("follow_up_kind", row.get("kind")), 4),
                        field("被回访人", row.get("visited"), 10),
                        field("是否满意", code("satisfaction", row.get("satisfaction")), 5),
                    )
                ),
                Heading(words["situation"]),
                Words(row.get("situation") or "", blanks=6),
                Signing(words["visited_sign"], (row.get("visited") or "",)),
                Signing(words["visitor_sign"], (row.get("visitor") or "",)),
                Fields((field("日期", day_words(row.get("visited_on")), 10),)),
            ),
        )
