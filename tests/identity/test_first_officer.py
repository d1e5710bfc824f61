"""An empty platform is begun with one officer, and no other way."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from identity.models import Organisation, User
from identity.roles import Role

NAME = "热依汗·买买提"


def begin(**options: str) -> str:
    out = StringIO()
    call_command(
        "first_officer", region="650000", user=NAME, stdout=out, stderr=StringIO(), **options
    )
    return out.getvalue().strip()


@pytest.mark.django_db
class TestFirstOfficer:
    def test_accepts_the_invitation_and_signs_in(self, settings):
        link = begin()
        assert link.startswith(settings.SITE_URL)
        client = Client()
        page = client.get(urlsplit(link).path)
        assert NAME in page.content.decode()
        chosen = "Kunlun-2026-tong"
        form = {"username": "renshe.first", "name": NAME, "password": chosen}
        form["again"] = chosen
        assert client.post(urlsplit(link).path, form).status_code == 302
        user = User.objects.get()
        [grant] = user.grants.all()
        assert (user.username, grant.role) == ("renshe.first", Role.BUREAU_OFFICER)
        assert grant.region_id == "650000"
        data = {"username": "renshe.first", "password": chosen}
        assert client.post(reverse("identity:sign_in"), data).status_code == 302

    def test_is_put_on_record(self):
        begin()
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert actions == {"organisation.create", "invitation.create"}

    def test_takes_the_bureaus_own_name_and_code(self):
        begin(organisation="新疆维吾尔自治区人社厅", uscc="11650000010166809G")
        bureau = Organisation.everything.get()
        assert (bureau.name, bureau.uscc) == ("新疆维吾尔自治区人社厅", "11650000010166809G")

    def test_refuses_a_platform_that_has_begun(self, cast):
        before = Organisation.everything.count()
        with pytest.raises(CommandError, match="已有单位") as refusal:
            begin()
        assert refusal.value.returncode == 1
        assert Organisation.everything.count() == before

    def test_refuses_a_second_time(self):
        begin()
        with pytest.raises(CommandError, match="已有单位"):
            begin()

    @pytest.mark.parametrize("region", ["650102", "110000", ""])
    def test_refuses_what_is_no_autonomous_region(self, region):
        with pytest.raises(CommandError, match="不是自治区代码") as refusal:
            call_command("first_officer", region=region, user=NAME)
        assert refusal.value.returncode == 2

    @pytest.mark.parametrize("faulty", [{"uscc": "123"}, {"organisation": "名" * 101}])
    def test_refuses_a_faulty_bureau(self, faulty):
        with pytest.raises(CommandError) as refusal:
            begin(**faulty)
        assert refusal.value.returncode == 2
        assert not Organisation.everything.exists()
