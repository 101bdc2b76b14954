"""Every paper of a mediation case by its code, in the order of the dossier."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.printing.agreement import agreement_pdf
from app.printing.agreement_case import agreement_paper, is_draft
from app.printing.fonts import FontBook
from app.printing.paper import Paper, paper_pdf
from app.printing.papers import binding, ending, inquiry, intake, letters, mediation
from app.printing.papers.common import Office, Values
from app.printing.sheet import PrintedPdf

Make = Callable[[Values, Office], Paper | Iterable[Paper]]


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper: its code, what people call it, and how it is made; a case may have several of it."""

    code: str
    title: str
    make: Make

    def papers(self, values: Values, office: Office) -> list[Paper]:
        """The papers of this kind the case has."""
        made = self.make(values, office)
        return [made] if isinstance(made, Paper) else list(made)


def _letters(values: Values, office: Office) -> Iterator[Paper]:
    yield from letters.transfers(values, office)
    yield from letters.feedbacks(values, office)


KINDS = {
    kind.code: kind
    for kind in (
        PaperKind("cover", "卷宗封面", binding.cover),
        PaperKind("application", "人民调解申请书", intake.application),
        PaperKind("acceptance", "人民调解受理登记表", intake.acceptance),
        PaperKind("notice", "当事人权利义务告知书", intake.notice),
        PaperKind("attorney", "授权委托书", inquiry.attorneys),
        PaperKind("referral", "移交函和反馈函", _letters),
        PaperKind("investigation", "人民调解调查记录", inquiry.investigations),
        PaperKind("evidence", "证据材料清单", inquiry.evidence),
        PaperKind("session", "人民调解记录", mediation.sessions),
        PaperKind("oral", "人民调解口头协议登记表", mediation.oral),
        PaperKind("termination", "人民调解终止书", ending.termination),
        PaperKind("performance", "履行情况记录", mediation.performance),
        PaperKind("visit", "人民调解回访记录", mediation.visits),
        PaperKind("confirmation", "司法确认申请书", ending.confirmation),
        PaperKind("police", "公安机关案件参考文本", letters.police_reference),
        PaperKind("closing", "人民调解结案报告表", ending.closing),
        PaperKind("note", "卷宗情况说明", binding.note),
    )
}
AGREEMENT = "agreement"
TITLES = {AGREEMENT: "人民调解协议书"} | {code: kind.title for code, kind in KINDS.items()}


class NothingToPrint(ValueError):
    """The case has no paper of that kind; the sentence says so."""

    def __init__(self, code: str) -> None:
        super().__init__(f"这起纠纷还没有可以打印的{TITLES[code]}，请先登记相应内容。")


def case_pdfs(code: str, values: Values, office: Office, fonts: FontBook | None = None) -> list[PrintedPdf]:
    """The papers of one kind as PDF, one each.  Raises NothingToPrint; KeyError for an unknown code."""
    fonts = fonts or FontBook()
    if code == AGREEMENT:
        paper = agreement_paper(values, committee=office.committee)
        return [agreement_pdf(paper, draft=is_draft(values), fonts=fonts)]
    papers = KINDS[code].papers(values, office)
    if not papers:
        raise NothingToPrint(code)
    return [paper_pdf(paper, fonts=fonts) for paper in papers]
