"""Letters between offices: transfer with its receipt, feedback, and the reference to the police form."""

from collections.abc import Iterator

from app.printing.paper import Block, Cut, Fields, Heading, Paper, Remark, Sealing, Signing, Together, Words
from app.printing.papers.common import (
    ROLES,
    Office,
    Values,
    code,
    day_words,
    field,
    moment_words,
    names,
    party_blocks,
    rows,
)
from app.printing.wording import wording
from app.typeset.flow import FormField
from app.typeset.page import OFFICIAL


def transfers(values: Values, office: Office) -> Iterator[Paper]:
    """移交（委托）调解函, one for every matter this committee hands over."""
    for row in rows(values, "referrals"):
        if row.get("direction") == "out":
            yield transfer(values, row, writer=office.committee, receiver=row.get("office") or "")


def feedbacks(values: Values, office: Office) -> Iterator[Paper]:
    """调解结果反馈函 to the office a matter came from."""
    for row in rows(values, "referrals"):
        if row.get("direction") == "in" and row.get("result"):
            yield feedback(values, row, writer=office.committee, receiver=row.get("office") or "")


def transfer(values: Values, row: Values, *, writer: str, receiver: str) -> Paper:
    """The letter of `row` (as of a case's 移交与反馈) on the matter of `values`, with the receipt to tear off."""
    words = wording("transfer")
    title = values.get("title") or "纠纷"
    agreed = {True: "同意", False: "不同意", None: "是否同意\u3000\u3000"}[row.get("agreed")]
    text = words["text"].format(title=title, agreed=agreed, due=day_words(row.get("due")))
    return Paper(
        words["title"],
        (
            Words(f"{receiver}：", flush=True),
            Words(text),
            *_matter(values, row),
            Words(words["annex"]),
            Sealing(writer, "（印章）", day_words(row.get("referred_on"))),
            Together((Cut(), *_receipt(row, title, writer))),
        ),
        number=row.get("letter_number") or "",
        office=writer,
        frame=OFFICIAL,
    )


def feedback(values: Values, row: Values, *, writer: str, receiver: str) -> Paper:
    """What came of the matter of `values`, to the office that handed it over by the letter of `row`."""
    words = wording("feedback")
    matter = f"（{row['matter_number']}）" if row.get("matter_number") else ""
    text = words["text"].format(
        referred=day_words(row.get("referred_on")), title=values.get("title") or "纠纷", matter=matter
    )
    return Paper(
        words["title"],
        (
            Words(f"{receiver}：", flush=True),
            Words(text),
            Fields(
                (
                    field("来函编号", row.get("letter_number"), 12),
                    field("调解编号", values.get("number"), 18),
                    field("调解结果", code("referral_result", row.get("result")), 8),
                    field("履行情况", code("performance_status", values.get("performance_status")), 6),
                )
            ),
            Words(row.get("answer") or "", blanks=3),
            Heading(words["risk"]),
            Words(values.get("measures") or code("risk", values.get("risk")), blanks=1),
            Sealing(writer, "（印章）", day_words(row.get("answered_on"))),
        ),
        office=writer,
        frame=OFFICIAL,
    )


def police_reference(values: Values, office: Office) -> Iterator[Paper]:
    """What the police need for their own form where the matter is theirs; it replaces no police document."""
    words = wording("police")
    for row in rows(values, "referrals"):
        if row.get("category") != "civil_part":
            continue
        yield Paper(
            words["title"],
            (
                Remark(words["note"]),
                Fields(
                    (
                        field("公安机关", row.get("office"), 16),
                        field("案件编号", row.get("matter_number"), 12),
                    )
                ),
                *party_blocks(values, values.get("agreed_on")),
                Heading("时间、地点、起因、经过、结果："),
                Words(values.get("disputed") or values.get("facts") or "", blanks=4),
                Heading("协议内容："),
                Words("\n".join(clause.get("content") or "" for clause in rows(values, "clauses")), blanks=3),
                Signing("主持人（签名）"),
                Signing("当事人（签名、捺指印）", names(values)),
                Signing("见证人（签名）"),
            ),
        )


def _receipt(row: Values, title: str, writer: str) -> tuple[Block, ...]:
    """What the receiver tears off and sends back: whole in itself."""
    words = wording("transfer")
    return (
        Heading(words["receipt_title"]),
        Words(f"{writer}：", flush=True),
        Words(words["receipt"].format(title=title, number=row.get("letter_number") or "")),
        Fields(
            (
                field("签收人", row.get("received_by"), 8),
                field("签收日期", day_words(row.get("received_on")), 10),
                field("签收单位（印章）", "", 14),
            )
        ),
    )


def _matter(values: Values, row: Values) -> tuple[Fields | Words | Heading, ...]:
    return (
        Fields(
            (
                *_parties(values),
                field("移交类别", code("referral_class", row.get("category")), 8),
                field("警情或案件编号", row.get("matter_number"), 12),
                field("接警时间", moment_words(row.get("reported_at")), 14),
                field("报警人", row.get("caller"), 6),
                field("先期处置", row.get("first_steps"), 20),
                field("伤情或财产损失", row.get("harm"), 18),
                field("联系人", row.get("contact"), 6),
                field("联系电话", row.get("phone"), 9),
            )
        ),
        Heading("简要情况："),
        Words(row.get("situation") or values.get("facts") or "", blanks=3),
        *_claims(values),
    )


def _parties(values: Values) -> Iterator[FormField]:
    """Each party with where to reach them: who is handed a matter has to call them in."""
    for side, role in ROLES.items():
        for party in rows(values, "parties"):
            if party.get("side") == side:
                known = (party.get("name"), party.get("phone"), party.get("address"))
                yield field(role, "，".join(part for part in known if part), 24)


def _claims(values: Values) -> Iterator[Heading | Words]:
    if values.get("claims"):
        yield Heading("当事人请求：")
        yield Words(values["claims"])
