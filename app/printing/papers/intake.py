"""Application, acceptance form and rights notice: what a case begins with."""

from app.printing.paper import Boxes, Fields, Heading, Paper, Remark, Sealing, Signing, Words
from app.printing.papers.common import (
    Office,
    Values,
    both,
    choices,
    day_words,
    field,
    first_day,
    names,
    number_line,
    party_blocks,
    yuan,
)
from app.printing.wording import wording


def application(values: Values, office: Office) -> Paper:
    """人民调解申请书."""
    words = wording("application")
    day = values.get("accepted_on")
    return Paper(
        words["title"],
        (
            *party_blocks(values, day),
            Heading(words["situation"]),
            Words(values.get("facts") or "", blanks=4),
            Heading(words["claims"]),
            Words(values.get("claims") or "", blanks=3),
            Words(words["promise"]),
            Signing(words["signing"], names(values, "applicant")),
            Sealing(office.committee, "", day_words(day)),
        ),
    )


def acceptance(values: Values, office: Office) -> Paper:
    """人民调解受理登记表."""
    words = wording("acceptance")
    return Paper(
        words["title"],
        (
            Fields((field("受理日期", day_words(values.get("accepted_on")), 10),)),
            Words(words["agreed"].format(names=both(values))),
            Boxes(
                "纠纷类型",
                tuple(pair for pair in choices("dispute_type", values.get("dispute_type")) if pair[1]),
            ),
            Boxes("案件来源", choices("case_source", values.get("source"))),
            Boxes("申请方式", choices("apply_manner", values.get("apply_manner"))),
            Fields(
                (
                    field(
                        "发生日期", day_words(values["occurred_on"]) if values.get("occurred_on") else "", 9
                    ),
                    field("涉及人数", values.get("people"), 4, grow=False),
                    field("发生地点", values.get("place"), 20),
                    field("涉案金额", yuan(values.get("amount")), 20),
                    field("联合调解单位", values["joint_with"], 20)
                    if values.get("joint_with")
                    else field("备注", "", 20),
                )
            ),
            *party_blocks(values, values.get("accepted_on")),
            Heading(words["situation"]),
            Words(values.get("facts") or "", blanks=4),
            Signing(words["parties_sign"], names(values)),
            Signing(words["registrar_sign"], (values.get("registrar") or "",)),
            Sealing(office.committee, "（人民调解委员会印章）", day_words(values.get("accepted_on"))),
        ),
        number=number_line(values),
    )


def notice(values: Values, office: Office) -> Paper:
    """人民调解当事人权利义务告知书 (若干规定 art. 30)."""
    words = wording("notice")
    return Paper(
        words["title"],
        (
            Words(words["nature"]),
            Words(words["effect"]),
            Heading(words["rights_title"]),
            Words(words["rights"]),
            Heading(words["duties_title"]),
            Words(words["duties"]),
            Remark(words["basis"]),
            Boxes("告知方式", choices("told_manner", values.get("told_manner"))),
            Words(words["told"]),
            Signing(words["signing"], names(values)),
            Sealing(office.committee, "（人民调解委员会印章）", day_words(first_day(values))),
        ),
    )
