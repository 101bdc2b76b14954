"""Synthetic residents and mediation cases: common names, valid-looking numbers of people born in the 1890s."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from app.models.people.identity import check_digit
from app.store import search

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单仇解"
)
GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华文玉红建国志学海春梅凤云山林东成德福荣生贵祥琴珍素清淑光辉庆"
    "忠义利民安康新宝金银龙飞鹏宇浩然子轩梓涵欣怡雨泽嘉俊晨思佳雪莲菊琼碧蓉会仕朝廷万全友发树茂元永昌开富才世正先"
)
VILLAGES = (
    "视高铺社区", "鹰头村", "莲池社区", "毛家渡社区", "清水村",
    "石庙村", "龙桥村", "高家坝村", "双堰村", "观音堂社区",
)  # fmt: skip
DIVISIONS = ("511421", "511403", "511402", "511424")
MATTERS = (
    "宅基地边界", "排水沟", "土地承包", "林木采伐", "借款",
    "工资", "赡养费", "彩礼", "噪声", "养鸡场气味",
    "摩托车碰撞", "果树遮光", "化粪池渗漏", "院墙倒塌", "水田灌溉",
    "租金", "装修漏水", "宠物伤人", "道路通行", "坟地迁移",
)  # fmt: skip
CAUSES = (
    "未经对方同意擅自施工", "多次催讨未果", "双方各执一词", "连日降雨后情况加重", "口头约定没有书面凭据",
    "外出务工多年返乡后发现", "酒后发生口角", "邻居劝阻无效", "将对方推倒在地", "拒绝支付剩余款项",
    "堵塞了唯一的出口", "测量结果与土地证不符",
)  # fmt: skip
STEPS = (
    "村干部到现场查看并丈量", "调解员分别听取双方陈述", "查阅了原始底册", "走访了三户邻居", "向双方讲解民法典相关规定",
    "请老党员出面劝说", "约定下次见面时间", "拍照留存现场情况",
)  # fmt: skip
CLAIMS = (
    "请求恢复原状",
    "要求赔偿损失",
    "要求停止侵害并赔礼道歉",
    "请求支付欠款及利息",
    "要求按原约定履行",
    "请求确认边界",
)


def rows(residents: int, cases: int, seed: int, start: int = 0) -> Iterator[search.Row]:
    """Residents and cases mixed evenly."""
    chance = random.Random(seed)
    every = max(1, residents // max(cases, 1))
    written = 0
    for number in range(residents):
        yield "resident", _uuid7(start + number * 2, chance), _resident(chance), True
        if number % every == 0 and written < cases:
            written += 1
            yield (
                "mediation_case",
                _uuid7(start + number * 2 + 1, chance),
                _case(chance, start + written),
                True,
            )


def _uuid7(moment: int, chance: random.Random) -> str:
    return str(UUID(int=((0x0190_0000_0000 + moment) << 80) | (7 << 76) | (2 << 62) | chance.getrandbits(60)))


def _name(chance: random.Random) -> str:
    # The first surnames are the common ones: the square of a uniform draw leans towards them.
    surname = SURNAMES[int(chance.random() ** 2 * len(SURNAMES))]
    return surname + "".join(chance.choices(GIVEN, k=1 if chance.random() < 0.2 else 2))


def _id_number(chance: random.Random) -> str:
    born = date(1890, 1, 1) + timedelta(days=chance.randrange(3652))
    first = f"{chance.choice(DIVISIONS)}{born:%Y%m%d}{chance.randrange(1, 996):03d}"
    return first + check_digit(first)


def _phone(chance: random.Random) -> str:
    return f"1{chance.choice('35789')}{chance.randrange(10**9):09d}"


def _address(chance: random.Random) -> str:
    return (
        f"四川省眉山市仁寿县{chance.choice(VILLAGES)}{chance.randrange(1, 15)}组{chance.randrange(1, 200)}号"
    )


def _resident(chance: random.Random) -> search.SearchTerms:
    return search.SearchTerms((_name(chance),), (_id_number(chance), _phone(chance)), (_address(chance),))


def _case(chance: random.Random, number: int) -> search.SearchTerms:
    names = [_name(chance) for _ in range(4)]
    matter = chance.choice(MATTERS)
    facts = f"{names[0]}与{names[1]}因{matter}问题发生纠纷，" + "，".join(
        f"{chance.choice(CAUSES)}，涉及{chance.choice(MATTERS)}{chance.randrange(1, 9999)}元"
        for _ in range(chance.randrange(2, 7))
    )
    process = "。".join(chance.choice(STEPS) for _ in range(chance.randrange(1, 5)))
    numbers = (
        f"〔2026〕{chance.choice(VILLAGES)}人调字第{number}号",
        *(_id_number(chance) for _ in "ab"),
        _phone(chance),
    )
    texts = (
        f"{names[0]}与{names[1]}{matter}纠纷",
        _address(chance),
        _address(chance),
        facts,
        chance.choice(CLAIMS),
        process,
    )
    return search.SearchTerms(tuple(names), numbers, texts)
