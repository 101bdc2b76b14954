"""The cases accepted in a period, one line each, for the ledger."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from app.models.mediation.case import MEDIATION_CASE
from app.models.period import Period
from app.store.database import Database

MOST = 5000
"""Lines of one ledger; a station accepts fewer in a year."""


class LedgerLine(NamedTuple):
    """What the ledger says of a case; codes as stored, the amount in yuan."""

    number: str | None
    accepted_on: date
    title: str | None
    dispute_type: str | None
    source: str | None
    result: str | None
    agreed_amount: Decimal | None
    performance_status: str | None


class CaseLedger:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self, period: Period) -> Sequence[LedgerLine]:
        """The first MOST cases in use, in the order they were accepted."""
        table = MEDIATION_CASE.table
        statement = (
            select(*(table.c[name] for name in LedgerLine._fields))
            .where(table.c.void_reason.is_(None), table.c.accepted_on.between(period.first, period.last))
            .order_by(table.c.accepted_on, table.c.id)
            .limit(MOST)
        )
        with self._database.read() as connection:
            return [LedgerLine(*row) for row in connection.execute(statement)]
