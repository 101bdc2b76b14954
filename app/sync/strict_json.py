"""JSON as the two ends of the line accept it: one meaning, bounded depth, no silent repairs."""

import json
from typing import Any

import orjson

MAX_DEPTH = 16
MAX_DIGITS = 40


class NotStrict(ValueError):
    """The text is not JSON of the agreed form; `code` names the fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def object_of(text: bytes) -> dict[str, Any]:
    """The object a line of JSON says.

    Refuses with NotStrict: duplicate keys, NaN and infinity, nesting deeper than 16, lone surrogates, bytes
    that are not UTF-8, numbers a reader would round, anything that is not an object.
    Canonical text (sorted keys, no spaces) is proven strict by writing it again; other spellings take the
    slow road.
    """
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise NotStrict("too_deep")
    try:
        content: dict[str, Any] = orjson.loads(text)
    except ValueError as error:
        raise NotStrict("not_json") from error
    if not isinstance(content, dict):
        raise NotStrict("not_an_object")
    if orjson.dumps(content, option=orjson.OPT_SORT_KEYS) != text:
        return _slowly(text)
    return content


def _slowly(text: bytes) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
        orjson.dumps(content)
    except NotStrict:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise NotStrict("not_json") from error
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise NotStrict("duplicate_key")
    return content


def _no_constant(name: str) -> Any:
    raise NotStrict("not_a_number")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS or abs(int(digits)) >= 1 << 63:
        raise NotStrict("number_too_large")
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > MAX_DIGITS or abs(number := float(digits)) > 1e300:
        raise NotStrict("number_too_large")
    return number


def _depth(text: bytes) -> int:
    """Deepest nesting, counted outside strings, without recursion; stops once it is too deep."""
    depth = deepest = 0
    quoted = escaped = False
    for byte in text:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in (0x7B, 0x5B):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif byte in (0x7D, 0x5D):
            depth -= 1
    return deepest
