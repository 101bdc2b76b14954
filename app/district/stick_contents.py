"""The attached contents one answer on a stick carries: what the PC lacks, and what the new rows beside it name."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from app.district.blobs import Blobs
from app.models.changes import Arrived, Page
from app.sync.blob_wire import MOST_ASKED, STEP, named_in
from app.sync.ferry import Piece
from app.sync.protocol import Refusal

MOST_BYTES = 200 << 20
"""Of contents in one answer: about a minute of an old stick; the rest comes with the next trip."""
ROOM_LEFT = 8 << 20  # bytes of the stick


class FilesDown:
    """Contents of one station for one PC, `wanted` as bytes that are there by SHA-256; at most `most` bytes.

    `whole` counts those brought to their end, `left` those that are here and did not fit.
    """

    def __init__(
        self, blobs: Blobs, station: str, wanted: Mapping[str, int], most: int, *, with_new: bool
    ) -> None:
        self._blobs, self._station = blobs, station
        self._wanted = dict(wanted)
        self._bytes_left = most
        self._with_new = with_new
        self.whole = self.left = 0

    def note(self, page: Page) -> None:
        """A page goes along: its PC will lack what the rows of others in it name, and need not come to say so."""
        if not self._with_new:
            return
        for change in page.changes:
            if isinstance(change, Arrived):
                for digest in named_in(change.line):
                    if len(self._wanted) < MOST_ASKED:
                        self._wanted.setdefault(digest, 0)

    def pieces(self, room: Callable[[], int]) -> Iterator[Piece]:
        """Piece by piece what is held whole here; `room` tells the bytes free on the stick.  Raises OSError."""
        states = self._blobs.states(self._station, list(self._wanted))
        for digest, begun in self._wanted.items():
            state = states.get(digest)
            # Of another station, or no PC has brought it yet.
            if state is None or not state.complete or not state.length:
                continue
            with suppress(Refusal):
                yield from self._of(digest, begun if begun < state.length else 0, state.length, room)

    def words(self) -> list[str]:
        """What goes along, and what had to stay."""
        said = [f"给站里带上 {self.whole} 个附件"] if self.whole else []
        if self.left:
            said.append(f"还有 {self.left} 个附件这次放不下，下一趟接着带")
        return said

    def _of(self, digest: str, offset: int, length: int, room: Callable[[], int]) -> Iterator[Piece]:
        while offset < length:
            size = min(STEP, length - offset)
            if self._bytes_left < size or room() < size + ROOM_LEFT:
                self._bytes_left = 0
                self.left += 1
                return
            content = self._blobs.piece(self._station, digest, offset, size)
            yield Piece(digest, length, offset, content)
            offset += len(content)
            self._bytes_left -= len(content)
        self.whole += 1
