"""人民调解协议书: the agreement of a people's mediation committee, as 司发通〔2010〕239号 lays it out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.printing.signature import Signatures, chinese_date, signature_units
from app.typeset.flow import Flow, FormField
from app.typeset.fonts import FontBook
from app.typeset.lines import Style, Typesetter
from app.typeset.page import CONTRACT, Unit, kept, paginate, print_pages
from app.typeset.qr_mark import PageMark
from app.typeset.sheet import PrintedPdf, Sheet

TITLE = Style("song-bold", 22)
HEADING = Style("hei", 14)
BODY = Style("song", 14)
NOTE = Style("song", 10.5)
LEADINGS = (26.0, 25.0, 24.0)
"""Points from line to line; the tighter ones only where they save the signatures a page of their own."""
NOTE_LEADING = 17.0
DIGITS = "〇一二三四五六七八九"
OWN_NUMBER = re.compile(
    r"\s*(第?[一二三四五六七八九十百]+[条、.．)）]|[（(][一二三四五六七八九十\d]+[)）]|\d+\s*[、.．)）](?!\d))"
)
EFFECT = "本协议自各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章之日起生效。"
NOTICE = (
    "告知：经人民调解委员会调解达成的调解协议，具有法律约束力，当事人应当按照约定履行。"
    "当事人就协议的履行或者内容发生争议的，可以向人民法院提起诉讼。"
    "双方当事人认为有必要的，可以自调解协议生效之日起三十日内共同向人民法院申请司法确认。"
    "（《中华人民共和国人民调解法》第三十一条、第三十二条、第三十三条）"
)


@dataclass(frozen=True)
class NaturalParty:
    """A party who is a person; side: 甲方, 乙方 and the like; age: years on the paper's day, or None."""

    side: str
    name: str
    sex: str = ""
    ethnicity: str = ""
    age: int | None = None
    occupation: str = ""
    phone: str = ""
    address: str = ""
    id_number: str = ""
    agent: str = ""


@dataclass(frozen=True)
class OrganisationParty:
    """A party that is a legal person or other organisation; credit_code: 统一社会信用代码 (GB 32100)."""

    side: str
    name: str
    representative: str = ""
    phone: str = ""
    address: str = ""
    credit_code: str = ""
    agent: str = ""


Party = NaturalParty | OrganisationParty


@dataclass(frozen=True)
class AgreementPaper:
    """What the agreement says, as plain values (人民调解法 art. 29; 若干规定 arts. 34-35).

    number: 编号 as allocated; clauses without numbers of their own get 一、二、…; copies: parties + 1;
    day None leaves the date to be filled in by hand.
    """

    number: str
    committee: str
    parties: tuple[Party, ...]
    facts: str
    clauses: tuple[str, ...]
    performance: str
    copies: int
    mediators: tuple[str, ...]
    recorder: str
    day: date | None


def agreement_pdf(
    paper: AgreementPaper,
    *,
    draft: bool = False,
    mark: PageMark | None = None,
    remark: str = "",
    fonts: FontBook | None = None,
) -> PrintedPdf:
    """Prints the agreement on A4; draft lays 草稿 under every page, `remark` is small print after everything.

    Raises OSError when a font is missing.

    A font book may be kept between documents of one thread; opening a new one costs a few milliseconds.
    """
    typesetter = Typesetter(fonts or FontBook())
    units = _fitted_units(typesetter, paper)
    if remark:
        units += Flow(typesetter, CONTRACT, NOTE_LEADING).paragraph(remark, NOTE, space=10.0)
    head = f"人民调解协议书\u3000{paper.number}"
    sheet = Sheet(f"人民调解协议书 {paper.number}".strip(), typesetter)
    watermark = "草\u3000稿" if draft else None
    return print_pages(sheet, units, CONTRACT, head=head, watermark=watermark, mark=mark)


def agreement_lines(paper: AgreementPaper) -> list[str]:
    """Everything the agreement says, line by line in reading order: what freezing compares."""
    lines = ["人民调解协议书", f"编号：{paper.number}"]
    for party in paper.parties:
        lines.append(f"当事人（{party.side}）")
        lines += [f"{field.label}：{field.value}" for field in party_fields(party) if field.value]
    lines += ["纠纷主要事实、争议事项：", *paper.facts.splitlines()]
    lines += [
        "经调解，自愿达成如下协议：",
        *(line for one in numbered(paper.clauses) for line in one.splitlines()),
    ]
    lines += ["履行方式、地点、时限：", *paper.performance.splitlines(), _copies(paper), EFFECT, NOTICE]
    lines += [f"人民调解员：{name}" for name in paper.mediators]
    lines += [f"记录人：{paper.recorder}"] if paper.recorder else []
    lines.append(paper.committee)
    return lines + ([chinese_date(paper.day)] if paper.day else [])


def _copies(paper: AgreementPaper) -> str:
    count = "两" if paper.copies == 2 else chinese_number(paper.copies)
    return f"本协议一式{count}份，当事人、{paper.committee}各持一份。"


def chinese_number(number: int) -> str:
    """一 to 九十九 for 1 to 99, Arabic figures beyond."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else DIGITS[tens] + "十"
    return ten + (DIGITS[ones] if ones else "")


def numbered(clauses: Sequence[str]) -> list[str]:
    """The clauses with 一、二、… before them, unless every one already brings a number."""
    if all(OWN_NUMBER.match(clause) for clause in clauses):
        return list(clauses)
    return [f"{chinese_number(place)}、{clause}" for place, clause in enumerate(clauses, start=1)]


def _fitted_units(typesetter: Typesetter, paper: AgreementPaper) -> list[Unit]:
    """The document in the widest leading that needs no page more than the tightest (GB/T 9704-2012, 7.3.5.5)."""
    widest, between, tightest = (Flow(typesetter, CONTRACT, leading) for leading in LEADINGS)
    wide, tight = _units(widest, paper), _units(tightest, paper)
    pages = len(paginate(wide, CONTRACT.height))
    if len(paginate(tight, CONTRACT.height)) == pages:
        return wide
    middle = _units(between, paper)
    return middle if len(paginate(middle, CONTRACT.height)) < pages else tight


def _units(flow: Flow, paper: AgreementPaper) -> list[Unit]:
    return [
        *_opening(flow, paper),
        *_parties(flow, paper.parties),
        *_content(flow, paper),
        *_closing(flow, paper),
    ]


def _opening(flow: Flow, paper: AgreementPaper) -> list[Unit]:
    title = flow.centred("人民调解协议书", TITLE, leading=46.0, spread=0.12)
    return [*title, *flow.right(f"编号：{paper.number}", BODY, space=2.0)]


def _parties(flow: Flow, parties: Sequence[Party]) -> list[Unit]:
    units: list[Unit] = []
    for party in parties:
        heading = flow.paragraph(f"当事人（{party.side}）", HEADING, indent=0, space=8.0)
        rows = flow.form(party_fields(party), BODY)
        units += [*kept([*heading, *rows[:-1]]), rows[-1]]
    return units


def party_fields(party: Party) -> list[FormField]:
    """The party block of the statutory forms (司发通〔2010〕239号), natural person or organisation."""
    if isinstance(party, OrganisationParty):
        fields = [
            FormField("名称", party.name, 20, grow=True),
            FormField("法定代表人或负责人", party.representative, 6, grow=True),
            FormField("联系方式", party.phone, 6.5, grow=True),
            FormField("统一社会信用代码", party.credit_code, 20, grow=True),
            FormField("地址", party.address, 24, grow=True),
        ]
    else:
        age = "" if party.age is None else f"{party.age}岁"
        fields = [
            FormField("姓名", party.name, 6, grow=True),
            FormField("性别", party.sex, 2),
            FormField("民族", party.ethnicity, 3.5),
            FormField("年龄", age, 3),
            FormField("职业或职务", party.occupation, 7, grow=True),
            FormField("联系方式", party.phone, 7.5, grow=True),
            FormField("公民身份号码", party.id_number, 20, grow=True),
            FormField("单位或住址", party.address, 24, grow=True),
        ]
    return [*fields, FormField("委托代理人", party.agent, 24, grow=True)] if party.agent else fields


def _content(flow: Flow, paper: AgreementPaper) -> list[Unit]:
    units = _section(flow, "纠纷主要事实、争议事项：", [paper.facts])
    units += _section(flow, "经调解，自愿达成如下协议：", numbered(paper.clauses))
    return units + _section(flow, "履行方式、地点、时限：", [paper.performance])


def _section(flow: Flow, heading: str, paragraphs: Sequence[str]) -> list[Unit]:
    units = kept(flow.paragraph(heading, HEADING, indent=0, space=10.0))
    if not any(paragraph.strip() for paragraph in paragraphs):
        return units + flow.blanks(2)
    for paragraph in paragraphs:
        units += flow.paragraph(paragraph, BODY)
    return units


def _closing(flow: Flow, paper: AgreementPaper) -> list[Unit]:
    """The last sentences stay with the signatures, so that no one signs a page that says nothing."""
    small = Flow(flow.typesetter, flow.frame, NOTE_LEADING)
    last = kept([*flow.paragraph(EFFECT, BODY), *small.paragraph(NOTICE, NOTE, space=6.0)])
    signatures = Signatures(
        parties=tuple((party.side, party.name, party.agent) for party in paper.parties),
        mediators=paper.mediators,
        recorder=paper.recorder,
        committee=paper.committee,
        day=paper.day,
    )
    room = flow.frame.height - sum(unit.height + unit.space for unit in last)
    block = signature_units(signatures, flow.typesetter, flow.frame.width, room)
    return [*flow.paragraph(_copies(paper), BODY, space=10.0), *last, *block]
