"""Limits of wrong guesses, and whom they never lock out."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity import guessing
from identity.guessing import Limit
from identity.models import SignIn
from tests.cast import PASSWORD

MOMENT = timezone.now().replace(hour=3, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


def guess(client=None, username="owner", password="wrong", address="203.0.113.9"):
    client = client or Client()
    data = {"username": username, "password": password}
    return client.post("/signin/", data, REMOTE_ADDR=address)


def statuses(count, **same):
    return [guess(**same).status_code for _ in range(count)]


@pytest.fixture
def known(cast):
    """The browser in which the owner's clerk signed in before."""
    client = Client()
    assert guess(client, password=PASSWORD).status_code == 302
    client.post("/signout/")
    return client


class TestOneNameFromOnePlace:
    def test_has_five_guesses(self, cast):
        assert statuses(6) == [200] * 5 + [429]

    def test_reads_until_when_and_what_to_do(self, cast, clock):
        statuses(4)
        clock.shift(timedelta(minutes=3))
        guess()
        page = guess().content.decode()
        until = timezone.localtime(MOMENT + timedelta(minutes=16))
        assert f"{until:%H:%M}" in page
        assert "企业管理员更换" in page

    def test_refuses_the_right_password_too_while_locked(self, cast):
        statuses(5)
        assert guess(password=PASSWORD).status_code == 429
        assert SignIn.objects.filter(outcome="locked").count() == 1

    def test_is_free_after_a_quarter_of_an_hour_however_often_it_was_tried(self, cast, clock):
        statuses(5)
        clock.shift(timedelta(minutes=14))
        assert guess().status_code == 429
        clock.shift(timedelta(minutes=1, seconds=1))
        assert guess(password=PASSWORD).status_code == 302

    def test_does_not_count_what_was_right(self, cast):
        for _ in range(6):
            assert guess(password=PASSWORD).status_code == 302
        assert guess().status_code == 200

    def test_is_the_proxys_last_word(self, cast, settings):
        settings.BEHIND_PROXY = True
        for _ in range(5):
            forged = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9"}
            Client().post("/signin/", {"username": "owner", "password": "x"}, **forged)
        right = {"username": "owner", "password": PASSWORD}
        answers = [
            Client(headers={"X-Forwarded-For": one}).post("/signin/", right).status_code
            for one in ("6.6.6.6", "203.0.113.9")
        ]
        assert answers == [302, 429]


class TestOneName:
    def test_has_ten_guesses_from_everywhere(self, cast):
        answers = [guess(address=f"203.0.113.{n}").status_code for n in range(11)]
        assert answers == [200] * 10 + [429]

    def test_has_fifty_guesses_a_day(self, cast, clock):
        for n in range(50):
            assert guess(address=f"203.0.113.{n}").status_code == 200
            clock.shift(timedelta(minutes=2))
        answer = guess(address="203.0.113.77")
        assert answer.status_code == 429
        tomorrow = timezone.localtime(MOMENT + timedelta(days=1, minutes=1))
        assert f"{tomorrow.month}月{tomorrow.day}日 {tomorrow:%H:%M}" in answer.content.decode()

    def test_says_as_little_of_a_name_that_nobody_has(self, cast):
        assert statuses(6, username="nobody") == [200] * 5 + [429]


class TestOneAddress:
    def test_has_fifty_guesses_of_whatever_names(self, cast):
        answers = [guess(username=f"name{n}").status_code for n in range(51)]
        assert answers == [200] * 50 + [429]

    def test_leaves_other_addresses_alone(self, cast):
        for n in range(50):
            guess(username=f"name{n}")
        assert guess(password=PASSWORD, address="203.0.113.10").status_code == 302


class TestOverAll:
    def test_stops_unknown_devices_and_no_known_one(self, cast, known, monkeypatch):
        monkeypatch.setattr(guessing, "UNKNOWN", (Limit((), 3, guessing._QUARTER, of_kind=False),))
        for n in range(3):
            guess(username=f"name{n}", address=f"203.0.113.{n}")
        page = guess(username="admin", address="203.0.113.99")
        assert page.status_code == 429
        assert "大量猜测" in page.content.decode()
        assert guess(known, password=PASSWORD).status_code == 302


class TestKnownDevice:
    def test_is_not_locked_out_by_a_colleagues_guesses(self, cast, known):
        statuses(20)
        for n in range(20):
            guess(address=f"203.0.113.{n}")
        assert guess(known, password=PASSWORD).status_code == 302

    def test_has_an_allowance_of_its_own(self, cast, known):
        assert [guess(known).status_code for _ in range(11)] == [200] * 10 + [429]
        assert guess(password=PASSWORD).status_code == 302

    def test_is_known_for_its_owner_alone(self, cast, known):
        answers = [guess(known, username="labour").status_code for _ in range(6)]
        assert answers == [200] * 5 + [429]

    def test_is_no_device_with_a_forged_cookie(self, cast, known, settings):
        name = settings.DEVICE_COOKIE_NAME
        known.cookies[name] = known.cookies[name].value[:-3] + "abc"
        assert [guess(known).status_code for _ in range(6)] == [200] * 5 + [429]

    def test_names_nobody_in_its_cookie(self, cast, known, settings):
        cookie = known.cookies[settings.DEVICE_COOKIE_NAME]
        assert "owner" not in str(signing.loads(cookie.value, salt="identity.devices"))
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_knows_five_people_at_most(self, cast):
        client = Client()
        for name in ("owner", "x1", "x2", "x3", "x4", "x5"):
            if name != "owner":
                cast.user(name, cast.owner, "owner_clerk")
            guess(client, username=name, password=PASSWORD)
            client.post("/signout/")
        assert [guess(client).status_code for _ in range(6)] == [200] * 5 + [429]


class TestOldPassword:
    def test_counts_too_and_says_until_when(self, cast):
        client = cast.client(cast.users.owner)
        data = {
            "old_password": "wrong",
            "new_password1": "tianshan xue shui",
            "new_password2": "tianshan xue shui",
        }
        for _ in range(5):
            assert "旧密码" in client.post("/password/", data).content.decode()
        data["old_password"] = PASSWORD
        page = client.post("/password/", data)
        assert page.status_code == 200
        assert "现在的密码输错次数太多" in page.content.decode()
        cast.users.owner.refresh_from_db()
        assert cast.users.owner.check_password(PASSWORD)

    def test_does_not_count_a_weak_new_one(self, cast):
        client = cast.client(cast.users.owner)
        data = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
        for _ in range(7):
            client.post("/password/", data)
        assert not SignIn.objects.filter(outcome="wrong_old_password").exists()

    def test_leaves_signing_in_alone(self, cast):
        client = cast.client(cast.users.owner)
        for _ in range(6):
            client.post("/password/", {"old_password": "wrong"})
        assert guess(password=PASSWORD, address="127.0.0.1").status_code == 302


class TestCodes:
    @pytest.fixture
    def device(self, cast):
        return TOTPDevice.objects.create(user=cast.users.county, name="app", confirmed=True)

    def right(self, device):
        totp = TOTP(device.bin_key)
        totp.time = timezone.now().timestamp()
        return f"{totp.token():06d}"

    def test_have_five_guesses_and_then_not_even_the_right_one(self, cast, device):
        client = Client()
        guess(client, username="county", password=PASSWORD)
        wrong = f"{(int(self.right(device)) + 1) % 10**6:06d}"
        for _ in range(5):
            client.post("/signin/code/", {"code": wrong}, REMOTE_ADDR="203.0.113.9")
        code = {"code": self.right(device)}
        page = client.post("/signin/code/", code, REMOTE_ADDR="203.0.113.9")
        assert "输错次数太多" in page.content.decode()

    def test_of_a_colleague_do_not_lock_a_known_device(self, cast, device, clock):
        known, other = Client(), Client()
        guess(known, username="county", password=PASSWORD)
        known.post("/signin/code/", {"code": self.right(device)})
        known.post("/signout/")
        guess(other, username="county", password=PASSWORD)
        for _ in range(12):
            other.post("/signin/code/", {"code": "000000"})
        clock.shift(timedelta(minutes=1))
        guess(known, username="county", password=PASSWORD)
        assert known.post("/signin/code/", {"code": self.right(device)}).status_code == 302


class TestInvitations:
    def test_are_guessed_fifty_times_at_most(self, cast, client):
        answers = [client.get(f"/invite/guess{n}/").status_code for n in range(51)]
        assert answers == [404] * 50 + [429]


class TestLog:
    def test_keeps_no_address_that_one_wanted_to_open(self, cast):
        Client().post("/signin/?next=/workers/%3Fq=650102199001011234", {"username": "owner"})
        guess()
        assert "650102199001011234" not in str(list(SignIn.objects.values()))
