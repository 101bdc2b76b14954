"""R24: a case is filed when it is complete, and what is filed stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.models.content import content_of
from app.models.fields import fields_of
from app.models.mediation.agreement_rules import SETTLED
from app.models.mediation.lifecycle import agreement_lacks, archive_lacks, ending_lacks, performance_lacks
from app.models.problems import Problem, error, warning

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

READ_ONLY = "案件已归档，不能再修改；需要补充的，请写在归档后补充说明里。"


def ready_to_archive(case: MediationCase) -> Iterator[Problem]:
    """A case is filed only with a result, and an agreement only once it binds; what else is open is said."""
    if case.archived_on is None:
        if case.archive_notes:
            yield error("archive_notes", "案件还没有归档，补充说明请写在备注里。", "R24")
        return
    for problem in archive_lacks(case):
        yield problem
    if case.result in SETTLED:
        for problem in agreement_lacks(case):
            yield problem
        yield from _open(performance_lacks(case))
    else:
        yield from ending_lacks(case)


def archived_stays(before: MediationCase, after: MediationCase | None) -> Iterator[Problem]:
    """Nothing of an archived case changes; notes are added after those already there (R24)."""
    if before.archived_on is None:
        return
    if after is None:
        yield error("", READ_ONLY, "R24")
        return
    for name, field in fields_of(type(before)).items():
        if name == "archive_notes" or field.derived:
            continue
        if content_of(before, name) != content_of(after, name):
            yield error(name, READ_ONLY, "R24")
            return
    kept, now = _notes(before), _notes(after)
    if now[: len(kept)] != kept:
        yield error("archive_notes", "已写的补充说明不能修改或删除，请另加一条。", "R24")


def _open(problems: Iterator[Problem]) -> Iterator[Problem]:
    """What may be filed unfinished is said, not forbidden: a party may never perform."""
    for problem in problems:
        yield warning(problem.path, problem.message, problem.rule)


def _notes(case: MediationCase) -> list[tuple[object, ...]]:
    return [(note.noted_on, note.author, note.content) for note in case.archive_notes]
