"""Findings that are held back: by a cause, for want of data, or until they stood long enough."""

from dataclasses import replace
from datetime import date

import pytest

from core.actor import COMMAND_LINE
from monitoring import services
from monitoring.catalogue import Finding, Inhibition, Rule, State, same_month, same_project
from monitoring.engine import run_pass
from monitoring.models import Coverage, EarlyWarning, Level, RuleRun, WarningEvent, WarningProject
from monitoring.outcomes import in_order_of_causes
from projects.models import Project
from tests.monitoring.conftest import at
from tests.monitoring.test_engine import OCT, rule_of
from tests.refusals import refused

Kind = WarningEvent.Kind


@pytest.fixture
def effect(cast) -> Finding:
    return Finding(
        subject=cast.project.subject,
        project=cast.project.pk,
        level=Level.YELLOW,
        summary="欠 3 元",
        period="2026-09",
    )


@pytest.fixture
def cause(cast, effect) -> Finding:
    return replace(effect, subject="bank:1", level=Level.ORANGE, summary="银行没有消息")


def cause_rule(*findings: Finding, **changes) -> Rule:
    return rule_of(*findings, code="TST-09", title="因", **changes)


def effect_rule(*findings: Finding, **inhibition) -> Rule:
    """Code before its cause's, so that the order by code alone would be wrong."""
    declared = {"cause": "TST-09", "same": same_project} | inhibition
    return rule_of(*findings, code="TST-01", title="果", inhibited_by=[Inhibition(**declared)])


def judge(*rules: Rule, day: int = 9, **options):
    return run_pass(rules, as_of=OCT[day], now=at(OCT[day]), **options)


def warning_of(code: str) -> EarlyWarning:
    return EarlyWarning.everything.get(rule=code)


class TestInhibition:
    def test_goes_by_the_order_of_causes(self, cause, effect):
        judge(effect_rule(effect), cause_rule(cause))

        assert not EarlyWarning.everything.filter(rule="TST-01").exists()
        row = Coverage.everything.get()
        assert (row.rule, row.state, row.because) == ("TST-01", "inhibited", "TST-09 因")
        assert row.cause == warning_of("TST-09")

    def test_leaves_what_fired_already_marked_with_its_clocks(self, cause, effect):
        judge(effect_rule(effect), cause_rule())
        before = warning_of("TST-01")
        judge(effect_rule(replace(effect, level=Level.RED)), cause_rule(cause), day=12)

        warning = warning_of("TST-01")
        assert (warning.condition, warning.inhibited_by) == ("inhibited", warning_of("TST-09"))
        assert (warning.since, warning.settle_by) == (before.since, before.settle_by)
        # It grows no worse while another speaks for it.
        assert (warning.level, warning.cleared_at) == (Level.YELLOW, None)
        assert warning in EarlyWarning.everything.live()
        assert not EarlyWarning.everything.firing().filter(rule="TST-01").exists()

    def test_is_over_with_the_cause(self, cause, effect):
        judge(effect_rule(effect), cause_rule())
        judge(effect_rule(effect), cause_rule(cause), day=12)
        judge(effect_rule(effect), cause_rule(), day=13)

        warning = warning_of("TST-01")
        assert (warning.condition, warning.because, warning.reopened) == ("firing", "", 0)
        kinds = warning.events.values_list("kind", flat=True)
        assert list(kinds) == [Kind.OPENED, Kind.INHIBITED, Kind.RESUMED]

    def test_clears_what_is_mended_under_it(self, cause, effect):
        judge(effect_rule(effect), cause_rule())
        judge(effect_rule(effect), cause_rule(cause), day=12)
        judge(effect_rule(), cause_rule(cause), day=13)

        assert warning_of("TST-01").condition == "cleared"

    def test_leaves_unknown_where_it_is_declared_so(self, cause, effect):
        judge(effect_rule(effect, leaves=State.UNKNOWN), cause_rule(cause))

        assert Coverage.everything.get().state == "unknown"

    def test_does_not_reach_another_project_or_month(self, cast, cause, effect):
        judge(effect_rule(effect), cause_rule(replace(cause, project=cast.elsewhere.pk)))
        judge(effect_rule(effect, same=same_month), cause_rule(replace(cause, period="2026-08")))

        assert warning_of("TST-01").condition == "firing"

    def test_counts_only_the_findings_of_the_cause_that_it_wants(self, cause, effect):
        red = {"when": lambda finding: finding.level == Level.RED}
        judge(effect_rule(effect, **red), cause_rule(cause))
        assert warning_of("TST-01").condition == "firing"

        judge(effect_rule(effect, **red), cause_rule(replace(cause, level=Level.RED)), day=12)
        assert warning_of("TST-01").condition == "inhibited"

    def test_passes_on_through_what_is_itself_inhibited(self, cause, effect):
        middle = rule_of(
            replace(effect, subject="m:1"),
            code="TST-05",
            inhibited_by=[Inhibition(cause="TST-09", same=same_project)],
        )
        judge(effect_rule(effect, cause="TST-05"), middle, cause_rule(cause))

        assert list(Coverage.everything.values_list("rule", "state")) == [
            ("TST-01", "inhibited"),
            ("TST-05", "inhibited"),
        ]

    def test_reads_a_cause_that_is_judged_whole_from_its_warning(self, cast, cause, effect):
        whole = cause_rule(
            replace(cause, project=None, others=frozenset({cast.project.pk})), whole=True
        )
        judge(whole)
        judge(effect_rule(effect), replace(whole, finder=_broken), projects={cast.project.pk})

        assert WarningProject.objects.get().project == cast.project
        assert Coverage.everything.get().cause == warning_of("TST-09")

    def test_falls_back_on_the_warnings_of_a_cause_that_fails(self, cause, effect):
        judge(cause_rule(cause))
        judge(effect_rule(effect), cause_rule(finder=_broken), day=12)

        assert Coverage.everything.get().cause == warning_of("TST-09")

    def test_of_each_other_is_refused(self, cause, effect):
        circle = cause_rule(inhibited_by=[Inhibition(cause="TST-01", same=same_project)])
        with pytest.raises(ValueError, match="cycle"):
            in_order_of_causes([effect_rule(), circle])

    def test_by_a_repair_that_runs_opens_nothing(self, effect):
        judge(rule_of(replace(effect, held="代发退回处理中")))
        assert Coverage.everything.get().because == "代发退回处理中"
        assert not EarlyWarning.everything.exists()

        judge(rule_of(effect), day=12)
        assert warning_of("TST-01").condition == "firing"
        assert not Coverage.everything.exists()


def _broken(look):
    raise ZeroDivisionError


class TestCoverage:
    def test_keeps_its_first_day_and_goes_with_the_facts(self, effect):
        unknown = replace(effect, level=None, want="专户余额")
        judge(rule_of(unknown))
        judge(rule_of(unknown), day=12)
        assert Coverage.everything.get().since == OCT[9]

        judge(rule_of(), day=13)
        assert not Coverage.everything.exists()

    def test_is_counted_beside_what_was_judged(self, cast, effect):
        unknown = replace(effect, level=None, want="专户余额")
        [evaluation] = judge(rule_of(unknown))

        run = RuleRun.objects.get()
        assert (run.judged, run.unknown, run.found) == (1, 1, 0)
        assert (evaluation.judged, evaluation.not_applicable) == (1, 0)

    def test_counts_projects_whose_state_rules_the_rule_out(self, cast, effect):
        Project.everything.filter(pk=cast.elsewhere.pk).update(status=Project.Status.COMPLETED)
        judge(rule_of(effect))

        run = RuleRun.objects.get()
        assert (run.judged, run.not_applicable, run.found) == (1, 1, 1)

    def test_of_other_projects_stays(self, cast, effect):
        judge(rule_of(replace(effect, level=None, want="专户余额")))
        judge(rule_of(), projects={cast.elsewhere.pk})

        assert Coverage.everything.exists()


class TestPending:
    def test_warns_after_its_days(self, effect):
        rule = rule_of(effect, pending_days=3)
        judge(rule)
        judge(rule, day=11)
        assert Coverage.everything.get().state == "pending"
        assert not EarlyWarning.everything.exists()

        judge(rule, day=12)
        assert warning_of("TST-01").since == OCT[12]
        assert not Coverage.everything.exists()

    def test_begins_anew_when_it_was_gone(self, effect):
        rule = rule_of(effect, pending_days=3)
        judge(rule)
        judge(replace(rule, finder=lambda look: ()), day=10)
        judge(rule, day=12)

        assert not EarlyWarning.everything.exists()


class TestKeepFiring:
    def test_goes_on_for_its_working_days_and_clears_then(self, effect):
        rule = rule_of(effect, keep_days=2)
        gone = replace(rule, finder=lambda look: ())
        judge(rule)
        judge(gone, day=12)
        warning = warning_of("TST-01")
        assert (warning.condition, warning.gap_since) == ("firing", OCT[12])

        judge(gone, day=14)
        assert warning_of("TST-01").condition == "cleared"


class TestLevels:
    def test_show_the_higher_of_facts_and_people(self, effect):
        judge(rule_of(effect))
        EarlyWarning.everything.update(raised_level=Level.RED)
        judge(rule_of(replace(effect, level=Level.ORANGE)), day=12)

        warning = warning_of("TST-01")
        assert (warning.fact_level, warning.raised_level, warning.level) == ("3", "4", "4")
        # Raised already: the facts' own step brings nothing forward and is no event.
        assert list(warning.events.values_list("kind", flat=True)) == [Kind.OPENED]

    def test_of_people_end_with_the_episode(self, effect):
        judge(rule_of(effect))
        EarlyWarning.everything.update(raised_level=Level.RED)
        judge(rule_of(), day=12)
        judge(rule_of(effect), day=20)

        assert warning_of("TST-01").level == Level.YELLOW


class TestIsolation:
    def test_one_bad_project_costs_its_own_judgement_only(self, cast, effect):
        other = replace(effect, subject=cast.elsewhere.subject, project=cast.elsewhere.pk)
        judge(rule_of(effect, other))

        def fails_for_one(look):
            if look.projects is None or cast.project.pk in look.projects:
                raise ZeroDivisionError
            return ()

        [evaluation] = judge(rule_of(finder=fails_for_one), day=12)

        assert evaluation.status == RuleRun.Status.PARTLY
        assert evaluation.failed == [cast.project.code]
        assert cast.project.code in RuleRun.objects.latest("pk").error
        # Its warning stands; the other's is mended.
        standing = EarlyWarning.everything.live()
        assert [warning.project for warning in standing] == [cast.project]

    def test_goes_on_after_an_error_of_the_database(self, cast, effect):
        def fails_for_one(look):
            if look.projects is None or cast.project.pk in look.projects:
                list(Project.everything.extra(where=["1/0=1"]))
            return ()

        assert judge(rule_of(finder=fails_for_one))[0].status == RuleRun.Status.PARTLY

    def test_a_rule_that_fails_everywhere_fails(self, cast):
        assert judge(rule_of(finder=_broken))[0].status == RuleRun.Status.FAILED
        assert RuleRun.objects.get().error == "ZeroDivisionError"

    def test_a_failing_rule_stops_no_other(self, cast, effect):
        [failed, fine] = judge(rule_of(finder=_broken), cause_rule(effect))

        assert (failed.status, fine.status) == ("failed", "ok")
        assert warning_of("TST-09")

    def test_merges_two_findings_of_one_identity_by_the_highest(self, effect):
        [evaluation] = judge(rule_of(effect, replace(effect, level=Level.RED), effect))

        assert warning_of("TST-01").level == Level.RED
        assert evaluation.merged == [effect.identity] * 2
        run = RuleRun.objects.get()
        assert run.merged == 2
        assert effect.subject in run.error


class TestDays:
    def test_to_come_are_not_written(self, effect):
        with refused("run.future"):
            run_pass([rule_of(effect)], as_of=OCT[10], now=at(OCT[9]))

    def test_before_what_was_judged_are_not_written(self, effect):
        judge(rule_of(effect), day=12)
        with refused("run.earlier"):
            judge(rule_of(), day=9)

        assert EarlyWarning.everything.live().exists()

    def test_before_what_was_judged_may_be_looked_at(self, effect):
        judge(rule_of(effect), day=12)
        [evaluation] = judge(rule_of(), day=9, dry_run=True)

        assert evaluation.cleared == 1
        assert EarlyWarning.everything.live().exists()


class TestClockJump:
    """The clock ran ahead for an hour and is right again."""

    def test_leaves_the_warnings_standing_until_the_runs_are_void(self, facts):
        facts.attend()
        services.sweep_daily(as_of=date(2027, 3, 1), now=at(date(2027, 3, 1)))
        assert facts.live("PAY-02")

        assert services.sweep_daily(as_of=OCT[11], now=at(OCT[11])) == []
        assert services.sweep_touched(as_of=OCT[11], now=at(OCT[11])) >= 0
        assert facts.live("PAY-02")

    def test_is_taken_back_by_the_operator(self, facts):
        facts.attend()
        services.sweep_daily(as_of=date(2027, 3, 1), now=at(date(2027, 3, 1)))
        services.void_runs(actor=COMMAND_LINE, after=OCT[11], reason="时钟错误", now=at(OCT[11]))
        services.sweep_daily(as_of=OCT[11], now=at(OCT[11]))

        assert not facts.live("PAY-02")
        assert facts.live("PAY-01")
