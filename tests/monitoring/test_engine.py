"""The engine: identity, levels, clearing, failing, inhibition of nothing by accident."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from monitoring import engine, services
from monitoring.catalogue import RULES, Finding, Look, Rule
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
        self.gap(finding, back_on=15)

        warning = EarlyWarning.everything.get()
        assert (warning.reopened, warning.since) == (1, OCT[15])
        assert warning.handling == EarlyWarning.Handling.DISPATCHED
        assert kinds() == [Kind.OPENED, Kind.CLEARED, Kind.REOPENED]

    def gap(self, finding, back_on: int) -> None:
        """It fires on Friday the 9th, is gone on Monday the 12th, and is back."""
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        EarlyWarning.everything.update(handling=EarlyWarning.Handling.SIGNED)
        evaluate(rule_of(), as_of=OCT[12], now=at(OCT[12]))
        evaluate(rule_of(finding), as_of=OCT[back_on], now=at(OCT[back_on]))

    def test_takes_a_gap_of_two_working_days_for_the_same_episode(self, finding):
        self.gap(finding, back_on=14)

        warning = EarlyWarning.everything.get()
        assert (warning.reopened, warning.since) == (0, OCT[9])
        assert (warning.sign_by, warning.settle_by) == (OCT[10], OCT[15])
        assert (warning.handling, warning.cleared_at) == (EarlyWarning.Handling.SIGNED, None)
        assert kinds() == [Kind.OPENED, Kind.CLEARED, Kind.RESUMED]

    def test_reopens_within_the_gap_what_was_closed_meanwhile(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(), as_of=OCT[12], now=at(OCT[12]))
        EarlyWarning.everything.update(handling=EarlyWarning.Handling.CLOSED)
        evaluate(rule_of(finding), as_of=OCT[13], now=at(OCT[13]))

        warning = EarlyWarning.everything.get()
        assert (warning.reopened, warning.since) == (1, OCT[13])

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
        evaluate(rule_of(replace(finding, level=None, want="余额")), as_of=OCT[12], now=at(OCT[12]))

        warning = EarlyWarning.everything.live().get()
        assert (warning.condition, warning.because) == ("unknown", "余额")
        assert (warning.since, warning.settle_by) == (OCT[9], OCT[15])
        assert kinds() == [Kind.OPENED, Kind.UNKNOWN]

    def test_opens_nothing_for_what_is_unknown(self, finding):
        evaluate(rule_of(replace(finding, level=None, want="余额")), as_of=OCT[9], now=at(OCT[9]))

        assert not EarlyWarning.everything.exists()

    def test_clears_only_within_the_projects_looked_at(self, cast, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(), as_of=OCT[9], now=at(OCT[9]), projects={cast.elsewhere.pk})

        assert EarlyWarning.everything.live().exists()

    def test_writes_nothing_in_a_dry_run(self, finding):
        evaluation = evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]), dry_run=True)

        assert (evaluation.found, evaluation.opened) == (1, 1)
        assert not EarlyWarning.everything.exists()
        assert not RuleRun.objects.exists()

    def test_records_runs_over_some_projects_only_where_they_changed_something(self, cast, finding):
        where = {"now": at(OCT[9]), "projects": {cast.project.pk}}
        evaluate(rule_of(finding), as_of=OCT[9], **where)
        assert RuleRun.objects.filter(opened=1, projects=1).count() == 1

        evaluate(rule_of(finding), as_of=OCT[9], **where)
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        assert list(RuleRun.objects.order_by("pk").values_list("projects", flat=True)) == [1, None]

        evaluate(rule_of(replace(finding, level=Level.RED)), as_of=OCT[9], **where)
        evaluate(rule_of(), as_of=OCT[9], **where)
        assert RuleRun.objects.count() == 4

    def test_leaves_handling_to_people(self, finding, monkeypatch):
        """Somebody signs between the engine's reading and its writing."""
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        save = engine.Reconciling.save

        def signed_meanwhile(reconciling):
            EarlyWarning.everything.update(handling=EarlyWarning.Handling.SIGNED)
            save(reconciling)

        monkeypatch.setattr(engine.Reconciling, "save", signed_meanwhile)
        evaluate(rule_of(replace(finding, level=Level.RED)), as_of=OCT[9], now=at(OCT[9]))

        warning = EarlyWarning.everything.get()
        assert (warning.level, warning.handling) == (Level.RED, EarlyWarning.Handling.SIGNED)

    def test_gives_no_more_time_when_the_level_rises(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(replace(finding, level=Level.ORANGE)), as_of=OCT[14], now=at(OCT[14]))

        # Yellow on the 9th left until the 10th and the 15th; orange on the 14th would leave until
        # the 15th and the 19th.
        warning = EarlyWarning.everything.get()
        assert (warning.sign_by, warning.settle_by) == (OCT[10], OCT[15])

    def test_brings_both_days_forward_when_the_level_rises(self, finding):
        evaluate(rule_of(finding), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(replace(finding, level=Level.RED)), as_of=OCT[9], now=at(OCT[9]))

        # Red is signed on the same day and settled in two working days: the 10th and the 12th.
        warning = EarlyWarning.everything.get()
        assert (warning.sign_by, warning.settle_by) == (OCT[9], OCT[12])

    def test_leaves_the_days_as_they_were_when_the_level_falls(self, finding):
        evaluate(rule_of(replace(finding, level=Level.RED)), as_of=OCT[9], now=at(OCT[9]))
        evaluate(rule_of(replace(finding, level=Level.BLUE)), as_of=OCT[9], now=at(OCT[9]))

        warning = EarlyWarning.everything.get()
        assert (warning.sign_by, warning.settle_by) == (OCT[9], OCT[12])

    def test_neither_tells_nor_reopens_what_the_project_s_state_rules_out(self, cast, finding):
        rule = rule_of(finding)
        for rules_of_the_day, day in ((rule, 9), (rule_of(), 12)):
            evaluate(rules_of_the_day, as_of=OCT[day], now=at(OCT[day]))
        Project.everything.update(status=Project.Status.SUSPENDED)

        evaluation = evaluate(rule, as_of=OCT[13], now=at(OCT[13]))

        assert (evaluation.found, evaluation.opened) == (0, 0)
        assert not EarlyWarning.everything.live().exists()

    def test_notes_the_day_where_nothing_changed(self, finding):
        for day in (9, 10):
            evaluate(rule_of(finding), as_of=OCT[day], now=at(OCT[day]))

        assert EarlyWarning.everything.get().evaluated_on == OCT[10]

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
        assert facts.run("PAY-01", OCT[9]) == []

        self.setting("650102", 1, MONTH)
        assert facts.run("PAY-01", OCT[9])

    def test_of_a_prefecture_are_never_looser_than_the_regions(self, facts):
        facts.attend()
        self.setting("650100", 2, MONTH)
        self.setting("650000", 1, OCT[1])

        assert facts.run("PAY-01", OCT[9])

    def test_hold_only_from_their_day(self, facts):
        facts.attend()
        self.setting("650000", 1, OCT[10])

        assert facts.run("PAY-01", OCT[9]) == []


class TestSweepDaily:
    def test_judges_everything_once_a_day(self, facts):
        facts.attend()
        swept = services.sweep_daily(as_of=OCT[11], now=at(OCT[11]))

        assert sorted(evaluation.rule.code for evaluation in swept) == sorted(RULES)
        assert facts.live("PAY-01")
        assert services.sweep_daily(as_of=OCT[11], now=at(OCT[11])) == []
        assert len(services.sweep_daily(as_of=OCT[12], now=at(OCT[12]))) == len(RULES)

    def test_goes_on_where_it_was_cut_short(self, db):
        services.run_rules(as_of=OCT[11], now=at(OCT[11]), codes=["ACC-06", "ACC-07"])
        swept = services.sweep_daily(as_of=OCT[11], now=at(OCT[11]))

        assert sorted(evaluation.rule.code for evaluation in swept) == sorted(RULES)[2:]

    def test_does_not_take_touched_projects_for_all(self, facts):
        services.sweep_touched(as_of=OCT[11], now=at(OCT[11]))

        assert len(services.sweep_daily(as_of=OCT[11], now=at(OCT[11]))) == len(RULES)

    def test_tries_a_failed_rule_again_after_an_hour(self, db):
        services.run_rules(as_of=OCT[11], now=at(OCT[11]))
        RuleRun.objects.filter(rule="PAY-01").update(status=RuleRun.Status.FAILED)

        assert services.sweep_daily(as_of=OCT[11], now=at(OCT[11])) == []
        [again] = services.sweep_daily(as_of=OCT[11], now=at(OCT[11]) + timedelta(hours=1))
        assert again.rule.code == "PAY-01"


class TestSweepTouched:
    def test_judges_the_project_that_was_written_to(self, facts):
        facts.attend()
        services.sweep_touched(as_of=OCT[11], now=at(OCT[11]))

        assert [w.project for w in facts.live("PAY-01")] == [facts.project]
        assert services.sweep_touched(as_of=OCT[11], now=at(OCT[11])) == 0

    def test_leaves_other_projects_alone(self, facts):
        services.sweep_touched(as_of=OCT[8], now=at(OCT[8]))

        assert not EarlyWarning.everything.filter(project=facts.cast.elsewhere).exists()


@pytest.mark.django_db(transaction=True)
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
