"""Contents of attached files at the district: every refusal by name, nothing of other stations, checked at the end."""

import hashlib
import io
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random

import httpx
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from real_files import docx, jpeg, mp3, pdf
from sqlalchemy import func, select, update

from app.district import tables
from app.district.database import open_database
from app.district.server import DistrictServer
from app.models.pieced import pieced
from app.sync import envelope
from app.sync.blob_wire import STEP, named_in
from app.sync.protocol import Line, Refusal
from tests.conftest import SettableClock
from tests.district.parts import STATION, Pc, sample

OTHER_STATION = "511421126201"


def recording(size: int) -> bytes:
    """A sound MP3 of this many bytes that does not repeat itself."""
    head = mp3(tagged=False)
    return head + Random(size).randbytes(size - len(head))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def naming(pc: Pc, *contents: bytes) -> Line:
    """A revision of this PC that names these contents, taken by the district."""
    files = [
        {"sha256": digest_of(one), "name": "材料.mp3", "media_type": "audio/mpeg", "size": len(one)}
        for one in contents
    ]
    line = pc.pen.write(
        "create", {"photos": files}, kind="service_visit", blobs=[file["sha256"] for file in files]
    )
    pc.push(line)
    return line


def put(pc: Pc, content: bytes, *, step: int = STEP, offset: int = 0) -> None:
    """Send a content from an offset to its end."""
    digest = digest_of(content)
    while offset < len(content):
        state = pc.district.send_piece(digest, offset, len(content), content[offset : offset + step])
        assert state.offset == min(offset + step, len(content))
        offset = state.offset
    assert state.complete


def got(pc: Pc, digest: str, size: int, *, step: int = STEP) -> bytes:
    parts = []
    while (have := sum(map(len, parts))) < size:
        parts.append(pc.district.fetch_piece(digest, have, min(step, size - have)))
    return b"".join(parts)


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value.status, refusal.value.code


def pieces(district: DistrictServer) -> int:
    with district.services.database.read() as connection:
        return connection.execute(select(func.count()).select_from(tables.blob_piece)).scalar_one()


@pytest.mark.parametrize("size", [3000, STEP, STEP + 1, 2 * STEP + 77])
def test_what_went_up_in_pieces_comes_down_in_others(
    district: DistrictServer, pc: Pc, second_pc: Pc, size: int
) -> None:
    content = recording(size)
    naming(pc, content)
    digest = digest_of(content)
    asked = pc.district.blob_states([digest, "0" * 64])
    assert list(asked) == [digest]
    assert (asked[digest].offset, asked[digest].length, asked[digest].complete) == (0, None, False)
    put(pc, content, step=100_001)
    assert second_pc.district.blob_states([digest])[digest].complete
    assert got(second_pc, digest, size, step=77_777) == content
    # Once whole it never changes, whatever else is sent under its hash.
    again = second_pc.district.send_piece(digest, 0, size, bytes(10))
    assert (again.offset, again.complete) == (size, True)
    assert got(pc, digest, size) == content


def test_every_refusal_has_its_name_and_stores_nothing(district: DistrictServer, pc: Pc) -> None:
    content = recording(3000)
    digest, size = digest_of(content), len(content)
    send, fetch = pc.district.send_piece, pc.district.fetch_piece
    assert refused(lambda: send(digest, 0, size, content)) == (404, "not_named")
    assert refused(lambda: fetch(digest, 0, 10)) == (404, "not_named")
    naming(pc, content)
    assert refused(lambda: fetch(digest, 0, 10)) == (404, "not_held")
    assert refused(lambda: send("F" * 64, 0, size, content)) == (400, "wrong_digest")
    assert refused(lambda: send(digest, 0, size - 1, content)) == (400, "wrong_range")
    assert refused(lambda: send(digest, 0, size, b"")) == (400, "wrong_range")
    assert refused(lambda: send(digest, -5, size, content)) == (400, "wrong_range")
    assert refused(lambda: send(digest, 0, 10**16, content)) == (400, "wrong_range")
    assert refused(lambda: send(digest, 0, (50 << 20) + 1, content)) == (413, "blob_too_large")
    assert refused(lambda: send(digest, 0, STEP + 1, bytes(STEP + 1))) == (413, "too_large")
    assert refused(lambda: pc.district.blob_states(["x"])) == (400, "wrong_digest")
    assert refused(lambda: pc.district.blob_states([digest] * 501)) == (400, "wrong_blobs")
    assert pieces(district) == 0
    put(pc, content)
    assert refused(lambda: fetch(digest, size, 10)) == (400, "wrong_range")
    assert refused(lambda: fetch(digest, 0, STEP + 1)) == (400, "wrong_range")


def test_a_wrong_offset_is_answered_with_the_right_one(district: DistrictServer, pc: Pc) -> None:
    content = recording(9000)
    digest = digest_of(content)
    naming(pc, content)
    pc.district.send_piece(digest, 0, 9000, content[:5000])
    for offset in (0, 4999, 5001):
        with pytest.raises(Refusal) as refusal:
            pc.district.send_piece(digest, offset, 9000, content[offset : offset + 100])
        assert (refusal.value.status, refusal.value.code) == (409, "wrong_offset")
        assert refusal.value.expected_offset == 5000
    assert pieces(district) == 1
    put(pc, content, offset=5000)


def test_wrong_content_is_thrown_away_and_may_begin_anew(district: DistrictServer, pc: Pc) -> None:
    content = recording(9000)
    digest, bad = digest_of(content), content[:-1] + bytes([content[-1] ^ 1])
    naming(pc, content)
    pc.district.send_piece(digest, 0, 9000, bad[:5000])
    assert refused(lambda: pc.district.send_piece(digest, 5000, 9000, bad[5000:])) == (422, "wrong_content")
    assert pieces(district) == 0
    assert not pc.district.blob_states([digest])[digest].complete
    put(pc, content)


def test_another_length_begins_anew_and_keeps_nobody_waiting(district: DistrictServer, pc: Pc) -> None:
    content = recording(9000)
    digest = digest_of(content)
    naming(pc, content)
    pc.district.send_piece(digest, 0, 8000, content[:5000])
    with pytest.raises(Refusal) as refusal:
        pc.district.send_piece(digest, 5000, 9000, content[5000:])
    assert refusal.value.expected_offset == 0
    put(pc, content)


@pytest.mark.parametrize(
    ("content", "told_at_once"),
    [
        (b"MZ\x90\0" + bytes(9000), True),
        (b"<html>" + bytes(9000), True),
        (docx(macro=True), False),
        (b"\0\0\0\x18ftypM4A \0\0\0\0" + b"hdlr\0\0\0\0\0\0\0\0vide" + bytes(9000), False),
    ],
)
def test_kinds_that_are_not_let_in_are_refused(
    sqlite_district: DistrictServer, content: bytes, told_at_once: bool
) -> None:
    pc = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(STATION))
    naming(pc, content)
    digest, half = digest_of(content), max(len(content) // 2, min(len(content), 4096))
    if told_at_once:
        assert refused(lambda: pc.district.send_piece(digest, 0, len(content), content[:half])) == (
            415,
            "wrong_type",
        )
    else:
        rest = content[half:]
        if rest:
            pc.district.send_piece(digest, 0, len(content), content[:half])
        last = (half, rest) if rest else (0, content)
        assert refused(lambda: pc.district.send_piece(digest, last[0], len(content), last[1])) == (
            415,
            "wrong_type",
        )
    assert pieces(sqlite_district) == 0
    pc.district.close()


def test_every_kind_that_a_station_lets_in_is_taken(sqlite_district: DistrictServer) -> None:
    from real_files import EVERY_KIND

    pc = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(STATION))
    contents = [make() for make in EVERY_KIND.values()]
    naming(pc, *contents)
    for content in contents:
        put(pc, content, step=2000)
    pc.district.close()


def test_a_station_never_reaches_what_is_another_ones(district: DistrictServer, pc: Pc) -> None:
    content, shared = recording(3000), jpeg()
    other = Pc.enrolled(district.url, district.open_code(OTHER_STATION))
    naming(pc, content, shared)
    put(pc, content)
    put(pc, shared)
    digest = digest_of(content)
    assert other.district.blob_states([digest]) == {}
    assert refused(lambda: other.district.fetch_piece(digest, 0, 10)) == (404, "not_named")
    assert refused(lambda: other.district.send_piece(digest, 0, 3000, content)) == (404, "not_named")
    # To know the hash is not to have the content: naming it gives an empty place of one's own.
    naming(other, content)
    assert refused(lambda: other.district.fetch_piece(digest, 0, 10)) == (404, "not_held")
    put(other, content)
    assert got(other, digest, 3000) == content
    other.district.close()


def test_requests_that_are_not_signed_change_nothing(district: DistrictServer, pc: Pc) -> None:
    content = recording(3000)
    naming(pc, content)
    who, digest = pc.enrolment, digest_of(content)
    path = f"/v1/blobs/{digest}?offset=0&length=3000"
    asked = envelope.Asked("PATCH", path, who.device, who.epoch, 0)
    headers = envelope.request_headers(pc.key, asked, content)
    changed = content[:-1] + b"x"
    other = path.replace("offset=0", "offset=1")
    for target, body, sent in ((path, changed, headers), (other, content, headers), (path, content, {})):
        assert httpx.patch(who.address + target, content=body, headers=sent).status_code == 401
    assert httpx.get(who.address + path, headers=headers).status_code == 401
    assert httpx.post(who.address + "/v1/blobs", content=b'{"blobs":[]}', headers=headers).status_code == 401
    assert pieces(district) == 0
    # The very same request once more is answered with where things stand.
    assert httpx.patch(who.address + path, content=content, headers=headers).status_code == 200
    assert httpx.patch(who.address + path, content=content, headers=headers).status_code == 200
    assert got(pc, digest, 3000) == content


def test_two_pcs_that_send_the_same_content_finish_it_together(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    content = recording(9000)
    digest = digest_of(content)
    naming(pc, content)
    pc.district.send_piece(digest, 0, 9000, content[:4000])
    second_pc.district.send_piece(digest, 4000, 9000, content[4000:6000])
    with pytest.raises(Refusal) as refusal:
        pc.district.send_piece(digest, 4000, 9000, content[4000:])
    put(pc, content, offset=refusal.value.expected_offset or 0)
    assert got(second_pc, digest, 9000) == content
    assert pieces(district) == 3


def test_a_server_that_fell_between_last_piece_and_check_checks_when_asked(
    district: DistrictServer, pc: Pc
) -> None:
    content = recording(9000)
    digest = digest_of(content)
    naming(pc, content)
    put(pc, content, step=5000)
    with district.services.database.write() as connection:
        connection.execute(update(tables.blob).values(complete_at=None))
    state = pc.district.blob_states([digest])[digest]
    assert (state.offset, state.complete) == (9000, False)
    assert pc.district.send_piece(digest, 9000, 9000, b"").complete
    assert got(pc, digest, 9000) == content


def test_unfinished_uploads_are_cleared_away_after_two_weeks(tmp_path: Path) -> None:
    clock = SettableClock()
    with DistrictServer(tmp_path, clock=clock) as district:
        pc = Pc.enrolled(district.url, district.open_code(STATION))
        whole, half, fresh = recording(3000), recording(9000), recording(8000)
        naming(pc, whole, half, fresh)
        put(pc, whole)
        pc.district.send_piece(digest_of(half), 0, 9000, half[:5000])
        clock.pass_time(days=13)
        assert district.services.blobs.clear_unfinished() == 0
        clock.pass_time(days=2)
        pc.district.send_piece(digest_of(fresh), 0, 8000, fresh[:5000])
        states = pc.district.blob_states([digest_of(one) for one in (whole, half, fresh)])
        offsets = {digest: state.offset for digest, state in states.items()}
        assert offsets == {digest_of(whole): 3000, digest_of(half): 0, digest_of(fresh): 5000}
        put(pc, half)
        pc.district.close()


def test_the_largest_content_is_a_setting(tmp_path: Path) -> None:
    with DistrictServer(tmp_path, largest_blob=5000) as district:
        pc = Pc.enrolled(district.url, district.open_code(STATION))
        naming(pc, recording(5000), recording(5001))
        put(pc, recording(5000))
        too_large = recording(5001)
        sent = refused(lambda: pc.district.send_piece(digest_of(too_large), 0, 5001, too_large))
        assert sent == (413, "blob_too_large")
        pc.district.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_contents_named_before_there_was_a_place_for_them_are_named_by_the_upgrade(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("new_database")() if kind == "postgresql" else None
    content = recording(3000)
    with DistrictServer(tmp_path, url=url) as district:
        pc = Pc.enrolled(district.url, district.open_code(STATION))
        naming(pc, content)
        pc.push(pc.pen.create())
        pc.district.close()
        with district.services.database.write() as connection:
            connection.exec_driver_sql("drop table blob_piece")
            connection.exec_driver_sql("drop table blob")
            with Operations.context(MigrationContext.configure(connection)):
                import_module("app.district.migrations.versions.0002_blobs").upgrade()
    database = open_database(url, tmp_path)
    with database.read() as connection:
        rows = connection.execute(select(tables.blob.c.station, tables.blob.c.sha256, tables.blob.c.held))
        assert [tuple(row) for row in rows] == [(STATION, digest_of(content), 0)]
    database.close()


def test_names_of_contents_are_read_from_a_line_whatever_stands_in_it() -> None:
    digest = "ab" * 32
    assert named_in(b'{"blobs":[],"data":{}}') == []
    assert named_in(b'{"blobs":["' + digest.encode() + b'"],"data":{"x":{"blobs":[]}}}') == [digest]
    assert named_in(b'{"blobs":["x",5,null,"' + digest.encode() + b'"]}') == [digest]
    assert named_in(b'{"blobs":{"a":1}}') == []
    assert named_in(b"no json, blobs or not") == []


def test_a_content_in_pieces_reads_like_the_whole() -> None:
    content, chance = pdf() * 20, Random(5)
    starts = sorted({0, *(chance.randrange(len(content)) for _ in range(30))})
    ends = [*starts[1:], len(content)]

    def piece_at(at: int) -> tuple[int, bytes]:
        start = max(one for one in starts if one <= at)
        return start, content[start : ends[starts.index(start)]]

    whole, parts = io.BytesIO(content), pieced(len(content), piece_at)
    for _ in range(300):
        place, length = chance.randrange(len(content) + 5), chance.randrange(2000)
        assert whole.seek(place) == parts.seek(place)
        assert whole.read(length) == parts.read(length)
    assert whole.seek(-30, io.SEEK_END) == parts.seek(-30, io.SEEK_END)
    assert whole.read() == parts.read()


def test_an_erasure_takes_the_contents_along_that_no_other_record_names(
    district: DistrictServer, pc: Pc
) -> None:
    own, shared = recording(3000), recording(4000)

    def visit(*contents: bytes) -> Line:
        files = [
            {"sha256": digest_of(one), "name": "材料.mp3", "media_type": "audio/mpeg", "size": len(one)}
            for one in contents
        ]
        data = {**sample("service_visit"), "photos": files}
        return pc.pen.write("create", data, kind="service_visit", blobs=[digest_of(one) for one in contents])

    first, second = visit(own, shared), visit(shared)
    assert pc.push(first, second).verdicts == ()
    for content in (own, shared):
        put(pc, content)
    edit = pc.pen.edit(first, photos=None)
    told = {"reason": "已按本人请求删除个人信息", "erased": True}
    void = pc.pen.write("void", told, kind=first.type, record=first.record, base=edit.op_id, revision=3)
    assert pc.push(edit, void).verdicts == ()
    states = pc.district.blob_states([digest_of(own), digest_of(shared)])
    assert set(states) == {digest_of(shared)}
    assert got(pc, digest_of(shared), len(shared)) == shared
    with district.services.database.read() as connection:
        kept = connection.execute(select(tables.blob_piece.c.sha256).distinct()).scalars().all()
    assert list(kept) == [digest_of(shared)]
