"""What the operator watches, for Prometheus: counters of ours and gauges read at each asking.

Numbers only: no name, no code, nothing of a project or a person.
"""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core import changes, clock, health, hooks
from core.access import PUBLIC, open_to
from core.hook_kinds import FeedReader, Gauge
from core.http import client_address
from core.models import AuditEntry, Job

_FAILED_WITHIN = timedelta(days=1)


@never_cache
@require_safe
@open_to(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for the operator's networks; nobody else learns that the page exists."""
    address = client_address(request)
    networks = [ipaddress.ip_network(one) for one in settings.METRICS_FROM]
    if address is None or not any(ipaddress.ip_address(address) in one for one in networks):
        raise Http404
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        # Of all processes of this web server, not of the one that happens to answer.
        MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    own = CollectorRegistry()
    own.register(Gauges(clock.now()))
    return HttpResponse(counted + generate_latest(own), content_type=CONTENT_TYPE_LATEST)


class Gauges(Collector):
    """How the platform stands at one moment; what cannot be asked just now is left out."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for read in (
            _queue_gauges,
            _heartbeat_gauges,
            self._touch_gauges,
            self._job_gauges,
            self._audit_gauges,
            self._declared_gauges,
        ):
            # A server that is down leaves a gap in the numbers, not an error.
            with suppress(Exception):
                yield from read()

    def _touch_gauges(self) -> Iterator[GaugeMetricFamily]:
        waiting = _gauge_family("changes_waiting", "Marks that a reader has not read", "reader")
        for reader in hooks.declared(FeedReader):
            waiting.add_metric([reader.key], changes.waiting_rows(reader.key))
        yield waiting

    def _job_gauges(self) -> Iterator[GaugeMetricFamily]:
        jobs = _gauge_family("jobs", "Jobs by state; failed ones of the last day", "state")
        since = self.now - _FAILED_WITHIN
        for state in (Job.State.QUEUED, Job.State.RUNNING):
            jobs.add_metric([state.value], Job.objects.filter(state=state).count())
        failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=since)
        jobs.add_metric(["failed"], failed.count())
        yield jobs

    def _audit_gauges(self) -> Iterator[GaugeMetricFamily]:
        unsealed = AuditEntry.objects.filter(hash=None).count()
        yield GaugeMetricFamily("wagemon_audit_unsealed", "Audit entries not chained", unsealed)

    def _declared_gauges(self) -> Iterator[GaugeMetricFamily]:
        for gauge in hooks.declared(Gauge):
            value = gauge.selector(self.now)
            if value is not None:
                yield GaugeMetricFamily(f"wagemon_{gauge.key}", gauge.label, value)


def _queue_gauges() -> Iterator[GaugeMetricFamily]:
    lengths = _gauge_family("queue_length", "Messages that wait for a worker", "queue")
    with current_app.connection_for_read() as connection:
        client = connection.default_channel.client
        for queue in settings.QUEUES:
            lengths.add_metric([queue], client.llen(queue))
    yield lengths


def _heartbeat_gauges() -> Iterator[GaugeMetricFamily]:
    beats = _gauge_family("heartbeat", "Whether a process gave a sign of life lately", "process")
    for process, key in (("worker", health.WORKER), ("beat", health.BEAT)):
        beats.add_metric([process], float(cache.get(key) is not None))
    yield beats


def _gauge_family(name: str, label: str, by: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"wagemon_{name}", label, labels=[by])
