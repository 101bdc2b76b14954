"""Nothing typed twice: what the forms ask once stands in every paper that needs it, and no paper asks for more."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.mediation.case import MEDIATION_CASE
from app.models.station_time import station_day
from app.printing.agreement import agreement_lines
from app.printing.agreement_case import agreement_paper
from app.printing.case_papers import MAKERS, papers_of
from app.printing.paper import Block, Fields, Together
from app.printing.signature import chinese_date
from tests.printing.full_case import OFFICE, full_case

TEXTS = {Kind.TEXT, Kind.LONG_TEXT, Kind.PLACE, Kind.PHONE, Kind.ID_NUMBER, Kind.USCC}
BY_HAND = [("cover", "备注"), ("referral", "签收单位（印章）")]
"""What is left for a pen: the remark on the finished cover, and the seal of the office that receives a letter."""


def leaves(
    fields: Mapping[str, Field], values: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Field, Any]]:
    """Every single value somebody typed."""
    for name, field in fields.items():
        value = values.get(name)
        if field.derived or field.kept or field.kind in (Kind.NUMBER, Kind.FILES) or value in (None, [], ""):
            continue
        if field.rows is None:
            yield path + name, field, value
            continue
        for row in value:
            yield from leaves(fields_of(field.rows), row, f"{path}{name}.")


def shown(field: Field, value: Any) -> list[str]:
    """How a value may stand on paper."""
    if isinstance(value, datetime):
        return [chinese_date(station_day(value)), station_day(value).isoformat()]
    if isinstance(value, date):
        return [chinese_date(value), value.isoformat()]
    if isinstance(value, Decimal):
        return [f"{value:.2f}", f"{value:,.2f}", str(value.normalize())]
    return str(value).splitlines()


def filled(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with something in every field that has none."""
    return {name: _filled(field, values.get(name)) for name, field in fields.items()} | {
        "id": values.get("id")
    }


def _filled(field: Field, value: Any) -> Any:
    if field.rows is not None:
        return [filled(fields_of(field.rows), row) for row in value or ()]
    if value not in (None, [], "") or field.kept:
        return value
    if field.codes:
        code = code_list(field.codes).active()[0].value
        return [code] if field.kind is Kind.CHOICES else code
    made = {Kind.DAY: date(2026, 11, 5), Kind.MOMENT: datetime(2026, 11, 5, 2, tzinfo=UTC), Kind.MONEY: Decimal(1),
            Kind.INTEGER: 3, Kind.YES_NO: True, Kind.FILES: [], Kind.PERSON: None}  # fmt: skip
    return made.get(field.kind, f"{field.label}甲")


@pytest.fixture(scope="module")
def papers() -> dict[str, str]:
    """What every paper of the dossier says, without spaces."""
    values = full_case()
    said = {
        code: "\n".join(line for paper in papers_of(code, values, OFFICE) for line in paper.lines())
        for code in MAKERS
    }
    said["agreement"] = "\n".join(agreement_lines(agreement_paper(values, committee=OFFICE.committee)))
    return {code: "".join(text.split()) for code, text in said.items()}


def test_what_is_asked_once_is_printed_wherever_it_belongs(papers):
    asked: Counter[str] = Counter()
    printed: Counter[str] = Counter()
    for path, field, value in leaves(MEDIATION_CASE.fields, full_case()):
        if field.kind in (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, Kind.PERSON, Kind.INTEGER):
            continue
        forms = ["".join(form.split()) for form in shown(field, value)]
        asked[path] += 1
        printed[path] += sum(any(form in text for form in forms) for text in papers.values())
    # Each value typed stands in more than two papers on the average.
    assert sum(asked.values()) > 70
    assert sum(printed.values()) > 2 * sum(asked.values())
    assert [path for path in asked if not printed[path]] == []


def test_no_paper_leaves_a_line_for_what_the_case_knows(papers):
    def fields_in(blocks: tuple[Block, ...]) -> Iterator[Any]:
        for block in blocks:
            if isinstance(block, Together):
                yield from fields_in(block.blocks)
            elif isinstance(block, Fields):
                yield from block.fields

    values = filled(MEDIATION_CASE.fields, full_case())
    empty = {
        (code, field.label)
        for code in MAKERS
        for paper in papers_of(code, values, OFFICE)
        for field in fields_in(paper.blocks)
        if not field.value
    }
    assert sorted(empty) == BY_HAND


def test_no_two_fields_of_a_part_ask_the_same():
    for model in (MEDIATION_CASE.model, *(f.rows for f in MEDIATION_CASE.fields.values() if f.rows)):
        labels = Counter(field.label for field in fields_of(model).values())
        assert [label for label, count in labels.items() if count > 1] == []
