"""Who this district server is: its id, its epoch, the key it signs answers with, the key over enrolment codes."""

import base64
import secrets
from dataclasses import dataclass
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, select, update

from app.district.database import Database
from app.district.tables import server_meta
from app.sync.sealed_file import public_part, sealing_key


@dataclass(frozen=True, slots=True)
class Identity:
    """The server towards its stations; a new epoch says that its database was put back from a backup."""

    server: str
    epoch: int
    signing_key: Ed25519PrivateKey
    code_key: bytes

    @property
    def public_key(self) -> bytes:
        """32 raw bytes of the Ed25519 public key."""
        return self.signing_key.public_key().public_bytes_raw()

    @property
    def sealing_key(self) -> X25519PrivateKey:
        """The key files on a stick are sealed to."""
        return sealing_key(self.signing_key.private_bytes_raw())

    @property
    def public_seal_key(self) -> str:
        """Its public part in base64, as enrolment and hello publish it."""
        return base64.b64encode(public_part(self.sealing_key)).decode()


def identity_of(database: Database) -> Identity:
    """The identity kept in the database; made once, when the database is new."""
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("select pg_advisory_xact_lock(511422)")
        kept = dict(connection.execute(select(server_meta.c.name, server_meta.c.value)).all())
        if not kept:
            kept = {
                "server": str(uuid4()).encode(),
                "epoch": b"1",
                "signing_key": Ed25519PrivateKey.generate().private_bytes_raw(),
                "code_key": secrets.token_bytes(32),
            }
            rows = [{"name": name, "value": value} for name, value in kept.items()]
            connection.execute(insert(server_meta), rows)
    return Identity(
        bytes(kept["server"]).decode(),
        int(kept["epoch"]),
        Ed25519PrivateKey.from_private_bytes(bytes(kept["signing_key"])),
        bytes(kept["code_key"]),
    )


def begin_server_epoch(database: Database) -> int:
    """After the database was put back from a backup: stations read the log anew and send again what it lacks."""
    kept = identity_of(database)
    with database.write() as connection:
        moved = update(server_meta).where(server_meta.c.name == "epoch")
        connection.execute(moved.values(value=str(kept.epoch + 1).encode()))
    return kept.epoch + 1
