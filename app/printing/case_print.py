"""Any document of a case by its code: one paper, all of a kind, or the whole dossier."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.models.attached_file import AttachedFile
from app.models.mediation.documents import AGREEMENT, DOSSIER
from app.printing.agreement import agreement_pdf
from app.printing.agreement_case import agreement_paper
from app.printing.case_papers import case_pdfs, papers_of
from app.printing.dossier import Watch, dossier_pdf, joined
from app.printing.for_signature import SIGNED, remark_on
from app.printing.paper import Remark, paper_pdf
from app.printing.papers.common import Office
from app.typeset.sheet import PrintedPdf


def print_case(
    code: str,
    values: Mapping[str, Any],
    office: Office,
    content: Callable[[AttachedFile], bytes],
    *,
    draft: bool = False,
    watch: Watch = lambda done, all_: True,
) -> PrintedPdf:
    """The document `code` of app.models.mediation.documents; `content` gives the bytes of an attached file.

    `watch` is told how far a dossier is and may stop it (DossierStopped).  Raises NothingToPrint where the case
    has no such paper, KeyError for an unknown code, OSError for a font.
    """
    if code == DOSSIER:
        return dossier_pdf(values, office, content, watch).pdf
    if code == AGREEMENT:
        remark = remark_on(values, code, office)
        return agreement_pdf(agreement_paper(values, committee=office.committee), draft=draft, remark=remark)
    if code in SIGNED and (remark := remark_on(values, code, office)):
        (paper,) = papers_of(code, values, office)
        return paper_pdf(replace(paper, blocks=(*paper.blocks, Remark(remark))))
    return joined(case_pdfs(code, values, office))
