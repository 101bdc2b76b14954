"""Three synthetic cases as a spreadsheet clerk would hand them over, and what happens to each until it is filed."""

from typing import Any

COMPANY = "仁寿县宏图建筑劳务有限公司"
DAYS = ("2026-10-15", "2026-10-31", "2026-11-15")


def person(side: str, name: str, **more: Any) -> dict[str, Any]:
    return {"side": side, "kind": "person", "name": name, "address": "鹰头村", **more}


def session(day: str, outcome: str, process: str) -> dict[str, Any]:
    return {
        "started_at": f"{day} 09:30",
        "place": "鹰头村调解室",
        "process": process,
        "outcome": outcome,
        "recorder": "赵记录",
    }


def pays(payer: str, payee: str, amount: str, due: str, kind: str = "pay") -> dict[str, Any]:
    return {"kind": kind, "payer": payer, "payee": payee, "amount": amount, "due": due}


HOMESTEAD: dict[str, Any] = {
    "intake": {
        "type": "mediation_case", "key": "宅基地", "accepted_on": "2026-10-08", "source": "当事人申请",
        "dispute_type": "房屋宅基地纠纷", "place": "鹰头村3组", "amount": "5000",
        "parties": [person("申请人", "张石头"), person("被申请人", "曾大山")],
        "facts": "被申请人建房时把围墙砌过了宅基地边界，占了申请人的滴水，双方多次争吵。",
        "claims": "请求拆除越界的围墙，赔偿损失。",
    },
    "heard": {
        "investigations": [{"asked_at": "2026-10-09 10:00", "place": "鹰头村3组", "investigator": "李调解",
                            "asked": "孙邻居", "content": "问：界址在哪里？\n答：老石桩处。", "recorder": "赵记录"}],
        "sessions": [session("2026-10-10", "agreed", "现场丈量，对照宅基地使用证，双方认可老石桩为界。")],
    },
    "agreed": {
        "result": "written", "result_on": "2026-10-10", "agreed_on": "2026-10-10", "recorder": "赵记录",
        "disputed": "双方宅基地相邻，围墙越界三十厘米。", "performance": "by_date", "performance_place": "鹰头村村委会",
        "clauses": [{"content": "乙方于2026年10月25日前拆除越界的围墙。"},
                    {"content": "乙方一次性赔偿甲方人民币5000元（大写：伍仟元整）。"}],
        "obligations": [pays("曾大山", "张石头", "5000", "2026-10-25")],
    },
    "amount": "5000.00",
}  # fmt: skip

WORKERS = [f"工友{number}" for number in "甲乙丙丁戊己庚辛壬癸子丑"]
WAGES: dict[str, Any] = {
    "intake": {
        "type": "mediation_case", "key": "欠薪", "accepted_on": "2026-10-08", "source": "当事人申请",
        "dispute_type": "拖欠农民工工资纠纷", "place": "视高工地", "amount": "144000", "people": 12, "special": ["农民工"],
        "parties": [*(person("申请人", name) for name in WORKERS),
                    {"side": "被申请人", "kind": "组织", "name": COMPANY, "representative": "钱经理",
                     "uscc": "91350100M000100Y43", "address": "仁寿县视高街道"}],
        "facts": "十二名工人2026年3月至8月在工地做工，公司拖欠工资共144000元。",
        "claims": "请求支付拖欠的工资。",
    },
    "heard": {"sessions": [session("2026-10-12", "agreed", "逐人核对考勤和工资表，公司承认欠薪，提出分三期支付。")]},
    "agreed": {
        "result": "written", "result_on": "2026-10-12", "agreed_on": "2026-10-12", "recorder": "赵记录",
        "disputed": "公司拖欠十二名工人工资共144000元。", "performance": "instalments", "performance_place": "银行转账",
        "clauses": [{"content": f"公司于{day}前支付第{number}期工资48000元。"} for number, day in enumerate(DAYS, 1)],
        "obligations": [pays(COMPANY, "全体申请人", "48000", day) for day in DAYS],
    },
    "amount": "144000.00",
}  # fmt: skip

SUPPORT: dict[str, Any] = {
    "intake": {
        "type": "mediation_case", "key": "赡养", "accepted_on": "2026-10-08", "source": "主动调解",
        "dispute_type": "婚姻家庭纠纷", "place": "鹰头村5组", "special": ["老年人"],
        "parties": [person("申请人", "单老太", birth="1944-05-06"), person("被申请人", "单大"), person("被申请人", "单二")],
        "facts": "老人独居多病，三个子女中有两个长期不给生活费，单二起初不同意调解。",
        "claims": "请求子女每月给付生活费并轮流照看。",
    },
    "refused": True,
    "heard": {"sessions": [session("2026-10-10", "continue", "单大同意每月给付，单二不到场。"),
                           session("2026-10-16", "agreed", "村干部和舅舅一同劝说，单二同意与单大同样给付。")]},
    "agreed": {
        "result": "written", "result_on": "2026-10-16", "agreed_on": "2026-10-16", "recorder": "赵记录",
        "disputed": "老人与两个儿子因赡养发生争议。", "performance": "instalments", "performance_place": "老人家中",
        "clauses": [{"content": "单大、单二每人每月给付老人生活费300元。"}, {"content": "两人按月轮流照看。"}],
        "obligations": [pays("单大", "单老太", "300", "2026-11-01"), pays("单二", "单老太", "300", "2026-11-01")],
    },
    "amount": "600.00",
}  # fmt: skip

CASES = {"homestead": HOMESTEAD, "wages": WAGES, "support": SUPPORT}
