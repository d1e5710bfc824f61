"""责令限期改正: ordered by a document with its deadline, then obeyed or not."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from core.actor import Forbidden
from projects import services
from projects.models import Participant, RectificationOrder
from projects.selectors import rectification as selectors
from tests.cast import NOW, Cast
from tests.refusals import refused

Status = RectificationOrder.Status


def order(cast: Cast, **changes) -> RectificationOrder:
    given = {
        "actor": cast.actor(cast.users.county),
        "now": NOW,
        "code": cast.project.code,
        "organisation": cast.contractor.uuid,
        "subject": "warning:00000000-0000-4000-8000-000000000007",
        "facts": "2026 年 9 月工资逾期未支付。",
        "demand": "足额支付 9 月工资。",
        "basis": "条例 第五十五条",
        "days": 3,
    }
    return services.order_rectification(**(given | changes))


def settle(cast: Cast, made: RectificationOrder, result: str, now=NOW, user="county") -> None:
    services.settle_rectification(
        actor=cast.actor(getattr(cast.users, user)),
        now=now,
        uuid=made.uuid,
        result=result,
        finding="查看银行回单。",
    )


class TestOrder:
    def test_counts_working_days_and_keeps_the_arithmetic(self, cast):
        made = order(cast)

        # Friday 2026-10-09; Saturday 10-10 is worked, Sunday is not.
        assert made.due_on == date(2026, 10, 13)
        assert "2026-10-11 周日" in made.reckoned.explain()
        assert made.document.number == "劳监令〔2026〕第0001号"
        assert made.document.addressee == cast.contractor.name

    def test_is_made_once_for_one_thing(self, cast):
        order(cast)

        with refused("rectification.open"):
            order(cast)
        order(cast, subject="warning:8")

    def test_is_the_officers(self, cast):
        with pytest.raises(Forbidden):
            order(cast, actor=cast.actor(cast.users.admin))

    def test_reaches_participants_only(self, cast):
        with pytest.raises(Participant.DoesNotExist):
            order(cast, organisation=cast.other_contractor.uuid)

    def test_is_seen_by_who_was_ordered(self, cast):
        made = order(cast, organisation=cast.owner.uuid)

        for user, there in (("owner", 1), ("admin", 1), ("sub", 0), ("other_county", 0)):
            seen = selectors.listed_orders(actor=cast.actor(getattr(cast.users, user)))
            assert seen.count() == there, user
        url = reverse("core:document_pdf", args=[made.document.uuid])
        assert cast.client(cast.users.owner).get(url).status_code == 200


class TestSettle:
    def test_obeyed_at_any_time(self, cast):
        made = order(cast)

        settle(cast, made, Status.OBEYED)

        made.refresh_from_db()
        assert (made.status, made.settled_on) == (Status.OBEYED, date(2026, 10, 9))

    def test_not_obeyed_only_once_its_day_is_over(self, cast):
        made = order(cast)

        with refused("rectification.not_over"):
            settle(cast, made, Status.NOT_OBEYED, now=NOW + timedelta(days=4))
        settle(cast, made, Status.NOT_OBEYED, now=NOW + timedelta(days=5))

    def test_happens_once(self, cast):
        made = order(cast)
        settle(cast, made, Status.OBEYED)

        with refused("state.changed"):
            settle(cast, made, Status.WITHDRAWN)

    def test_frees_the_way_for_another(self, cast):
        settle(cast, order(cast), Status.OBEYED)

        assert order(cast).document.serial == 2

    def test_is_an_officers_in_the_region(self, cast):
        made = order(cast)

        with pytest.raises(RectificationOrder.DoesNotExist):
            settle(cast, made, Status.OBEYED, user="other_county")
        with pytest.raises(Forbidden):
            settle(cast, made, Status.OBEYED, user="admin")


class TestPages:
    def test_show_the_order_and_its_arithmetic(self, cast):
        made = order(cast)
        client = cast.client(cast.users.admin)

        page = client.get(reverse("projects:order", args=[made.uuid])).content.decode()

        assert "足额支付 9 月工资。" in page
        assert "2026-10-11 周日" in page
        assert "记录核查结果" not in page
        assert "足额支付" in client.get(reverse("projects:orders")).content.decode()
        assert "足额支付" in client.get("/").content.decode()

    def test_take_the_officers_finding(self, cast):
        made = order(cast)
        client = cast.client(cast.users.county)
        assert "责令改正待核查" in client.get("/").content.decode()

        client.post(
            reverse("projects:settle_order", args=[made.uuid]),
            {"result": "obeyed", "finding": "已付清。"},
        )

        made.refresh_from_db()
        assert made.status == Status.OBEYED
        assert "责令改正待核查" not in client.get("/").content.decode()
