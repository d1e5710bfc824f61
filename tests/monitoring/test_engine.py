"""The engine: identity, levels, clearing, failing, inhibition of nothing by accident."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from monitoring import services
from monitoring.catalogue import Finding, Look, Rule
from monitoring.engine import evaluate
from monitoring.models import EarlyWarning, Level, RuleRun, RuleSetting, WarningEvent
from projects.models import Project
from tests.cast import MONTH, NOW
from tests.monitoring.conftest import at

OCT = {day: date(2026, 10, day) for day in range(1, 32)}
Kind = WarningEvent.Kind


def rule_of(*findings: Finding, **changes) -> Rule:
    """A rule that finds just this."""
    declared = {
        "code": "TST-01",
        "title": "试",
        "basis": "试",
        "clears": "试",
        "duty": "试",
        "place": "supervision:project",
        "finder": lambda look: findings,
    }
    return Rule(**(declared | changes))


@pytest.fixture
def finding(cast) -> Finding:
    return Finding(
        subject=cast.project.subject,
        project=cast.project.pk,
        level=Level.YELLOW,
        summary="差 3 元",
        evidence={"missing": "3.00"},
    )


def kinds() -> list[str]:
    return list(WarningEvent.everything.values_list("kind", flat=True))


class TestEvaluate:
    def test_opens_a_warning_dispatched_with_its_deadlines(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))

        warning = EarlyWarning.everything.get()
        assert warning.handling == EarlyWarning.Handling.DISPATCHED
        # 2026-10-10 is a working Saturday.
        assert (warning.sign_by, warning.settle_by) == (OCT[10], OCT[15])
        assert kinds() == [Kind.OPENED]

    def test_opens_it_once(self, finding):
        for day in (9, 10, 11):
            evaluate(rule_of(finding), as_of=OCT[day], now=at(OCT[day]))

        warning = EarlyWarning.everything.get()
        assert (warning.since, warning.evaluated_on) == (OCT[9], OCT[11])
        assert kinds() == [Kind.OPENED]

    def test_raises_and_lowers_the_level_with_the_facts(self, cast, finding):
        for level in (Level.YELLOW, Level.RED, Level.ORANGE):
            evaluate(rule_of(replace(finding, level=level)), as_of=OCT[9], now=at(OCT[9]))

        assert EarlyWarning.everything.get().level == Level.ORANGE
        assert kinds() == [Kind.OPENED, Kind.RAISED, Kind.LOWERED]

    def test_clears_what_is_gone_and_keeps_the_history(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluation = evaluate(rule_of(), as_of=OCT[12], now=at(OCT[12]))

        warning = EarlyWarning.everything.get()
        assert warning.condition == EarlyWarning.Condition.CLEARED
        assert warning.cleared_at == at(OCT[12])
        assert evaluation.cleared == 1
        assert kinds() == [Kind.OPENED, Kind.CLEARED]

    def test_reopens_the_same_warning(self, finding):
        for rule, day in ((rule_of(finding), 9), (rule_of(), 12), (rule_of(finding), 13)):
            evaluate(rule, as_of=OCT[day], now=at(OCT[day]))

        warning = EarlyWarning.everything.get()
        assert (warning.reopened, warning.since) == (1, OCT[13])
        assert warning.handling == EarlyWarning.Handling.DISPATCHED
        assert kinds() == [Kind.OPENED, Kind.CLEARED, Kind.REOPENED]

    def test_never_clears_when_the_finder_fails(self, finding):
        def broken(look: Look):
            raise ZeroDivisionError("650102199001011234")

        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluation = evaluate(rule_of(finder=broken), as_of=OCT[12], now=at(OCT[12]))

        assert EarlyWarning.everything.get().condition == EarlyWarning.Condition.FIRING
        assert evaluation.status == RuleRun.Status.FAILED
        assert RuleRun.objects.latest("pk").error == "ZeroDivisionError"

    def test_leaves_what_is_unknown_as_it_stands(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(replace(finding, level=None)), as_of=OCT[12], now=at(OCT[12]))

        assert EarlyWarning.everything.get().condition == EarlyWarning.Condition.FIRING

    def test_opens_nothing_for_what_is_unknown(self, finding):
        evaluate(rule_of(replace(finding, level=None)), as_of=OCT[9], now=at(OCT[9]))

        assert not EarlyWarning.everything.exists()

    def test_clears_only_within_the_projects_looked_at(self, cast, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(), as_of=OCT[9], now=at(OCT[9]), projects={cast.elsewhere.pk})

        assert EarlyWarning.everything.live().exists()

    def test_writes_nothing_in_a_dry_run(self, finding):
        evaluation = evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]), dry_run=True)

        assert evaluation.found == 1
        assert not EarlyWarning.everything.exists()
        assert not RuleRun.objects.exists()

    def test_costs_the_same_for_twenty_as_for_ten(self, finding):
        def cost(prefix: str, count: int) -> int:
            found = [replace(finding, subject=f"{prefix}:{n}") for n in range(count)]
            with CaptureQueriesContext(connection) as queries:
                evaluate(rule_of(*found), as_of=OCT[9], now=at(OCT[9]))
            return len(queries)

        cost("warm", 1)
        assert cost("few", 10) == cost("many", 20)


class TestThresholds:
    def setting(self, region: str, value: int, since: date) -> None:
        RuleSetting.objects.create(
            rule="PAY-01",
            name="grace",
            region_id=region,
            value=Decimal(value),
            since=since,
            reason="试行",
            set_by="厅",
            set_at=NOW,
        )

    def test_of_the_county_goes_before_the_regions(self, facts):
        facts.attend()
        self.setting("650000", 9, MONTH)
        assert facts.run("PAY-01", OCT[8]) == []

        self.setting("650102", 1, MONTH)
        assert facts.run("PAY-01", OCT[6])

    def test_hold_only_from_their_day(self, facts):
        facts.attend()
        self.setting("650000", 1, OCT[9])

        assert facts.run("PAY-01", OCT[7]) == []


class TestSweepTouched:
    def test_judges_the_project_that_was_written_to(self, facts):
        facts.attend()
        services.sweep_touched(as_of=OCT[8], now=at(OCT[8]))

        assert [w.project for w in facts.live("PAY-01")] == [facts.project]
        assert services.sweep_touched(as_of=OCT[8], now=at(OCT[8])) == 0

    def test_leaves_other_projects_alone(self, facts):
        services.sweep_touched(as_of=OCT[8], now=at(OCT[8]))

        assert not EarlyWarning.everything.filter(project=facts.cast.elsewhere).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestTwoSweepsAtOnce:
    def test_open_a_warning_once(self, cast):
        def sweep() -> None:
            services.run_rules(as_of=OCT[9], now=at(OCT[9]), codes=["NTC-01"])
            connections.close_all()

        threads = [threading.Thread(target=sweep) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert EarlyWarning.everything.count() == Project.everything.count() == 2
        assert not RuleRun.objects.filter(status=RuleRun.Status.FAILED).exists()
