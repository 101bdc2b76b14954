"""The contents of attached files between an open desk and its district, put together."""

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.desk import Desk
from app.store.blob_transfers import Transfers
from app.sync.backoff import Backoff
from app.sync.blob_progress import BlobProgress
from app.sync.blobs import Blobs, Wishes

if TYPE_CHECKING:
    from app.sync.http_district import HttpDistrict


def transfers_of(desk: Desk) -> Transfers:
    """The account of what of this desk's files is where."""
    return Transfers(desk.database, desk.attachments.folder, desk.clock)


def files_of(
    desk: Desk,
    district: "HttpDistrict",
    told: Callable[[BlobProgress], None] = lambda _: None,
    asked: Callable[[], bool] = lambda: False,
) -> Blobs:
    """Sending and fetching of files; `told` hears how far it is, `asked` says that a long turn should end."""
    return Blobs(
        transfers_of(desk),
        district,
        Backoff(random.uniform),
        timer=time.monotonic,
        wishes=Wishes(desk.outbox.has_unsent, asked),
        told=told,
    )
