"""Every paper of a mediation case by its code, in the order of the dossier."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from app.models.mediation.documents import AGREEMENT, NothingToPrint
from app.printing.agreement import agreement_pdf
from app.printing.agreement_case import agreement_paper, is_draft
from app.printing.paper import Paper, paper_pdf
from app.printing.papers import binding, ending, inquiry, intake, letters, mediation
from app.printing.papers.common import Office, Values
from app.typeset.fonts import FontBook
from app.typeset.sheet import PrintedPdf

Make = Callable[[Values, Office], Paper | Iterable[Paper]]


def _letters(values: Values, office: Office) -> Iterator[Paper]:
    yield from letters.transfers(values, office)
    yield from letters.feedbacks(values, office)


MAKERS: Mapping[str, Make] = {
    "cover": binding.cover,
    "application": intake.application,
    "acceptance": intake.acceptance,
    "notice": intake.notice,
    "attorney": inquiry.attorneys,
    "referral": _letters,
    "investigation": inquiry.investigations,
    "evidence": inquiry.evidence,
    "session": mediation.sessions,
    "oral": mediation.oral,
    "termination": ending.termination,
    "performance": mediation.performance,
    "visit": mediation.visits,
    "confirmation": ending.confirmation,
    "police": letters.police_reference,
    "closing": ending.closing,
    "note": binding.note,
}


def papers_of(code: str, values: Values, office: Office) -> list[Paper]:
    """The papers of one kind the case has; KeyError for an unknown code."""
    made = MAKERS[code](values, office)
    return [made] if isinstance(made, Paper) else list(made)


def case_pdfs(code: str, values: Values, office: Office, fonts: FontBook | None = None) -> list[PrintedPdf]:
    """The papers of one kind as PDF, one each.  Raises NothingToPrint; KeyError for an unknown code."""
    fonts = fonts or FontBook()
    if code == AGREEMENT:
        paper = agreement_paper(values, committee=office.committee)
        return [agreement_pdf(paper, draft=is_draft(values), fonts=fonts)]
    papers = papers_of(code, values, office)
    if not papers:
        raise NothingToPrint(code)
    return [paper_pdf(paper, fonts=fonts) for paper in papers]
