"""Answers of the district as JSON: written by the server, read strictly by the station."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from app.models.digest import Tallies, Tally
from app.sync.protocol import VERDICTS, Hello, ProtocolError, Receipt, Refusal, Verdict
from app.sync.strict_json import NotStrict, object_of


def encoded(answer: Receipt | Hello | Mapping[str, Any]) -> bytes:
    """An answer as one JSON object; empty parts of a receipt are left out."""
    if isinstance(answer, Receipt):
        return orjson.dumps(receipt_content(answer))
    if isinstance(answer, Hello):
        return orjson.dumps({**asdict(answer), "receipt": receipt_content(answer.receipt)})
    return orjson.dumps(answer)


def encoded_refusal(refusal: Refusal) -> bytes:
    """A refusal as one JSON object."""
    parts = {
        "code": refusal.code,
        "detail": refusal.detail or None,
        "seq": refusal.seq,
        "expected_seq": refusal.expected_seq,
        "expected_offset": refusal.expected_offset,
        "retry_after": refusal.retry_after,
    }
    return orjson.dumps({name: value for name, value in parts.items() if value is not None})


def receipt_of(body: bytes) -> Receipt:
    """The receipt an answer carries; raises ProtocolError."""
    return receipt_from(_content(body))


def hello_of(body: bytes) -> Hello:
    """The hello an answer carries; raises ProtocolError."""
    content = _content(body)
    receipt = content.get("receipt")
    if not isinstance(receipt, dict):
        raise ProtocolError("no_receipt")
    return Hello(
        server=_text(content, "server"),
        server_epoch=_number(content, "server_epoch"),
        epoch=_number(content, "epoch"),
        receipt=receipt_from(receipt),
        acked_sha256=_text(content, "acked_sha256"),
        max_bytes=_number(content, "max_bytes"),
        schema_min=_number(content, "schema_min"),
        schema_max=_number(content, "schema_max"),
        seal_key=_text(content, "seal_key") if "seal_key" in content else "",
        reads=_names(content.get("reads")),
    )


def refusal_of(status: int, body: bytes) -> Refusal:
    """The refusal an answer carries; raises ProtocolError."""
    content = _content(body)
    wait = content.get("retry_after")
    return Refusal(
        status,
        _text(content, "code"),
        detail=_text(content, "detail") if "detail" in content else "",
        seq=_number(content, "seq") if "seq" in content else None,
        expected_seq=_number(content, "expected_seq") if "expected_seq" in content else None,
        expected_offset=_number(content, "expected_offset") if "expected_offset" in content else None,
        retry_after=float(wait) if isinstance(wait, int | float) else None,
    )


def tallies_of(body: bytes) -> Tallies:
    """The counts and hashes an answer carries; raises ProtocolError."""
    try:
        groups = _content(body)["groups"]
        return {
            (str(kind), str(month)): Tally(int(count), int(total, 16)) for kind, month, count, total in groups
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("wrong_digest") from error


def digests_of(body: bytes) -> tuple[dict[str, int], bool]:
    """Digests by record id, and whether more follow; raises ProtocolError."""
    try:
        content = _content(body)
        return {str(record): int(digest, 16) for record, digest in content["records"]}, content[
            "more"
        ] is True
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("wrong_digest") from error


def receipt_content(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON content; empty parts are left out."""
    content: dict[str, Any] = {"acked_seq": receipt.acked_seq, "time": receipt.time}
    if receipt.verdicts:
        content["verdicts"] = [
            {"seq": verdict.seq, "code": verdict.code, "detail": verdict.detail}
            for verdict in receipt.verdicts
        ]
    if receipt.backoff:
        content["backoff"] = receipt.backoff
    if receipt.audit_seq:
        content |= {"audit_seq": receipt.audit_seq, "audit_head": receipt.audit_head}
    return content


def receipt_from(content: Mapping[str, Any]) -> Receipt:
    """The receipt in JSON content; raises ProtocolError."""
    verdicts = content.get("verdicts", [])
    backoff = content.get("backoff", 0.0)
    if not isinstance(verdicts, list) or not isinstance(backoff, int | float):
        raise ProtocolError("wrong_receipt")
    return Receipt(
        _number(content, "acked_seq"),
        tuple(_verdict(verdict) for verdict in verdicts),
        _text(content, "time"),
        max(0.0, float(backoff)),
        _number(content, "audit_seq") if "audit_seq" in content else 0,
        _text(content, "audit_head") if "audit_seq" in content else "",
    )


def _verdict(content: Any) -> Verdict:
    if not isinstance(content, dict) or content.get("code") not in VERDICTS:
        raise ProtocolError("wrong_verdict")
    return Verdict(_number(content, "seq"), content["code"], _text(content, "detail"))


def _content(body: bytes) -> dict[str, Any]:
    try:
        return object_of(body)
    except NotStrict as error:
        raise ProtocolError(error.code) from error


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str):
        raise ProtocolError(f"no_{name}")
    return value


def _names(value: Any) -> tuple[str, ...]:
    """Older districts say nothing; then nothing but plain zstd is sent."""
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _number(content: Mapping[str, Any], name: str) -> int:
    value = content.get(name)
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise ProtocolError(f"no_{name}")
    return value
