"""Lists: whatever the sort, pages joined are the whole list; sums are those of what is filtered."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db.models import F, Sum
from django.http import Http404

from core.actor import SYSTEM
from core.filters import FindBox, FindFilter, ListFilter, OneOf
from core.listing import ListColumn, ListTable, UnknownColumn, in_order
from core.models import Job

STATES = ("queued", "failed", "running", "done")
TABLE = ListTable(
    columns=(
        ListColumn("kind", "事项", sort="kind", slot="main"),
        ListColumn("state", "状态", sort=in_order("state", STATES), slot="state"),
        ListColumn("total", "总数", sort="total", kind="number", falling=True, total=Sum("total")),
        ListColumn("created", "发起", sort="created_at", kind="date"),
        ListColumn("started", "开始", sort="started_at", kind="date"),
        ListColumn("finished", "结束", sort="finished_at", kind="date"),
        ListColumn("left", "剩余", sort=F("total") - F("done"), kind="number"),
        ListColumn("message", "说明"),
    ),
    default=("-created_at",),
    default_sort="-created",
)
SORTS = [f"{sign}{c.key}" for c in TABLE.columns if c.sort for sign in ("", "-")]
START = datetime(2026, 9, 1, tzinfo=UTC)


class JobFilter(ListFilter):
    q = FindFilter(label="事项", contains=("kind",))
    state = OneOf(label="状态", choices=Job.State.choices)


@pytest.fixture
def jobs(db):
    """Sixty jobs: few distinct values, so that most tie; moments apart by microseconds; gaps."""
    chance = Random(5)

    def moment():
        return START + timedelta(microseconds=chance.randrange(1500))

    Job.objects.bulk_create(
        Job(
            kind=chance.choice("甲乙丙"),
            state=chance.choice(STATES),
            actor=uuid4(),
            total=chance.randrange(4),
            done=chance.randrange(4),
            created_at=moment(),
            started_at=chance.choice([None, moment()]),
            finished_at=chance.choice([None, None, START]),
        )
        for _ in range(60)
    )
    return Job.objects.all()


def walked(rows, sort, size):
    """The list page by page, forward to its end and from there back again."""
    pages, params = [], {"sort": sort}
    while True:
        page = TABLE.page(rows, params=params, size=size)
        pages.append(page.rows)
        if not page.next:
            break
        params = {"sort": sort, "after": page.next}
    back = [page.rows]
    while page.previous:
        page = TABLE.page(rows, params={"sort": sort, "before": page.previous}, size=size)
        back.insert(0, page.rows)
    return pages, back


def value(job, sort):
    values = {
        "kind": job.kind,
        "state": STATES.index(job.state),
        "total": job.total,
        "created": job.created_at,
        "started": job.started_at,
        "finished": job.finished_at,
        "left": job.total - job.done,
    }
    return values[sort.lstrip("-")]


class TestSort:
    @pytest.mark.parametrize("sort", ["", *SORTS])
    @pytest.mark.parametrize("size", [1, 7, 60])
    def test_pages_joined_are_the_whole_list(self, jobs, sort, size):
        forward, back = walked(jobs, sort, size)
        keys = [row.pk for page in forward for row in page]
        assert Counter(keys) == Counter(jobs.values_list("pk", flat=True))
        assert [row.pk for page in back for row in page] == keys
        assert all(len(page) == size for page in forward[:-1])

    @pytest.mark.parametrize("sort", SORTS)
    def test_is_by_the_column_with_the_unknown_last(self, jobs, sort):
        forward, _ = walked(jobs, sort, 7)
        found = [value(row, sort) for page in forward for row in page]
        known = [one for one in found if one is not None]
        assert found[len(known) :] == [None] * (len(found) - len(known))
        assert known == sorted(known, reverse=sort.startswith("-"))

    @pytest.mark.parametrize("sort", SORTS)
    def test_of_an_export_is_the_pages(self, jobs, sort):
        forward, _ = walked(jobs, sort, 7)
        exported = [row.pk for row in TABLE.ordered(jobs, {"sort": sort})]
        assert exported == [row.pk for page in forward for row in page]

    @pytest.mark.parametrize("sort", ["message", "-nothing", "total; drop", "--total"])
    def test_by_what_does_not_sort_is_the_lists_own(self, jobs, sort):
        page = TABLE.page(jobs, params={"sort": sort})
        assert page.rows == TABLE.page(jobs, params={}).rows
        assert page.sort == ""

    def test_works_on_rows_of_values(self, jobs):
        rows = jobs.values("kind", "total")
        first = TABLE.page(rows, params={"sort": "total"}, size=30)
        second = TABLE.page(rows, params={"sort": "total", "after": first.next}, size=30)
        found = [row["total"] for row in first.rows + second.rows]
        assert found == sorted(jobs.values_list("total", flat=True))


class TestCursor:
    def test_of_another_order_is_none_of_ours(self, jobs):
        cursor = TABLE.page(jobs, params={"sort": "total"}, size=5).next
        with pytest.raises(Http404):
            TABLE.page(jobs, params={"sort": "-total", "after": cursor}, size=5)

    @pytest.mark.parametrize(
        "cursor", ["x", "bnVsbA==", "W10=", "WyIiLCAieCIsIDFd", "WyIiLCBbXV0="]
    )
    def test_that_is_made_up_is_not_found(self, jobs, cursor):
        with pytest.raises(Http404):
            TABLE.page(jobs, params={"after": cursor})

    def test_does_not_slip_when_a_row_is_added_before(self, jobs):
        first = TABLE.page(jobs, params={}, size=5)
        expected = TABLE.page(jobs, params={"after": first.next}, size=5).rows
        late = START + timedelta(days=1)
        Job.objects.create(kind="丁", actor=uuid4(), created_at=late)
        assert TABLE.page(jobs, params={"after": first.next}, size=5).rows == expected


class TestTotals:
    def test_are_those_of_all_that_is_filtered(self, jobs):
        shown = JobFilter({"q": "甲", "state": "done"}, jobs, actor=SYSTEM)
        page = TABLE.page(shown.qs, params={}, size=1)
        wanted = [j for j in jobs if j.kind == "甲" and j.state == "done"]
        assert (page.total, page.sums["total"]) == (len(wanted), sum(j.total for j in wanted))
        assert page.total > len(page.rows) == 1

    def test_of_a_whole_page_cost_no_query(self, jobs, django_assert_num_queries):
        """What is on the page is all there is: nothing is counted, where nothing is summed."""
        plain = TABLE.without("total")
        for size in (60, 61):
            with django_assert_num_queries(1):
                page = plain.page(jobs, params={}, size=size)
            assert (page.total, len(page.rows), page.next, page.previous) == (60, 60, "", "")
        with django_assert_num_queries(1):
            assert plain.page(jobs.filter(kind="丁"), params={}, size=60).total == 0

    def test_of_a_part_are_counted(self, jobs, django_assert_num_queries):
        plain = TABLE.without("total")
        with django_assert_num_queries(2):
            first = plain.page(jobs, params={}, size=59)
        assert first.total == 60
        # The last page is not cut, and yet not the whole.
        with django_assert_num_queries(2):
            last = plain.page(jobs, params={"after": first.next}, size=59)
        assert (last.total, len(last.rows)) == (60, 1)
        with django_assert_num_queries(2):
            back = plain.page(jobs, params={"before": last.previous}, size=59)
        assert (back.total, len(back.rows)) == (60, 59)

    def test_of_a_whole_page_are_summed_all_the_same(self, jobs):
        page = TABLE.page(jobs, params={}, size=60)
        assert (page.total, page.sums["total"]) == (60, sum(job.total for job in jobs))

    def test_cost_two_queries_whatever_the_length(self, jobs, django_assert_num_queries):
        for size in (5, 50):
            with django_assert_num_queries(2):
                TABLE.page(jobs, params={"sort": "-started"}, size=size)


class TestFilter:
    def test_mistyped_filters_nothing(self, jobs):
        shown = JobFilter({"state": "lost", "q": ""}, jobs, actor=SYSTEM)
        assert shown.qs.count() == 60
        assert shown.answers == {}

    def test_starts_with_what_the_list_shows_by_itself(self, jobs):
        class Running(JobFilter):
            start = {"state": "running"}

        shown = Running({}, jobs, actor=SYSTEM)
        assert {job.state for job in shown.qs} == {"running"}
        assert shown.answers == {}
        assert Running({"state": "done"}, jobs, actor=SYSTEM).answers == {"state": "done"}

    def test_keeps_what_breaks_the_database_out(self, jobs):
        assert JobFilter({"q": "a\x00b"}, jobs, actor=SYSTEM).qs.count() == 60


class TestInMemory:
    ROWS = (
        SimpleNamespace(name="乙", sum=Decimal(2), by=SimpleNamespace(day=3)),
        SimpleNamespace(name="甲", sum=None, by=None),
        SimpleNamespace(name="丙", sum=Decimal(1), by=SimpleNamespace(day=1)),
    )
    TABLE = ListTable(
        (
            ListColumn("name", "姓名", sort="name"),
            ListColumn("sum", "金额", sort="sum", kind="money", total=Sum("sum")),
            ListColumn("day", "日", sort="by__day"),
        ),
        default=(),
    )

    @pytest.mark.parametrize(
        ("sort", "names"),
        [
            ("", "乙甲丙"),
            ("sum", "丙乙甲"),
            ("-sum", "乙丙甲"),
            ("day", "丙乙甲"),
            ("-day", "乙丙甲"),
        ],
    )
    def test_sorts_and_adds_up(self, sort, names):
        page = self.TABLE.page_in_memory(self.ROWS, params={"sort": sort})
        assert "".join(row.name for row in page.rows) == names
        assert page.sums == {"sum": Decimal(3)}


class TestHeads:
    def test_say_which_way_a_click_sorts(self, jobs):
        heads = {h.column.key: h for h in TABLE.page(jobs, params={"sort": "-total"}).heads}
        assert (heads["total"].direction, heads["total"].sort) == ("descending", "total")
        assert (heads["kind"].direction, heads["kind"].sort) == ("", "kind")
        assert heads["message"].sort == ""

    def test_show_the_lists_own_order(self, jobs):
        heads = {h.column.key: h for h in TABLE.page(jobs, params={}).heads}
        assert (heads["created"].direction, heads["created"].sort) == ("descending", "created")
        assert heads["total"].sort == "-total"

    def test_cells_of_no_column_are_noticed(self, jobs):
        page = TABLE.page(jobs, params={})
        assert page.cell["total"] == 'class="num" data-label="总数"'
        with pytest.raises(UnknownColumn):
            page.cell["sum"]


class TestGroups:
    LIST = ListTable(
        columns=(ListColumn("name", "名称", sort="name"),),
        default=(),
        group=lambda row: row.group,
    )
    ROWS = (
        SimpleNamespace(name="甲", group="北"),
        SimpleNamespace(name="乙", group="南"),
        SimpleNamespace(name="丙", group="北"),
    )

    def test_hold_all_rows_in_the_lists_own_order(self):
        page = self.LIST.page_in_memory(self.ROWS, params={})
        shown = [(one.title, [row.name for row in one.rows]) for one in page.groups]
        assert shown == [("北", ["甲", "丙"]), ("南", ["乙"])]
        assert len(page.rows) == page.total == 3

    def test_give_way_to_an_order_across_them(self):
        page = self.LIST.page_in_memory(self.ROWS, params={"sort": "name"})
        assert page.groups == []
        assert [row.name for row in page.rows] == ["丙", "乙", "甲"]

    def test_are_none_where_all_stand_under_one_heading(self):
        page = self.LIST.page_in_memory(self.ROWS[:1], params={})
        assert page.groups == []
        assert [row.name for row in page.rows] == ["甲"]


class TestFindBox:
    ROWS = (("天山区", "650102"), ("乌鲁木齐县", "650121"), ("沙湾市", "654203"))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("天山", ["天山区"]),
            ("tsq", ["天山区"]),
            ("tianshan", ["天山区"]),
            ("6501", ["天山区", "乌鲁木齐县"]),
            (" 沙 湾 ", ["沙湾市"]),
            ("没有", []),
            ("", ["天山区", "乌鲁木齐县", "沙湾市"]),
        ],
    )
    def test_finds_by_name_code_and_pinyin(self, text, found):
        box = FindBox({"q": text}, label="名称")
        assert [name for name, _ in box.among(self.ROWS, lambda row: row)] == found

    def test_says_what_was_asked(self):
        assert FindBox({"q": "天山"}, label="名称").answers == {"q": "天山"}
        assert FindBox({}, label="名称").answers == {}
