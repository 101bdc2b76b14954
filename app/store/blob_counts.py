"""How many attached contents are on their way, and how many bytes."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.store.tables import blob_transfer


@dataclass(frozen=True, slots=True)
class Underway:
    """Contents the district has not receipted (`up`) or that are not here yet (`down`), and their bytes.

    `held` counts those among them that wait for a person, `up_held` and `down_held` are the bytes of these.
    """

    up: int = 0
    up_bytes: int = 0
    down: int = 0
    down_bytes: int = 0
    held: int = 0
    up_held: int = 0
    down_held: int = 0


NOTHING = Underway()


def underway(connection: Connection) -> Underway:
    """The counts of what is not done."""
    table = blob_transfer.c
    counted = (
        select(table.way, table.state, func.count(), func.sum(table.size))
        .where(table.state != "done")
        .group_by(table.way, table.state)
    )
    found = {(way, state): (count, size) for way, state, count, size in connection.execute(counted)}

    def total(way: str, part: int) -> int:
        return int(sum(found.get((way, state), (0, 0))[part] for state in ("waiting", "held")))

    held = {way: found.get((way, "held"), (0, 0)) for way in ("up", "down")}
    return Underway(
        total("up", 0),
        total("up", 1),
        total("down", 0),
        total("down", 1),
        held["up"][0] + held["down"][0],
        held["up"][1],
        held["down"][1],
    )
