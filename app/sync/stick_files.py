"""Attached contents off a stick into this PC: gone on with where they stopped, checked and placed as over the line."""

from collections.abc import Callable, Iterator
from itertools import groupby

from app.store.blob_transfers import NO_ROOM, WRONG_CONTENT, Transfer, Transfers
from app.sync.blob_words import reason_text
from app.sync.ferry import Piece

MOST_SAID = 3  # reasons in one sentence


class PiecesLost(Exception):
    """The stick stopped giving pieces."""


class FilesIn:
    """Takes the pieces of one file of changes; `came` are the SHA-256 of what is here whole now."""

    def __init__(self, transfers: Transfers) -> None:
        self._transfers = transfers
        self.came: list[str] = []
        self._wrong: list[str] = []

    @property
    def failed(self) -> bool:
        """Whether somebody has to do something about one of them."""
        return bool(self._wrong)

    def take(self, pieces: Iterator[Piece], go_on: Callable[[], None]) -> None:
        """Take them in; what no record here names, what is here and what comes over the line just now is passed over.

        `pieces` may raise PiecesLost, `go_on`, called between pieces, anything.  What has come until then stays.
        Raises StorageError.
        """
        try:
            self._take(pieces, go_on)
        except PiecesLost:
            self._wrong.append("附件没有读完，U盘可能已被拔出；插好再导入一次，会接着取")

    def _take(self, pieces: Iterator[Piece], go_on: Callable[[], None]) -> None:
        for digest, some in groupby(pieces, lambda piece: piece.sha256):
            transfer = self._transfers.find(digest)
            if transfer is None or transfer.way != "down" or transfer.state == "done":
                continue
            if self._transfers.came_otherwise(transfer):
                self.came.append(digest)
            else:
                self._take_one(transfer, some, go_on)

    def words(self) -> list[str]:
        """What came, what did not and why, and how much is still to come."""
        said = [f"收下 {len(self.came)} 个附件"] if self.came else []
        said += self._wrong[:MOST_SAID]
        if len(self._wrong) > MOST_SAID:
            said.append(f"另有 {len(self._wrong) - MOST_SAID} 个附件也没有收下，原因见“同步”页")
        if left := self._transfers.to_come():
            said.append(f"还有 {left} 个附件没有到本机，联网时或下次用U盘会接着取")
        return said

    def _take_one(self, transfer: Transfer, pieces: Iterator[Piece], go_on: Callable[[], None]) -> None:
        with self._transfers.arriving_now(transfer) as coming:
            if coming is None:
                return
            size = -1
            for piece in pieces:
                go_on()
                size = piece.size
                # What is still to come, and beside it the whole once it is checked.
                if not self._transfers.has_room(max(0, size - coming.size) + size):
                    self._hold(transfer, NO_ROOM)
                    return
                new = coming.size - piece.offset
                if 0 <= new < len(piece.content):
                    coming.add(piece.content[new:])
            if coming.size >= size:
                self._whole(transfer, self._transfers.arrived(transfer, coming))

    def _whole(self, transfer: Transfer, wrong: str) -> None:
        if not wrong:
            self.came.append(transfer.sha256)
        elif wrong == WRONG_CONTENT:
            # It is asked for again from its beginning: parts of two trips need not have fitted together.
            self._wrong.append(f"附件“{transfer.name}”取来的内容不对，没有收下，下次重新取")
        else:
            self._hold(transfer, wrong)

    def _hold(self, transfer: Transfer, reason: str) -> None:
        self._transfers.hold(transfer.sha256, reason)
        self._wrong.append(f"附件“{transfer.name}”{reason_text(reason)}")
