"""Forms of a text on the line: what was packed comes back, what lies about its size is refused unread."""

import hashlib
import tracemalloc
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from app import resources
from app.sync import frames
from app.sync.frames import CLOSE, CLOSEST, PLAIN, QUICK, READS, Packing, packed, packing_for, unpacked
from app.sync.protocol import ProtocolError
from tests.district.parts import Pen, new_id

LINES = b"\n".join(Pen().create(code).body for code in ("resident", "mediation_case", "patrol_log") * 5)
MANY_IDS = b"".join(new_id().encode() for _ in range(frames.MOST_IDS + 1))
FORMS = [PLAIN, Packing(1), Packing(1, True, CLOSE), Packing(0, True), Packing(1, True, CLOSEST)]
# Kept for ever: what was packed with it must be read by every later program.
DICTIONARY_1 = "aea9bd5638ac3c3da3128b128a356230848a798b9bc22a01ef8cc4400a3776ea"


@pytest.mark.parametrize("how", FORMS)
def test_text_comes_back_as_it_was(how: Packing) -> None:
    for text in (LINES, b"{}", new_id().encode(), b"\x01" + LINES, MANY_IDS):
        assert unpacked(packed(text, how)) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=20) | st.uuids().map(lambda one: str(one).encode()), min_size=1))
def test_any_bytes_with_ids_among_them_come_back(parts: list[bytes]) -> None:
    text = b"".join(parts)
    if text:
        assert unpacked(packed(text, Packing(1, True, CLOSE))) == text


def test_dictionary_and_ids_apart_save_a_quarter_of_small_batches() -> None:
    assert len(packed(LINES, Packing(1, True, CLOSE))) < 0.75 * len(packed(LINES))
    assert len(packed(Pen().create().body, Packing(1))) < 0.75 * len(packed(Pen().create().body))


def test_only_what_the_other_end_reads_is_used() -> None:
    assert packing_for((), QUICK) == PLAIN
    assert packing_for(("dictionary-9", "ids-apart-9"), CLOSE) == Packing(0, False, CLOSE)
    assert packing_for(READS, QUICK) == Packing(1, False, QUICK)
    assert packing_for(READS, CLOSEST) == Packing(1, True, CLOSEST)


def test_released_dictionary_is_unchanged() -> None:
    content = resources.path("wire", "fengqiao-1.dict").read_bytes()
    assert hashlib.sha256(content).hexdigest() == DICTIONARY_1


def apart(text: bytes, ids: bytes) -> bytes:
    first, second = (zstandard.ZstdCompressor().compress(part) for part in (text, ids))
    return b"FQI\x01" + len(first).to_bytes(4, "big") + first + second


def with_dictionary(number: int) -> bytes:
    body = packed(LINES, Packing(1))
    assert body[5] == 1
    return body[:5] + bytes([number]) + body[6:]


HOSTILE = {
    "another dictionary": (with_dictionary(7), "unknown_dictionary"),
    "more marks than ids": (apart(b"\x01" * 3, b"i" * 32), "wrong_ids"),
    "fewer marks than ids": (apart(b"{}", b"i" * 32), "wrong_ids"),
    "half an id": (apart(b"\x01", b"i" * 15), "wrong_ids"),
    "a million ids": (apart(b"\x01" * (1 << 20), b"i" * (16 << 20)), "expands_too_far"),
    "a bomb of marks": (apart(b"\x01" * (60 << 20), b"i" * 16), "expands_too_far"),
    "marks that grow": (apart(b"\x01" * 65_536, b"i" * (1 << 20)), "expands_too_far"),
    "length beyond the body": (b"FQI\x01\xff\xff\xff\xff" + zstandard.ZstdCompressor().compress(LINES), "not_zstd"),
    "nothing behind the sign": (b"FQI\x01", "not_zstd"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_form_is_refused_by_name_within_bounded_memory(name: str) -> None:
    body, code = HOSTILE[name]
    tracemalloc.start()
    with pytest.raises(ProtocolError) as refused:
        unpacked(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak < 8 << 20


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_only_protocol_errors_leave_it(data: st.DataObject) -> None:
    body = bytearray(packed(LINES, data.draw(st.sampled_from(FORMS))))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(body) - 1, 40)) | st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            body[at] = data.draw(st.integers(0, 255))
        else:
            body[at : at + data.draw(st.integers(1, 9))] = data.draw(st.binary(max_size=9))
        if not body:
            break
    with suppress(ProtocolError):
        assert len(unpacked(bytes(body))) <= frames.MAX_EXPANDED
