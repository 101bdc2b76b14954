"""The outside judge: what was acknowledged, what may have happened, and whether both ends hold it.

It reads files and tables with SQL of its own and never asks the product what it counted.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.models.registry import RECORD_TYPES
from app.store.verify import verify
from tests.simulator.district import SimulatedDistrict
from tests.simulator.losers import losers_kept
from tests.simulator.order import in_order
from tests.simulator.pc import SimulatedPc
from tests.simulator.sql import rows_at, rows_of


def sha_of(line: bytes) -> str:
    """What a revision says, wherever it stands in a stream: SHA-256 of its canonical JSON without the seq."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return hashlib.sha256(line).hexdigest()
    said.pop("seq", None)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class Entry:
    """An acknowledged save."""

    op_id: str
    record: str
    station: str
    author: str
    sha256: str
    spoiled: bool = False
    pen: str = ""
    """Whose order it stands in: of a PC through all its lives, of the district for one station; "" of nobody."""


@dataclass
class Oracle:
    """The ledger of one world."""

    saved: dict[str, Entry] = field(default_factory=dict)
    maybe: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)
    forgot: bool = False
    """The district was put back from a backup."""

    # What happened

    def acknowledged(
        self, pc: SimulatedPc, record: str, typed: Mapping[str, Any] | None = None, *, spoiled: bool = False
    ) -> None:
        """The service answered: saved.  `typed` are wire values that must stand in the line."""
        row = rows_of(
            pc,
            "SELECT op_id, line FROM revision WHERE record_id = :r AND epoch IS NOT NULL "
            "ORDER BY position DESC LIMIT 1",
            r=record,
        )[0]
        if row.op_id in self.saved:
            return
        if typed:
            data = orjson.loads(row.line)["data"]
            assert all(data.get(name) == value for name, value in typed.items()), "N5: not what was typed"
        # It may be an earlier save that seemed to fail; when that was made nobody can say.
        pen = "" if self.maybe[record] else pc.name
        entry = Entry(
            row.op_id, record, pc.station.code, f"{pc.name}.{pc.life}", sha_of(row.line), spoiled, pen
        )
        self.saved[row.op_id] = entry

    def acknowledged_beside(self, pc: SimulatedPc, op_id: str) -> None:
        """Saved in the same commit as what was acknowledged."""
        row = rows_of(pc, "SELECT record_id, line FROM revision WHERE op_id = :o", o=op_id)[0]
        author, sha256 = f"{pc.name}.{pc.life}", sha_of(row.line)
        self.saved[op_id] = Entry(op_id, row.record_id, pc.station.code, author, sha256, pen=pc.name)

    def unclear(self, record: str) -> None:
        """The saver died or got an error: it may be on the disk or not."""
        self.maybe[record] += 1

    def district_wrote(self, district: SimulatedDistrict, station: str, record: str) -> None:
        """The district's own pen answered."""
        row = rows_at(
            district,
            "SELECT op_id, line FROM revision WHERE record = :r ORDER BY position DESC LIMIT 1",
            r=record,
        )[0]
        op = str(row.op_id)
        pen = f"区里.{station}"
        self.saved.setdefault(op, Entry(op, record, station, "区里", sha_of(bytes(row.line)), pen=pen))

    def destroyed(self, pcs: Sequence[SimulatedPc], district: SimulatedDistrict) -> None:
        """A disk was replaced by an older copy: what lies nowhere any more is gone, and the oracle knows it."""
        here = set().union(*(ops_of(pc) for pc in pcs)) | ops_at(district)
        self.gone |= self.saved.keys() - here

    # What must hold

    def after_start(self, pc: SimulatedPc) -> None:
        """N1: whatever died, what was acknowledged on this PC is in its file."""
        mine = {op for op, one in self.saved.items() if one.author.startswith(f"{pc.name}.{pc.life}")}
        missing = mine - self.gone - ops_of(pc)
        assert not missing, f"N1: acknowledged and not in the file of {pc.name}: {sorted(missing)}"

    def receipted(self, pc: SimulatedPc) -> tuple[int, int]:
        """Up to which seq of which life the file believes itself receipted."""
        row = rows_of(pc, "SELECT epoch, acked_seq FROM device")[0]
        return row.epoch, row.acked_seq

    def receipts_are_true(
        self, pc: SimulatedPc, before: tuple[int, int], district: SimulatedDistrict
    ) -> None:
        """N4: what was receipted just now is at the district, whoever asks."""
        epoch, acked = self.receipted(pc)
        if acked <= before[1]:
            return
        rows = rows_of(
            pc,
            "SELECT op_id FROM revision WHERE epoch = :e AND seq > :a AND seq <= :b",
            e=epoch,
            a=before[1],
            b=acked,
        )
        missing = {row.op_id for row in rows} - ops_at(district)
        assert not missing, f"N4: receipted and not at the district: {sorted(missing)}"

    def judge(self, pcs: Sequence[SimulatedPc], district: SimulatedDistrict, quiet: set[str]) -> None:
        """Everything is drained.  `quiet` names records whose revisions are rightly held back."""
        there = rows_at(
            district,
            "SELECT station, position, op_id, device, epoch, seq, record, act, outcome, applied, line "
            "FROM revision ORDER BY station, position",
        )
        self._exactly_once(there)
        self._nothing_lost_or_invented(pcs, there)
        going_on = {f"{pc.name}.{pc.life}" for pc in pcs}
        in_order(there, self.saved, within=going_on if self.forgot else None)
        self._hashes(pcs, there)
        losers_kept(there, pcs, district, quiet)
        for pc in pcs:
            _dense(pc)
            faults = verify(pc.database, RECORD_TYPES)
            assert faults == [], f"N8: {faults}"
            self.same_records(pc, district, quiet)
            unsent = rows_of(
                pc,
                "SELECT count(*) AS n FROM revision, device WHERE revision.epoch = device.epoch "
                "AND revision.seq > device.acked_seq",
            )[0].n
            assert unsent == 0, f"stuck: {unsent} lines of {pc.name} unsent"

    def _exactly_once(self, there: Iterable[Any]) -> None:
        doubled = [op for op, count in Counter(str(row.op_id) for row in there).items() if count > 1]
        assert not doubled, f"G2: twice at the district: {doubled}"

    def _nothing_lost_or_invented(self, pcs: Sequence[SimulatedPc], there: Sequence[Any]) -> None:
        at_district = {str(row.op_id) for row in there}
        lost = self.saved.keys() - self.gone - at_district
        assert not lost, f"G1/N3: acknowledged and not at the district: {_named(self.saved, lost)}"
        explained = Counter(self.maybe)
        unknown = []
        for op, record in sorted(
            {(str(row.op_id), str(row.record)) for row in there}
            | {(op, record) for pc in pcs for op, record in _records_of(pc)}
        ):
            if op not in self.saved:
                explained[record] -= 1
                if explained[record] < 0:
                    unknown.append(op)
        assert not unknown, f"N6: nobody saved {unknown}"

    def _hashes(self, pcs: Sequence[SimulatedPc], there: Iterable[Any]) -> None:
        for row in there:
            entry, line = self.saved.get(str(row.op_id)), bytes(row.line)
            if entry is None or entry.spoiled:
                continue
            if row.act == "skip":
                kept = orjson.loads(line)["data"]["sha256"]
                whole = _raw_hashes(pcs, str(row.op_id), row.seq)
                # What was too large to travel may have gone with a disk that was replaced.
                went = not whole and entry.author not in {f"{pc.name}.{pc.life}" for pc in pcs}
                assert went or kept in whole, "N5: a skip line names other content"
                continue
            assert sha_of(line) == entry.sha256, f"N5: {row.op_id} is not what was saved"
        for pc in pcs:
            for row in rows_of(pc, "SELECT op_id, line FROM revision"):
                entry = self.saved.get(row.op_id)
                if entry is not None and not entry.spoiled and b'"act":"skip"' not in row.line:
                    assert sha_of(row.line) == entry.sha256, f"N5: {row.op_id} differs at {pc.name}"

    def same_records(self, pc: SimulatedPc, district: SimulatedDistrict, quiet: set[str]) -> None:
        """G6, field by field and not by a digest."""
        there = documents_at(district, pc.station.code)
        here = documents_of(pc)
        for record in sorted(here.keys() | there.keys()):
            if record in quiet:
                continue
            assert here.get(record) == there.get(record), (
                f"G6: {record} of {pc.name}: here {here.get(record)} there {there.get(record)}"
            )


def documents_of(pc: SimulatedPc) -> dict[str, Any]:
    """Head, void reason and wire document of every record in the file, read row by row."""
    from app.store.stock import whole

    found = {}
    with pc.database.read() as connection:
        for code, record_type in RECORD_TYPES.items():
            ids = connection.exec_driver_sql(f"SELECT id FROM {record_type.table.name}").scalars().all()
            for record in ids:
                one = whole(connection, record_type, record)
                assert one is not None
                found[record] = (code, one.head, one.void_reason, dict(one.document))
    return found


def documents_at(district: SimulatedDistrict, station: str) -> dict[str, Any]:
    """The same of the district's tables."""
    rows = rows_at(
        district,
        "SELECT s.record, s.type, s.head, s.void_reason, s.document, r.line FROM record_state s "
        "LEFT JOIN revision r ON r.station = s.station AND r.position = s.position WHERE s.station = :s",
        s=station,
    )
    found = {}
    for row in rows:
        whole = row.document is None
        document = orjson.loads(bytes(row.line))["data"] if whole else orjson.loads(bytes(row.document))
        sound = {name: value for name, value in document.items() if value is not None}
        found[str(row.record)] = (row.type, str(row.head), row.void_reason, sound)
    return found


def ops_of(pc: SimulatedPc) -> set[str]:
    """Ids of all revisions in a file."""
    return {op for op, _ in _records_of(pc)}


def ops_at(district: SimulatedDistrict) -> set[str]:
    """Ids of all revisions at the district."""
    return {str(row.op_id) for row in rows_at(district, "SELECT op_id FROM revision")}


def held_records(district: SimulatedDistrict) -> set[str]:
    """Records of which the district holds a revision back."""
    rows = rows_at(district, "SELECT record FROM held WHERE released_at IS NULL")
    return {str(row.record) for row in rows}


def _records_of(pc: SimulatedPc) -> set[tuple[str, str]]:
    return {(row.op_id, row.record_id) for row in rows_of(pc, "SELECT op_id, record_id FROM revision")}


def _raw_hashes(pcs: Sequence[SimulatedPc], op_id: str, seq: int) -> set[str]:
    """Of the whole line of a revision in the files, under every seq it has there and under `seq`, which it had once."""
    found = set()
    for pc in pcs:
        for row in rows_of(pc, "SELECT line FROM revision WHERE op_id = :o", o=op_id):
            if b'"act":"skip"' in row.line:
                continue
            then = orjson.dumps({**orjson.loads(row.line), "seq": seq}, option=orjson.OPT_SORT_KEYS)
            found |= {hashlib.sha256(row.line).hexdigest(), hashlib.sha256(then).hexdigest()}
    return found


def _dense(pc: SimulatedPc) -> None:
    rows = rows_of(
        pc,
        "SELECT epoch, min(seq) AS first, max(seq) AS last, count(*) AS n FROM revision "
        "WHERE seq IS NOT NULL AND epoch = (SELECT epoch FROM device) GROUP BY epoch",
    )
    holes = [row.epoch for row in rows if row.last - row.first + 1 != row.n]
    assert not holes, f"the stream of {pc.name} has holes in lives {holes}"


def _named(saved: Mapping[str, Entry], ops: Iterable[str]) -> list[str]:
    return [f"{op} by {saved[op].author} on {saved[op].record}" for op in sorted(ops)]
