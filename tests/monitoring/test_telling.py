"""Who is told of warnings, in how many messages, and what the digest reminds of."""

from datetime import timedelta

import pytest

from core import changes
from core.messages.models import Delivery, Message
from core.messages.services import delivery
from identity.models import Grant
from monitoring import acts, telling
from monitoring.models import EarlyWarning, Level, WarningEvent
from monitoring.receivers import Receivers, levels_of
from projects.models import ProjectOfficer
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def raised(cast):
    """Warnings as the engine writes them, with their first step."""

    def warn(rule="PAY-02", level=Level.YELLOW, employer=True, project=cast.project, at=NOW):
        number = EarlyWarning.everything.count()
        warning = EarlyWarning.everything.create(
            rule=rule,
            rule_version=1,
            title="逾期未支付",
            subject=f"project:{number}",
            project=project,
            employer=cast.subcontractor if employer else None,
            fact_level=level,
            summary=f"第 {number} 条",
            since=TODAY,
            evaluated_on=TODAY,
            sign_by=TODAY,
            settle_by=TODAY + timedelta(days=7),
        )
        warning.refresh_from_db()
        step(warning, WarningEvent.Kind.OPENED, at=at)
        return warning

    return warn


def step(warning, kind, at=NOW, actor=None):
    return WarningEvent.everything.create(
        warning=warning,
        at=at,
        kind=kind,
        actor_id=actor.uuid if actor else warning.uuid,
        actor_name="系统",
        level=warning.level,
    )


def names(cast, recipients):
    known = {user.uuid: name for name, user in vars(cast.users).items()}
    return {known[one.user] for one in recipients}


class TestReceivers:
    def test_are_site_employer_county_and_department(self, cast, raised):
        warning = raised()
        found = Receivers([warning]).of(warning)
        expected = {"manager", "labour", "sub", "county", "county_second", "housing"}
        assert names(cast, found) == expected
        why = {one.user: one.why for one in found}
        assert why[cast.users.labour.uuid] == f"您是{cast.project.name}的劳资专管员"
        assert why[cast.users.county.uuid] == "您是属地人社部门的监察员"

    def test_of_missing_deposits_is_the_owner_too(self, cast, raised):
        for rule in ("ACC-04", "ACC-05"):
            warning = raised(rule, employer=False)
            assert "owner" in names(cast, Receivers([warning]).of(warning))
            assert list(EarlyWarning.objects.visible_to(cast.users.owner.actor).filter(rule=rule))
        warning = raised("ACC-06", employer=False)
        assert "owner" not in names(cast, Receivers([warning]).of(warning))
        assert not EarlyWarning.objects.visible_to(cast.users.owner.actor).filter(rule="ACC-06")

    def test_of_missing_statements_is_the_bank_too(self, cast, raised):
        for rule in ("FED-01", "ACC-10"):
            warning = raised(rule, employer=False)
            told = names(cast, Receivers([warning]).of(warning))
            assert told & {"bank", "other_bank"} == {"bank"}
            assert list(EarlyWarning.objects.visible_to(cast.users.bank.actor).filter(rule=rule))
        assert not EarlyWarning.objects.visible_to(cast.users.other_bank.actor)

    def test_of_a_bank_without_a_project_are_the_bank_and_the_region(self, cast, raised):
        warning = raised("FED-01", employer=False, project=None)
        warning.subject = f"bank:{cast.bank.uscc}"
        assert names(cast, Receivers([warning]).of(warning)) == {"bank", "province"}

    def test_where_nobody_answers_for_the_project_is_the_administrator(self, cast, raised):
        Grant.objects.filter(user__in=[cast.users.labour, cast.users.manager]).delete()
        ProjectOfficer.everything.filter(project=cast.project).update(user=None)
        warning = raised()
        assert "admin" in names(cast, Receivers([warning]).of(warning))

    def test_of_a_county_without_officers_is_the_prefecture(self, cast, raised):
        Grant.objects.filter(user__in=[cast.users.county, cast.users.county_second]).delete()
        warning = raised()
        receivers = Receivers([warning])
        assert names(cast, receivers.officers(warning)) == {"prefecture", "housing"}
        assert names(cast, receivers.officers(warning, 2)) == {"province"}

    def test_levels_climb(self):
        assert levels_of("650102") == ["650102", "650100", "650000"]
        assert levels_of("650100") == ["650100", "650000"]


class TestTelling:
    def messages_of(self, user):
        return Message.everything.filter(recipient=user.uuid).order_by("pk")

    def test_is_one_message_a_day_project_and_employer(self, cast, raised):
        for _ in range(3):
            raised()
        raised(employer=False)
        assert telling.tell_people(now=NOW) == 4
        titles = [one.title for one in self.messages_of(cast.users.labour)]
        name, employer = cast.project.name, cast.subcontractor.name
        assert sorted(titles) == [
            f"{name} · {employer}：新预警 3 条，最高黄色",
            f"{name}：新预警 1 条，最高黄色",
        ]
        assert self.messages_of(cast.users.sub).count() == 1
        assert self.messages_of(cast.users.other_labour).count() == 0

    def test_grows_with_the_day(self, cast, raised):
        raised()
        telling.tell_people(now=NOW)
        raised()
        telling.tell_people(now=NOW + timedelta(hours=1))
        message = self.messages_of(cast.users.labour).get()
        assert "新预警 2 条" in message.title
        assert message.body.count("逾期未支付") == 2
        raised(at=NOW + timedelta(days=1))
        telling.tell_people(now=NOW + timedelta(days=1))
        assert self.messages_of(cast.users.labour).count() == 2

    def test_reads_each_step_once(self, cast, raised):
        raised()
        assert telling.tell_people(now=NOW) == 1
        Message.everything.update(read_at=NOW)
        assert telling.tell_people(now=NOW) == 0
        assert Message.everything.unread().count() == 0

    def test_that_broke_off_is_done_again_and_nobody_is_told_twice(self, cast, raised, monkeypatch):
        raised()
        raised(employer=False)
        told, tell = [], telling.send_message

        def breaking(**message):
            told.append(message)
            if len(told) == 2:
                raise RuntimeError
            return tell(**message)

        monkeypatch.setattr(telling, "send_message", breaking)
        with pytest.raises(RuntimeError):
            telling.tell_people(now=NOW)
        telling.tell_people(now=NOW)
        assert self.messages_of(cast.users.labour).count() == 2

    def test_leaves_at_once_where_one_is_red(self, cast, raised):
        raised()
        telling.tell_people(now=NOW)
        assert Delivery.everything.count() == 0
        raised(level=Level.RED)
        telling.tell_people(now=NOW)
        assert self.messages_of(cast.users.labour).get().badge == "red"
        assert Delivery.everything.filter(message__recipient=cast.users.labour.uuid).count() == 1

    def test_of_what_is_old_is_silent(self, raised):
        raised(at=NOW - telling.NEWS_FOR)
        assert telling.tell_people(now=NOW) == 1
        assert Message.everything.count() == 0

    def test_follows_the_steps_that_people_take(self, cast, raised):
        warning = raised()
        telling.tell_people(now=NOW)
        Message.everything.all().delete()
        acts.sign(actor=cast.users.county.actor, uuid=warning.uuid, now=NOW)
        acts.report(actor=cast.users.labour.actor, uuid=warning.uuid, now=NOW, note="已补发")
        telling.tell_people(now=NOW)
        assert "已签收" in self.messages_of(cast.users.manager).get().title
        assert "已反馈" in self.messages_of(cast.users.county_second).get().title
        events = set(self.messages_of(cast.users.labour).values_list("event", flat=True))
        assert events == {"warning.signed"}

    def test_tells_of_supervision_by_people_and_goes_on(self, cast, raised):
        warning = raised()
        telling.tell_people(now=NOW)
        Message.everything.all().delete()
        users, uuid = cast.users, warning.uuid
        acts.supervise(actor=users.prefecture.actor, uuid=uuid, now=NOW, note="速办", days=2)
        acts.sign(actor=users.county.actor, uuid=uuid, now=NOW)
        telling.tell_people(now=NOW)
        for user in (users.county, users.county_second, users.labour):
            assert "被督办" in self.messages_of(user).get(event="warning.supervised").title
        assert not self.messages_of(users.prefecture)
        assert self.messages_of(users.labour).filter(event="warning.signed").exists()

    def test_tells_the_level_above_of_what_is_reported_up(self, cast, raised):
        warning = raised()
        acts.sign(actor=cast.users.county.actor, uuid=warning.uuid, now=NOW)
        acts.report_up(actor=cast.users.county.actor, uuid=warning.uuid, now=NOW, note="企业失联")
        telling.tell_people(now=NOW)
        told = self.messages_of(cast.users.prefecture).get()
        assert (told.event, told.body) == ("warning.reported_up", "企业失联")
        assert not self.messages_of(cast.users.province)

    def test_tells_who_decides_and_who_asked_of_an_extension(self, cast, raised):
        uuid = raised().uuid
        labour, county = cast.users.labour, cast.users.county
        acts.ask_extension(actor=labour.actor, uuid=uuid, now=NOW, days=2, note="材料在途")
        acts.decide_extension(actor=county.actor, uuid=uuid, now=NOW, granted=False, note="不足")
        telling.tell_people(now=NOW)
        asked = self.messages_of(county).get(event="warning.extension_asked")
        assert "申请延期" in asked.title
        decided = self.messages_of(labour).get(event="warning.not_extended")
        assert "延期未获批准" in decided.title

    def test_keeps_the_history_that_it_reads(self, raised):
        raised()
        telling.tell_people(now=NOW)
        changes.prune_rows()
        assert WarningEvent.everything.count() == 1


class TestOpenWork:
    def lines(self, user, as_of=TODAY):
        return [one.text for one in telling.open_work(as_of=as_of) if one.person == user.uuid]

    def test_is_reminded_of_until_it_is_done(self, cast, raised):
        raised()
        warning = raised()
        assert self.lines(cast.users.county) == ["待签收预警 2 条"]
        late = TODAY + timedelta(days=1)
        assert self.lines(cast.users.county, late) == ["待签收预警 2 条（逾期 2 条）"]
        assert self.lines(cast.users.labour) == ["待处置反馈预警 2 条"]
        acts.sign(actor=cast.users.county.actor, uuid=warning.uuid, now=NOW)
        assert self.lines(cast.users.county_second) == ["待签收预警 1 条"]
        acts.report(actor=cast.users.labour.actor, uuid=warning.uuid, now=NOW, note="已补发")
        assert self.lines(cast.users.labour) == ["待处置反馈预警 1 条"]

    def test_stands_in_the_digest(self, cast, raised):
        raised()
        telling.tell_people(now=NOW)
        delivery.send_digests(now=NOW)
        digest = Message.everything.get(recipient=cast.users.county.uuid, event="digest")
        assert digest.title == "10月9日待办：新消息 1 条，待签收预警 1 条"
        assert digest.why == "您是属地人社部门的监察员"
