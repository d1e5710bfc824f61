"""The whole story: everybody enters, every project lives, officers make their rounds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connection, transaction

from core import audit, changes, hooks
from core.calendar import is_working_day
from core.hook_kinds import FeedReader
from demo import month
from demo.books import forget_bank, know_holder
from demo.cast import Cast, Persona, keep
from demo.diary import Diary
from demo.district import SITES, days_of
from demo.life import Life, World
from demo.people import Crowd
from monitoring import services as monitoring
from monitoring.models import EarlyWarning
from supervision.services import judge

#: The nights whose sweep is told, in days before today: seldom first, then each.
_NIGHTS = (45, 40, 35, 31, 27, 23, 19, 15, 12, 9, 7, 5, 4, 3, 2, 1)
#: 刘志强 of the sample pay sheet: the bank knows the card under another name, and returns it.
_WRONG_HOLDER = ("6217008594069256665", "刘志刚")

Handling = EarlyWarning.Handling


@dataclass
class Rounds:
    """What supervision does: the nightly sweep, and the officers' mornings."""

    cast: Cast
    today: date

    def plan(self, diary: Diary) -> None:
        for back in _NIGHTS:
            day = self.today - timedelta(days=back)
            diary.on(day, "02:00", self.sweep)
            if is_working_day(day):
                diary.on(day, "10:30", self.sign)
                diary.on(day, "16:30", self.review)
        diary.on(self.today - timedelta(days=1), "17:10", self.report)

    def sweep(self, now: datetime) -> None:
        _count_rows()
        monitoring.run_rules(as_of=now.date(), now=now)

    def sign(self, now: datetime) -> None:
        """The county's officer signs for every other warning that has stood for two days."""
        officer = self.cast.actors["renshe.tianshan"]
        rows = EarlyWarning.objects.visible_to(officer).filter(
            handling=Handling.DISPATCHED, since__lte=now.date() - timedelta(days=2)
        )
        for warning in rows.exclude(rule="NTC-01").order_by("pk")[::2]:
            monitoring.sign(actor=officer, uuid=warning.uuid, now=now, note="已电话督促总包单位。")

    def review(self, now: datetime) -> None:
        """The second officer closes what was signed for and is mended."""
        reviewer = self.cast.actors["renshe.tianshan2"]
        mended = EarlyWarning.objects.visible_to(reviewer).filter(
            condition=EarlyWarning.Condition.CLEARED, handling=Handling.SIGNED
        )
        for warning in mended:
            note = "核对银行流水和工资表，事实已消除。"
            monitoring.close(actor=reviewer, uuid=warning.uuid, now=now, note=note)

    def report(self, now: datetime) -> None:
        """The contractor tells what it does about workers who were not paid."""
        contractor = self.cast.actors["zongbao.laozi"]
        unpaid = EarlyWarning.objects.visible_to(contractor).live().filter(rule="PAY-04")
        for warning in unpaid:
            note = "2 人户名与银行预留不符，已通知本人携身份证到开户网点更正。"
            monitoring.report(actor=contractor, uuid=warning.uuid, now=now, note=note)


def _count_rows() -> None:
    """Tell the planner what has been written so far.

    The whole story is one transaction, which no autovacuum looks into: with the figures of tables
    that were empty before it, a sweep that takes milliseconds took minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tell(now: datetime) -> list[Persona]:
    """Let the demo district come to be, up to this moment; who can sign in."""
    forget_bank()
    with transaction.atomic():
        cast = _live(now)
        # All that was written has been looked at: no task need start for it.
        connection.run_on_commit.clear()
    while audit.seal_entries():
        pass
    keep(cast.personas, settings.VAR_DIR / "demo.json")
    return cast.personas


def _live(now: datetime) -> Cast:
    diary, cast, today = Diary(now), Cast(), now.date()
    begun = min(days_of(site, today).begun for site in SITES) - timedelta(days=30)
    opening = now - timedelta(days=(today - begun).days)
    cast.enter(opening)
    world = World(cast, Crowd(), diary, Random(7))  # noqa: S311 - a story, not a secret
    lives = [Life(site, world, today) for site in SITES]
    for life in lives:
        life.plan()
        month.plan(life)
    Rounds(cast, today).plan(diary)
    diary.live()
    _count_rows()
    monitoring.run_rules(as_of=today, now=now)
    judge(as_of=today)
    for reader in hooks.declared(FeedReader):
        changes.skip(reader.key)
    for life in lives:
        # Of an account newly opened the bank has told nothing yet.
        if life.site.account and life.site.status != "prepare":
            life.books.hand_over(now)
    know_holder(*_WRONG_HOLDER, now)
    return cast
