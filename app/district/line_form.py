"""One regular expression a record type: what a line that begins a record looks like when all of it is in order.

A line that matches is strict JSON in canonical form, its envelope is as agreed and every single field of its data
is sound; only the rules over several fields are left to ask.  Made from the field declarations.  What does not match
may be sound all the same (an unknown name, a text with a quotation mark, a telephone that is no mobile) and is
read the long way.
"""

import re
from collections.abc import Mapping

from app.models.codes import code_list
from app.models.fields import Field, Kind, fields_of
from app.models.money import LARGEST
from app.models.record_type import RecordType

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
COUNT = "0|[1-9][0-9]{0,%d}+"

# No quotation mark, no backslash, nothing `text_problems` refuses of the basic plane, nothing of planes without hanzi (left
# to the long way).  As what it is not it becomes one table: the engine looks a sign up at once.
_SIGN = (
    r'[^"\\\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff'
    r"\U00040000-\U0010ffff]"
)
# What its ends may not be: `clean_text` would drop it.
_OUTER = "[\\s\ufeff]"
_MONTH_DAY = (
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_DAY = f"(?:18[5-9][0-9]|19[0-9]{{2}}|20[0-9]{{2}})-{_MONTH_DAY}"
_INSIDE = f"(?:18[6-9][0-9]|19[0-9]{{2}}|20[0-9]{{2}})-{_MONTH_DAY}"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
# Of a number in this form the day of birth may be wrong but not impossible, whatever the kind of document.
_CARD = "[0-9]{6}(?:18|19|2[0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
_YUAN_DIGITS = len(str(int(LARGEST))) - 1
_no_sign = re.compile(
    "[" + "".join(chr(plane << 16 | low) for plane in (1, 2, 3) for low in (0xFFFE, 0xFFFF)) + "]"
).search


def holds_only_signs(body: bytes, text: str) -> bool:
    """Whether a line that has its form holds no character that `text_problems` refuses.

    The form looks at the basic plane; rare hanzi, four bytes long, lie beyond.
    """
    return b"\xf0" not in body or text.isprintable() or _no_sign(text) is None


def form_of(record_type: RecordType) -> re.Pattern[str]:
    """The form of a line that begins a record of this type; it takes up to a tenth of a second to make.

    Groups in this order: at, by, op_id, record, revision, role, seq.
    """
    return re.compile(
        r'\{"act":"create","at":"([ !#-\[\]-~]{0,40}+)","base":null,"blobs":\[\],'
        f'"by":"({_SIGN}{{0,200}}+)","data":{_object(record_type.fields)},'
        f'"op_id":"({UUID})","record":"({UUID})","revision":({COUNT % 8}),'
        f'(?:"role":"([a-z_]{{0,40}}+)",)?"seq":({COUNT % 14}),"type":"{record_type.code}"\\}}'
    )


def _object(fields: Mapping[str, Field], own: tuple[str, ...] = ()) -> str:
    """Members in the order of their names, each at most once; `own` are ids every row carries."""
    forms = dict.fromkeys(own, f'"{UUID}"')
    needed = set(own)
    for name, field in fields.items():
        form = None if field.derived else _value(field)
        if form is not None:
            forms[name] = form
        if field.required or (field.minimum and field.rows is not None):
            needed.add(name)
    # The quotation mark before a name is read with what stands before it: one sign tells whether a name is there.
    members = [
        f'(?:{name}":{forms[name]}(?:,"(?!\\}})|(?=\\}})){"" if name in needed else "|"})'
        for name in sorted(forms)
    ]
    return r'\{"(?!\})' + "".join(members) + r"\}"


def _value(field: Field) -> str | None:
    """The form of one value; None for a kind that is always read the long way."""
    if field.rows is not None:
        row = _object(fields_of(field.rows), ("id",))
        return _list(f"(?:{row}(?:,(?=\\{{)|(?=\\]))){{{max(1, field.minimum or 0)},{field.maximum or ''}}}")
    match field.kind:
        case Kind.TEXT | Kind.PLACE | Kind.NUMBER | Kind.LONG_TEXT:
            return _text(field)
        case Kind.INTEGER:
            return _whole(field.minimum or 0, field.maximum or 0)
        case Kind.CHOICE:
            return f'"(?:{"|".join(_codes(field))})"'
        case Kind.CHOICES:
            # Each at most once, in the order of the list.
            return _list("".join(f'(?:"{code}"(?:,(?=")|(?=\\]))|)' for code in _codes(field)))
    return _FIXED.get(field.kind)


_FIXED = {
    Kind.DAY: f'"{_DAY}"',
    Kind.MOMENT: f'"{_INSIDE}T{_CLOCK}"',
    Kind.MONEY: f'"(?:{COUNT % (_YUAN_DIGITS - 1)})\\.[0-9]{{2}}"',
    Kind.YES_NO: "(?:true|false)",
    Kind.PHONE: '"1[3-9][0-9]{9}"',
    Kind.ID_NUMBER: f'"{_CARD}"',
    Kind.DIVISION: '"[0-9]{12}"',
    Kind.PERSON: f'"{UUID}"',
}


def _list(items: str) -> str:
    return rf"\[(?!\]){items}\]"


def _text(field: Field) -> str:
    """Line breaks and tabs take two signs in JSON, so a text is never longer than it is written."""
    most = field.max_length or ""
    form = f"{_SIGN}{{1,{most}}}+"
    if field.kind is Kind.LONG_TEXT:
        broken = f'(?=[^"]{{1,{most}}}"){_SIGN}++(?:\\\\[nt]{_SIGN}*+)+(?<!\\\\[nt])'
        form = f'(?:{form}(?=")|{broken})'
    return f'"(?!{_OUTER}){form}(?<!{_OUTER})"'


def _whole(low: int, high: int) -> str | None:
    """Whole numbers of as many digits as are certainly within the limits."""
    digits = len(str(high + 1)) - 1
    if low not in (0, 1) or not digits:
        return None
    return f"(?:{'0|' if low == 0 else ''}[1-9][0-9]{{0,{digits - 1}}}+)"


def _codes(field: Field) -> list[str]:
    return [re.escape(code.value) for code in code_list(field.codes or "").items]
