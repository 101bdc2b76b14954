"""What the next patrol has in common with the last one."""

from collections.abc import Mapping
from typing import Any

REPEATED = ("team", "team_type", "leader", "officer", "mode", "area", "route", "shift")


def repeated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Team, way and points of a patrol, without what was found."""
    members = [{"name": row["name"], "role": row["role"]} for row in values.get("members") or ()]
    points = [{"name": row["name"], "result": "normal"} for row in values.get("points") or ()]
    return {name: values.get(name) for name in REPEATED} | {"members": members, "points": points}
