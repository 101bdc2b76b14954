"""Stations of the district: added before their first PC, given another name or kind."""

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.district.administration.accounts import NotDone
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database
from app.district.tables import office, station


def add_station(database: Database, code: str, name: str, kind: str, by: Actor, now: str) -> None:
    """A station before its first PC; `now` is UTC text.  Raises NotDone when the code is taken."""
    new = {"station": code, "name": name, "kind": kind, "position": 0, "opened_at": now}
    try:
        with database.write() as connection:
            connection.execute(insert(station), new)
            connection.execute(insert(office), {"office": code, "name": name, "kind": kind})
            note(connection, by, Deed("add_station", code, detail=name), now)
    except IntegrityError as error:
        raise NotDone(f"已经有编码为 {code} 的站点，没有添加。") from error


def rename_station(database: Database, code: str, name: str, kind: str, by: Actor, now: str) -> None:
    """Another name or kind; `now` is UTC text.  Raises NotDone for a station nobody added."""
    with database.write() as connection:
        changed = update(station).where(station.c.station == code).values(name=name, kind=kind)
        if connection.execute(changed).rowcount == 0:
            raise NotDone("没有这个站点，没有更改。")
        known = update(office).where(office.c.office == code)
        connection.execute(known.values(name=name, kind=kind))
        note(connection, by, Deed("rename_station", code, detail=name), now)


def open_station(connection: Connection, code: str, name: str, now: str) -> None:
    """See that a station is there, under this name where one is given."""
    known = connection.execute(select(station.c.name).where(station.c.station == code)).scalar()
    if known is None:
        new = {"station": code, "name": name, "position": 0, "opened_at": now}
        connection.execute(insert(station), new)
        connection.execute(insert(office), {"office": code, "name": name})
    elif name and name != known:
        connection.execute(update(station).where(station.c.station == code).values(name=name))
        connection.execute(update(office).where(office.c.office == code).values(name=name))
