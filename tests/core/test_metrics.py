"""The operator's numbers: for the operator's networks, and about no one."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from prometheus_client.parser import text_string_to_metric_families

from core import audit, health, jobs, metrics
from core.actor import COMMAND_LINE
from core.models import Job, Touch
from tests.cast import NOW

TRY = audit.action("test.metrics", "试记", {})


def samples(text: str) -> dict[str, float]:
    return {
        ",".join([sample.name, *sorted(sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.django_db
class TestMetrics:
    def read(self, client) -> dict[str, float]:
        answer = client.get("/metrics")
        assert answer.status_code == 200
        return samples(answer.content.decode())

    @pytest.mark.parametrize(
        ("networks", "status"),
        [(["10.0.0.0/8"], 404), ([], 404), (["127.0.0.0/8"], 200), (["127.0.0.1/32"], 200)],
    )
    def test_are_for_the_operators_networks(self, client, settings, networks, status):
        settings.METRICS_FROM = networks
        assert client.get("/metrics").status_code == status

    def test_believe_no_visitor_about_the_address(self, client, settings):
        settings.METRICS_FROM = ["10.0.0.0/8"]
        answer = client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})
        assert answer.status_code == 404

    def test_show_what_waits(self, client):
        before = self.read(client)
        Touch.objects.create(subject="project:XJ1")
        job = jobs.start_job("import.roster", actor=COMMAND_LINE, now=NOW)
        audit.record(COMMAND_LINE, TRY, "project:XJ1", now=NOW)
        after = self.read(client)
        grown = {name for name in after if after[name] == before.get(name, 0) + 1}
        assert {
            "wagemon_changes_waiting,monitoring.rules",
            "wagemon_changes_waiting,supervision.standing",
            "wagemon_jobs,queued",
            "wagemon_audit_unsealed",
        } <= grown
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=NOW)
        long_ago = list(metrics.Gauges(NOW + timedelta(days=2)).collect())
        failed = {
            s.labels["state"]: s.value for f in long_ago for s in f.samples if "state" in s.labels
        }
        assert failed["failed"] == 0

    def test_show_queues_and_signs_of_life(self, client):
        cache.delete_many([health.WORKER, health.BEAT])
        health._worker_lives()
        now = self.read(client)
        assert now["wagemon_heartbeat,worker"] == 1
        assert now["wagemon_heartbeat,beat"] == 0
        assert "wagemon_queue_length,money" in now

    def test_leave_out_what_cannot_be_asked(self, client, monkeypatch):
        def gone(*args):
            raise ConnectionError

        monkeypatch.setattr(cache, "get", gone)
        now = self.read(client)
        assert "wagemon_heartbeat,worker" not in now
        assert "wagemon_jobs,queued" in now
