"""Access renewed at the server, where too few are left on the platform: two people, two steps."""

import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.actor import COMMAND_LINE
from core.models import AuditEntry
from identity import services
from identity.models import Renewal, User, UserSession
from tests.cast import NOW, PASSWORD
from tests.refusals import refused

REASON = "本人到场核对身份证件，手机丢失"


@pytest.fixture
def last(cast):
    """The officer of the autonomous region, who has nobody beside or above."""
    User.objects.filter(grants__role="bureau_officer").exclude(pk=cast.users.province.pk).update(
        is_active=False
    )
    return cast.users.province


@pytest.fixture
def at(monkeypatch):
    """Sets the time at which the command is called, in minutes."""

    def set_minutes(minutes):
        now = NOW + timedelta(minutes=minutes)
        monkeypatch.setattr("identity.management.commands.renew_access.clock.now", lambda: now)

    set_minutes(0)
    return set_minutes


def renew(user, by, **options):
    out = StringIO()
    call_command("renew_access", user.username, by=by, stdout=out, **options)
    return out.getvalue()


def is_untouched(user):
    return User.objects.get(pk=user.pk).check_password(PASSWORD)


class TestRenewAccess:
    def test_takes_two_people_and_a_wait(self, cast, last, at):
        client = cast.client(last)
        said = renew(last, "运维甲", reason=REASON)
        [renewal] = Renewal.objects.all()
        assert str(renewal.uuid) in said
        assert (renewal.needs_second, renewal.proposed_by_name) == (True, "命令行 运维甲")
        assert is_untouched(last)
        assert client.get("/password/").status_code == 200
        at(15)
        said = renew(last, "运维乙", confirm=renewal.uuid)
        password = re.search(r"临时密码 (\S+)，", said)[1]
        user = User.objects.get(pk=last.pk)
        assert user.check_password(password)
        assert user.must_change_password
        assert not TOTPDevice.objects.filter(user=user).exists()
        assert not UserSession.objects.filter(user=user).exists()
        entries = AuditEntry.objects.filter(action__startswith="renewal.").order_by("pk")
        assert [(one.action, one.actor_name) for one in entries] == [
            ("renewal.propose", "命令行 运维甲"),
            ("renewal.done", "命令行 运维乙"),
        ]

    @pytest.mark.parametrize(
        ("minutes", "by", "words"),
        [(14, "运维乙", "15 分钟以内"), (15, "运维甲", "提出人不能自己确认"), (15, " ", "办理人")],
    )
    def test_is_not_confirmed_early_or_by_who_proposed(self, last, at, minutes, by, words):
        renew(last, "运维甲", reason=REASON)
        at(minutes)
        with pytest.raises(CommandError, match=words):
            renew(last, by, confirm=Renewal.objects.get().uuid)
        assert is_untouched(last)

    def test_can_be_refused_by_the_person_while_it_waits(self, cast, last, at):
        renew(last, "运维甲", reason=REASON)
        renewal = Renewal.objects.get()
        assert cast.client(last).post(f"/renewals/{renewal.uuid}/refuse/").status_code == 302
        at(15)
        with pytest.raises(CommandError, match="已经有人办理过"):
            renew(last, "运维乙", confirm=renewal.uuid)
        assert is_untouched(last)

    def test_is_left_to_people_where_two_can_do_it(self, cast, at):
        with pytest.raises(CommandError, match="请他们在页面上办理"):
            renew(cast.users.county, "运维甲", reason=REASON)
        assert not Renewal.objects.exists()

    def test_is_open_where_only_one_is_left_who_then_confirms_in_pages(self, cast, last, at):
        second = cast.user("second", last.organisation, "bureau_officer", region_id="650000")
        renew(last, "运维甲", reason=REASON)
        renewal = Renewal.objects.get()
        cast.client(second).post(f"/renewals/{renewal.uuid}/confirm/")
        assert not is_untouched(last)
        assert Renewal.objects.get().decided_by == second.uuid

    def test_knows_neither_a_stranger_nor_anothers_number(self, cast, last, at):
        renew(last, "运维甲", reason=REASON)
        number = Renewal.objects.get().uuid
        for user in (User(username="nobody"), cast.users.labour):
            with pytest.raises(CommandError) as refusal:
                renew(user, "运维乙", confirm=number)
            assert refusal.value.returncode == 2
        assert is_untouched(last)


class TestService:
    """What the command asks of it, refused by code."""

    @pytest.fixture
    def command_line(self):
        return replace(COMMAND_LINE, id=uuid4(), name="命令行 运维甲")

    def test_leaves_it_to_the_pages(self, cast, command_line):
        with refused("renewal.in_pages"):
            services.propose_renewal(
                actor=command_line,
                uuid=cast.users.county.uuid,
                what="both",
                reason=REASON,
                now=NOW,
            )

    def test_waits(self, last, command_line):
        renewal, password = services.propose_renewal(
            actor=command_line, uuid=last.uuid, what="both", reason=REASON, now=NOW
        )
        assert password == ""
        with refused("renewal.too_early"):
            services.confirm_renewal(actor=COMMAND_LINE, uuid=renewal.uuid, now=NOW)
