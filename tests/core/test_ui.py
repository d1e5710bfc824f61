"""The building blocks of pages: what they say and to whom."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.db.models import Sum
from django.template import Context, engines
from django.test import RequestFactory

from core.actor import SYSTEM
from core.filters import FindFilter, ListFilter
from core.listing import ListColumn, ListTable, UnknownColumn
from core.models import Job
from core.templatetags import ui

MONDAY = date(2026, 9, 14)
SUMS = ListTable(
    (
        ListColumn("name", "名称", sort="name", slot="main"),
        ListColumn("sum", "金额（元）", sort="sum", kind="money", total=Sum("sum")),
    ),
    default=(),
)


@pytest.fixture(autouse=True)
def plain_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Working days as announced, without local settings from the database."""
    monkeypatch.setattr("core.calendar._current_overrides", dict)


def render(source: str, **context: Any) -> str:
    return engines["django"].from_string(source).template.render(Context(context))


class PaymentForm(forms.Form):
    check_url = "/check/"
    name = forms.CharField(label="项目名称", help_text="与施工许可证一致")
    note = forms.CharField(label="说明", required=False)
    secret = forms.CharField(label="密码", widget=forms.PasswordInput)
    proof = forms.FileField(label="凭证")
    way = forms.ChoiceField(label="方式", choices=[("a", "现金")], widget=forms.RadioSelect)


class TestValues:
    def test_amounts_carry_separators_and_cents(self) -> None:
        assert render("{{ x|yuan }}", x=Decimal("1234.5")) == "1,234.50"

    def test_moments_are_told_by_the_platforms_clock(self) -> None:
        at = datetime(2026, 9, 30, 16, 5, tzinfo=UTC)
        assert render("{{ x|moment }} {{ x|day }}", x=at) == "2026-10-01 00:05 2026-10-01"

    def test_months_are_written_in_full(self) -> None:
        assert render("{{ x|month }}", x=date(2026, 9, 1)) == "2026年9月"

    def test_shares_are_percentages(self) -> None:
        assert render("{{ x|percent }}", x=Decimal("0.9354")) == "93.5%"

    @pytest.mark.parametrize("name", ["yuan", "capitals", "month", "day", "moment", "percent"])
    def test_nothing_known_is_a_dash(self, name: str) -> None:
        assert render("{{ x|" + name + " }}", x=None) == "—"


class TestDeadline:
    @pytest.mark.parametrize(
        ("due", "unit", "words", "tone"),
        [
            (date(2026, 9, 11), "days", "已逾期 3 天", "bad"),
            (date(2026, 9, 11), "workdays", "已逾期 1 个工作日", "bad"),
            (date(2026, 9, 12), "workdays", "已逾期 1 个工作日", "bad"),
            (MONDAY, "days", "今天到期", "warn"),
            (date(2026, 9, 16), "days", "还剩 2 天", "warn"),
            (date(2026, 9, 21), "days", "还剩 7 天", "plain"),
            # Sunday the 20th is worked in place of a holiday.
            (date(2026, 9, 21), "workdays", "还剩 6 个工作日", "plain"),
        ],
    )
    def test_counts_ahead_and_behind_in_one_unit(
        self, due: date, unit: str, words: str, tone: str
    ) -> None:
        assert ui.deadline_words(due, MONDAY, unit) == (words, tone)

    def test_names_the_day_when_no_working_day_is_left(self) -> None:
        friday_of_the_holiday, saturday = date(2026, 10, 2), date(2026, 10, 3)
        words = ui.deadline_words(saturday, friday_of_the_holiday, "workdays")
        assert words == ("10-03 到期", "warn")

    def test_says_overdue_alone_while_no_working_day_has_passed(self) -> None:
        friday, saturday = date(2026, 9, 11), date(2026, 9, 12)
        assert ui.deadline_words(friday, saturday, "workdays") == ("已逾期", "bad")

    def test_may_be_missing(self) -> None:
        assert "无期限" in render("{% deadline x %}", x=None)


class TestSigns:
    @pytest.mark.parametrize(("level", "word"), ui.LEVELS.items())
    def test_levels_have_word_and_shape(self, level: str, word: str) -> None:
        badge = render("{% level_badge x %}", x=level)
        assert word in badge
        assert f"#level-{level}" in badge

    def test_words_are_escaped(self) -> None:
        assert "<b>" not in render("{% status_tag x %}{% fact x x %}{% figure x x %}", x="<b>")

    def test_masked_values_lead_to_the_full_one(self) -> None:
        assert 'href="/full/"' in render("{% reveal_link x '/full/' %}", x="138****1234")


class TestParts:
    def test_a_heading_has_its_way_back_and_its_buttons(self) -> None:
        page = render(
            "{% page_header '工资' '/projects/' '工程项目' %}<a>导出</a>{% endpage_header %}"
        )
        assert '<a href="/projects/">工程项目</a>' in page
        assert "<a>导出</a>" in page

    def test_parts_hold_parts(self) -> None:
        page = render(
            "{% panel '甲' %}{% panel '乙' %}{% empty '还没有' %}{% endpanel %}{% endpanel %}"
        )
        assert page.count("<section") == 2
        assert "还没有" in page

    def test_a_notice_of_a_fault_interrupts(self) -> None:
        assert 'role="alert"' in render("{% alert 'error' %}x{% endalert %}")
        assert 'role="status"' in render("{% alert 'success' %}x{% endalert %}")

    def test_the_pager_keeps_the_filters(self) -> None:
        request = RequestFactory().get("/", {"level": "red", "before": "k1"})
        page = render("{% pager next='k2' total=8 %}", request=request)
        assert "?level=red&amp;after=k2" in page

    def test_a_list_says_which_way_it_is_sorted_and_adds_up(self) -> None:
        rows = [
            SimpleNamespace(name="甲", sum=Decimal("1234.5")),
            SimpleNamespace(name="乙", sum=None),
        ]
        request = RequestFactory().get("/", {"sort": "-sum", "after": "k", "level": "red"})
        page = render(
            "{% list_table page '清单' %}{% for row in page.rows %}"
            "<tr><th {{ page.cell.name }}>{{ row.name }}</th>"
            "<td {{ page.cell.sum }}>{{ row.sum|yuan }}</td></tr>"
            "{% endfor %}{% endlist_table %}",
            request=request,
            page=SUMS.page_in_memory(rows, params=request.GET),
        )
        assert page.count("aria-sort") == 1
        assert '<th scope="col" class="num" aria-sort="descending">' in page
        assert 'href="?level=red&amp;sort=sum"' in page
        assert '<td class="num" data-label="金额（元）">1,234.50</td>' in page.replace("\n", "")

    def test_a_list_that_names_no_column_of_its_own_fails(self) -> None:
        page = SUMS.page_in_memory([], params={})
        with pytest.raises(UnknownColumn):
            render("{{ page.cell.amount }}", page=page)

    def test_filters_can_be_cleared_once_set(self) -> None:
        request = RequestFactory().get("/list/", {"q": "天山"})

        class Names(ListFilter):
            q = FindFilter(label="名称", contains=("name",))

        shown = Names(request.GET, Job.objects.none(), actor=SYSTEM)
        page = render(
            "{% list_bar page filter %}",
            request=request,
            page=SUMS.page_in_memory([], params={}),
            filter=shown,
        )
        assert 'href="/list/"' in page
        assert 'value="天山"' in page

    def test_steps_mark_where_one_is(self) -> None:
        page = render("{% steps '文件' '预览' '完成' current=2 %}")
        assert page.count("step-done") == 1
        assert page.count('aria-current="step"') == 1

    @pytest.mark.parametrize(
        ("state", "word"), [("yes", "已落实"), ("no", "未落实"), ("unknown", "未知")]
    )
    def test_the_strip_gives_state_and_reason(self, state: str, word: str) -> None:
        item = SimpleNamespace(name="专户", state=state, reason="已开立", url="")
        page = render("{% include 'components/status_strip.html' with items=items %}", items=[item])
        assert word in page
        assert '<p class="strip-reason">已开立</p>' in page

    def test_a_job_asks_again_only_while_it_runs(self) -> None:
        source = "{% include 'components/job.html' with url='/j/' done=1 total=2 running=running %}"
        assert 'hx-get="/j/"' in render(source, running=True)
        assert "hx-get" not in render(source, running=False)


class TestForms:
    def test_faults_lead_to_their_fields(self) -> None:
        page = render("{% form_errors form %}", form=PaymentForm({}))
        assert '<a href="#id_name">项目名称</a>' in page

    def test_no_faults_no_summary(self) -> None:
        assert render("{% form_errors form %}", form=PaymentForm()).strip() == ""

    def test_a_field_is_tied_to_its_help_and_its_fault(self) -> None:
        group = PaymentForm({})["name"].as_field_group()
        assert 'aria-describedby="id_name_helptext id_name_error"' in group
        assert 'id="id_name_helptext"' in group
        assert 'id="id_name_error"' in group

    def test_optional_fields_say_so(self) -> None:
        form = PaymentForm()
        assert "选填" in form["note"].as_field_group()
        assert "选填" not in form["name"].as_field_group()

    def test_a_field_is_checked_on_leaving(self) -> None:
        assert 'hx-post="/check/?field=name"' in PaymentForm()["name"].as_field_group()

    @pytest.mark.parametrize("name", ["secret", "proof"])
    def test_what_a_check_would_lose_is_not_swapped(self, name: str) -> None:
        assert "hx-post" not in PaymentForm()[name].as_field_group()

    def test_files_have_a_drop_zone(self) -> None:
        assert "data-drop" in PaymentForm()["proof"].as_field_group()

    def test_choices_are_grouped_under_their_question(self) -> None:
        assert "<legend" in PaymentForm()["way"].as_field_group()

    def test_a_whole_form_brings_summary_and_fields(self) -> None:
        page = str(PaymentForm({}))
        assert "error-summary" in page
        assert page.count('class="field ') == 5
