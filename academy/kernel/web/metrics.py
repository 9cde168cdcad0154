"""Figures for a monitor at `/metrics`, in the text format of Prometheus. No figure names anybody.

With several web processes `academy serve` gives them a folder to count in together, so that it
does not matter which of them answers (`PROMETHEUS_MULTIPROC_DIR`, read by the library).
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from flask import Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from academy.kernel import disk, queue
from academy.kernel.audit import AuditHead
from academy.kernel.checkpoint import read_checkpoint
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.feature import Feature, Figure
from academy.kernel.limits import SHARED_FOLDER
from academy.kernel.mail import OutgoingMail
from academy.kernel.policy import PUBLIC
from academy.kernel.queue import Job
from academy.kernel.settings import current
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("metrics", __name__)

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 10.0)
"""Upper ends of the histogram; 0.4 and 0.8 are the promises for reading and writing."""
EXTENSION = "academy.metrics"


class Metrics:
    """What one application counts, and the figures it asks for when somebody looks."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        """Count from zero, or on in the folder that web processes share."""
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "academy_requests",
            "Answers by method, route and class of status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "academy_request_seconds",
            "How long an answer took.",
            ("route", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.database = DatabaseFigures(figures)

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. `route` is the pattern, never the address."""
        kind = f"{status // 100}xx"
        self.requests.labels(method, route, kind).inc()
        self.seconds.labels(route, kind).observe(seconds)

    def text(self) -> bytes:
        """Return everything in the text format."""
        shown = CollectorRegistry(auto_describe=False)
        if os.environ.get(SHARED_FOLDER):
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        else:
            shown = self.registry
        asked = CollectorRegistry(auto_describe=False)
        asked.register(self.database)
        return generate_latest(shown) + generate_latest(asked)


class DatabaseFigures(Collector):
    """The figures that lie in the database; without one only `academy_database_up 0`."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        """Ask `figures` of the features too."""
        self._figures = tuple(figures)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures as they are now."""
        up = 1
        try:
            yield from list(self._asked())
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            db.session.rollback()
            up = 0
        yield GaugeMetricFamily(
            "academy_database_up", "Whether the database answers: 1 or 0.", value=up
        )
        yield GaugeMetricFamily(
            "academy_disk_free_bytes",
            "Room on the fullest disk that the academy writes to.",
            value=min(disk.free_bytes(current()).values()),
        )
        if checkpoint := read_checkpoint(current().var):
            yield GaugeMetricFamily(
                "academy_audit_checkpoint_timestamp_seconds",
                "When the last backup noted where the audit chain ends.",
                value=checkpoint.at.timestamp(),
            )

    def _asked(self) -> Iterator[GaugeMetricFamily]:
        yield _jobs()
        age = queue.oldest_waiting_age()
        yield GaugeMetricFamily(
            "academy_job_oldest_due_seconds",
            "For how long the oldest due job waits for a worker.",
            value=age.total_seconds() if age else 0,
        )
        unsettled = sa.select(sa.func.count()).where(OutgoingMail.outcome.is_(None))
        yield GaugeMetricFamily(
            "academy_mails_waiting",
            "Mails that are not settled.",
            value=db.session.scalar(unsettled),
        )
        yield GaugeMetricFamily(
            "academy_audit_events",
            "Events in the audit chain.",
            value=db.session.scalar(sa.select(AuditHead.events)) or 0,
        )
        for figure in self._figures:
            yield GaugeMetricFamily(figure.name, figure.tells, value=figure.count())


def _jobs() -> GaugeMetricFamily:
    # Jobs that are done stay for their keys and grow for ever: they are not counted.
    open_states = ("waiting", "running", "dead")
    rows = db.session.execute(
        sa.select(Job.state, sa.func.count().label("jobs"))
        .where(Job.state.in_(open_states))
        .group_by(Job.state)
    )
    counted = {row.state: row.jobs for row in rows}
    family = GaugeMetricFamily("academy_jobs", "Jobs by state.", labels=("state",))
    for state in open_states:
        family.add_metric((state,), counted.get(state, 0))
    return family


def init_metrics(app: Flask, features: Iterable[Feature]) -> None:
    """Let `app` count its answers and ask `features` for their figures."""
    app.extensions[EXTENSION] = Metrics(
        figure for feature in features for figure in feature.figures
    )
    app.register_blueprint(bp)


def metrics() -> Metrics:
    """Return what the running application counts."""
    found: Metrics = current_app.extensions[EXTENSION]
    return found


@bp.page("/metrics", needs=PUBLIC)
def show() -> Response:
    """Show the figures to this machine itself and to who has the token; to others it is not there.

    Raises NotFoundError.
    """
    if not (_is_loopback(asker()) or _has_token()):
        raise NotFoundError
    return Response(metrics().text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token = current().metrics_token
    shown = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
