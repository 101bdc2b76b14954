"""Policies (策略) as the district signed them: taken only genuine and only upward, and how long they hold."""

import base64
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.models.column_types import moment_of
from app.security.signed_value import SIGNATURE, is_genuine
from app.store.tables import device, notice

KIND, REFUSED = "policy", "policy_refused"
PASSWORD, RECOVERY_KEY = "password", "recovery-key"  # nosec B105  # names of policies
WARNED_AFTER = timedelta(days=30)
LAPSED_AFTER = timedelta(days=90)
LAPSING = frozenset({"reveal", "export_file", "export_figures"})
"""What ends with a lapsed policy; recording and saving never do."""


class Standing(IntEnum):
    """How it is with the district's policy by now; NONE where it never signed one."""

    NONE = 0
    HOLDS = 1
    OLD = 2
    LAPSED = 3


def kind_of(connection: Connection, key: str, body: bytes) -> str:
    """Under which kind a policy that came down is kept: KIND, or REFUSED where it is not to be followed.

    One that is not signed is followed as long as none of its name was ever signed (older districts).
    """
    said, kept = orjson.loads(body), read(connection, key)
    if SIGNATURE not in said:
        return REFUSED if key == RECOVERY_KEY or SIGNATURE in kept else KIND
    server_key = connection.execute(select(device.c.server_key)).scalar()
    genuine = server_key is not None and is_genuine(said, server_key)
    if not genuine or type(said.get("version")) is not int:
        return REFUSED
    return KIND if said["version"] >= _version(kept) else REFUSED


def read(connection: Connection, key: str) -> dict[str, Any]:
    """A policy; empty where there is none."""
    wanted = select(notice.c.body).where(notice.c.kind == KIND, notice.c.key == key)
    body = connection.execute(wanted).scalar()
    try:
        content = orjson.loads(body) if body is not None else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def recovery_key(connection: Connection) -> bytes | None:
    """The public half of the district's offline recovery key (32 bytes); None where it published none."""
    said = read(connection, RECOVERY_KEY)
    try:
        key = base64.b64decode(said["public"], validate=True)
    except (KeyError, ValueError, TypeError):
        return None
    return key if len(key) == 32 and SIGNATURE in said else None


def standing(connection: Connection, now: datetime) -> Standing:
    """How old the district's signature under the password policy is."""
    said = read(connection, PASSWORD)
    if SIGNATURE not in said:
        return Standing.NONE
    try:
        age = now - moment_of(said["issued"])
    except (KeyError, ValueError, TypeError):
        return Standing.LAPSED
    if age > LAPSED_AFTER:
        return Standing.LAPSED
    return Standing.OLD if age > WARNED_AFTER else Standing.HOLDS


def remark(connection: Connection, now: datetime, app: str) -> str:
    """What whoever signs in is told about the policy; "" for nothing."""
    found = standing(connection, now)
    if found is Standing.LAPSED:
        return (
            "区里的管理要求超过 90 天没有更新，完整号码和导出已停用；录入和保存照常。"
            "请连上区里收发一次，或核对电脑时间。"
        )
    if found is Standing.OLD:
        return "区里的管理要求超过 30 天没有更新，请尽快连上区里收发一次；满 90 天将停用完整号码和导出。"
    least = read(connection, PASSWORD).get("minimum_app")
    if isinstance(least, str) and _parts(app) < _parts(least):
        return f"区里要求使用 {least} 以上的版本，本机是 {app}，请尽快升级；录入和保存照常。"
    return ""


def _version(said: dict[str, Any]) -> int:
    version = said.get("version", 0)
    return version if SIGNATURE in said and type(version) is int else 0


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
