"""How projects stand, on record for the home pages."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SpecialAccount
from core.touch import touch
from monitoring import services as monitoring
from projects.models import Project
from supervision import services
from supervision.models import Standing
from supervision.selectors import systems
from tests.cast import NOW, TODAY

DAY = timedelta(days=1)


def rates_for(cast, user: str) -> dict[str, systems.Rate]:
    actor = cast.actor(getattr(cast.users, user))
    return {rate.name: rate for rate in systems.rates(actor=actor)}


def stands(cast, system: str) -> list[tuple[str, date, date | None]]:
    rows = Standing.everything.filter(project=cast.project, system=system).order_by("pk")
    return list(rows.values_list("state", "since", "until"))


class TestJudge:
    def test_records_what_the_projects_own_page_says(self, cast):
        services.judge(as_of=TODAY)
        actor = cast.actor(cast.users.county)
        page = systems.project_systems(actor=actor, project=cast.project, as_of=TODAY)
        standing = Standing.everything.filter(project=cast.project, until=None)
        states = dict(standing.values_list("system", "state"))
        assert [states[key] for key in systems.SIX] == [one.state for one in page]
        assert set(standing.values_list("since", flat=True)) == {TODAY}

    def test_begins_a_row_where_the_state_changed_and_keeps_the_one_before(self, cast):
        services.judge(as_of=TODAY)
        SpecialAccount.everything.update(status="frozen")
        services.judge(as_of=TODAY + DAY, projects=[cast.project.pk])
        services.judge(as_of=TODAY + 2 * DAY)
        assert stands(cast, "account") == [("yes", TODAY, TODAY + DAY), ("no", TODAY + DAY, None)]
        assert stands(cast, "bond") == [("unknown", TODAY, None)]

    def test_keeps_one_open_row_where_it_changes_twice_on_a_day(self, cast):
        services.judge(as_of=TODAY)
        for status in ("frozen", "active"):
            SpecialAccount.everything.update(status=status)
            services.judge(as_of=TODAY)
        assert [row for row in stands(cast, "account") if row[2] is None] == [("yes", TODAY, None)]

    def test_leaves_a_later_row_to_its_day(self, cast):
        services.judge(as_of=TODAY)
        SpecialAccount.everything.update(status="frozen")
        services.judge(as_of=TODAY - DAY)
        assert stands(cast, "account") == [("yes", TODAY, None)]

    def test_ends_where_the_project_is_no_longer_under_construction(self, cast):
        services.judge(as_of=TODAY)
        Project.everything.filter(pk=cast.project.pk).update(status=Project.Status.COMPLETED)
        services.judge(as_of=TODAY + DAY, projects=[cast.project.pk])
        assert stands(cast, "account") == [("yes", TODAY, TODAY + DAY)]
        elsewhere = Standing.everything.filter(project=cast.elsewhere, until=None)
        assert elsewhere.count() == len(systems.SIX)

    @pytest.mark.parametrize(
        "second",
        [
            {"since": TODAY},
            {"since": TODAY - DAY, "until": TODAY + DAY},
        ],
        ids=["two open", "overlap"],
    )
    def test_refuses_two_rows_for_a_day(self, cast, second):
        row = {"project": cast.project, "system": "account", "state": "yes"}
        Standing.everything.create(**row, since=TODAY)
        with pytest.raises(IntegrityError):
            Standing.everything.create(**row, **second)

    def test_refuses_days_out_of_order(self, cast):
        with pytest.raises(IntegrityError):
            Standing.everything.create(
                project=cast.project,
                system="account",
                state="yes",
                since=TODAY,
                until=TODAY - DAY,
            )

    def test_leaves_others_alone(self, cast):
        services.judge(as_of=TODAY, projects=[cast.project.pk])
        assert not Standing.everything.exclude(project=cast.project).exists()

    def test_passes_over_what_is_not_under_construction(self, cast):
        Project.everything.update(status=Project.Status.COMPLETED)
        assert services.judge(as_of=TODAY) == 0

    def test_costs_the_same_for_twice_as_many(self, cast):
        def queries(*projects: Project) -> int:
            with CaptureQueriesContext(connection) as seen:
                services.judge(as_of=TODAY, projects=[project.pk for project in projects])
            return len(seen)

        services.judge(as_of=TODAY)
        assert queries(cast.project, cast.elsewhere) == queries(cast.project)

    def test_judges_what_was_written_to_whether_or_not_the_rules_have_read_it(self, cast):
        touch(cast.project.subject)
        monitoring.sweep_touched(as_of=TODAY, now=NOW)
        services.judge_touched(as_of=TODAY)
        assert {row.project for row in Standing.everything.all()} == {cast.project}
        Standing.everything.all().delete()
        services.judge_touched(as_of=TODAY)
        assert not Standing.everything.exists()

    def test_is_made_once_a_day_for_all(self, cast):
        services.judge(as_of=TODAY, projects=[cast.project.pk])
        assert services.judge_daily(as_of=TODAY) == 2
        assert services.judge_daily(as_of=TODAY) == 0
        assert services.judge_daily(as_of=TODAY + timedelta(days=1)) == 2


class TestRates:
    def test_leave_out_what_is_unknown(self, cast):
        services.judge(as_of=TODAY)
        rates = rates_for(cast, "county")
        assert (rates["专用账户"].kept, rates["专用账户"].known) == (1, 1)
        assert rates["工资保证金"].share is None

    def test_of_a_day_before_are_kept_by_county_and_industry(self, cast):
        services.judge(as_of=TODAY)
        SpecialAccount.everything.update(status="frozen")
        services.judge(as_of=TODAY + DAY)
        services.judge(as_of=TODAY + DAY)

        def shares(user: str, day: date) -> tuple[int, int]:
            actor = cast.actor(getattr(cast.users, user))
            rate = systems.rates_on(actor=actor, day=day)[1]
            return rate.kept, rate.known

        assert shares("county", TODAY) == (1, 1)
        assert shares("county", TODAY + DAY) == (0, 1)
        assert shares("province", TODAY) == (1, 2)
        assert shares("housing", TODAY) == (1, 1)
        assert shares("water", TODAY) == (0, 0)
        assert shares("admin", TODAY) == (0, 0)

    def test_are_counted_in_the_database(self, cast, django_assert_num_queries):
        services.judge(as_of=TODAY)
        actor = cast.actor(cast.users.province)
        with django_assert_num_queries(1) as seen:
            systems.rates(actor=actor)
        assert "GROUP BY" in seen.captured_queries[-1]["sql"]

    @pytest.mark.parametrize(
        ("user", "known"), [("county", 1), ("province", 2), ("other_county", 1)]
    )
    def test_count_the_projects_within_sight(self, cast, user, known):
        services.judge(as_of=TODAY)
        assert rates_for(cast, user)["专用账户"].known == known

    def test_know_nothing_before_anything_was_judged(self, cast):
        assert {rate.known for rate in rates_for(cast, "county").values()} == {0}
