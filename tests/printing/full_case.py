"""A case that has everything, for the papers and the dossier."""

from datetime import date
from decimal import Decimal
from typing import Any

from samples import mediation_case

from app.models.mediation.case import MEDIATION_CASE
from app.printing.papers.common import Office

OFFICE = Office("鹰头村人民调解委员会", "鹰头村")
SIGNED = {"sign_modes": ["signature", "fingerprint"], "signed_on": date(2026, 11, 5)}


def full_case(**changes: Any) -> dict[str, Any]:
    """Cleaned values of a sound, written, signed case with every kind of row."""
    values = mediation_case(
        number="〔2026〕鹰头人调字第001号",
        registrar="赵登记",
        apply_manner="written",
        told_manner="written",
        people=6,
        investigations=[
            {"asked_at": "2026-11-04 10:00", "place": "鹰头村3组", "investigator": "李调解", "asked": "孙邻居",
             "asked_identity": "本组村民", "content": "问：何时填的？\n答：九月底。", "recorder": "赵记录"}
        ],
        evidence=[
            {"title": "双方身份证复印件", "provider": "双方", "form": "copy", "pages": 2, "submitted_on": "2026-11-03"},
            {"title": "现场照片", "provider": "张石头", "pages": 4, "note": "排水沟被填处"},
        ],
        obligations=[
            {"kind": "pay", "payer": "买买提·吐尔逊", "payee": "张石头", "amount": "2500", "due": "2026-11-10",
             "status": "done", "done_on": "2026-11-10", "proof": "收条一张"},
            {"kind": "pay", "payer": "买买提·吐尔逊", "payee": "张石头", "amount": "2500", "due": "2026-12-10"},
        ],
        follow_ups=[
            {"kind": "visit", "visited_on": "2026-12-25", "manner": "door", "visitor": "李调解",
             "visited": "张石头、买买提·吐尔逊", "situation": "赔偿已付清，排水沟已恢复。", "satisfaction": "very"}
        ],
        confirm_joint=True,
        confirm_on=date(2026, 11, 20),
        court="仁寿县人民法院",
        advised=["court"],
        advised_on=date(2026, 11, 5),
        mediators=[{"name": "李调解", "signed_on": date(2026, 11, 5)}, {"name": "王网格", "signed_on": date(2026, 11, 5)}],
        sealed_on=date(2026, 11, 5),
        referrals=[
            {"direction": "in", "office_kind": "police", "office": "视高派出所", "letter_number": "视派移〔2026〕3号",
             "matter_number": "J20261102", "category": "civil_part", "referred_on": "2026-11-02", "agreed": True,
             "status": "fed_back", "result": "settled", "answered_on": "2026-11-06", "answer": "双方已达成书面协议。"},
            {"direction": "out", "office_kind": "township", "office": "视高街道综治中心", "referred_on": "2026-11-06",
             "agreed": True, "due": "2026-11-20", "status": "sent", "situation": "请协助落实改造资金。"},
        ],
        **changes,
    )  # fmt: skip
    values["parties"] = [{**row, **SIGNED} for row in values["parties"]]
    values["parties"][0] |= {
        "agent": "周代理",
        "agent_relation": "侄子",
        "agent_scopes": ["evidence", "attend"],
    }
    cleaned, problems = MEDIATION_CASE.clean(values)
    assert not [problem.message for problem in problems if problem.severity.value == "error"], problems
    assert cleaned["agreed_amount"] == Decimal("5000.00")
    return cleaned
