"""Figures for Prometheus: batches, revisions by outcome, refusals by code, latency, what waits, size.

One registry a server; with several worker processes each writes to the shared folder of PROMETHEUS_MULTIPROC_DIR and
any of them answers for all.
"""

import os
from collections import Counter as Tally
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from app.district.database import Database
from app.district.tables import device, held
from app.sync.protocol import Batch, Receipt

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts what the server does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = CollectorRegistry()
        registry = self._registry
        self._batches = Counter("fengqiao_batches", "Batches taken", registry=registry)
        self._revisions = Counter(
            "fengqiao_revisions", "Revisions by outcome", ["outcome"], registry=registry
        )
        self._refusals = Counter("fengqiao_refusals", "Refusals by code", ["code"], registry=registry)
        self._bytes = Counter("fengqiao_body_bytes", "Bytes of request bodies", ["route"], registry=registry)
        self._latency = Histogram(
            "fengqiao_request_seconds",
            "Time to answer",
            ["method", "route", "status"],
            registry=registry,
            buckets=BUCKETS,
        )

    def taken(self, batch: Batch, receipt: Receipt) -> None:
        """A batch was receipted."""
        outcomes: Tally[str] = Tally(verdict.code for verdict in receipt.verdicts)
        outcomes["applied"] = max(0, batch.header.count - sum(outcomes.values()))
        self._batches.inc()
        for outcome, number in outcomes.items():
            self._revisions.labels(outcome).inc(number)

    def refused(self, code: str) -> None:
        """A request was refused with a code of the protocol."""
        self._refusals.labels(code).inc()

    def answered(self, method: str, route: str, status: int, seconds: float, body: int) -> None:
        """A request was answered; `route` is the pattern, never what was filled in."""
        self._latency.labels(method, route, str(status)).observe(seconds)
        if body:
            self._bytes.labels(route).inc(body)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        shared = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library gives it no types
        else:
            shared.register(_Of(self._registry))
        shared.register(_Standing(self._database))
        return generate_latest(shared)


class _Of(Collector):
    """The figures of one registry as part of another."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[object]:  # type: ignore[override]  # the library's Metric is what it yields
        return iter(self._registry.collect())


class _Standing(Collector):
    """What the database says at the moment of asking."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = select(func.count()).select_from(held).where(held.c.released_at.is_(None))
        in_use = select(func.count()).select_from(device).where(device.c.revoked_at.is_(None))
        if self._database.is_sqlite:
            size = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
        else:
            size = "select pg_database_size(current_database())"
        with self._database.read() as connection:
            yield _gauge("fengqiao_held", "Revisions held", connection.execute(waiting).scalar_one())
            yield _gauge("fengqiao_devices", "PCs in use", connection.execute(in_use).scalar_one())
            yield _gauge("fengqiao_database_bytes", "Size", connection.exec_driver_sql(size).scalar_one())


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=float(value))
