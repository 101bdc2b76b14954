"""The whole tour through the real window: every stop pictured, the paper readable, the district holding all once."""

import sqlite3
from contextlib import closing

import orjson
import pypdfium2
import pytest

from app.commands.demo import STATION_CODE, demonstration
from app.commands.tour import take_tour
from app.models.registry import RECORD_TYPES
from app.store.verify import verify

# The tour makes the window the way `make run` does; the off-screen platform says it has no window manager.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)


def test_the_tour_leaves_pictures_an_agreement_and_a_receipt(dressed, tmp_path):
    pictures = tmp_path / "tour"
    pictures.mkdir()
    with demonstration(tmp_path) as desk:
        take_tour(desk, pictures)
        assert verify(desk.database, RECORD_TYPES) == []
        written = desk.outbox.status()
    assert (written.unsent, written.held, written.conflicts) == (0, 0, 0)
    shots = sorted(path.name for path in pictures.glob("*.png"))
    assert len(shots) == 17
    assert all((pictures / name).stat().st_size > 10_000 for name in shots)

    with closing(pypdfium2.PdfDocument(pictures / "agreement.pdf")) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    for words in ("人民调解协议书", "周大福", "㛃小龙", "双方各用晒坝一半", "鹰头村人民调解委员会"):
        assert words in text.replace("\r\n", "")

    receipt = orjson.loads((pictures / "receipt.json").read_bytes())
    assert receipt["unsent"] == 0
    with closing(
        sqlite3.connect(f"file:{tmp_path / 'district' / 'district.db'}?mode=ro", uri=True)
    ) as district:
        of_station = "SELECT type, count(*) FROM record_state WHERE station = ? GROUP BY type"
        held = dict(district.execute(of_station, (STATION_CODE,)))
        twice = district.execute("SELECT count(*) - count(DISTINCT op_id) FROM revision").fetchone()
    assert held == {code: count for code, count in receipt["records"].items() if count}
    assert twice == (0,)


def test_the_demonstration_opens_again_with_what_was_recorded(dressed, tmp_path):
    with demonstration(tmp_path) as desk:
        first = desk.outbox.status().unsent
    with demonstration(tmp_path) as desk:
        assert desk.outbox.status().unsent == first
        assert desk.station.name == "鹰头村"
