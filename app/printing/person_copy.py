"""个人信息查阅件: everything the station holds on one person, to be read and taken along by that person (PIPL art. 45)."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from app.models.fields import Field, Kind, fields_of
from app.models.registry import RECORD_TYPES
from app.models.retention import common_rules, retention_table
from app.models.station_time import station_time
from app.models.telling import told, told_row
from app.printing.paper import Block, Heading, Paper, Remark, Signing, Words, paper_pdf
from app.store.person_search import Held, Holding, Person
from app.typeset.sheet import PrintedPdf

TITLE = "个人信息查阅件"


def person_copy_pdf(person: Person, holding: Holding, station: str, made_at: datetime) -> PrintedPdf:
    """The copy on A4; other people's numbers in the same records stay masked.  Raises OSError without the fonts."""
    made = f"{station_time(made_at):%Y年%m月%d日}"
    blocks: list[Block] = [
        Words(
            f"根据您的请求，{station}把现存的与您有关的个人信息列在下面，共 {len(holding.records)} 条记录。"
            "同一记录里其他人的号码已遮去一部分。认为不准确的，可以请求更正或者补充。"
        )
    ]
    for number, held in enumerate(holding.records, start=1):
        blocks += _record(number, held, person)
    blocks += [
        Heading("为什么保存、保存多久"),
        *(
            Words(f"{RECORD_TYPES[code].title}：{kept.purpose}。依据：{kept.basis}。", flush=True)
            for code, kept in retention_table().items()
            if code in {held.record_type for held in holding.records}
        ),
        Words(common_rules()["masking"] + "。", flush=True),
        Signing("经手人"),
        Remark(f"{station}　{made}"),
    ]
    return paper_pdf(Paper(TITLE, tuple(blocks), office=station))


def _record(number: int, held: Held, person: Person) -> Iterator[Block]:
    kind, stored = RECORD_TYPES[held.record_type], held.stored
    void = "，已作废" if stored.void_reason else ""
    when = f"{station_time(stored.created_at):%Y-%m-%d}"
    yield Heading(f"{number}．{kind.title}（{stored.created_by} {when} 登记，{held.how}{void}）")
    for label, text in _said(kind.fields, stored.values, person):
        yield Words(f"{label}：{text}", flush=True)


def _said(
    fields: Mapping[str, Field], values: Mapping[str, object], person: Person
) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        value = values.get(name)
        if field.kept or field.kind is Kind.PERSON or value in (None, []):
            continue
        if field.rows is not None and isinstance(value, list):
            parts = fields_of(field.rows)
            for part in value:
                own = person.is_meant({key: each for key, each in part.items() if key in parts})
                yield field.label, told_row(field, part, whole=own)
        else:
            own = not field.sensitive or value in (person.id_number, person.phone)
            yield field.label, told(field, value, whole=field.sensitive and own)
