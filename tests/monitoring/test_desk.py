"""Who may do what about a warning at which stage: a button for somebody, none that is refused."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from core import clock
from core.errors import Refused
from core.hooks import declared
from core.messages.models import Message
from core.models import AuditEntry, OfficialDocument
from identity.models import Grant, User
from monitoring import acts
from monitoring.desk import Desk, open_acts
from monitoring.hook_kinds import WarningAct
from monitoring.models import OPEN_STAGES, EarlyWarning, WarningEvent
from monitoring.reminding import NOBODY
from projects import services as projects
from projects.models import RectificationOrder
from tests.cast import NOW, TODAY
from tests.refusals import refused

Condition, Handling, Kind = EarlyWarning.Condition, EarlyWarning.Handling, WarningEvent.Kind
LATER = NOW + timedelta(days=14)
OFFICERS = ("county", "county_second", "prefecture", "province")
SITE = ("labour", "admin")


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    """The platform's clock on the day of the cast."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def warning(facts) -> EarlyWarning:
    [found] = facts.run("NTC-01", TODAY, projects={facts.project.pk})
    return found


def desk(cast, warning, user, today=TODAY) -> Desk:
    fresh = EarlyWarning.everything.select_related("project__region").get(pk=warning.pk)
    return Desk(fresh, cast.actor(getattr(cast.users, user)), today)


def buttons(cast, warning, user, today=TODAY) -> list[str]:
    return [one.act.key for one in open_acts(desk(cast, warning, user, today))]


def step(cast, warning, user, act, now=NOW, **given):
    actor = cast.actor(getattr(cast.users, user))
    return getattr(acts, act)(actor=actor, uuid=warning.uuid, now=now, **given)


def bring_to(cast, warning, stage, cleared=False) -> None:
    """Take it to a stage by the acts themselves."""
    if stage != Handling.DISPATCHED:
        step(cast, warning, "county", "sign")
    if stage in (Handling.REPORTED, Handling.IN_HAND):
        step(cast, warning, "labour", "report", note="已处置")
    if stage == Handling.IN_HAND:
        step(cast, warning, "county_second", "send_back", note="不实")
    if cleared:
        EarlyWarning.everything.filter(pk=warning.pk).update(
            condition=Condition.CLEARED, cleared_at=NOW
        )


def fill(act: WarningAct, shown: Desk) -> dict[str, str]:
    """What somebody types into the act's form."""
    typed = {
        "note": "已核实。",
        "days": "1",
        "demand": "张贴告示牌",
        "addressee": "市住房和城乡建设局",
        "on": f"{TODAY}",
        "people": "王经理",
        "granted": "yes",
        "spoken_to": "",
    }
    form = act.form(desk=shown, prefix=act.key)
    data = {}
    for name, field in form.fields.items():
        if name in typed:
            data[f"{act.key}-{name}"] = typed[name]
        elif hasattr(field, "choices"):
            data[f"{act.key}-{name}"] = next(iter(field.choices))[0]
    return data


class TestButtons:
    @pytest.mark.parametrize("cleared", [False, True])
    @pytest.mark.parametrize("stage", OPEN_STAGES)
    def test_there_is_one_for_somebody_at_every_level(self, cast, warning, stage, cleared):
        bring_to(cast, warning, stage, cleared)

        county = {*buttons(cast, warning, "county"), *buttons(cast, warning, "county_second")}
        work = county - {"comment", "assign"}
        assert work, "the county has nothing to press"
        if cleared:
            assert "close" in county
        else:
            for above in ("prefecture", "province"):
                assert "supervise" in buttons(cast, warning, above)

    @pytest.mark.parametrize("cleared", [False, True])
    @pytest.mark.parametrize("stage", OPEN_STAGES)
    def test_none_is_refused_and_all_others_are(self, cast, warning, stage, cleared):
        """Every act of every officer and of the contractor, posted as its page offers it."""
        bring_to(cast, warning, stage, cleared)
        if not cleared:
            step(cast, warning, "labour", "comment", note="情况")
        for user in (*OFFICERS, *SITE):
            client = cast.client(getattr(cast.users, user))
            offered = buttons(cast, warning, user)
            for act in declared(WarningAct):
                url = reverse("monitoring:act", args=[warning.uuid, act.key])
                before = WarningEvent.everything.count()
                with transaction.atomic():
                    answer = client.post(url, fill(act, desk(cast, warning, user)))
                    told = (user, act.key, answer.status_code)
                    done = WarningEvent.everything.count() - before
                    transaction.set_rollback(True)
                assert done == (1 if act.key in offered else 0), told
                assert answer.status_code in ((302,) if act.key in offered else (302, 403)), told

    def test_the_next_lawful_act_comes_first(self, cast, warning):
        assert buttons(cast, warning, "county")[0] == "sign"
        assert buttons(cast, warning, "labour")[0] == "report"
        assert buttons(cast, warning, "prefecture")[0] == "supervise"
        bring_to(cast, warning, Handling.SIGNED)
        assert buttons(cast, warning, "county")[0] == "remind"

    def test_nobody_elses_warning_has_none(self, cast, warning):
        client = cast.client(cast.users.other_county)
        url = reverse("monitoring:act", args=[warning.uuid, "sign"])
        assert client.post(url).status_code == 404
        url = reverse("monitoring:act", args=[warning.uuid, "nothing"])
        assert cast.client(cast.users.county).post(url).status_code == 404


class TestLevels:
    def test_a_level_above_signs_only_past_the_day(self, cast, warning):
        assert "sign" not in buttons(cast, warning, "prefecture", warning.sign_by)
        late = warning.sign_by + timedelta(days=1)
        assert "sign" in buttons(cast, warning, "prefecture", late)

    def test_a_county_with_one_officer_is_reviewed_by_the_prefecture(self, cast, warning):
        User.objects.filter(username="county_second").update(is_active=False)
        bring_to(cast, warning, Handling.SIGNED, cleared=True)

        assert "close" not in buttons(cast, warning, "county")
        assert "close" in buttons(cast, warning, "prefecture")
        assert "close" not in buttons(cast, warning, "province")
        step(cast, warning, "prefecture", "close", note="属实")

    def test_a_county_without_officers_is_the_prefectures_desk(self, cast, warning):
        Grant.objects.filter(region="650102").update(active=False)

        assert buttons(cast, warning, "prefecture")[0] == "sign"
        assert "supervise" in buttons(cast, warning, "province")
        assert "supervise" not in buttons(cast, warning, "prefecture")

    def test_home_offers_the_countys_signing_to_the_county(self, cast, warning):
        sign = reverse("monitoring:act", args=[warning.uuid, "sign"])

        assert sign in cast.client(cast.users.county).get("/").content.decode()
        assert sign not in cast.client(cast.users.prefecture).get("/").content.decode()

    def test_another_levels_act_is_forbidden(self, cast, warning):
        with refused("warning.others_act"):
            step(cast, warning, "labour", "sign")


class TestActs:
    def test_reminding_tells_those_who_have_to_act_once_a_day(self, cast, warning):
        for _ in range(2):
            said = step(cast, warning, "county", "remind", spoken_to="李专管", note="答应明日张贴")

        sent = Message.everything.filter(event="warning.reminded")
        users = {cast.users.labour.uuid, cast.users.manager.uuid}
        assert set(sent.values_list("recipient", flat=True)) == users
        assert sent.count() == len(users)
        assert f"平台已通知 {len(users)} 名责任人" in said
        assert "李专管" in WarningEvent.everything.filter(kind=Kind.REMINDED)[0].note

    def test_reminding_says_where_nobody_can_be_told(self, cast, warning):
        User.objects.exclude(pk=cast.users.county.pk).update(is_active=False)
        said = step(cast, warning, "county", "remind", spoken_to="李专管", note="答应明日张贴")

        assert NOBODY in said
        assert NOBODY in WarningEvent.everything.get(kind=Kind.REMINDED).note

    def test_an_order_is_a_document_with_its_deadline(self, cast, warning):
        bring_to(cast, warning, Handling.SIGNED)
        contractor = cast.contractor.uuid
        step(cast, warning, "county", "order", organisation=contractor, demand="张贴", days=3)

        made = RectificationOrder.everything.get()
        assert made.due_on == date(2026, 10, 13)
        assert WarningEvent.everything.get(kind=Kind.ORDERED).document == made.document
        assert "order" not in buttons(cast, warning, "county")

    def test_the_police_follow_an_order_that_was_not_obeyed(self, cast, warning):
        bring_to(cast, warning, Handling.SIGNED)
        assert "to_police" not in buttons(cast, warning, "county")
        step(
            cast, warning, "county", "order", organisation=cast.contractor.uuid, demand="付", days=1
        )
        projects.settle_rectification(
            actor=cast.actor(cast.users.county),
            now=LATER,
            uuid=RectificationOrder.everything.get().uuid,
            result="not_obeyed",
            finding="没有支付",
        )

        step(
            cast,
            warning,
            "county",
            "transfer_to_police",
            now=LATER,
            addressee="公安局",
            note="涉罪",
        )

        numbers = [one.number for one in OfficialDocument.everything.order_by("pk")]
        assert numbers == ["劳监令〔2026〕第0001号", "移送〔2026〕第0001号"]
        assert "to_police" not in buttons(cast, warning, "county")

    @pytest.mark.parametrize("act", ["transfer_to_case", "transfer_to_industry"])
    def test_a_transfer_happens_once(self, cast, warning, act):
        bring_to(cast, warning, Handling.SIGNED)
        step(cast, warning, "county", act, addressee="住建局", note="属行业职责")

        with pytest.raises(Refused):
            step(cast, warning, "county", act, addressee="住建局", note="再次")
        assert OfficialDocument.everything.count() == 1

    def test_supervision_is_each_authoritys_once(self, cast, warning):
        said = step(cast, warning, "prefecture", "supervise", note="限期办结", days=2)

        assert "2026-10-12" in said  # Saturday 10-10 is worked
        assert "supervise" not in buttons(cast, warning, "prefecture")
        assert "supervise" in buttons(cast, warning, "province")
        assert OfficialDocument.everything.get().addressee == "天山区人力资源和社会保障局"

    def test_an_extension_is_granted_once_and_no_longer_than_asked(self, cast, warning):
        before = EarlyWarning.everything.get(pk=warning.pk).settle_by
        step(cast, warning, "labour", "ask_extension", days=2, note="材料在途")
        with refused("warning.extension_too_long"):
            step(cast, warning, "county", "decide_extension", granted=True, days=3, note="")
        step(cast, warning, "county", "decide_extension", granted=True, days=1, note="同意")

        after = EarlyWarning.everything.get(pk=warning.pk).settle_by
        assert after > before
        assert "ask_extension" not in buttons(cast, warning, "labour")
        assert "decide_extension" not in buttons(cast, warning, "county")

    def test_an_extension_refused_moves_nothing(self, cast, warning):
        before = EarlyWarning.everything.get(pk=warning.pk).settle_by
        step(cast, warning, "labour", "ask_extension", days=2, note="材料在途")
        step(cast, warning, "county", "decide_extension", granted=False, note="理由不足")

        assert EarlyWarning.everything.get(pk=warning.pk).settle_by == before
        assert "ask_extension" not in buttons(cast, warning, "labour")

    def test_a_false_alarm_is_written_off_by_another_officer(self, cast, warning, facts):
        bring_to(cast, warning, Handling.SIGNED)
        with refused("warning.same_officer"):
            step(cast, warning, "county", "dismiss", note="误报")
        step(cast, warning, "county_second", "dismiss", note="照片在另一套系统里")

        facts.run("NTC-01", TODAY + timedelta(days=1), projects={facts.project.pk})
        again = EarlyWarning.everything.get(pk=warning.pk)
        assert again.handling == Handling.DISMISSED
        home = cast.client(cast.users.county).get("/").content.decode()
        assert reverse("monitoring:warning", args=[warning.uuid]) not in home

    def test_a_talk_lies_in_the_past(self, cast, warning):
        bring_to(cast, warning, Handling.SIGNED)
        tomorrow = TODAY + timedelta(days=1)
        with refused("day.to_come"):
            step(cast, warning, "county", "talk", on=tomorrow, people="王经理", note="承诺")
        step(cast, warning, "county", "talk", on=TODAY, people="王经理", note="承诺明日张贴")

    def test_a_handler_is_a_colleague(self, cast, warning):
        with pytest.raises(User.DoesNotExist):
            step(cast, warning, "county", "assign", handler=cast.users.labour.uuid)
        step(cast, warning, "county", "assign", handler=cast.users.county_second.uuid)

        assert EarlyWarning.everything.get(pk=warning.pk).handler == cast.users.county_second

    def test_a_report_to_the_level_above_is_on_record(self, cast, warning):
        bring_to(cast, warning, Handling.SIGNED)
        step(cast, warning, "county", "report_up", note="企业失联")

        assert AuditEntry.objects.filter(action="warning.report_up").count() == 1
        assert "report_up" not in buttons(cast, warning, "county")
