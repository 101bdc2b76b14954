"""Agreements of every size, and eyes to read a PDF back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from app.printing.agreement import AgreementPaper, NaturalParty, OrganisationParty, Party

CLAUSES = (
    "甲方于2026年11月30日前自行拆除越界部分墙基，恢复原状，费用由甲方承担。",
    "甲方一次性补偿乙方排水损失人民币3600元（叁仟陆佰元整），于签订本协议当日以现金方式付清。",
    "乙方自甲方付清补偿款之日起，不再就本次纠纷提出其他任何要求。",
    "双方今后应当和睦相处，遇事协商；如有违反，由违约方承担相应的法律责任。",
)
FACTS = (
    "2026年9月12日，甲方因修建自家围墙，与乙方就相邻土地边界发生争执。甲方认为：“墙基在自家宅基地范围以内”；"
    "乙方认为墙基越界约0.35米，并影响其排水。双方多次协商未果，乙方于2026年10月8日向本调解委员会申请调解。"
)


@dataclass(frozen=True)
class Char:
    """A character read back, with its box in points."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class ReadPdf:
    """What a reader program finds in a PDF."""

    def __init__(self, data: bytes) -> None:
        self.document = pypdfium2.PdfDocument(data)

    def pages(self) -> list[str]:
        """The text of each page, line by line."""
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in self.document]

    def running_text(self) -> str:
        """The text of all pages without line ends."""
        return "".join(self.pages()).replace("\n", "")

    def chars(self, page: int) -> Iterator[Char]:
        """The visible UTF-16 units of a page (from 0) with their boxes."""
        text_page = self.document[page].get_textpage()
        for place in range(text_page.count_chars()):
            left, bottom, right, top = text_page.get_charbox(place)
            text = chr(pdfium.FPDFText_GetUnicode(text_page, place))
            if right > left and text.strip():
                yield Char(text, left, bottom, right, top)


def _party(place: int, parties: int) -> Party:
    side = "甲方" if place == 0 else "乙方" if parties == 2 else f"乙方{place}"
    if place % 4 == 2:
        return OrganisationParty(
            side,
            "鹰头村股份经济合作联合社",
            "王建国",
            "028-36000000",
            "鹰头村一组1号",
            "54511421MF0000013A",
        )
    return NaturalParty(
        side,
        f"张守成{place}",
        "男",
        "汉族",
        52,
        "务农",
        "13800000000",
        "四川省眉山天府新区贵平镇鹰头村三组28号",
        "511421189901010019",
        "王二" if place == 1 else "",
    )


def _paper(
    parties: int | tuple[Party, ...] = 2,
    clauses: int | tuple[str, ...] = 4,
    facts: str = FACTS,
    **other: object,
) -> AgreementPaper:
    if isinstance(parties, int):
        parties = tuple(_party(place, parties) for place in range(parties))
    if isinstance(clauses, int):
        clauses = tuple(CLAUSES[place % len(CLAUSES)] for place in range(clauses))
    values: dict[str, object] = {
        "number": "〔2026〕鹰人调字第3号",
        "committee": "鹰头村人民调解委员会",
        "parties": parties,
        "facts": facts,
        "clauses": clauses,
        "performance": "补偿款于2026年11月23日在鹰头村村民委员会办公室当面以现金付清。",
        "copies": len(parties) + 1,
        "mediators": ("周明华", "陈素芳"),
        "recorder": "刘洋",
        "day": date(2026, 11, 23),
    }
    return AgreementPaper(**{**values, **other})  # type: ignore[arg-type]


@pytest.fixture
def paper() -> Callable[..., AgreementPaper]:
    """Makes an agreement paper: paper(parties=2, clauses=4, facts=…, field=value); counts or values."""
    return _paper


@pytest.fixture
def read() -> Callable[[bytes], ReadPdf]:
    """Reads a PDF back: read(data)."""
    return ReadPdf
