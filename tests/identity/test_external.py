"""Single sign-on against a real OpenID Connect provider that runs beside the tests."""

import warnings
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.errors import Refused
from core.models import AuditEntry
from identity import external, services
from identity.models import ExternalIdentity

#: The provider's own libraries speak to their maintainers.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")
with warnings.catch_warnings():
    # Importing this puts a filter before every other.
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from oidc_provider_mock import User as ProviderUser
    from oidc_provider_mock import run_server_in_thread


@pytest.fixture(scope="module")
def provider():
    users = [
        ProviderUser(sub="zhang-1"),
        ProviderUser(sub="owner"),
        ProviderUser(sub="strong-1"),
    ]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def sso(request, settings):
    external.discovered.cache_clear()
    if "provider" in request.fixturenames:
        settings.OIDC_ISSUER = request.getfixturevalue("provider")
        # The provider of the tests has one key and gives it no name.
        settings.OIDC_VERIFY_KID = False
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "wages", "secret"


def through_provider(client, subject, path="/sso/"):
    """As a browser goes: to the provider, sign in there as the subject, and back."""
    away = client.get(path)
    assert away.status_code == 302
    answer = httpx.post(away["Location"], data={"sub": subject}, follow_redirects=False)
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/sso/callback/"
    return client.get(f"{back.path}?{back.query}")


def bind(user, provider, subject):
    ExternalIdentity.objects.create(
        user=user, issuer=provider, subject=subject, bound_by=user.uuid, bound_at=timezone.now()
    )


class TestOff:
    @pytest.mark.parametrize("path", ["/sso/", "/sso/callback/"])
    def test_is_not_there(self, cast, client, path):
        assert client.get(path).status_code == 404

    def test_offers_nothing_on_the_sign_in_page(self, cast, client):
        assert "统一认证" not in client.get("/signin/").content.decode()


class TestSignIn:
    def test_signs_in_who_was_bound(self, cast, provider):
        bind(cast.users.owner, provider, "zhang-1")
        client = Client()
        answer = through_provider(client, "zhang-1", "/sso/?next=/password/")
        assert answer["Location"] == "/password/"
        assert client.get("/password/").wsgi_request.user == cast.users.owner

    def test_never_matches_by_a_name(self, cast, provider):
        """The provider calls somebody as a user of ours is called: that is nobody here."""
        client = Client()
        assert through_provider(client, "owner")["Location"] == "/signin/"
        assert "还没有和平台用户绑定" in client.get("/signin/").content.decode()
        assert client.get("/password/").status_code == 302

    def test_asks_for_the_own_code_where_the_role_needs_one(self, cast, provider):
        bind(cast.users.admin, provider, "zhang-1")
        client = Client()
        assert through_provider(client, "zhang-1")["Location"] == "/signin/code/"
        assert client.get("/users/").status_code == 302

    def test_refuses_the_disabled(self, cast, provider):
        bind(cast.users.owner, provider, "zhang-1")
        type(cast.users.owner).objects.filter(pk=cast.users.owner.pk).update(is_active=False)
        assert through_provider(Client(), "zhang-1")["Location"] == "/signin/"

    def test_takes_an_answer_only_once_and_only_here(self, cast, provider):
        bind(cast.users.owner, provider, "zhang-1")
        client = Client()
        away = client.get("/sso/")
        answer = httpx.post(away["Location"], data={"sub": "zhang-1"}, follow_redirects=False)
        back = urlsplit(answer.headers["Location"])
        elsewhere = Client()
        for browser, place in ((elsewhere, "/signin/"), (client, "/"), (client, "/")):
            assert browser.get(f"{back.path}?{back.query}")["Location"] == place
        assert elsewhere.get("/password/").status_code == 302

    def test_refuses_a_token_for_another_client(self, cast, provider, settings, monkeypatch):
        bind(cast.users.owner, provider, "zhang-1")
        client = Client()
        away = client.get("/sso/")
        answer = httpx.post(away["Location"], data={"sub": "zhang-1"}, follow_redirects=False)
        back = urlsplit(answer.headers["Location"])
        verify = external.OIDCAuthenticationBackend.verify_token
        monkeypatch.setattr(
            external.OIDCAuthenticationBackend,
            "verify_token",
            lambda *args, **more: verify(*args, **more) | {"aud": "another"},
        )
        assert client.get(f"{back.path}?{back.query}")["Location"] == "/signin/"

    def test_says_when_the_provider_is_down(self, cast, provider, settings):
        settings.OIDC_ISSUER = "http://localhost:9"
        client = Client()
        assert client.get("/sso/")["Location"] == "/signin/"
        assert "没有应答" in client.get("/signin/").content.decode()


class TestBinding:
    def test_binds_who_has_signed_in(self, cast, provider):
        client = cast.client(cast.users.owner)
        assert client.post("/sso/bind/")["Location"] == "/sso/"
        assert through_provider(client, "zhang-1")["Location"] == "/sessions/"
        bound = ExternalIdentity.objects.get()
        assert (bound.user, bound.subject, bound.issuer) == (
            cast.users.owner,
            "zhang-1",
            provider,
        )
        assert AuditEntry.objects.filter(action="external.bind").exists()
        assert "已绑定" in client.get("/sessions/").content.decode()

    def test_binds_a_subject_to_one_user(self, cast, provider):
        bind(cast.users.owner, provider, "zhang-1")
        client = cast.client(cast.users.admin)
        client.post("/sso/bind/")
        through_provider(client, "zhang-1")
        assert ExternalIdentity.objects.get().user == cast.users.owner
        with pytest.raises(Refused) as refusal:
            services.bind_subject(
                actor=cast.actor(cast.users.admin),
                issuer=provider,
                subject="zhang-1",
                now=timezone.now(),
            )
        assert refusal.value.code == "external.bound_already"

    def test_is_the_managers_for_others_and_released(self, cast, provider):
        client = cast.client(cast.users.admin)
        url = f"/users/{cast.users.manager.uuid}/"
        client.post(f"{url}bind/", {"subject": "zhang-1"})
        assert ExternalIdentity.objects.get().user == cast.users.manager
        assert cast.client(cast.users.labour).post(f"{url}release/").status_code == 403
        client.post(f"{url}release/")
        assert not ExternalIdentity.objects.exists()
        with pytest.raises(Refused) as refusal:
            services.release_subject(
                actor=cast.actor(cast.users.admin), issuer=provider, now=timezone.now()
            )
        assert refusal.value.code == "external.none_bound"

    def test_begins_by_no_link_of_another_site(self, cast, provider):
        """Whoever is signed in at the provider would be let in as the user from then on."""
        client = cast.client(cast.users.owner)
        assert client.get("/sso/")["Location"] == "/sessions/"
        assert client.get("/sso/bind/").status_code == 405

    def test_asks_for_the_code_again(self, cast, provider):
        client = cast.client(cast.users.admin)
        session = client.session
        session.pop("code_given_at")
        session.save()
        assert "再输入一次动态口令" in client.post("/sso/bind/").content.decode()
        assert client.get("/sso/")["Location"] == "/sessions/"

    def test_of_who_releases_money_is_their_own(self, cast, provider):
        """A renewal takes two there: one manager alone does not let anybody in by another way."""
        client = cast.client(cast.users.admin)
        url = f"/users/{cast.users.labour.uuid}/"
        page = client.post(f"{url}bind/", {"subject": "zhang-1"}, follow=True).content.decode()
        assert "须由本人登录后自己绑定" in page
        assert "用户标识" not in page
        assert not ExternalIdentity.objects.exists()
        with pytest.raises(Refused) as refusal:
            services.bind_subject(
                actor=cast.actor(cast.users.admin),
                issuer=provider,
                subject="zhang-1",
                uuid=cast.users.labour.uuid,
                now=timezone.now(),
            )
        assert refusal.value.code == "external.by_oneself"

    def test_is_not_another_firms_who_employs_the_person_too(self, cast, provider):
        cast.users.manager.grants.create(role="project_manager", organisation=cast.other_contractor)
        client = cast.client(cast.users.other_admin)
        url = f"/users/{cast.users.manager.uuid}/"
        assert client.post(f"{url}bind/", {"subject": "zhang-1"}).status_code == 403
        bind(cast.users.manager, provider, "zhang-2")
        assert client.post(f"{url}release/").status_code == 403
        assert ExternalIdentity.objects.get().subject == "zhang-2"

    def test_is_released_by_oneself(self, cast, provider):
        bind(cast.users.owner, provider, "zhang-1")
        cast.client(cast.users.owner).post("/sso/release/")
        assert not ExternalIdentity.objects.exists()


class TestSecondFactor:
    @pytest.mark.parametrize(
        ("accepted", "enrolled", "place"),
        [
            (["otp"], True, "/"),
            (["otp"], False, "/signin/code/"),
            ([], True, "/signin/code/"),
        ],
    )
    def test_is_the_providers_only_where_accepted_and_an_own_one_stands_by(
        self, cast, provider, settings, monkeypatch, accepted, enrolled, place
    ):
        settings.OIDC_STRONG = accepted
        bind(cast.users.admin, provider, "strong-1")
        if enrolled:
            TOTPDevice.objects.create(user=cast.users.admin, name="app", confirmed=True)
        verify = external.Backend.verify_token
        monkeypatch.setattr(
            external.Backend,
            "verify_token",
            lambda *args, **more: verify(*args, **more) | {"amr": ["pwd", "otp"]},
        )
        client = Client()
        assert through_provider(client, "strong-1")["Location"] == place
        assert client.get("/users/").status_code == (200 if place == "/" else 302)

    def test_is_asked_again_before_money_moves_all_the_same(self, cast, provider, settings):
        settings.OIDC_STRONG = ["otp"]
        client = cast.client(cast.users.admin)
        session = client.session
        session.pop("code_given_at")
        session["vouched_for"] = True
        session.save()
        data = {"what": "both", "reason": "本人到场"}
        page = client.post(f"/users/{cast.users.manager.uuid}/renew/", data)
        assert "再输入一次动态口令" in page.content.decode()
