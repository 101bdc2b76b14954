"""The documents a mediation case can print, by code, as people call them."""

AGREEMENT = "agreement"
DOSSIER = "dossier"
PAPERS = {
    "cover": "卷宗封面",
    "application": "人民调解申请书",
    "acceptance": "人民调解受理登记表",
    "notice": "当事人权利义务告知书",
    "attorney": "授权委托书",
    "referral": "移交函和反馈函",
    "investigation": "人民调解调查记录",
    "evidence": "证据材料清单",
    "session": "人民调解记录",
    AGREEMENT: "人民调解协议书",
    "oral": "人民调解口头协议登记表",
    "termination": "人民调解终止书",
    "performance": "履行情况记录",
    "visit": "人民调解回访记录",
    "confirmation": "司法确认申请书",
    "police": "公安机关案件参考文本",
    "closing": "人民调解结案报告表",
    "note": "卷宗情况说明",
}
DOCUMENTS = PAPERS | {DOSSIER: "整个卷宗"}


class NothingToPrint(ValueError):
    """The case has no paper of that kind; the sentence says so."""

    def __init__(self, code: str) -> None:
        super().__init__(f"这起纠纷还没有可以打印的{DOCUMENTS[code]}，请先登记相应内容。")


class NotToFreeze(ValueError):
    """The paper cannot be fixed for signature; the sentence says why."""
