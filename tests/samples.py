"""One synthetic sample a record type, for the tests every record type inherits."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

APPLICANT_ID = "511421189901010019"
RESPONDENT_ID = "511403189806301018"


def party(side: str, name: str, **more: Any) -> dict[str, Any]:
    return {"side": side, "kind": "person", "name": name, **more}


def mediation_case(**changes: Any) -> dict[str, Any]:
    return {
        "accepted_on": date(2026, 11, 2),
        "source": "apply",
        "dispute_type": dispute("邻里"),
        "place": "鹰头村3组",
        "parties": [
            party(
                "applicant",
                "张石头",
                sex="1",
                id_number=APPLICANT_ID,
                phone="13800138000",
                address="鹰头村3组12号",
            ),
            party("respondent", "买买提·吐尔逊", sex="1", id_number=RESPONDENT_ID, address="鹰头村3组13号"),
        ],
        "facts": "双方因宅基地边界的排水沟发生争执，多次协商不成。",
        "claims": "请求恢复排水沟原状，赔偿损失。",
        "amount": Decimal("5000.00"),
        "consent": True,
        "notice_on": date(2026, 11, 3),
        "mediators": [{"name": "李调解"}, {"name": "王网格"}],
        "sessions": [
            {
                "started_at": datetime(2026, 11, 5, 1, 30, tzinfo=UTC),
                "place": "村调解室",
                "process": "听取双方陈述，现场丈量。",
                "outcome": "agreed",
                "recorder": "赵记录",
            }
        ],
        "result": "written",
        "result_on": date(2026, 11, 5),
        "disputed": "双方房屋相邻，共用排水沟被填。",
        "clauses": [{"content": "乙方于三日内恢复排水沟原状。"}, {"content": "乙方一次性赔偿甲方五千元。"}],
        "performance": "by_date",
        "performance_due": date(2026, 11, 20),
        "performance_place": "鹰头村村委会",
        "agreed_on": date(2026, 11, 5),
        "recorder": "赵记录",
        **changes,
    }


def dispute(label: str) -> str:
    from app.models.codes import code_list

    return next(code.value for code in code_list("dispute_type").items if code.label.startswith(label))


def first_code(key: str) -> str:
    from app.models.codes import code_list

    return code_list(key).active()[0].value


def patrol_log(**changes: Any) -> dict[str, Any]:
    return {
        "patrol_on": date(2026, 11, 20),
        "shift": "night",
        "started_at": datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
        "team": "鹰头村义务巡逻队",
        "leader": "周队长",
        "officer": "吴警官",
        "mode": "foot",
        "route": "村委会—小学—桥头—3组",
        "members": [{"name": "钱队员"}, {"name": "孙队员"}],
        "points": [{"name": "小学门口", "result": "normal"}, {"name": "桥头", "result": "abnormal", "note": "路灯不亮"}],
        "findings": [
            {"category": first_code("finding_class"), "place": "桥头", "description": "路灯损坏，夜间视线差。",
             "disposal": "report", "responsible": "郑电工", "due": date(2026, 11, 27)}
        ],
        "questioned": 2,
        "leaflets": 30,
        **changes,
    }  # fmt: skip


def service_visit(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "visit",
        "visited_at": datetime(2026, 11, 19, 2, 15, tzinfo=UTC),
        "visitor": "𠮷秀英",
        "sex": "2",
        "phone": "13900139000",
        "address": "鹰头村5组",
        "people": 1,
        "matter_kind": first_code("service_matter"),
        "matter": "咨询高龄补贴",
        "content": "母亲年满八十，询问高龄补贴如何申请。",
        "handler": "陈干部",
        "handling": "告知所需材料，代为填写申请表。",
        "due": date(2026, 11, 26),
        **changes,
    }


def resident(**changes: Any) -> dict[str, Any]:
    return {
        "name": "单小梅",
        "sex": "2",
        "id_document": "111",
        "id_number": "511421189901010027",
        "birth": date(1899, 1, 1),
        "ethnicity": "01",
        "phone": "13700137000",
        "residence": "鹰头村2组8号",
        "village": "511421125201",
        "care": [first_code("care_category")],
        **changes,
    }


def screening(**changes: Any) -> dict[str, Any]:
    return {
        "screened_on": date(2026, 11, 8),
        "screeners": "钱网格、李调解",
        "scope": "鹰头村1组至3组",
        "found": 2,
        "settled": 1,
        "taken_up": 1,
        "content": "两户因晒坝发生口角，一件当场说和，一件转调解。",
        **changes,
    }


def committee(**changes: Any) -> dict[str, Any]:
    return {
        "name": "鹰头村人民调解委员会",
        "kind": "village",
        "chosen_on": date(2026, 3, 1),
        "place": "鹰头村村委会一楼",
        "members": [
            {"name": "李调解", "post": "chair", "sex": "1", "ethnicity": "01", "phone": "13600136000"},
            {"name": "王网格", "post": "member", "sex": "2", "ethnicity": "01", "since": date(2026, 3, 1)},
            {"name": "赵记录", "post": "member", "sex": "1", "full_time": True},
            {"name": "孙退休", "post": "hired", "sex": "1", "retired_law": True},
        ],
        **changes,
    }


UNFINISHED: dict[str, Any] = {
    "result": None,
    "result_on": None,
    "clauses": [],
    "performance": None,
    "sessions": [],
    "agreed_on": None,
    "performance_due": None,
    "disputed": None,
}
"""What a sample case is without: it has just been taken up."""


def handover(**changes: Any) -> dict[str, Any]:
    return {
        "direction": "out",
        "peer": "511421300001",
        "peer_name": "鹰头人民调解委员会",
        "peer_kind": "committee",
        "written_on": date(2026, 11, 18),
        "category": "not_police",
        "dispute_type": dispute("邻里"),
        "occurred_on": date(2026, 11, 17),
        "place": "鹰头村3组",
        "parties": [
            {"side": "applicant", "kind": "person", "name": "张石头", "sex": "1",
             "id_number": APPLICANT_ID, "phone": "13800138000", "address": "鹰头村3组12号"},
            {"side": "respondent", "kind": "person", "name": "买买提·吐尔逊", "id_number": RESPONDENT_ID},
        ],
        "matter_number": "J5114212026111700123",
        "reported_at": datetime(2026, 11, 17, 12, 5, tzinfo=UTC),
        "caller": "张石头",
        "facts": "双方因排水沟争吵，民警到场后劝开，未发生肢体冲突。",
        "amount": Decimal("800.00"),
        "first_steps": "现场劝阻，分别询问。",
        "agreed": True,
        "due": date(2026, 12, 18),
        "official": "吴警官",
        "contact_phone": "028-38000000",
        **changes,
    }  # fmt: skip


SAMPLES = {
    "handover": handover,
    "committee": committee,
    "screening": screening,
    "mediation_case": mediation_case,
    "patrol_log": patrol_log,
    "service_visit": service_visit,
    "resident": resident,
}
