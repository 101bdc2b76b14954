"""Sync by stick for an open desk: what the window and the two commands call."""

import sys
from argparse import Namespace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.commands.desk import Desk
from app.commands.desk_files import transfers_of
from app.commands.desk_line import identity_of
from app.store.blob_transfers import Transfers
from app.store.lives import send_lost_again
from app.store.station import read_enrolment, segment_of
from app.store.stick import StickLog, StickState
from app.sync.stick import Ends, Naming, StickRefused, Watch
from app.sync.stick_in import FileRead, StickImport
from app.sync.stick_out import Exported, StickExport
from app.sync.stick_wanted import MOST_WANTED

MOST_CONTENTS = 10_000


class DeskContents:
    """Contents for a stick: what the account of files says the district may lack."""

    def __init__(self, transfers: Transfers) -> None:
        self._transfers = transfers
        self.opened, self.settle = transfers.outgoing, transfers.settle

    def waiting(self) -> list[str]:
        """See Contents.waiting."""
        return [one.sha256 for one in self._transfers.waiting("up", MOST_CONTENTS)]

    def wanted(self) -> list[tuple[str, int]]:
        """See Contents.wanted; what has begun comes first."""
        lacking = self._transfers.waiting("down", MOST_WANTED)
        # Never all of it: the last byte brings what came whole but was not placed to its end.
        here = [(one.sha256, min(self._transfers.begun(one), max(0, one.size - 1))) for one in lacking]
        return sorted(here, key=lambda one: one[1] == 0)


class DeskStick:
    """StickControl of a desk for the user signed in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._log = StickLog(desk.database)

    def state(self) -> StickState:
        """Where the exports stand."""
        return self._log.state()

    def export(self, folder: Path, watch: Watch = lambda done, of: True) -> Exported:
        """See StickExport.write.  Raises NotAllowed, too."""
        desk = self._desk
        desk.access.require("sync")
        ends = self._ends()
        with desk.database.read() as connection:
            segment = segment_of(connection) or 0
        made = StickExport(
            ends,
            identity_of(desk),
            Naming(desk.station.code, desk.station.name, segment, desk.station.epoch),
            outbox=desk.outbox,
            receiver=desk.receiver,
            log=self._log,
            clock=desk.clock,
            contents=DeskContents(transfers_of(desk)),
        ).write(folder, watch)
        desk.note("stick out", f"{made.rows} rows")
        return made

    def read(self, folder: Path, watch: Watch = lambda done, of: True) -> list[FileRead]:
        """See StickImport.read.  Raises NotAllowed, too."""
        desk = self._desk
        desk.access.require("sync")
        files = StickImport(
            self._ends(),
            outbox=desk.outbox,
            receiver=desk.receiver,
            log=self._log,
            send_lost_again=lambda: send_lost_again(desk.database),
            clock=desk.clock,
            contents=transfers_of(desk),
        ).read(folder, watch)
        desk.store.follow_letters(by=desk.user)
        desk.note("stick in", f"{len(files)} files, {sum(one.receipted for one in files)} rows")
        return files

    def _ends(self) -> Ends:
        desk = self._desk
        with desk.database.read() as connection:
            kept = read_enrolment(connection)
        if kept.server_id is None or kept.server_key is None:
            raise StickRefused(
                "这台电脑还没有在区里登记，不能用U盘收发；记录都在本机。请先联网登记一次，以后断网也能用U盘。"
            )
        seal_key = self._log.state().server_seal_key
        if seal_key is None:
            raise StickRefused(
                "本机还没有区里的U盘密钥，不能用U盘收发；记录都在本机。请联网后点“现在上报”，收到一次区里的答复就有了。"
            )
        key = Ed25519PrivateKey.from_private_bytes(kept.signing_key)
        station = desk.station
        return Ends(station.device_id, station.epoch, key, kept.server_id, kept.server_key, seal_key)


def stick_out(desk: Desk, arguments: Namespace) -> int:
    """Export what is unsent to a folder on a stick and say what was written."""
    made = DeskStick(desk).export(arguments.folder, _progress)
    print(made.sentence)
    print(made.path)
    return 0


def stick_in(desk: Desk, arguments: Namespace) -> int:
    """Import the district's answers from a folder on a stick; a sentence for each file."""
    files = DeskStick(desk).read(arguments.folder)
    for one in files:
        print(one.sentence, file=sys.stderr if one.is_fault else sys.stdout)
    print(f"现在未上报 {desk.outbox.status().unsent} 条。")
    return 1 if any(one.is_fault for one in files) else 0


def _progress(done: int, of: int) -> bool:
    if sys.stderr.isatty():
        print(f"\r{done} / {of}", end="" if done < of else "\n", file=sys.stderr)
    return True
