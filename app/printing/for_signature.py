"""Printing for signature (定稿): one version's content, hash and number fixed, its code on every page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.models.mediation.documents import AGREEMENT, DOCUMENTS, NothingToPrint, NotToFreeze
from app.models.mediation.printed import content_of, differences, latest, mark_of, version_name
from app.printing.agreement import agreement_lines, agreement_pdf
from app.printing.agreement_case import agreement_paper, is_draft
from app.printing.case_papers import papers_of
from app.printing.paper import paper_pdf
from app.printing.papers.common import Office
from app.typeset.fonts import FontBook
from app.typeset.qr_mark import PageMark
from app.typeset.sheet import PrintedPdf

SIGNED = (AGREEMENT, "application", "oral", "confirmation")
"""Papers whose content binds those who sign them; one of each in a case."""
INCOMPLETE = "协议书还不完整，不能定稿：请登记书面协议的结果，填好协议内容、调解员和协议日期。内容都还在。"


def content(values: Mapping[str, Any], code: str, office: Office) -> str:
    """What a paper says, line by line.  Raises NothingToPrint where the case has no such paper."""
    if code == AGREEMENT:
        return content_of(agreement_lines(agreement_paper(values, committee=office.committee)))
    papers = papers_of(code, values, office)
    if not papers:
        raise NothingToPrint(code)
    return content_of(papers[0].lines())


def differing(values: Mapping[str, Any], office: Office) -> dict[str, list[str]]:
    """What each paper of the case would now say otherwise than its newest frozen version, in words."""
    found = {}
    for code in SIGNED:
        printed = latest(values, code)
        if printed is None:
            continue
        try:
            now = content(values, code, office)
        except NothingToPrint:
            found[code] = ["现在的记录里已没有这份文书。"]
            continue
        if sentences := differences(printed["content"], now):
            found[code] = sentences
    return found


def remark_on(values: Mapping[str, Any], code: str, office: Office) -> str:
    """What a reprint says at its end when it is no longer what was frozen; nothing when it is."""
    printed = latest(values, code)
    changed = differing(values, office).get(code) if printed else None
    if not changed:
        return ""
    return f"本件不是签字文本，与{version_name(printed or {})}有下列不同：" + "".join(changed)


def next_version(
    values: Mapping[str, Any], code: str, office: Office, *, by: str, at: datetime
) -> dict[str, Any]:
    """The row of the version to be frozen now, without its PDF.  Raises NotToFreeze, NothingToPrint."""
    if code not in SIGNED:
        raise NotToFreeze(f"{DOCUMENTS[code]}不需要定稿，直接打印就可以。")
    if code == AGREEMENT and is_draft(values):
        raise NotToFreeze(INCOMPLETE)
    before = latest(values, code)
    return {
        "document": code,
        "version": before["version"] + 1 if before else 1,
        "printed_at": at.replace(microsecond=0),
        "printed_by": by,
        "content": content(values, code, office),
    }


def version_pdf(
    values: Mapping[str, Any], printed: Mapping[str, Any], office: Office, fonts: FontBook | None = None
) -> PrintedPdf:
    """The paper of a version, its code on every page."""
    mark = mark_of(values, printed)
    page_mark = PageMark(str(mark), f"{version_name(printed)}　校验 {_grouped(mark.check)}")
    code = printed["document"]
    if code == AGREEMENT:
        return agreement_pdf(agreement_paper(values, committee=office.committee), mark=page_mark, fonts=fonts)
    return paper_pdf(papers_of(code, values, office)[0], mark=page_mark, fonts=fonts)


def _grouped(check: str) -> str:
    return " ".join(check[place : place + 4] for place in range(0, len(check), 4))
