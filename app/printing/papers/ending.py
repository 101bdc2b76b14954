"""Application to the court for confirmation, termination, closing report."""

from app.printing.agreement import numbered
from app.printing.paper import Boxes, Fields, Heading, Paper, Sealing, Signing, Words
from app.printing.papers.common import (
    Office,
    Values,
    both,
    choices,
    code,
    codes,
    day_words,
    field,
    mediators,
    names,
    number_line,
    party_blocks,
    rows,
    yuan,
)
from app.printing.wording import wording
from app.typeset.page import OFFICIAL


def confirmation(values: Values, office: Office) -> Paper:
    """司法确认申请书; between persons, or a person and an organisation: the party blocks say which (art. 33)."""
    words = wording("confirmation")
    told = {
        "day": day_words(values.get("agreed_on")),
        "committee": office.committee,
        "number": values.get("number") or "",
        "title": values.get("title") or "",
    }
    content = numbered([row.get("content") or "" for row in rows(values, "clauses")])
    return Paper(
        words["title"],
        (
            *party_blocks(values, values.get("confirm_on") or values.get("agreed_on")),
            Heading(words["request_title"]),
            Words(words["request"].format(**told)),
            Heading(words["facts_title"]),
            Words(words["facts"].format(**told)),
            Words("\n".join(content), blanks=2),
            Heading(words["promise_title"]),
            Words(words["promise"]),
            Words(words["to"]),
            Words(values.get("court") or "\u3000\u3000\u3000\u3000\u3000人民法院", flush=True),
            Signing(words["signing"], names(values)),
            Fields((field("日期", day_words(values.get("confirm_on")), 10),)),
            Words(words["annex"]),
        ),
    )


def termination(values: Values, office: Office) -> Paper:
    """人民调解终止书, which tells the ways that remain (人民调解法 art. 26)."""
    words = wording("termination")
    told = words["text"].format(
        names=both(values),
        title=values.get("title") or "纠纷",
        accepted=day_words(values.get("accepted_on")),
        result=code("mediation_result", values.get("result")) or "未达成协议",
    )
    return Paper(
        words["title"],
        (
            Words(told),
            Words(words["advice_title"]),
            Boxes("", choices("remedy", values.get("advised"))),
            Signing(words["parties_sign"], names(values)),
            Signing(words["mediator_sign"], mediators(values)),
            Sealing(
                office.committee,
                "（人民调解委员会印章）",
                day_words(values.get("advised_on") or values.get("result_on")),
            ),
        ),
        number=number_line(values),
        frame=OFFICIAL,
    )


def closing(values: Values, office: Office) -> Paper:
    """人民调解结案报告表."""
    words = wording("closing")
    performed = [row["done_on"] for row in rows(values, "obligations") if row.get("done_on")]
    ended = max(performed) if performed else values.get("result_on")
    return Paper(
        words["title"],
        (
            Fields(
                (
                    field("卷号", values.get("number"), 18),
                    field("填表时间", day_words(values.get("archived_on")), 10),
                    field("承办单位", office.committee, 16),
                    field("承办人", "、".join(mediators(values)), 8),
                    field("受案时间", day_words(values.get("accepted_on")), 10),
                    field("结案时间", day_words(ended), 10),
                    field("案件来源", code("case_source", values.get("source")), 8),
                    field("纠纷类型", code("dispute_type", values.get("dispute_type")), 8),
                    field("难易程度", code("difficulty", values.get("difficulty")), 5),
                    field("特殊群体", codes("special_group", values.get("special")), 8),
                )
            ),
            *party_blocks(values, values.get("accepted_on")),
            Heading("纠纷简要事实："),
            Words(values.get("facts") or "", blanks=3),
            Heading("调解结果："),
            Fields(
                (
                    field("结果", code("mediation_result", values.get("result")), 8),
                    field("协议金额", yuan(values.get("agreed_amount")), 16),
                    field("履行情况", code("performance_status", values.get("performance_status")), 5),
                    field("司法确认", code("court_decision", values.get("court_decision")), 6),
                )
            ),
            Heading(words["opinion"]),
            Words("", blanks=2),
            Signing(words["handler_sign"], mediators(values)[:1]),
            Heading(words["review"]),
            Words("", blanks=2),
            Signing(words["head_sign"]),
            Sealing(office.committee, "（人民调解委员会印章）", day_words(values.get("archived_on"))),
        ),
    )
