"""Messages: once a person and event, sent at least once under one key, and the day's digest."""

import json
import random
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from core import hooks
from core.hook_kinds import DigestLine, DigestLines, Reachable
from core.messages import selectors, services
from core.messages.models import (
    Channel,
    Delivery,
    DigestRun,
    Message,
    MessagePreference,
    SandboxMail,
)
from core.messages.services import Recipient, Urgency, delivery, gateways
from core.messages.services.gateways import GatewayDown, GatewayRefused
from tests.cast import NOW, SHANGHAI
from tests.refusals import refused

pytestmark = pytest.mark.django_db
State = Delivery.State


def tell(*users, key="warning:1", title="新预警", now=NOW, **more):
    people = [Recipient(user.uuid, user.organisation_id, "您是劳资专管员") for user in users]
    return services.send_message(
        recipients=people, event="warning.opened", key=key, title=title, now=now, **more
    )


def urgently(*users, **more):
    return tell(*users, urgency=Urgency.AT_ONCE, **more)


def work(now=NOW):
    return delivery.deliver_waiting(moment=lambda: now)


@pytest.fixture
def labour(cast):
    cast.users.labour.phone = "13912345678"
    cast.users.labour.save()
    return cast.users.labour


def with_mailbox(user, **more):
    return MessagePreference.everything.create(
        person=user.uuid, email="wang@example.cn", email_confirmed_at=NOW, **more
    )


class TestSendMessage:
    def test_comes_once_to_each_person(self, cast, labour):
        assert tell(labour, cast.users.admin) == 2
        assert tell(labour, cast.users.admin, cast.users.manager) == 1
        assert Message.everything.count() == 3

    def test_shows_new_words_of_the_same_event_as_unread(self, labour):
        tell(labour)
        Message.everything.update(read_at=NOW)
        assert tell(labour) == 0
        assert Message.everything.unread().count() == 0
        assert tell(labour, title="新预警 2 条") == 1
        assert [one.title for one in Message.everything.unread()] == ["新预警 2 条"]

    def test_masks_long_numbers(self, labour):
        tell(labour, title="卡号 6221881399869876789", body="证件 650102199001011234")
        message = Message.everything.get()
        assert (message.title, message.body) == ("卡号 ****6789", "证件 ****1234")

    def test_says_why(self, labour):
        with pytest.raises(IntegrityError):
            services.send_message(
                recipients=[Recipient(labour.uuid, None, "")],
                event="x",
                key="x",
                title="x",
                now=NOW,
            )

    def test_leaves_the_platform_only_when_it_cannot_wait(self, labour):
        tell(labour)
        assert Delivery.everything.count() == 0
        urgently(labour, key="warning:2")
        assert [one.channel for one in Delivery.everything.all()] == [Channel.SMS]
        with_mailbox(labour)
        urgently(labour, key="warning:3")
        assert Delivery.everything.filter(message__key="warning:3").count() == 2

    def test_leaves_once_however_often_its_words_change(self, labour):
        with_mailbox(labour)
        urgently(labour)
        urgently(labour, title="新预警 2 条")
        assert Delivery.everything.count() == 2

    def test_leaves_when_it_becomes_urgent(self, labour):
        tell(labour)
        urgently(labour, title="红色预警")
        assert Delivery.everything.count() == 1

    def test_leaves_out_channels_that_a_person_closed(self, labour):
        with_mailbox(labour, sms=False)
        urgently(labour)
        assert [one.channel for one in Delivery.everything.all()] == [Channel.MAIL]


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "due"),
        [
            ("2026-10-09T22:00", "2026-10-10T08:30"),
            ("2026-10-09T23:59", "2026-10-10T08:30"),
            ("2026-10-10T08:29", "2026-10-10T08:30"),
            ("2026-10-10T08:30", "2026-10-10T08:30"),
            ("2026-10-09T21:59", "2026-10-09T21:59"),
        ],
    )
    def test_hold_back_until_they_end(self, at, due):
        moment, expected = (
            datetime.fromisoformat(one).replace(tzinfo=SHANGHAI) for one in (at, due)
        )
        preference = MessagePreference(person=uuid4())
        assert services.after_quiet_hours(preference, moment) == expected

    def test_within_a_day_and_none_at_all(self):
        noon = datetime(2026, 10, 9, 13, tzinfo=SHANGHAI)
        at = [noon.replace(hour=hour).timetz().replace(tzinfo=None) for hour in (12, 14)]
        nap = MessagePreference(person=uuid4(), quiet_from=at[0], quiet_to=at[1])
        assert services.after_quiet_hours(nap, noon) == noon.replace(hour=14)
        none = MessagePreference(person=uuid4(), quiet_from=at[0], quiet_to=at[0])
        assert services.after_quiet_hours(none, noon) == noon

    def test_are_kept_by_what_is_sent(self, labour):
        night = NOW.replace(hour=23)
        urgently(labour, now=night)
        assert work(night) == 0
        assert work(night.replace(day=10, hour=8, minute=30)) == 1

    def test_are_kept_by_a_second_attempt(self, labour, monkeypatch):
        class Down:
            is_sandbox = False

            def send(self, parcel):
                raise GatewayDown

        monkeypatch.setattr(delivery, "gateway_of", lambda channel: Down())
        evening = NOW.replace(hour=21, minute=59, second=30)
        urgently(labour, now=evening)
        assert work(evening) == 1
        morning = NOW.replace(day=10, hour=8, minute=30, second=0)
        assert Delivery.everything.get().due_at == morning


class TestDelivery:
    def test_arrives_in_the_demos_inbox(self, labour):
        urgently(labour, url="/warnings/")
        work()
        sms = Delivery.everything.get(channel=Channel.SMS)
        assert (sms.state, sms.attempts, sms.address) == (State.SENT, 1, "139****5678")
        assert sms.is_sandbox
        mail = SandboxMail.everything.get()
        assert mail.text.startswith("【农民工工资监控】新预警。（您是劳资专管员）办理：http")
        assert (mail.address, mail.recipient) == ("139****5678", labour.uuid)

    def test_without_a_number_or_with_an_unconfirmed_mailbox_is_said_so(self, cast):
        MessagePreference.everything.create(person=cast.users.admin.uuid, email="li@example.cn")
        urgently(cast.users.admin)
        work()
        found = dict(Delivery.everything.values_list("channel", "error"))
        assert found == {Channel.SMS: "没有登记手机号码", Channel.MAIL: "邮箱还没有确认"}
        assert selectors.unreached([cast.users.admin.uuid]) == {
            cast.users.admin.uuid: "没有登记手机号码"
        }

    def test_of_somebody_who_was_disabled_is_not_sent(self, labour):
        urgently(labour)
        labour.is_active = False
        labour.save()
        work()
        assert set(Delivery.everything.values_list("error", flat=True)) == {"用户已停用"}

    def test_where_nothing_is_connected_is_said_so(self, labour, settings):
        settings.DEMO = False
        urgently(labour)
        work()
        assert set(Delivery.everything.values_list("state", flat=True)) == {State.UNCONNECTED}
        assert SandboxMail.everything.count() == 0

    def test_waits_longer_after_each_attempt_and_fails_in_the_end(self, labour, monkeypatch):
        class Down:
            is_sandbox = False

            def send(self, parcel):
                raise GatewayDown

        monkeypatch.setattr(delivery, "gateway_of", lambda channel: Down())
        urgently(labour, channels=[Channel.SMS])
        now = NOW
        for number, wait in enumerate(delivery.WAITS, 1):
            assert work(now) == 1
            sms = Delivery.everything.get()
            assert (sms.state, sms.attempts, sms.due_at) == (State.WAITING, number, now + wait)
            assert work(now) == 0
            now += wait
        work(now)
        sms = Delivery.everything.get()
        assert (sms.state, sms.error) == (State.FAILED, "通道多次没有应答")
        assert selectors.failed_count(now + timedelta(minutes=1)) == 1
        report = selectors.delivery_report(as_of=now.date())
        assert [(one.channel, one.state, one.count) for one in report] == [("短信", "未送达", 1)]

    def test_that_is_refused_is_not_tried_again_until_asked_for(self, cast, labour, monkeypatch):
        class Refusing:
            is_sandbox = False

            def send(self, parcel):
                raise GatewayRefused("短信通道没有接受（400）")

        urgently(labour, channels=[Channel.SMS])
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "gateway_of", lambda channel: Refusing())
            work()
        sms = Delivery.everything.get()
        assert (sms.state, sms.error) == (State.FAILED, "短信通道没有接受（400）")
        assert work(NOW + timedelta(days=1)) == 0
        again = {"actor": labour.actor, "uuid": sms.message.uuid, "channel": Channel.SMS}
        services.send_again(now=NOW, **again)
        work()
        assert Delivery.everything.get().state == State.SENT
        with refused("delivery.under_way"):
            services.send_again(now=NOW, **again)

    def test_reports_its_age_while_it_waits(self, labour):
        assert selectors.oldest_waiting(NOW) is None
        urgently(labour)
        assert selectors.oldest_waiting(NOW + timedelta(seconds=90)) == 90


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class TestKills:
    """A worker may die at any moment: everything still arrives, and nothing arrives twice."""

    @settings(max_examples=40)
    @given(seed=st.integers(0, 10**6), people=st.integers(1, 3), events=st.integers(1, 4))
    def test_lose_nothing_and_double_nothing(self, seed, people, events):
        dice, taken = random.Random(seed), []
        Delivery.everything.all().delete()
        users = [uuid4() for _ in range(people)]

        def perhaps_die():
            if dice.random() < 0.3:
                raise Killed

        class Mortal(gateways.SandboxGateway):
            def send(self, parcel):
                perhaps_die()
                if dice.random() < 0.2:
                    raise GatewayDown
                super().send(parcel)
                taken.append(parcel.reference)
                perhaps_die()

        def reached(asked):
            return {user: Reachable("张三", "13900000000", True) for user in asked}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delivery, "gateway_of", lambda channel: Mortal(channel))
            patch.setattr(delivery, "people_reached", reached)
            for event in range(events):
                # The teller dies too, and says it again.
                for _ in range(2):
                    services.send_message(
                        recipients=[Recipient(user, None, "测试") for user in users],
                        event="e",
                        key=f"{seed}:{event}",
                        title="红色预警",
                        urgency=Urgency.AT_ONCE,
                        channels=[Channel.SMS],
                        now=NOW,
                    )
            now = NOW
            while Delivery.everything.filter(state__in=[State.WAITING, State.SENDING]).exists():
                with suppress(Killed):
                    work(now)
                now += timedelta(minutes=6)
        mine = Delivery.everything.filter(message__recipient__in=users)
        assert mine.count() == people * events
        sent = mine.filter(state=State.SENT)
        arrived = SandboxMail.everything.filter(recipient__in=users)
        # Who gave up after five attempts says so; whatever says sent has arrived, once.
        assert mine.exclude(state=State.SENT).exclude(state=State.FAILED).count() == 0
        assert {one.reference for one in sent} <= {one.reference for one in arrived}
        assert arrived.count() == len(set(taken))


class TestDigest:
    AT = NOW.replace(hour=10, minute=30)

    def test_carries_the_days_news_once(self, labour):
        tell(labour, key="a", title="第一条")
        tell(labour, key="b", title="第二条")
        assert delivery.send_digests(now=self.AT) == 1
        digest = Message.everything.get(event="digest")
        assert digest.title == "10月9日待办：新消息 2 条"
        assert digest.body == "· 第一条\n· 第二条"
        assert Message.everything.filter(digest=digest).count() == 2
        assert Delivery.everything.filter(message=digest).count() == 1
        assert delivery.send_digests(now=self.AT) == 0
        assert DigestRun.objects.count() == 2

    def test_waits_for_the_persons_time(self, labour):
        MessagePreference.everything.create(person=labour.uuid, digest_at="16:00")
        tell(labour)
        assert delivery.send_digests(now=self.AT) == 0
        assert delivery.send_digests(now=NOW.replace(hour=16)) == 1

    def test_is_made_on_working_days_only(self, labour):
        tell(labour)
        sunday = datetime(2026, 10, 11, 18, 30, tzinfo=SHANGHAI)
        assert delivery.send_digests(now=sunday) == 0

    def test_is_not_made_of_nothing(self, labour):
        assert delivery.send_digests(now=self.AT) == 0
        assert Message.everything.count() == 0

    def test_reminds_every_day_of_what_is_not_done(self, labour, monkeypatch):
        line = DigestLine(
            person=labour.uuid,
            organisation=labour.organisation_id,
            text="待反馈的预警 3 条",
            why="您是劳资专管员",
        )
        kind, declared = DigestLines(key="x", selector=lambda *, as_of: [line]), hooks.declared
        monkeypatch.setattr(
            hooks, "declared", lambda asked: [kind] if asked is DigestLines else declared(asked)
        )
        assert delivery.send_digests(now=self.AT) == 1
        assert delivery.send_digests(now=self.AT + timedelta(days=1)) == 1
        titles = Message.everything.order_by("pk").values_list("title", flat=True)
        assert list(titles) == ["10月9日待办：待反馈的预警 3 条", "10月10日待办：待反馈的预警 3 条"]


class TestMailbox:
    CHOICE = {"sms": True, "mail": True, "digest_at": "10:30"} | {
        "quiet_from": services.time(22),
        "quiet_to": services.time(8),
    }

    def choose(self, user, email, now=NOW):
        return services.save_preference(actor=user.actor, now=now, email=email, **self.CHOICE)

    def token(self, user):
        return services.mailbox_token(MessagePreference.everything.get(person=user.uuid))

    def test_gets_nothing_before_its_link_was_opened(self, labour):
        assert self.choose(labour, "wang@example.cn")
        urgently(labour)
        work()
        mails = SandboxMail.everything.filter(channel=Channel.MAIL)
        assert [one.subject for one in mails] == ["请确认您的邮箱"]
        token = self.token(labour)
        assert f"/messages/mailbox/{token.split(':')[0]}" in mails.get().text
        assert mails.get().address == "w***@example.cn"
        services.confirm_mailbox(actor=labour.actor, token=token, now=NOW)
        urgently(labour, key="later")
        work()
        assert mails.all().count() == 2

    def test_is_confirmed_by_its_owner_alone_and_while_it_stands(self, cast, labour):
        self.choose(labour, "wang@example.cn")
        token = self.token(labour)
        for actor, link in (
            (cast.users.admin.actor, token),
            (labour.actor, f"{token}x"),
        ):
            with pytest.raises(MessagePreference.DoesNotExist):
                services.confirm_mailbox(actor=actor, token=link, now=NOW)
        assert self.choose(labour, "li@example.cn")
        with refused("mailbox.link_dead"):
            services.confirm_mailbox(actor=labour.actor, token=token, now=NOW)
        assert MessagePreference.everything.get().email_confirmed_at is None

    def test_is_not_confirmed_by_an_old_link(self, labour, monkeypatch):
        self.choose(labour, "wang@example.cn")
        monkeypatch.setattr(services, "LINK_SECONDS", -1)
        with refused("mailbox.link_dead"):
            services.confirm_mailbox(actor=labour.actor, token=self.token(labour), now=NOW)

    def test_that_stays_needs_no_second_link(self, labour):
        self.choose(labour, "wang@example.cn")
        assert not self.choose(labour, "wang@example.cn")
        assert Message.everything.count() == 1


class TestPages:
    def test_of_others_are_not_there(self, cast, labour):
        tell(labour)
        message = Message.everything.get()
        with pytest.raises(Message.DoesNotExist):
            selectors.message_page(actor=cast.users.admin.actor, uuid=message.uuid)
        page = selectors.message_page(actor=labour.actor, uuid=message.uuid)
        assert page.message == message

    def test_show_the_bell_only_what_is_new_at_this_unit(self, cast, labour):
        tell(labour)
        services.send_message(
            recipients=[Recipient(labour.uuid, cast.owner.pk, "您也为建设单位办理")],
            event="x",
            key="elsewhere",
            title="别的单位",
            now=NOW,
        )
        assert selectors.unread_count(actor=labour.actor) == 1
        services.mark_all_read(actor=labour.actor, now=NOW)
        assert selectors.unread_count(actor=labour.actor) == 0
        assert Message.everything.unread().count() == 1


class TestSmsGateway:
    @pytest.fixture
    def company(self, settings, monkeypatch):
        """What was posted to the company, and what it answers."""
        settings.SMS_URL, settings.SMS_KEY = "https://sms.example/send", "00" * 16
        asked = SimpleNamespace(posted=[], status=200)

        def post(url, *, content, headers, timeout):
            if asked.status == 0:
                raise httpx.ConnectTimeout("")
            asked.posted.append((url, json.loads(content), headers))
            return httpx.Response(asked.status)

        monkeypatch.setattr(gateways.httpx, "post", post)
        return asked

    def test_hands_over_under_its_reference(self, company, labour):
        urgently(labour, channels=[Channel.SMS])
        work()
        sms = Delivery.everything.get()
        [(url, content, headers)] = company.posted
        assert url == "https://sms.example/send"
        assert (content["id"], content["to"]) == (str(sms.reference), "13912345678")
        assert headers["Idempotency-Key"] == str(sms.reference)
        assert len(headers["Signature"]) == 64
        assert (sms.state, sms.is_sandbox) == (State.SENT, False)

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            (202, State.SENT),
            (409, State.SENT),
            (400, State.FAILED),
            (429, State.WAITING),
            (503, State.WAITING),
            (0, State.WAITING),
        ],
    )
    def test_is_believed_as_agreed(self, company, labour, status, state):
        company.status = status
        urgently(labour, channels=[Channel.SMS])
        work()
        assert Delivery.everything.get().state == state


class TestMailGateway:
    def test_carries_its_reference(self, labour, settings, mailoutbox):
        settings.EMAIL_HOST = "mail.example"
        with_mailbox(labour)
        urgently(labour, channels=[Channel.MAIL], body="两条", url="/warnings/")
        work()
        mail, sent = mailoutbox[0], Delivery.everything.get()
        assert mail.to == ["wang@example.cn"]
        assert str(sent.reference) in mail.extra_headers["Message-ID"]
        assert "为何发给您：您是劳资专管员。" in mail.body

    @pytest.mark.parametrize(
        ("error", "state"),
        [(SMTPRecipientsRefused({}), State.FAILED), (OSError(), State.WAITING)],
    )
    def test_is_believed_as_agreed(self, labour, settings, monkeypatch, error, state):
        settings.EMAIL_HOST = "mail.example"

        def send(self):
            raise error

        monkeypatch.setattr("core.messages.services.gateways.EmailMessage.send", send)
        with_mailbox(labour)
        urgently(labour, channels=[Channel.MAIL])
        work()
        assert Delivery.everything.get().state == state
