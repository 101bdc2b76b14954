"""Bad batches (nasty inputs 64-66) at the door: refused by name, nothing stored, no 5xx, memory bounded."""

import gzip
import json
import os
import random
import tracemalloc
from collections.abc import Callable, Iterator

import httpx
import pytest
import zstandard

from app.district.server import DistrictServer
from app.sync import envelope
from app.sync.batch import encode_batch
from app.sync.frames import CLOSE, Packing
from app.sync.protocol import Header, Line, Refusal
from tests.district.parts import STATION, Pc, Pen
from tests.district.test_web import count, post

MUTATIONS = int(os.environ.get("MUTATIONS", "300"))
"""`make fuzz` takes many more."""


@pytest.fixture
def sender(sqlite_district: DistrictServer) -> Iterator[Pc]:
    one = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(STATION, "鹰头村"))
    yield one
    one.district.close()


def named(pc: Pc, line: bytes) -> bytes:
    """A batch of one line, unpacked, under a sound header."""
    header = {"app": "", "count": 1, "device": pc.enrolment.device, "epoch": 1, "first": 1}
    return json.dumps({**header, "proto": 1, "schema": 1}).encode() + b"\n" + line


SOUND = Pen().create().body


def changed(old: bytes, new: bytes) -> bytes:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


LINES = {
    "100,000 brackets": (b"[" * 100_000, "too_deep"),
    "100,000 objects": (b'{"a":' * 100_000, "too_deep"),
    "a duplicate key": (changed(b'"act":"create"', b'"act":"create","act":"void"'), "duplicate_key"),
    "a number of 5,000 digits": (changed(b'"revision":1', b'"revision":' + b"9" * 5000), "not_json"),
    "a lone surrogate": (changed("王干部".encode(), b"\\ud800"), "not_json"),
    "not a number": (changed(b'"revision":1', b'"revision":NaN'), "not_json"),
    "another seq": (changed(b'"seq":1', b'"seq":2'), "wrong_seq"),
}


@pytest.mark.parametrize("name", LINES)
def test_bad_line_is_refused_by_name_and_seq(sqlite_district: DistrictServer, sender: Pc, name: str) -> None:
    line, code = LINES[name]
    answer = post(sender, named(sender, line))
    assert (answer.status_code, answer.json()) == (400, {"code": code, "seq": 1})
    assert envelope.SIGNATURE in answer.headers
    assert count(sqlite_district) == 0


ZEROS = b"0" * (60 << 20)
SMALL = zstandard.ZstdCompressor().compress(SOUND)
BODIES: dict[str, tuple[bytes, int, str]] = {
    "a gzip bomb": (gzip.compress(ZEROS), 413, "expands_too_far"),
    "a zstd bomb": (zstandard.ZstdCompressor().compress(ZEROS), 413, "expands_too_far"),
    "a truncated gzip": (gzip.compress(SOUND)[:-9], 400, "truncated"),
    "a gzip of two members": (gzip.compress(SOUND) * 2, 400, "trailing_bytes"),
    "a zstd of no stated size": (
        zstandard.ZstdCompressor(write_content_size=False).compress(SOUND),
        400,
        "size_not_stated",
    ),
    "a zstd that states too little": (SMALL[:5] + bytes([SMALL[5] ^ 1]) + SMALL[6:], 400, "not_zstd"),
    "a truncated zstd": (SMALL[:-9], 400, "not_zstd"),
    "10,001 revisions": (b"\n".join([SOUND] * 10_002), 413, "too_many_revisions"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bad_body_is_refused_before_it_takes_memory(
    sqlite_district: DistrictServer, sender: Pc, name: str
) -> None:
    body, status, code = BODIES[name]
    tracemalloc.start()  # the server runs in this process
    answer = post(sender, body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert peak < 16 << 20
    assert count(sqlite_district) == 0


def refusal(pc: Pc, lines: list[Line], **header: int) -> Refusal:
    said = pc.header(lines, **header)
    with pytest.raises(Refusal) as refused:
        pc.district.push(said, encode_batch(said, [line.body for line in lines]))
    return refused.value


def test_gap_and_other_content_and_unknown_epoch_are_told_apart(
    sqlite_district: DistrictServer, sender: Pc
) -> None:
    first = sender.pen.create()
    sender.push(first)
    ahead = Pen(seq=5).create()
    assert (refusal(sender, [ahead]).code, refusal(sender, [ahead]).expected_seq) == ("gap", 2)
    assert refusal(sender, [Pen().create()]).code == "other_content"
    assert post(sender, b"", **{envelope.EPOCH: "1"}).json()["code"] == "header_not_json"
    assert count(sqlite_district) == 1


def test_batch_of_another_epoch_is_refused_even_when_signed(
    sqlite_district: DistrictServer, sender: Pc
) -> None:
    line = sender.pen.create()
    who = sender.enrolment
    header = Header(who.device, 7, 1, 1, 1)
    body = encode_batch(header, [line.body])
    headers = envelope.request_headers(sender.key, envelope.Asked("POST", "/v1/push", who.device, 7, 1), body)
    answer = httpx.post(who.address + "/v1/push", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_epoch")
    assert count(sqlite_district) == 0


def test_body_signed_for_one_route_is_refused_at_another(sqlite_district: DistrictServer, sender: Pc) -> None:
    line = sender.pen.create()
    body = encode_batch(sender.header([line]), [line.body])
    who = sender.enrolment
    headers = envelope.request_headers(
        sender.key, envelope.Asked("POST", "/v1/epoch", who.device, who.epoch, 1), body
    )
    answer = httpx.post(who.address + "/v1/push", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")
    assert count(sqlite_district) == 0


def test_schema_older_than_any_is_refused_and_a_newer_one_with_unknown_fields_kept(
    sqlite_district: DistrictServer, sender: Pc
) -> None:
    line = sender.pen.create(name="张三")
    assert (refusal(sender, [line], schema=0).status, count(sqlite_district)) == (426, 0)
    newer = sender.pen
    newer.seq = 0
    data = {**dict(line.data), "of_a_newer_program": {"x": [1]}}
    kept = newer.write("create", data, an_envelope_name="kept")
    header = sender.header([kept], schema=2)
    receipt = sender.district.push(header, encode_batch(header, [kept.body]))
    assert (receipt.acked_seq, receipt.verdicts) == (1, ())
    page = sender.district.record(kept.record)
    assert any(getattr(change, "line", b"") == kept.body for change in page.changes)


def test_one_bad_record_among_499_good_is_held_by_name(sqlite_district: DistrictServer, sender: Pc) -> None:
    lines = [sender.pen.create() for _ in range(250)]
    lines.append(sender.pen.write("create", {"sex": "2"}))
    lines += [sender.pen.create() for _ in range(249)]
    receipt = sender.push(*lines)
    assert receipt.acked_seq == 500
    (verdict,) = receipt.verdicts
    assert (verdict.seq, verdict.code) == (251, "held")
    assert "姓名" in verdict.detail
    assert count(sqlite_district) == 500


def mutate(chance: random.Random, body: bytes) -> bytes:
    text = bytearray(body)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(text))
        act = chance.randrange(4)
        if act == 0:
            text[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            del text[at : at + chance.randrange(1, 20)]
        elif act == 2:
            text[at:at] = chance.randbytes(chance.randrange(1, 9))
        else:
            text[at:at] = chance.choice(
                (b"{", b"[", b'"', b"\\u0000", b"null", b"-1e9", b"\n", b"\x01", b"9" * 99)
            )
        if not text:
            return b"{"
    return bytes(text)


def plain(header: Header, bodies: list[bytes]) -> bytes:
    return zstandard.ZstdDecompressor().decompress(encode_batch(header, bodies))


WRITERS: list[Callable[[Header, list[bytes]], bytes]] = [
    plain,
    encode_batch,
    lambda header, bodies: encode_batch(header, bodies, Packing(1, True, CLOSE)),
]


def test_mutated_batches_never_break_the_server(sqlite_district: DistrictServer, sender: Pc) -> None:
    """Signed as they are, so that they reach the parser; whatever is taken is a sound reading of what came."""
    chance = random.Random(MUTATIONS)
    with httpx.Client() as client:
        for _ in range(MUTATIONS):
            lines = [Pen().create(chance.choice(("resident", "patrol_log")))]
            header = sender.header(lines)
            body = mutate(chance, chance.choice(WRITERS)(header, [line.body for line in lines]))
            who = sender.enrolment
            asked = envelope.Asked("POST", "/v1/push", who.device, who.epoch, 1)
            headers = envelope.request_headers(sender.key, asked, body)
            answer = client.post(who.address + "/v1/push", content=body, headers=headers)
            assert answer.status_code < 500, body
            assert envelope.SIGNATURE in answer.headers
            assert answer.status_code == 200 or answer.json()["code"]
    assert count(sqlite_district) <= 1
