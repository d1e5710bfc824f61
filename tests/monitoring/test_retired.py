"""Warnings whose rule is no longer in the catalogue."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from monitoring import catalogue
from monitoring.catalogue import RULES
from monitoring.models import EarlyWarning
from tests.cast import NOW, TODAY


@pytest.fixture
def retired(settings, facts, monkeypatch) -> EarlyWarning:
    """A live warning of ACC-07, which has been taken out of the catalogue since."""
    settings.WAGEMON_NOW = NOW.isoformat()
    facts.debit(100, TODAY)
    facts.run("ACC-07", TODAY)
    monkeypatch.delitem(RULES, "ACC-07")
    return EarlyWarning.everything.get(rule="ACC-07", project=facts.project)


class TestRetiredRule:
    @pytest.mark.parametrize("user", ["county", "housing", "admin"])
    @pytest.mark.parametrize("page", ["supervision:home", "monitoring:list"])
    def test_leaves_its_warnings_in_lists(self, retired, cast, user, page):
        answer = cast.client(getattr(cast.users, user)).get(reverse(page))
        assert "专户违规支出" in answer.content.decode()

    def test_leaves_the_page_of_a_warning_and_says_so(self, retired, cast):
        url = reverse("monitoring:warning", args=[retired.uuid])
        page = cast.client(cast.users.county).get(url).content.decode()
        assert "专户违规支出" in page
        assert "这条规则已经停用" in page

    @pytest.mark.parametrize("page", ["monitoring:rules", "monitoring:export"])
    def test_leaves_the_catalogue_and_the_export(self, retired, cast, page):
        assert cast.client(cast.users.county).get(reverse(page)).status_code == 200

    def test_leaves_the_explanation(self, retired, capsys):
        call_command("rules", "explain", str(retired.uuid))
        assert "专户违规支出" in capsys.readouterr().out
        out = StringIO()
        call_command("rules", "explain", str(retired.uuid), "--json", stdout=out)
        assert json.loads(out.getvalue())["rule"] == {"code": "ACC-07", "retired": True}

    def test_is_filtered_for_by_its_code(self, retired, cast, monkeypatch):
        monkeypatch.setitem(catalogue.RETIRED, "ACC-07", "专户违规支出")
        url = reverse("monitoring:list")
        client = cast.client(cast.users.county)
        assert retired.summary in client.get(url, {"rule": "ACC-07"}).content.decode()
        assert retired.summary not in client.get(url, {"rule": "PAY-01"}).content.decode()

    def test_gives_its_code_to_no_other(self, monkeypatch):
        monkeypatch.setitem(catalogue.RETIRED, "OLD-01", "旧规则")
        declared = {"code": "OLD-01", "title": "新", "basis": "", "clears": "", "duty": ""}
        with pytest.raises(ValueError, match="OLD-01"):
            catalogue.rule(**declared, place="projects:list")(lambda look: [])
        assert "OLD-01" not in RULES
