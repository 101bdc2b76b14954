"""Build resources/wire/fengqiao-1.dict: the zstd dictionary of batches and pages, trained on invented records.

    python tools/build_dictionary.py 1 resources/wire

Records of every type are made from the field declarations with a fixed seed: labels of code lists and forms as
text, drawn numbers and days; nobody's data.  A dictionary that was released is never built again under its
number: what lies on a stick or in a backup names it.  A later program trains the next number.
"""

import random
import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.payload import canonical
from app.models.registry import RECORD_TYPES

SEED = 20261128
SIZE = 32 << 10
LINES_PER_TYPE = 1_500
LEVEL = 19
ACTS = ("create", "create", "create", "edit", "edit", "void")
FIRST_DAY = date(2024, 1, 1)
PLACES = ("村委会", "村调解室", "村口", "桥头", "小学门口", "家中", "司法所", "派出所", "综治中心")
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = "国建明志文海平光华玉秀英桂芳兰珍军勇强磊丽敏静霞涛"
PHRASES = (
    "经调解员主持双方自愿达成一致意见", "双方当事人", "当事人", "现场查看", "耐心劝解", "听取双方陈述", "已告知",
    "权利义务", "情况属实", "暂未发现异常", "未发现可疑情况", "已上报", "村委会", "派出所", "司法所", "人民调解委员会",
    "一次性支付", "于三日内", "元", "赔偿", "恢复原状", "因邻里", "宅基地", "边界", "排水", "道路通行", "噪音", "债务",
    "婚姻家庭", "土地承包", "劳动报酬", "交通事故", "咨询", "申请", "办理", "材料", "低保", "养老", "医保", "补贴",
    "独居老人", "身体状况良好", "生活正常", "安全防火", "防诈骗宣传", "重点部位", "巡逻", "路灯", "消防通道", "乱停车",
    "上述", "其中", "以及", "目前", "下一步", "继续跟进", "反映", "要求", "同意", "不同意", "负责", "完成", "处理",
)  # fmt: skip


class Maker:
    """Draws the values of fields by their kind."""

    def __init__(self) -> None:
        self._chance = random.Random(SEED)  # noqa: S311  # samples, not secrets

    def lines(self) -> Iterator[bytes]:
        """Revision lines of every type, as the station writes them, with the UUIDs taken out."""
        for number in range(LINES_PER_TYPE):
            for code, record_type in RECORD_TYPES.items():
                act = self._chance.choice(ACTS)
                share = 0.35 if act == "create" else 0.06
                data = self._document(record_type.fields, share, whole=act == "create")
                yield canonical(
                    {
                        "act": act,
                        "at": f"{self._day()}T{self._clock()}Z",
                        "base": None if act == "create" else self._id(),
                        "blobs": [],
                        "by": self._name(),
                        "data": {"reason": self._phrase(3)} if act == "void" else data,
                        "op_id": self._id(),
                        "record": self._id(),
                        "revision": 1 if act == "create" else self._chance.randrange(2, 6),
                        "seq": number + self._chance.randrange(1, 20_000),
                        "type": code,
                    }
                )

    def _document(self, fields: dict[str, Field], share: float, *, whole: bool) -> dict[str, Any]:
        chosen = {
            name: field
            for name, field in fields.items()
            if (whole and (field.required or field.minimum)) or self._chance.random() < share
        }
        return {name: self._value(field) for name, field in chosen.items()}

    def _value(self, field: Field) -> Any:
        chance = self._chance
        if field.rows:
            parts = fields_of(field.rows)
            count = max(field.minimum or 0, chance.randrange(1, 4))
            return [{"id": self._id(), **self._document(parts, 0.4, whole=True)} for _ in range(count)]
        if field.kind in (Kind.CHOICE, Kind.CHOICES):
            codes = [code.value for code in code_list(field.codes or "").items]
            return chance.choice(codes) if field.kind is Kind.CHOICE else chance.sample(codes, 1)
        drawn = {
            Kind.TEXT: lambda: self._name() if (field.max_length or 99) <= 80 else self._phrase(2),
            Kind.LONG_TEXT: lambda: self._phrase(chance.randrange(2, 12)),
            Kind.PLACE: lambda: f"鹰头村{chance.randrange(1, 12)}组{chance.choice(PLACES)}",
            Kind.NUMBER: lambda: f"〔{chance.randrange(2024, 2030)}〕{chance.randrange(1, 999)}号",
            Kind.DAY: self._day,
            Kind.MOMENT: lambda: f"{self._day()}T{self._clock()}Z",
            Kind.INTEGER: lambda: chance.randrange(1, 30),
            Kind.MONEY: lambda: f"{chance.randrange(1, 500) * 100}.00",
            Kind.YES_NO: lambda: chance.random() < 0.7,
            Kind.PHONE: lambda: f"1370000{chance.randrange(10**4):04d}",
            Kind.ID_NUMBER: lambda: f"5114211899{chance.randrange(10**8):08d}",
            Kind.USCC: lambda: "91350100M000100Y43",
            Kind.PERSON: self._id,
            Kind.DIVISION: lambda: f"5114211{chance.randrange(10**5):05d}",
            Kind.FILES: lambda: [
                {
                    "media_type": "image/jpeg",
                    "name": f"照片{chance.randrange(9)}.jpg",
                    "sha256": "",
                    "size": 1,
                }
            ],
        }
        return drawn[field.kind]()

    def _id(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def _day(self) -> str:
        return (FIRST_DAY + timedelta(days=self._chance.randrange(1_500))).isoformat()

    def _clock(self) -> str:
        chance = self._chance
        return f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}"

    def _name(self) -> str:
        return self._chance.choice(SURNAMES) + "".join(self._chance.choices(GIVEN, k=2))

    def _phrase(self, count: int) -> str:
        return "，".join(self._chance.choices(PHRASES, k=count)) + "。"


def main(number: int, folder: Path) -> None:
    """Train the dictionary and write it."""
    ids = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    lines = list(Maker().lines())
    # Half as they are and half with their ids apart: both forms use the dictionary.
    samples = [ids.sub(b"\x01", line) if at % 2 else line for at, line in enumerate(lines)]
    trained = zstandard.train_dictionary(SIZE, samples, level=LEVEL, dict_id=number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"fengqiao-{number}.dict").write_bytes(trained.as_bytes())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
