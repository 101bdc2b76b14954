"""Letters with files between two offices: over the line with signed requests, and on sticks where neither is online."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.commands.desk import Desk, found_desk
from app.commands.desk_line import enrol_desk
from app.models.handover.handover import HANDOVER
from app.models.handover.sides import mirror_of
from tests.district.parts import new_id
from tests.district.test_blobs import recording
from tests.samples import SAMPLES
from tests.sync.offices import COMMITTEE, NAMES, POLICE, SIGNED, TODAY
from tests.sync.stations import Near, template
from tests.sync.sticks import Carried, taken
from tests.sync.test_blobs import PASSWORD, Place, content_of, place, run

__all__ = ["place"]


def office(folder: Path, place: Place, code: str) -> Desk:
    desk, _ = found_desk(folder, station_code=code, station_name=NAMES[code], user="王", password=PASSWORD)
    enrol_desk(desk, place.server.url, place.server.open_code(code, NAMES[code]))
    return desk


@pytest.fixture
def police(tmp_path: Path, place: Place) -> Iterator[Desk]:
    with closing(office(tmp_path / "police", place, POLICE)) as desk:
        yield desk


@pytest.fixture
def committee(tmp_path: Path, place: Place) -> Iterator[Desk]:
    with closing(office(tmp_path / "committee", place, COMMITTEE)) as desk:
        yield desk


def test_what_is_attached_to_a_letter_comes_with_it(place: Place, police: Desk, committee: Desk) -> None:
    content = recording(400_000)
    file = police.attachments.add(content, "询问录音.mp3")
    unnamed = police.attachments.add(recording(5_000), "内部.mp3")
    values = SAMPLES["handover"](peer=COMMITTEE, peer_name=NAMES[COMMITTEE], sent_on=TODAY, files=[file])
    out = new_id()
    police.store.save(HANDOVER, values, by=police.user, record_id=out)
    police.store.save(
        HANDOVER, values | {"sent_on": None, "files": [unnamed]}, by=police.user, record_id=new_id()
    )
    # The receiver may ask before the sender's PC has brought the content.
    run(police)
    run(committee)
    come = mirror_of(POLICE, out)
    stored = committee.reader.load(HANDOVER, come)
    assert stored is not None
    assert [one.sha256 for one in stored.values["files"]] == [file.sha256]
    assert content_of(committee, file) == content
    held = place.server.services.blobs.states(COMMITTEE, [file.sha256, unnamed.sha256])
    assert {digest: state.complete for digest, state in held.items()} == {file.sha256: True}


def test_a_letter_goes_both_ways_on_sticks(tmp_path: Path) -> None:
    """Neither office is ever online; the stick goes police, district, committee, district, police."""
    near = Near(tmp_path / "district")
    pcs = {}
    for code in (POLICE, COMMITTEE):
        folder = tmp_path / code
        folder.mkdir()
        made = template(folder, code, NAMES[code])
        if made.name != "template.db":
            made.rename(folder / "template.db")
        pcs[code] = Carried(folder, "一", near)
    police, committee = pcs[POLICE], pcs[COMMITTEE]
    stick = tmp_path / "stick"
    stick.mkdir()

    def carried(pc: Carried) -> None:
        pc.out(stick)
        taken(near, stick)
        assert [one.sentence for one in pc.read(stick) if one.is_fault] == []

    carried(committee)
    out = police.save("handover", peer=COMMITTEE, peer_name=NAMES[COMMITTEE], sent_on=TODAY)
    carried(police)
    assert [office.code for office in _offices(police)] == [COMMITTEE]
    carried(committee)
    come = mirror_of(POLICE, out)
    there = committee.desk.reader.load(HANDOVER, come)
    assert there is not None
    assert there.values["status"] == "sent"
    committee.desk.store.save(HANDOVER, {**there.values, **SIGNED}, by="李", record_id=come, base=there.head)
    for _ in range(2):
        # A stick taken twice changes nothing.
        carried(committee)
        carried(police)
    back = police.desk.reader.load(HANDOVER, out)
    assert back is not None
    assert (back.values["status"], back.values["answered_by"]) == ("received", "李调解")
    for pc in pcs.values():
        pc.desk.close()
    near.close()


def _offices(pc: Carried) -> list[object]:
    from app.store.letters import Letters

    return list(Letters(pc.desk.database, pc.desk.station.code).offices())
