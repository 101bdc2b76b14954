"""What validation answers: a sentence in Chinese, where it belongs, and whether it stops the save."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the save; a warning is shown and the cadre may save all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the values of a record.

    `path` is a field name, or `rows.index.field` for a part of the record, or "" for the record as a whole.
    `rule` names the rule of the trade behind it (R1-R24 of docs/rules.md), "" for plain form.
    """

    path: str
    message: str
    severity: Severity = Severity.ERROR
    rule: str = ""


def error(path: str, message: str, rule: str = "") -> Problem:
    """A problem that stops the save."""
    return Problem(path, message, rule=rule)


def warning(path: str, message: str, rule: str = "") -> Problem:
    """A problem that is shown and may be saved with."""
    return Problem(path, message, Severity.WARNING, rule)


def under(prefix: str, problem: Problem) -> Problem:
    """The same problem, seen from the record that contains the part."""
    path = f"{prefix}.{problem.path}" if problem.path else prefix
    return replace(problem, path=path)
