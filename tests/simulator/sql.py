"""What the judge asks files and the district's tables with SQL of its own."""

from typing import Any

from sqlalchemy import text

from tests.simulator.district import SimulatedDistrict
from tests.simulator.pc import SimulatedPc


def rows_of(pc: SimulatedPc, statement: str, **values: Any) -> list[Any]:
    """Of the file of a PC."""
    with pc.database.read() as connection:
        return list(connection.execute(text(statement), values))


def rows_at(district: SimulatedDistrict, statement: str, **values: Any) -> list[Any]:
    """Of the district's tables."""
    with district.database.read() as connection:
        if "r" in values and not district.database.is_sqlite:
            statement = statement.replace(":r", "CAST(:r AS uuid)")
        return list(connection.execute(text(statement), values))
