"""The last link of the audit chain goes up with each batch, is kept, and answered."""

from dataclasses import replace

import orjson
from sqlalchemy import select

from app.district.tables import audit_anchor
from app.sync.batch import decode_batch, encode_batch
from app.sync.protocol import Header


def push(pc, seq, head):
    line = pc.pen.create()
    header = replace(pc.header([line]), audit_seq=seq, audit_head=head)
    return pc.district.push(header, encode_batch(header, [line.body]))


def test_links_are_kept_and_the_furthest_is_answered(district, pc):
    assert (push(pc, 0, "").audit_seq, push(pc, 3, "a" * 64).audit_seq) == (0, 3)
    assert push(pc, 9, "b" * 64).audit_head == "b" * 64
    assert push(pc, 3, "a" * 64).audit_seq == 9
    hello = pc.district.hello(0)
    assert (hello.receipt.audit_seq, hello.receipt.audit_head) == (9, "b" * 64)
    with district.services.database.read() as connection:
        rows = connection.execute(select(audit_anchor).order_by(audit_anchor.c.seq)).all()
    assert [(row.seq, row.head[0], row.contradicted_by) for row in rows] == [(3, "a", None), (9, "b", None)]


def test_a_chain_that_says_otherwise_is_noted_and_its_records_are_taken(district, pc):
    push(pc, 3, "a" * 64)
    receipt = push(pc, 3, "c" * 64)
    assert receipt.acked_seq == 2
    assert receipt.audit_head == "a" * 64
    with district.services.database.read() as connection:
        row = connection.execute(select(audit_anchor)).one()
    assert (row.head, row.contradicted_by) == ("a" * 64, "c" * 64)
    assert row.contradicted_at is not None


def test_a_header_of_the_first_release_is_read(pc):
    line = pc.pen.create()
    first = {"device": "d", "epoch": 1, "first": 1, "count": 1, "schema": 1, "app": "", "proto": 1}
    batch = decode_batch(orjson.dumps(first) + b"\n" + line.body)
    assert batch.header == Header("d", 1, 1, 1, 1)
    assert batch.lines[0].role == ""
