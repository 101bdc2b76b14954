"""The line of a desk: registering with the district, and the rounds of sync between its file and the district."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import __version__
from app.commands.desk import Desk
from app.models.payload import SCHEMA
from app.models.registry import RECORD_TYPES
from app.settings import save_settings
from app.store.anchors import ChainWitness
from app.store.lives import send_lost_again
from app.store.station import Enrolment, enrolled, read_enrolment
from app.store.stick import StickLog
from app.sync import protocol
from app.sync.backoff import Backoff
from app.sync.pull import Pull
from app.sync.reconcile import ComparingRounds, Reconcile
from app.sync.rounds import Rounds
from app.sync.service import Identity, Push

if TYPE_CHECKING:
    from app.sync.blobs import Blobs
    from app.sync.http_district import HttpDistrict


def enrol_desk(desk: Desk, url: str, code: str, ca: str = "") -> None:
    """Register this PC with the district at `url` by a one-time code.

    `ca` is the SHA-256 of the district's own certificate authority, where its invitation names one.

    Raises sync's NoAnswer, Refusal and InsecureAddress; StorageError.
    """
    from app.sync.http_district import enrol, fetch_ca  # noqa: PLC0415  # the HTTP client loads only where there is a district

    trusted = fetch_ca(url, ca) if ca else None
    made = enrol(
        url,
        code,
        Ed25519PrivateKey.from_private_bytes(_enrolment(desk).signing_key),
        device=desk.station.device_id,
        epoch=desk.station.epoch,
        label=desk.station.name,
        app=__version__,
        ca=trusted,
    )
    with desk.database.write() as connection:
        enrolled(
            connection,
            server_id=made.server,
            server_key=made.server_key,
            segment=made.segment,
            seal_key=made.seal_key,
            at=desk.clock(),
        )
    desk.settings = replace(desk.settings, district_url=url, district_ca=trusted)
    save_settings(desk.folder, desk.settings)
    desk.store.make_numbers_final(by=desk.user)


def district_of(desk: Desk) -> "HttpDistrict | None":
    """The connection to this PC's district; None while it is not enrolled or has no address."""
    kept, url = _enrolment(desk), desk.settings.district_url
    if url is None or kept.server_id is None or kept.server_key is None:
        return None
    who = protocol.Enrolment(
        device=desk.station.device_id,
        station=desk.station.code,
        epoch=desk.station.epoch,
        server=kept.server_id,
        server_key=kept.server_key,
        address=url,
    )
    from app.sync.http_district import HttpDistrict  # noqa: PLC0415  # as above

    key = Ed25519PrivateKey.from_private_bytes(kept.signing_key)
    return HttpDistrict(who, key, ca=desk.settings.district_ca)


def push_of(desk: Desk, district: "HttpDistrict", went: Callable[[int], None] = lambda sent: None) -> Push:
    """The postman between this desk's outbox and its district; `went` as in Push."""
    log = StickLog(desk.database)
    push = Push(
        desk.outbox,
        district,
        identity_of(desk),
        Backoff(random.uniform),
        desk.clock,
        ChainWitness(desk.database, desk.clock),
        heard=lambda hello: log.learn(hello.seal_key),
        went=went,
    )
    if log.state().server_seal_key is None:
        # Enrolled before sticks were known: ask once, though nothing may wait to be sent.
        push.doubt()
    return push


def identity_of(desk: Desk) -> Identity:
    """Under which name this desk sends."""
    return Identity(desk.station.device_id, desk.station.epoch, SCHEMA, __version__)


def rounds_of(
    desk: Desk,
    district: "HttpDistrict",
    files: "Blobs | None" = None,
    went: Callable[[int], None] = lambda sent: None,
) -> ComparingRounds:
    """Sending and bringing down between this desk and its district, `files` after the rows; `went` as in Push."""
    rounds = _rounds(desk, district, files, went)
    return ComparingRounds(rounds, Reconcile(rounds, district, desk.receiver, desk.database, RECORD_TYPES))


def reconcile_of(desk: Desk, district: "HttpDistrict", files: "Blobs | None" = None) -> Reconcile:
    """The comparison of this desk with its district, `files` included."""
    rounds = _rounds(desk, district, files)
    recheck = files.recheck if files else lambda: (0, 0)
    return Reconcile(rounds, district, desk.receiver, desk.database, RECORD_TYPES, recheck)


def _rounds(
    desk: Desk,
    district: "HttpDistrict",
    files: "Blobs | None",
    went: Callable[[int], None] = lambda sent: None,
) -> Rounds:
    pull = Pull(desk.receiver, district, Backoff(random.uniform))
    return Rounds(push_of(desk, district, went), pull, lambda: send_lost_again(desk.database), files=files)


def _enrolment(desk: Desk) -> Enrolment:
    with desk.database.read() as connection:
        return read_enrolment(connection)
