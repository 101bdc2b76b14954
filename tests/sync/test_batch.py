"""Batches as bytes: what was encoded comes back, everything else is refused by name within bounded memory."""

import gzip
import json
import tracemalloc
import zlib
from contextlib import suppress

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sync.batch import decode_batch, encode_batch, skip_line
from app.sync.frames import CLOSE, Packing
from app.sync.protocol import Header, Line, ProtocolError
from app.sync.strict_json import object_of
from tests.district.parts import Kept, Pen, new_id


def header(lines: list[Line], **changes: int) -> Header:
    parts = {"first": lines[0].seq, "count": len(lines), "epoch": 1, "schema": 1, **changes}
    return Header(new_id(), app="test", **parts)


def plain(lines: list[bytes], first: int = 1, **changes: object) -> bytes:
    head = {
        "proto": 1,
        "schema": 1,
        "app": "",
        "device": new_id(),
        "epoch": 1,
        "first": first,
        "count": len(lines),
    }
    return b"\n".join([json.dumps({**head, **changes}).encode(), *lines])


def test_batch_comes_back_as_it_was() -> None:
    pen = Pen()
    lines = [pen.create() for _ in range(20)]
    head = header(lines)
    decoded = decode_batch(encode_batch(head, [line.body for line in lines]))
    assert decoded.header == head
    assert list(decoded.lines) == lines


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress, bytes])
def test_gzip_zstd_and_plain_say_the_same(pack) -> None:  # type: ignore[no-untyped-def]
    line = Pen().create()
    assert decode_batch(pack(plain([line.body]))).lines == (line,)


ZEROS = b"\0" * (64 << 20)
BOMBS = {
    "zstd": zstandard.ZstdCompressor().compress(ZEROS),
    "zstd of unknown size": zstandard.ZstdCompressor(write_content_size=False).compress(ZEROS),
    "gzip": gzip.compress(ZEROS),
    "gzip in two members": gzip.compress(b"{}") + gzip.compress(ZEROS),
    "truncated gzip": gzip.compress(plain([Pen().create().body]))[:-9],
    "truncated zstd": zstandard.ZstdCompressor().compress(plain([Pen().create().body]))[:-9],
    "zstd and more": zstandard.ZstdCompressor().compress(plain([Pen().create().body])) + b"more",
    "zstd of a lying size": b"\x28\xb5\x2f\xfd\xa0\xff\xff\xff\x7f" + b"\x00" * 40,
    "brackets": plain([b"[" * 100_000]),
    "too large": b"{" * ((8 << 20) + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_are_inflated(name: str) -> None:
    tracemalloc.start()
    with pytest.raises(ProtocolError):
        decode_batch(BOMBS[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def swap(old: bytes, new: bytes) -> bytes:
    body = Pen().create().body
    assert old in body
    return body.replace(old, new, 1)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (swap(b'"act":"create"', b'"act":"create","act":"edit"'), "duplicate_key"),
        (swap(b'"revision":1', b'"revision":NaN'), "not_json"),
        (swap(b'"revision":1', b'"revision":1e999'), "not_json"),
        (swap(b'"revision":1', b'"revision":' + b"9" * 5000), "not_json"),
        (swap(b'"revision":1', b'"revision":' + b"9" * 30), "number_too_large"),
        (swap(b'"blobs":[]', b'"blobs":' + b"[" * 20 + b"]" * 20), "too_deep"),
        (swap("王干部".encode(), b"\\ud800"), "not_json"),
        (swap("王干部".encode(), b"\xed\xa0\x80"), "not_json"),
        (swap(b'"seq":1', b'"seq":2'), "wrong_seq"),
        (swap(b'"seq":1', b'"seq":true'), "wrong_seq"),
        (swap(b'"act":"create"', b'"act":"delete"'), "wrong_act"),
        (swap(b'"type":"resident"', b'"type":"../../x"'), "wrong_type"),
        (swap(b'"base":null', b'"base":7'), "wrong_base"),
        (b"[]", "not_an_object"),
        (b"", "not_json"),
    ],
)
def test_bad_line_is_named_with_its_seq(line: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode_batch(plain([line]))
    assert (refused.value.code, refused.value.seq) == (code, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"count": 2}, "wrong_count"),
        ({"first": 0}, "header_wrong_value"),
        ({"first": "1"}, "header_wrong_number"),
        ({"epoch": -1}, "header_wrong_number"),
        ({"device": None}, "header_wrong_value"),
        ({"proto": 1 << 60}, "header_wrong_number"),
    ],
)
def test_bad_header_is_named(changes: dict[str, object], code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode_batch(plain([Pen().create().body], **changes))
    assert refused.value.code == code


def test_more_than_500_revisions_are_refused() -> None:
    body = Pen().create().body
    with pytest.raises(ProtocolError) as refused:
        decode_batch(plain([body] * 10_001))
    assert refused.value.code == "too_many_revisions"


LINE = Pen().create()
SOUND = [
    encode_batch(header([LINE]), [LINE.body]),
    encode_batch(header([LINE]), [LINE.body], Packing(1, True, CLOSE)),
    plain([LINE.body]),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_comes_only_protocol_errors_leave_the_parser(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(SOUND)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(len(body) - 1, 0)))
        act = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if act == "set" and body:
            body[at] = data.draw(st.integers(0, 255))
        elif act == "cut":
            del body[at:]
        else:
            body[at:at] = data.draw(st.binary(max_size=12))
    for packed in (bytes(body), zlib.compress(bytes(body)), gzip.compress(bytes(body), mtime=0)):
        with suppress(ProtocolError):
            decoded = decode_batch(packed)
            assert len(decoded.lines) == decoded.header.count


@settings(max_examples=300, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: isinstance(value, dict)))  # fmt: skip
def test_strict_json_reads_what_json_says(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert object_of(text.encode()) == value


def test_skip_line_names_what_stays_behind() -> None:
    line = Pen().create()
    skip = skip_line(Kept(line.seq, line.op_id, line.type, line.record, line.body), "too_large")
    (read,) = decode_batch(plain([skip])).lines
    assert (read.act, read.op_id, read.seq) == ("skip", line.op_id, line.seq)
    assert read.data["fields"] == sorted(line.data)
    assert read.data["size"] == len(line.body)


def test_skip_line_of_an_unreadable_row_still_holds_its_place() -> None:
    skip = skip_line(Kept(1, new_id(), "resident", new_id(), b"\xff not json"), "unreadable")
    assert decode_batch(plain([skip])).lines[0].act == "skip"
