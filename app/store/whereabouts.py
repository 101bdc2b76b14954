"""Where the file lives and what time it is there: a copied file and a jumped clock are noticed when it is opened."""

import hashlib
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, select, update

from app.safe_file import write_safely
from app.store import audit
from app.store.clock import clock_suspicion
from app.store.database import Database
from app.store.lives import begin_new_life
from app.store.tables import device, install

FILE_NAME = "install.json"
MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
COPIED = (
    "这份数据是从别的电脑或文件夹拷来的，内容没有改动。原来那台如果还在用，请只留一台继续录入；"
    "两台同时用同一份数据，区里会停收后来的一台。"
)


def machine_id() -> str:
    """What the operating system calls this PC; "" where it says nothing."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415  # there is none elsewhere

        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""
    for path in MACHINE_FILES:
        with suppress(OSError):
            return path.read_text(encoding="ascii").strip()
    return ""


def look_around(
    database: Database,
    folder: Path,
    now: datetime,
    *,
    by: str,
    machine: Callable[[], str] = machine_id,
) -> list[str]:
    """Remarks on a file that was copied here and on a clock that jumped; both are in the audit chain.

    A copied file that sends to a district counts in a new life from then on, so that nothing it sends takes the
    place of what the other one sent.  Raises StorageError.
    """
    with database.read() as connection:
        row = connection.execute(select(install)).one()
        suspicion = clock_suspicion(connection, now)
    token = row.token or secrets.token_hex(16)
    here = _digest(token, machine())
    moved = bool(row.machine and here and row.machine != here)
    copied = bool(row.token) and (moved or _token_beside(folder) != token)
    if copied or not row.token:
        with suppress(OSError):
            write_safely(folder / FILE_NAME, orjson.dumps({"token": token}))
    known = (row.token, row.machine, row.clock) == (token, here, suspicion)
    if copied or not known:
        with database.write() as connection:
            connection.execute(update(install).values(token=token, machine=here, clock=suspicion))
            noted = [("copied", copied), ("clock suspect", bool(suspicion) and suspicion != row.clock)]
            _note(connection, [action for action, wanted in noted if wanted], by, now)
            if copied:
                _begin_new_life(connection)
    return [sentence for sentence in (COPIED if copied else "", suspicion) if sentence]


def _note(connection: Connection, actions: list[str], by: str, now: datetime) -> None:
    device_id = connection.execute(select(device.c.device_id)).scalar_one()
    for action in actions:
        audit.append(connection, audit.Entry(now, by, device_id, action, "desk"))


def _begin_new_life(connection: Connection) -> None:
    if connection.execute(select(device.c.server_id)).scalar() is not None:
        begin_new_life(connection)


def _token_beside(folder: Path) -> str:
    try:
        return str(orjson.loads((folder / FILE_NAME).read_bytes())["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _digest(token: str, machine: str) -> str:
    """Says whether it is the same PC, and nothing of which one."""
    return hashlib.sha256(f"fengqiao|machine|{token}|{machine}".encode()).hexdigest() if machine else ""
