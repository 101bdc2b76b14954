"""Pages as bytes: what was encoded comes back, anything else is a ProtocolError and nothing worse."""

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.changes import Arrived, Difference, Notice, Page, Settled, Side, Standing
from app.sync.protocol import ProtocolError
from app.sync.pull_page import decode_page, encode_page
from tests.district.parts import Pen, new_id

LINE = Pen().create()
SIDES = Side("甲\n乙", "张三", "2026-11-23T06:00:00Z", ""), Side([{"id": "1"}], "李四", "", "2号机")
PAGE = Page(
    "1.7.abc",
    True,
    5,
    (
        Arrived(6, LINE.body, "2号机", "merged", "与张三的修改已合并。", new_id()),
        Settled(1, 5, "held", "请填写姓名。", None),
        Standing(
            LINE.record,
            "resident",
            new_id(),
            3,
            {"name": "张"},
            None,
            (Difference(6, "notes", *SIDES, False),),
        ),
        Notice(7, "code_list", b'{"items":[],"key":"x"}'),
    ),
    ("a", "b"),
    9,
)


def test_page_comes_back_as_it_was() -> None:
    assert decode_page(encode_page(PAGE)) == PAGE


def test_change_of_an_unknown_kind_is_kept_as_a_notice() -> None:
    text = zstandard.ZstdDecompressor().decompress(encode_page(PAGE))
    head, rest = text.split(b"\n", 1)
    more = head.replace(b'"count":4', b'"count":5') + b'\n{"key":"k","kind":"hand_over","place":6}\n' + rest
    page = decode_page(zstandard.ZstdCompressor().compress(more))
    assert page.changes[0] == Notice(6, "hand_over", b'{"key":"k","kind":"hand_over","place":6}')
    assert page.changes[1:] == PAGE.changes


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_only_protocol_errors_leave_the_decoder(data: st.DataObject) -> None:
    text = bytearray(zstandard.ZstdDecompressor().decompress(encode_page(PAGE)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        if data.draw(st.booleans()):
            text[at] = data.draw(st.integers(0, 255))
        else:
            del text[at : at + data.draw(st.integers(1, 40))]
        if not text:
            break
    body = zstandard.ZstdCompressor().compress(bytes(text))
    try:
        decode_page(body)
    except ProtocolError:
        return


@pytest.mark.parametrize("body", [b"", b"{}", b"\x28\xb5\x2f\xfd\xa0\xff\xff\xff\x7f" + bytes(40)])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_page(body)
