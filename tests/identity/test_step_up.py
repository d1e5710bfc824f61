"""The second factor asked again before money moves."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

import wagemon.urls
from core.models import AuditEntry
from identity.models import SignIn
from identity.step_up import asks_code_again
from tests.cast import PASSWORD

MOMENT = timezone.now().replace(microsecond=0) - timedelta(hours=1)


@require_POST
@asks_code_again("代发工资")
def pay(request):
    return HttpResponse(f"paid {request.POST.get('amount')}")


class WithPay:
    urlpatterns = [*wagemon.urls.urlpatterns, path("try/pay/", pay, name="try_pay")]


@pytest.fixture(autouse=True)
def pay_page():
    with override_settings(ROOT_URLCONF=WithPay):
        yield


@pytest.fixture
def device(cast):
    return TOTPDevice.objects.create(user=cast.users.admin, name="app", confirmed=True)


def signed_in(user, device):
    client = Client()
    client.force_login(user, backend="identity.backends.UserBackend")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def code_at(device, moment):
    totp = TOTP(device.bin_key)
    totp.time = moment.timestamp()
    return f"{totp.token():06d}"


@pytest.fixture
def client(cast, device):
    return signed_in(cast.users.admin, device)


def test_asks_and_does_nothing_yet(client):
    page = client.post("/try/pay/", {"amount": "12.50"}).content.decode()
    assert "代发工资还没有办理" in page
    assert '<input type="hidden" name="amount" value="12.50">' in page
    assert "csrfmiddlewaretoken" not in page.split("hidden", 2)[1]


def test_goes_on_with_a_right_code_and_the_same_fields(client, device):
    with time_machine.travel(MOMENT, tick=False):
        data = {"amount": "12.50", "one_time_code": code_at(device, MOMENT)}
        assert client.post("/try/pay/", data).content == b"paid 12.50"


def test_puts_it_on_record(client, cast, device):
    with time_machine.travel(MOMENT, tick=False):
        client.post("/try/pay/", {"one_time_code": code_at(device, MOMENT)})
    entry = AuditEntry.objects.get(action="user.step_up")
    assert (entry.actor, entry.detail) == (cast.users.admin.uuid, {"用途": "代发工资"})


@pytest.mark.parametrize(("minutes", "goes_on"), [(5, True), (5.1, False)])
def test_counts_for_five_minutes(client, device, minutes, goes_on):
    with time_machine.travel(MOMENT, tick=False) as clock:
        client.post("/try/pay/", {"one_time_code": code_at(device, MOMENT)})
        clock.shift(timedelta(minutes=minutes))
        answer = client.post("/try/pay/", {"amount": "1"}).content
    assert (answer == b"paid 1") is goes_on


def test_takes_a_code_only_once(cast, device):
    with time_machine.travel(MOMENT, tick=False):
        first, second = (signed_in(cast.users.admin, device) for _ in range(2))
        data = {"one_time_code": code_at(device, MOMENT)}
        assert first.post("/try/pay/", data).content == b"paid None"
        assert "已经用过" in second.post("/try/pay/", data).content.decode()


def test_refuses_a_wrong_code_and_logs_it(client, cast, device):
    with time_machine.travel(MOMENT, tick=False):
        wrong = f"{(int(code_at(device, MOMENT)) + 1) % 10**6:06d}"
        page = client.post("/try/pay/", {"one_time_code": wrong, "amount": "3"}).content.decode()
    assert "动态口令不对" in page
    assert 'name="amount" value="3"' in page
    assert SignIn.objects.get().outcome == "wrong_code"
    assert not AuditEntry.objects.filter(action="user.step_up").exists()


def test_takes_the_code_of_a_sign_in_just_now(cast, device):
    client = Client()
    with time_machine.travel(MOMENT, tick=False) as clock:
        client.post("/signin/", {"username": "admin", "password": PASSWORD})
        client.post("/signin/code/", {"code": code_at(device, MOMENT)})
        clock.shift(timedelta(minutes=4))
        assert client.post("/try/pay/").content == b"paid None"
        clock.shift(timedelta(minutes=2))
        assert client.post("/try/pay/").content != b"paid None"


def test_never_counts_a_code_from_the_future(client, device):
    with time_machine.travel(MOMENT, tick=False):
        client.post("/try/pay/", {"one_time_code": code_at(device, MOMENT)})
    with time_machine.travel(MOMENT - timedelta(minutes=1), tick=False):
        assert client.post("/try/pay/").content != b"paid None"
