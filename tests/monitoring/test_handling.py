"""What people do about a warning, each from a named stage."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.models import AuditEntry
from monitoring import acts, selectors
from monitoring.models import EarlyWarning
from notices.models import Posting
from tests.cast import NOW, TODAY
from tests.monitoring.conftest import at
from tests.refusals import refused

Handling = EarlyWarning.Handling


@pytest.fixture
def warning(facts) -> EarlyWarning:
    [found] = facts.run("NTC-01", TODAY, projects={facts.project.pk})
    return found


def post(cast, user, warning: EarlyWarning, step: str, **data: str) -> int:
    client = cast.client(user)
    return client.post(reverse("monitoring:act", args=[warning.uuid, step]), data).status_code


def stage(warning: EarlyWarning) -> str:
    return EarlyWarning.everything.get(pk=warning.pk).handling


class TestPage:
    """What a warning's page says and where it leads."""

    def show(self, cast, warning: EarlyWarning) -> str:
        client = cast.client(cast.users.county)
        return client.get(reverse("monitoring:warning", args=[warning.uuid])).content.decode()

    def test_tells_of_every_rule_that_fires(self, cast, facts):
        facts.debit(8600, TODAY)
        [found] = facts.run("ACC-07", TODAY)

        page = self.show(cast, found)

        assert "8,600.00" in page
        assert "查看专户" in page

    def test_leads_to_the_workers_concerned(self, cast, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1, 2), on=date(2026, 10, 15))
        [found] = facts.run("PAY-04", date(2026, 10, 16))

        page = self.show(cast, found)

        unpaid = facts.engagements[3]
        assert reverse("workers:engagement", args=[unpaid.uuid]) in page

    def test_says_whom_it_waits_for(self, cast, warning):
        assert "等属地人社部门签收" in self.show(cast, warning)

        post(cast, cast.users.county, warning, "sign")

        assert "等责任单位处置并反馈" in self.show(cast, warning)


class TestExport:
    def test_holds_what_the_list_shows(self, cast, facts, warning):
        facts.debit(8600, TODAY)
        facts.run("ACC-07", TODAY)

        url = reverse("monitoring:export") + "?rule=NTC-01"
        response = cast.client(cast.users.county).get(url)

        sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
        head, *rows = sheet.iter_rows(values_only=True)
        assert head[:3] == ("等级", "规则", "预警")
        assert [row[:3] for row in rows] == [("橙色", "NTC-01", "告示牌未公示")]


class TestSign:
    def test_is_the_county_officers(self, cast, warning):
        assert post(cast, cast.users.county, warning, "sign") == 302
        assert stage(warning) == Handling.SIGNED
        assert AuditEntry.objects.filter(action="warning.sign").count() == 1

    def test_says_who_was_quicker(self, cast, warning):
        post(cast, cast.users.county, warning, "sign")
        client = cast.client(cast.users.county_second)

        url = reverse("monitoring:act", args=[warning.uuid, "sign"])
        answer = client.post(url, follow=True)

        assert "已签收" in answer.content.decode()
        assert AuditEntry.objects.filter(action="warning.sign").count() == 1

    @pytest.mark.parametrize(
        ("user", "status"),
        [("labour", 403), ("sub", 404), ("other_county", 404), ("owner", 404), ("housing", 403)],
    )
    def test_is_nobody_elses(self, cast, warning, user, status):
        assert post(cast, getattr(cast.users, user), warning, "sign") == status
        assert stage(warning) == Handling.DISPATCHED


class TestDeadline:
    """The day that lists show is the one that the reader is held to."""

    def due(self, cast, user, warning) -> date | None:
        shown = selectors.warning_page(actor=cast.actor(user), uuid=warning.uuid)
        return shown.line.due_on

    def test_is_the_signing_day_to_officers_until_one_signed(self, cast, warning):
        assert self.due(cast, cast.users.county, warning) == warning.sign_by
        post(cast, cast.users.county, warning, "sign")
        assert self.due(cast, cast.users.county, warning) == warning.settle_by

    def test_is_the_settling_day_to_the_contractor_until_it_reported(self, cast, warning):
        assert self.due(cast, cast.users.labour, warning) == warning.settle_by
        post(cast, cast.users.labour, warning, "report", **{"report-note": "已张贴"})
        assert self.due(cast, cast.users.labour, warning) is None

    @pytest.mark.parametrize("who", ["county", "housing", "labour"])
    def test_is_what_the_list_sorts_by(self, cast, warning, who):
        actor = cast.actor(getattr(cast.users, who))
        EarlyWarning.everything.filter(pk=warning.pk).update(
            sign_by=date(2026, 10, 12), settle_by=date(2026, 10, 15)
        )
        for handling in Handling.values:
            EarlyWarning.everything.filter(pk=warning.pk).update(handling=handling)
            row = selectors.listed(actor=actor).get(pk=warning.pk)
            shown = selectors.line(row, actor=actor).due_on
            # Nothing is due of what was closed: it stands after everything else.
            assert row.due == (None if handling == Handling.CLOSED else shown), handling

    def test_is_none_of_what_is_over_in_the_list(self, cast, warning):
        EarlyWarning.everything.filter(pk=warning.pk).update(
            condition=EarlyWarning.Condition.CLEARED, cleared_at=NOW
        )
        actor = cast.actor(cast.users.county)
        assert selectors.listed(actor=actor).get(pk=warning.pk).due is None


class TestReport:
    def test_is_the_contractors(self, cast, warning):
        assert post(cast, cast.users.labour, warning, "report", **{"report-note": "已张贴"}) == 302
        assert stage(warning) == Handling.REPORTED

    def test_asks_what_was_done(self, cast, warning):
        assert post(cast, cast.users.labour, warning, "report") == 200
        assert stage(warning) == Handling.DISPATCHED

    def test_is_not_the_officers(self, cast, warning):
        assert post(cast, cast.users.county, warning, "report", **{"report-note": "x"}) == 403

    def test_goes_back_with_a_reason(self, cast, warning):
        post(cast, cast.users.labour, warning, "report", **{"report-note": "已张贴"})

        assert (
            post(cast, cast.users.county, warning, "send_back", **{"send_back-note": "没有照片"})
            == 302
        )
        assert stage(warning) == Handling.IN_HAND


class TestClose:
    def test_is_another_officers_once_the_facts_are_mended(self, cast, facts, warning):
        post(cast, cast.users.county, warning, "sign")
        facts.post_board(TODAY)
        facts.run("NTC-01", TODAY, projects={facts.project.pk})

        assert post(cast, cast.users.county, warning, "close", **{"close-note": "属实"}) == 403
        assert (
            post(cast, cast.users.county_second, warning, "close", **{"close-note": "属实"}) == 302
        )
        assert stage(warning) == Handling.CLOSED

    def test_counts_who_signed_since_it_came_back(self, cast, facts, warning):
        where = {"projects": {facts.project.pk}}
        post(cast, cast.users.county, warning, "sign")
        facts.post_board(TODAY)
        facts.run("NTC-01", TODAY, **where)
        Posting.everything.all().delete()
        later = TODAY + timedelta(days=10)
        facts.run("NTC-01", later, **where)
        post(cast, cast.users.county_second, warning, "sign")
        facts.post_board(TODAY, code="BOARD2345679", version=2)
        facts.run("NTC-01", later, **where)

        note = {"close-note": "属实"}
        assert post(cast, cast.users.county_second, warning, "close", **note) == 403
        assert post(cast, cast.users.county, warning, "close", **note) == 302

    def test_is_refused_where_it_comes_back_meanwhile(self, cast, facts, warning, monkeypatch):
        """The engine reopens it between the officer's reading and writing."""
        facts.post_board(TODAY)
        facts.run("NTC-01", TODAY, projects={facts.project.pk})
        take_up = acts._take_up

        def comes_back(*given):
            EarlyWarning.everything.update(condition=EarlyWarning.Condition.FIRING)
            return take_up(*given)

        monkeypatch.setattr(acts, "_take_up", comes_back)
        post(cast, cast.users.county, warning, "close", **{"close-note": "属实"})
        assert stage(warning) == Handling.DISPATCHED

    def test_is_refused_while_the_facts_hold(self, cast, warning):
        assert post(cast, cast.users.county, warning, "close", **{"close-note": "属实"}) == 403


class TestRefusals:
    def test_of_a_step_that_somebody_has_taken(self, cast, warning):
        step = {"uuid": warning.uuid, "now": NOW}
        acts.sign(actor=cast.actor(cast.users.county), **step)
        with refused("warning.moved", match="已签收"):
            acts.sign(actor=cast.actor(cast.users.county_second), **step)

    def test_of_a_report_by_others(self, cast, warning):
        with refused("warning.reported_by_others"):
            acts.report(
                actor=cast.actor(cast.users.county), uuid=warning.uuid, now=NOW, note="已付"
            )

    def test_of_closing_what_still_holds(self, cast, warning):
        with refused("warning.still_holds"):
            acts.close(actor=cast.actor(cast.users.county), uuid=warning.uuid, now=NOW, note="属实")

    def test_of_closing_what_one_has_signed(self, cast, facts, warning):
        step = {"actor": cast.actor(cast.users.county), "uuid": warning.uuid, "now": NOW}
        acts.sign(**step)
        facts.post_board(TODAY)
        facts.run("NTC-01", TODAY, projects={facts.project.pk})
        with refused("warning.same_officer"):
            acts.close(note="属实", **step)


class TestRulesCommand:
    def run(self, capsys, *arguments: str) -> dict:
        call_command("rules", *arguments, "--json")
        return json.loads(capsys.readouterr().out)

    def test_lists_the_catalogue(self, db, capsys):
        codes = [rule["code"] for rule in self.run(capsys, "list")["rules"]]

        assert codes == [
            "ACC-06", "ACC-07", "ACC-12",
            "BND-01", "BND-02", "BND-03", "BND-04", "BND-05", "BND-06", "BND-07",
            "FED-01", "NTC-01", "PAY-01",
            "PAY-02", "PAY-04", "PAY-06", "PAY-10", "WRK-02",
        ]  # fmt: skip

    def test_runs_and_explains(self, facts, capsys):
        code = facts.project.code
        report = self.run(capsys, "run", "NTC-01", "--project", code, "--as-of", "2026-10-09")

        assert report["as_of"] == "2026-10-09"
        [rule], [found] = report["rules"], report["warnings"]
        assert (rule["status"], rule["found"], rule["opened"], rule["cleared"]) == ("ok", 1, 1, 0)
        assert (found["code"], found["project"], found["level"]) == ("NTC-01", code, "橙")
        explained = self.run(capsys, "explain", found["id"])
        assert explained["rule"]["basis"].startswith("《保障农民工工资支付条例》")
        assert explained["since"] == "2026-10-09"

    def test_explains_in_plain_words(self, warning, capsys):
        call_command("rules", "explain", str(warning.uuid))

        told = capsys.readouterr().out
        assert "NTC-01 告示牌未公示（第 1 版）" in told
        assert "怎样解除：打印告示牌" in told
        assert "产生并派发 系统" in told

    def test_explains_with_the_records(self, facts, capsys):
        facts.attend()
        facts.pay(facts.sheet(0, 1, 2), on=date(2026, 10, 15))
        [unpaid] = facts.run("PAY-04", date(2026, 10, 16))

        call_command("rules", "explain", str(unpaid.uuid))

        told = capsys.readouterr().out
        assert "姓名  出勤天数" in told
        assert f"{unpaid.evidence['workers'][0]['name']}  20.0" in told

    @pytest.mark.parametrize(
        "arguments",
        [
            ("run", "XXX-99"),
            ("run", "--project", "nowhere"),
            ("explain", "nothing"),
        ],
    )
    def test_refuses_what_does_not_exist(self, db, arguments):
        with pytest.raises(CommandError) as refusal:
            call_command("rules", *arguments)
        assert refusal.value.returncode == 2


def test_clearing_keeps_time(facts, warning):
    facts.post_board(TODAY)
    facts.run("NTC-01", TODAY, projects={facts.project.pk})

    assert EarlyWarning.everything.get(pk=warning.pk).cleared_at == at(TODAY)
