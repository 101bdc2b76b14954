"""The server's doors: signatures, limits, enrolment codes, and a page nothing can be smuggled into."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app.district.server import DistrictServer
from app.district.tables import enrol_code, revision
from app.sync import envelope
from app.sync.batch import encode_batch
from app.sync.http_district import enrol
from app.sync.protocol import Refusal
from tests.conftest import SettableClock
from tests.district.parts import STATION, Pc, new_id


def count(district: DistrictServer) -> int:
    with district.services.database.read() as connection:
        return len(connection.execute(select(revision.c.seq)).all())


def post(pc: Pc, body: bytes, *, signed: bytes | None = None, seq: int = 1, **changes: str) -> httpx.Response:
    who = pc.enrolment
    asked = envelope.Asked("POST", "/v1/push", who.device, who.epoch, seq)
    headers = envelope.request_headers(pc.key, asked, body if signed is None else signed)
    return httpx.post(who.address + "/v1/push", content=body, headers={**headers, **changes})


def test_changed_byte_foreign_key_and_missing_signature_are_refused(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    line = pc.pen.create()
    body = encode_batch(pc.header([line]), [line.body])
    changed = body[:-1] + bytes([body[-1] ^ 1])
    assert post(pc, changed, signed=body).json()["code"] == "wrong_signature"
    assert post(pc, body, **{envelope.DEVICE: second_pc.enrolment.device}).json()["code"] == "wrong_signature"
    assert post(pc, body, **{envelope.DEVICE: new_id()}).json()["code"] == "unknown_device"
    assert post(pc, body, **{envelope.DEVICE: "'; drop table device--"}).json()["code"] == "unknown_device"
    assert post(pc, body, **{envelope.EPOCH: "2"}).json()["code"] == "wrong_signature"
    assert post(pc, body, **{envelope.EPOCH: "x"}).json()["code"] == "not_signed"
    assert post(pc, body, **{envelope.ALG: "none"}).json()["code"] == "wrong_signature"
    assert httpx.post(pc.enrolment.address + "/v1/push", content=body).status_code == 401
    assert count(district) == 0
    assert post(pc, body).status_code == 200


def test_header_must_be_the_signed_one(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    line = second_pc.pen.create()
    foreign = encode_batch(second_pc.header([line]), [line.body])
    answer = post(pc, foreign)
    assert (answer.status_code, answer.json()["code"]) == (400, "header_not_signed")
    assert count(district) == 0


def test_replayed_request_changes_nothing(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    body = encode_batch(pc.header([line]), [line.body])
    answers = [post(pc, body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[2].json()["verdicts"][0]["code"] == "duplicate"
    assert count(district) == 1


def test_bombs_and_rubbish_get_a_signed_4xx(district: DistrictServer, pc: Pc) -> None:
    bodies = {
        zstandard.ZstdCompressor().compress(b"\0" * (70 << 20)): 413,
        b"\x1f\x8b rubbish": 400,
        b"": 400,
        b"\xff" * 5000: 400,
        b"x" * ((8 << 20) + 1): 413,
    }
    for body, status in bodies.items():
        answer = post(pc, body)
        assert answer.status_code == status
        assert envelope.SIGNATURE in answer.headers
    assert count(district) == 0


def test_old_protocol_is_told_to_upgrade(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    header = pc.header([line], proto=2)
    with pytest.raises(Refusal) as refused:
        pc.district.push(header, encode_batch(header, [line.body]))
    assert (refused.value.status, refused.value.code) == (426, "too_old")


def test_newer_schema_is_taken(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    header = pc.header([line], schema=2)
    assert pc.district.push(header, encode_batch(header, [line.body])).acked_seq == 1


def test_code_works_once_and_only_its_hash_is_kept(district: DistrictServer) -> None:
    code = district.open_code(STATION, "鹰头村")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    key, device = Ed25519PrivateKey.generate(), new_id()
    first = enrol(district.url, typed, key, device=device, label="一号机")
    assert (first.station, first.device) == (STATION, device)
    assert first == enrol(district.url, code, key, device=device, label="一号机")
    with pytest.raises(Refusal) as refused:
        enrol(district.url, code, Ed25519PrivateKey.generate(), device=new_id(), label="别人")
    assert refused.value.code == "wrong_code"
    with district.services.database.read() as connection:
        kept = str(connection.execute(select(enrol_code)).all())
    assert code.replace("-", "")[4:] not in kept


def test_copied_file_cannot_enrol_under_the_same_id(district: DistrictServer, pc: Pc) -> None:
    with pytest.raises(Refusal) as refused:
        enrol(
            district.url,
            district.open_code(STATION),
            Ed25519PrivateKey.generate(),
            device=pc.enrolment.device,
            label="克隆",
        )
    assert refused.value.code == "device_known"


def test_new_life_of_a_counter_starts_at_one(district: DistrictServer, pc: Pc) -> None:
    pc.push(pc.pen.create())
    code = district.open_code(STATION)
    again = enrol(district.url, code, pc.key, device=pc.enrolment.device, epoch=2, label="一号机")
    assert again.epoch == 2
    with pytest.raises(Refusal) as refused:
        pc.push(pc.pen.create())
    assert refused.value.code == "unknown_epoch"


def test_code_expires_and_locks_after_five_misses(tmp_path: Path, clock: SettableClock) -> None:
    with DistrictServer(tmp_path, clock=clock) as district:
        late = district.open_code(STATION)
        clock.now += timedelta(minutes=31)
        missed = district.open_code(STATION)
        wrong = missed[:5] + ("1" if missed[5] != "1" else "2") + missed[6:]
        for code in [late, *[wrong] * 5, missed]:
            with pytest.raises(Refusal) as refused:
                enrol(district.url, code, Ed25519PrivateKey.generate(), device=new_id(), label="x")
            assert refused.value.code == "wrong_code"
