"""The sixty-six nasty inputs of docs/reliability.md as one table: where each is typed and what must come of it.

Numbers 57-63 are files (`FILE_NAMES` here; contents in tests/store/test_attachments.py and test_file_type.py); 64-66 are
batches on the wire (tests/sync/test_batch.py, tests/district).
`kept` is the text every surface must show again, character for character; None says that the input is refused and that
the refusal names the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from samples import APPLICANT_ID, SAMPLES

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
NAME = "古丽巴哈尔·阿卜杜热合曼·麦麦提依明·买买提尼亚孜·吐尔逊"


@dataclass(frozen=True)
class Nasty:
    """One input: its number in the list, what it is, where it is typed, and what is stored (None: refused)."""

    number: int
    about: str
    type: str
    field: str
    typed: Any
    kept: Any
    beside: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """A sound record but for this input."""
        return {**SAMPLES[self.type](), **self.beside, self.field: self.typed}

    @property
    def id(self) -> str:
        return f"{self.number} {self.about}"


def names() -> list[Nasty]:
    """Texts in the place of a name; what may be stored is stored as typed."""
    same = [
        (1, "four bytes", "𠮷野家"),
        (2, "rare", "㛃"),
        (3, "dot B7", "买买提\u00b7吐尔逊"),
        (4, "dot 2022", "买买提\u2022吐尔逊"),
        (5, "dot 2027", "买买提\u2027吐尔逊"),
        (6, "one sign", "丁"),
        (7, "long minority name", NAME),
        (8, "ideographic space", "张\u3000三"),
        (9, "joiner inside", "张\u200d三"),
        (13, "compatibility ideograph", "﨑"),
        (14, "radical", "\u2f08"),
        (15, "emoji family", FAMILY),
        (16, "mark-up", "<b>张三"),
        (17, "closing mark-up", "</para>"),
        (18, "picture mark-up", '<img src="/etc/x.png"/>'),
        (19, "formula", '=HYPERLINK("http://x","点我")'),
        (20, "plus", "+86张"),
        (20, "minus", "-1"),
        (20, "at", "@SUM(1)"),
        (21, "sql", "'; DROP TABLE--"),
        (24, "format braces", "{0}"),
        (24, "per cent", "%s"),
        (24, "dollar", "${x}"),
        (25, "NULL", "NULL"),
        (25, "None", "None"),
        (25, "true", "true"),
    ]
    refused = [
        (10, "right-to-left override", "张\u202e三"),
        (11, "lone surrogate", "张\ud800"),
        (12, "NUL inside", "张\0三"),
        (20, "tab inside", "张\t=1"),
        (22, "ten thousand characters", "张" * 10_000),
        (23, "only spaces", " \u3000 "),
    ]
    found = [Nasty(number, about, "resident", "name", text, text) for number, about, text in same]
    return found + [Nasty(number, about, "resident", "name", text, None) for number, about, text in refused]


def cards() -> list[Nasty]:
    """Identity numbers; a readable one is stored in its normal form, what is none is stored as typed or refused."""
    rows = [
        (26, "valid", "11010519491231002X", "11010519491231002X"),
        (27, "small x", "11010519491231002x", "11010519491231002X"),
        (28, "full-width digits", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (29, "Greek chi", "11010519491231002\u03a7", "11010519491231002X"),
        (30, "old card", "130503670401001", ...),
        (31, "bad checksum", "110105194912310021", ...),
        (32, "month 13", "110105194913310020", None),
        (33, "29 February 1900", "110105190002290017", ...),
        (34, "birth in the future", "110105209912310021", ...),
        (35, "spaces and joiners", "110105 1949\u200b1231 002X", "11010519491231002X"),
        (36, "residence permit", "810000199408230021", ...),
        (37, "passport", "E12345678", None),
        (38, "none", "无", None),
        (39, "as a float", 1.10105e17, None),
        (40, "the same as another", APPLICANT_ID, APPLICANT_ID),
        (40, "the same again", APPLICANT_ID, APPLICANT_ID),
    ]
    return [
        Nasty(
            number,
            about,
            "resident",
            "id_number",
            typed,
            typed if kept is ... else kept,
            {"birth": None, "sex": None},
        )
        for number, about, typed, kept in rows
    ]


def amounts() -> list[Nasty]:
    """Amounts of money: yuan to the fen, or refused."""
    rows = [
        (41, "NaN", "NaN", None),
        (41, "Infinity", "Infinity", None),
        (42, "exponent", "1e5", None),
        (43, "minus nought", "-0", None),
        (44, "three decimals", "100.005", None),
        (45, "twenty digits", "12345678901234567890", None),
        (46, "full width", "１００", Decimal("100.00")),
        (47, "in words", "壹仟元整", Decimal("1000.00")),
        (48, "comma", "1,000", Decimal("1000.00")),
        (48, "Chinese comma", "1，000", Decimal("1000.00")),
        (49, "with its unit", "5元", Decimal("5.00")),
        (50, "binary sum", 0.1 + 0.2, None),
    ]
    return [
        Nasty(number, about, "mediation_case", "amount", typed, kept) for number, about, typed, kept in rows
    ]


def days() -> list[Nasty]:
    """Days and times of the station."""
    return [
        Nasty(51, "30 February", "resident", "birth", "2024-02-30", None),
        Nasty(52, "year 1", "resident", "birth", "0001-01-01", None),
        Nasty(52, "year 9999", "resident", "birth", "9999-12-31", None),
        Nasty(53, "lunar day", "resident", "birth", "腊月廿三", None),
        Nasty(54, "end before start", "patrol_log", "ended_at", "2026-11-20 10:00", None),
        Nasty(
            55,
            "an hour summer time left out",
            "service_visit",
            "visited_at",
            "1988-04-10 02:30",
            datetime(1988, 4, 9, 18, 30, tzinfo=UTC),
            {"due": None},
        ),
        Nasty(
            56,
            "a patrol to come",
            "patrol_log",
            "patrol_on",
            "2027-01-01",
            date(2027, 1, 1),
            {"started_at": "2027-01-01 08:00", "ended_at": "2027-01-01 10:00"},
        ),
    ]


INPUTS = [*names(), *cards(), *amounts(), *days()]

FILE_NAMES = [
    (57, "../../x.jpg"),
    (57, "..\\x.jpg"),
    (57, "C:\\x.jpg"),
    (58, "CON.jpg"),
    (58, "NUL."),
    (58, "COM\u00b9.txt"),
    (58, "a:b.jpg"),
    (59, "调解书\u202egpj.exe"),
    (60, "长" * 300 + ".jpg"),
    (60, "现场.jpg. "),
    (60, "  "),
]
"""What a photograph may be called where it comes from."""
