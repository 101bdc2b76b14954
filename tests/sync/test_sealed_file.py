"""The container: what went in comes out, only for whom it is; anything else is the one named error, memory bounded."""

import io
import tracemalloc

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sync import ferry
from app.sync.ferry import ENTRY, EntryKind, Piece, PushHead
from app.sync.sealed_file import (
    FRAME,
    HEADER,
    LAST,
    LENGTH,
    FerryError,
    Kind,
    Sealing,
    header_of,
    opened,
    public_part,
    sealing_key,
)
from tests.district.parts import new_id

HERE, THERE = new_id(), new_id()
KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
SIGNER = KEY.public_key().public_bytes_raw()
TO = sealing_key(b"d" * 32)


def sealed(*contents: bytes, kind: Kind = Kind.PUSH, to: bytes = public_part(TO)) -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, kind, sender=HERE, key=KEY, to=THERE, to_key=to)
    for content in contents:
        sealing.write(content)
    sealing.close()
    return out.getvalue()


def read(body: bytes, signer: bytes = SIGNER) -> bytes:
    source = io.BytesIO(body)
    return b"".join(opened(source, header_of(source), signer=signer, key=TO))


def code_of(body: bytes, signer: bytes = SIGNER) -> str:
    with pytest.raises(FerryError) as caught:
        read(body, signer)
    return caught.value.code


@given(
    st.lists(st.binary(max_size=3000), max_size=5),
    st.sampled_from([0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME]),
)
@settings(max_examples=30, deadline=None)
def test_what_went_in_comes_out(parts: list[bytes], more: int) -> None:
    parts = [*parts, b"x" * more]
    assert read(sealed(*parts)) == b"".join(parts)


def test_the_same_content_never_looks_the_same_and_is_not_readable() -> None:
    one, other = sealed("单小梅".encode() * 50), sealed("单小梅".encode() * 50)
    assert one[HEADER.size :] != other[HEADER.size :]
    assert "单小梅".encode() not in one


def test_header_tells_who_and_for_whom_without_a_key() -> None:
    header = header_of(io.BytesIO(sealed(b"x", kind=Kind.PULL)))
    assert (header.kind, header.sender, header.recipient) == (Kind.PULL, HERE, THERE)


def test_another_signer_another_recipient_key_another_version() -> None:
    body = sealed(b"content")
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert code_of(body, other) == "altered"
    assert code_of(body, b"short") == "altered"
    assert code_of(sealed(b"x", to=public_part(sealing_key(b"e" * 32)))) == "other_recipient"
    assert code_of(body[:8] + b"\x02" + body[9:]) == "newer_version"
    assert code_of(body[:10] + b"\x09" + body[11:]) == "newer_version"
    assert code_of(b"PK\x03\x04" + body) == "not_ours"


def test_frames_taken_out_moved_or_added_are_noticed() -> None:
    body = sealed(b"a" * FRAME + b"b" * FRAME + b"c")
    size = LENGTH.size + FRAME + 16
    first, second = HEADER.size, HEADER.size + size
    rest = body[second + size :]
    swapped = body[:first] + body[second : second + size] + body[first:second] + rest
    missing = body[:first] + body[second:]
    doubled = body[:second] + body[first:second] + body[second:]
    for spoilt in (swapped, missing, doubled, body + b"\0"):
        assert code_of(spoilt) == "altered"
    assert code_of(body[:-1]) == "truncated"
    assert code_of(body[:second]) == "truncated"


def test_a_stick_that_gives_other_bytes_the_second_time_is_refused() -> None:
    one, other = sealed(b"a" * FRAME + b"b"), sealed(b"x" * FRAME + b"y")
    source = io.BytesIO(one)
    contents = opened(source, header_of(source), signer=SIGNER, key=TO)
    source.seek(0)
    source.write(other)
    source.seek(HEADER.size)
    with pytest.raises(FerryError) as caught:
        list(contents)
    assert caught.value.code == "altered"


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_bytes_at_all_are_the_named_error_or_what_was_sealed(data: st.DataObject) -> None:
    original = sealed(b"line\n" * 40)
    body = bytearray(original)
    how = data.draw(st.sampled_from(["flip", "cut", "insert", "noise", "length"]))
    at = data.draw(st.integers(0, len(body) - 1))
    if how == "flip":
        body[at] ^= data.draw(st.integers(1, 255))
    elif how == "cut":
        del body[at : at + data.draw(st.integers(1, 400))]
    elif how == "insert":
        body[at:at] = data.draw(st.binary(min_size=1, max_size=200))
    elif how == "length":
        body[HEADER.size : HEADER.size + 4] = LENGTH.pack(data.draw(st.integers(0, 2**32 - 1)))
    else:
        body[HEADER.size :] = data.draw(st.binary(max_size=2000))
    if bytes(body) != original:
        with pytest.raises(FerryError):
            read(bytes(body))


@given(st.binary(max_size=4000))
@settings(max_examples=300, deadline=None)
def test_entries_a_signer_wrote_wrongly_are_the_named_error(body: bytes) -> None:
    whole = ENTRY.pack(EntryKind.PAGE, len(body)) + body
    assert list(ferry.entries(iter([whole]))) == [(EntryKind.PAGE, body)]
    for spoilt in (whole[:-1], whole + b"\x02", ENTRY.pack(EntryKind.PAGE, 1 << 31) + body):
        with pytest.raises(FerryError, match="wrong_form"):
            list(ferry.entries(iter([spoilt])))


@given(
    st.dictionaries(
        st.sampled_from([*PushHead.__dataclass_fields__, "more"]), st.none() | st.integers() | st.text()
    )
)
@settings(max_examples=60, deadline=None)
def test_heads_a_signer_wrote_wrongly_are_the_named_error(said: dict[str, object]) -> None:
    import orjson

    try:
        body = orjson.dumps(said)
    except TypeError:
        return
    for form in (ferry.push_head_of, ferry.answer_head_of):
        with pytest.raises(FerryError):
            form(iter([(EntryKind.HEAD, body)]))


def test_an_entry_that_claims_more_than_its_kind_may_hold_is_refused_before_it_is_gathered() -> None:
    taken = []

    def contents():
        taken.append(1)
        yield ENTRY.pack(EntryKind.HEAD, 2**32 - 1)
        for _ in range(1000):
            taken.append(1)
            yield b"x" * FRAME

    with pytest.raises(FerryError) as caught:
        list(ferry.entries(contents()))
    assert caught.value.code == "wrong_form"
    assert len(taken) == 1


def test_pieces_beyond_their_content_are_refused() -> None:
    digest = bytes(32)
    with pytest.raises(FerryError):
        ferry.piece_of(ferry.PIECE.pack(digest, 3, 2) + b"xx")
    with pytest.raises(FerryError):
        ferry.piece_of(b"short")
    out = io.BytesIO()
    sealing = Sealing(out, Kind.PUSH, sender=HERE, key=KEY, to=THERE, to_key=public_part(TO))
    piece = Piece("ab" * 32, 5, 2, b"cde")
    ferry.put_piece(sealing, piece)
    sealing.close()
    ((kind, body),) = ferry.entries(iter([read(out.getvalue())]))
    assert (kind, ferry.piece_of(body)) == (EntryKind.BLOB, piece)


def test_a_large_file_is_read_in_bounded_memory() -> None:
    out = io.BytesIO()
    sealing = Sealing(out, Kind.PUSH, sender=HERE, key=KEY, to=THERE, to_key=public_part(TO))
    for _ in range(64):
        sealing.write(b"x" * FRAME)
    sealing.close()
    out.seek(0)
    tracemalloc.start()
    try:
        size = sum(len(part) for part in opened(out, header_of(out), signer=SIGNER, key=TO))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 64 * FRAME
    assert most < 8 * FRAME


def test_a_frame_that_claims_gigabytes_is_refused_unread() -> None:
    body = bytearray(sealed(b"x"))
    for said in (LAST - 1, LAST | (LAST - 1), FRAME + 1, LAST | (FRAME + 1), 5):
        body[HEADER.size : HEADER.size + 4] = LENGTH.pack(said)
        assert code_of(bytes(body)) == "altered"
