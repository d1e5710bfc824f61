"""The scope guard: inside a request no scoped row is reached without saying for whom."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection, models, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import isolate_apps

from core.actor import SYSTEM, Actor, Grant
from core.middleware import ScopeMiddleware
from core.scope import (
    NOTHING,
    Reach,
    Scope,
    ScopedTable,
    ScopeNotApplied,
    look_up_anew,
    once_a_request,
    request_in_progress,
)
from identity.roles import Role
from projects.models import Participant, Project
from projects.services import UnitByCode, add_participant
from tests.cast import NOW, TODAY

ACTOR = Actor(uuid4(), "张经办", organisation=7)
STRANGER = Actor(uuid4(), "李经办", organisation=8)


class ByOrganisation(Reach):
    """Everybody sees the notes of the own organisation."""

    def rows(self, actor: Actor) -> Q:
        return Q(organisation=actor.organisation) if actor.organisation else NOTHING


class ByText(Reach):
    """A reach of its own for a new kind of actor: somebody whose grant names a text."""

    def rows(self, actor: Actor) -> Q:
        texts = [grant.role for grant in actor.grants]
        return Q(text__in=texts) if texts else NOTHING


with isolate_apps("core"):

    class Note(ScopedTable):
        """A scoped table of this test alone."""

        organisation = models.IntegerField()
        text = models.CharField(max_length=20)

        scope = Scope(ByOrganisation(), ByText())

        class Meta(ScopedTable.Meta):
            app_label = "core"

    class Leaf(ScopedTable):
        """A scoped table that nothing hangs on, so that its rows are deleted without a look."""

        note = models.ForeignKey(Note, models.CASCADE, related_name="leaves")

        scope = Scope()

        class Meta(ScopedTable.Meta):
            app_label = "core"


@pytest.fixture
def notes(db):
    """One note of each of two organisations, a leaf on each."""
    with connection.schema_editor() as editor:
        editor.create_model(Note)
        editor.create_model(Leaf)
    for organisation in (7, 8):
        note = Note.everything.create(organisation=organisation, text=f"{organisation} 号")
        Leaf.everything.create(note=note)
    return Note


def first_chunk(rows):
    return next(rows.iterator())


#: Every way of reaching rows that a view could take.
READS = {
    "a list": list,
    "a length": len,
    "a truth": bool,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Note(pk=1)),
    "get": lambda rows: rows.get(organisation=7),
    "first": lambda rows: rows.first(),
    "latest": lambda rows: rows.latest("pk"),
    "a slice": lambda rows: list(rows[:1]),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "aggregate of a slice": lambda rows: rows[:1].aggregate(n=Count("pk")),
    "values": lambda rows: list(rows.values("text")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "in_bulk": lambda rows: rows.in_bulk(),
    "iterator": first_chunk,
    "explain": lambda rows: rows.explain(),
    "distinct": lambda rows: list(rows.distinct()),
    "annotate": lambda rows: list(rows.annotate(n=Count("leaves"))),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "union with the scoped": lambda rows: list(Note.objects.visible_to(ACTOR).union(rows)),
    "union before the scoped": lambda rows: list(rows.union(Note.objects.visible_to(ACTOR))),
    "either": lambda rows: list(Note.objects.visible_to(ACTOR) | rows),
    "one of": lambda rows: list(Note.objects.visible_to(ACTOR) ^ rows),
    "a sub-query": lambda rows: list(Leaf.everything.filter(note__in=rows)),
    "exists in a sub-query": lambda rows: list(Leaf.everything.filter(Exists(rows))),
    "a column by sub-query": lambda rows: list(
        Leaf.everything.annotate(text=Subquery(rows.filter(pk=OuterRef("note")).values("text")[:1]))
    ),
    "a prefetch": lambda rows: list(
        Leaf.everything.prefetch_related(Prefetch("note", queryset=rows))
    ),
    "update": lambda rows: rows.update(text="改"),
    "delete": lambda rows: rows.delete(),
    "get_or_create": lambda rows: rows.get_or_create(organisation=7),
    "update_or_create": lambda rows: rows.update_or_create(organisation=7),
}


class TestGuard:
    @pytest.mark.parametrize("read", READS.values(), ids=READS)
    def test_refuses_inside_a_request(self, notes, read):
        with request_in_progress(), pytest.raises(ScopeNotApplied, match="Note"):
            read(Note.objects.all())
        assert Note.everything.filter(text="改").count() == 0
        assert Note.everything.count() == 2

    def test_refuses_to_delete_rows_that_nothing_hangs_on(self, notes):
        with request_in_progress(), pytest.raises(ScopeNotApplied), transaction.atomic():
            Leaf.objects.all().delete()
        assert Leaf.everything.count() == 2

    def test_refuses_rows_that_were_asked_for_outside(self, notes):
        rows = Note.objects.all()
        with request_in_progress(), pytest.raises(ScopeNotApplied):
            list(rows)

    def test_lets_tasks_and_commands_be(self, notes):
        assert Note.objects.count() == 2

    def test_is_let_down_after_the_request(self, notes):
        with request_in_progress():
            pass
        assert Note.objects.count() == 2

    def test_stays_up_after_a_request_within_a_request(self, notes):
        with request_in_progress():
            with request_in_progress():
                pass
            with pytest.raises(ScopeNotApplied):
                Note.objects.count()

    def test_lets_everything_through(self, notes):
        with request_in_progress():
            assert Note.everything.count() == 2
            assert Note.everything.filter(text="无").delete() == (0, {})
            assert Note.everything.update(text="改") == 2

    def test_does_not_cover_reverse_relations(self, notes):
        """The reason why selectors hand out values and scope what hangs on a row themselves."""
        note = Note.everything.get(organisation=8)
        with request_in_progress():
            assert note.leaves.count() == 1


class TestVisibleTo:
    @pytest.mark.parametrize(
        "rows",
        [
            lambda seen: list(seen),
            lambda seen: list(seen.filter(text__contains="号").order_by("pk")),
            lambda seen: list(seen.all()[:5]),
            lambda seen: list(seen.iterator()),
            lambda seen: list(seen & Note.objects.all()),
            lambda seen: list(seen.union(seen)),
            lambda seen: list(Note.everything.filter(pk__in=seen)),
        ],
    )
    def test_opens_only_the_actors_rows(self, notes, rows):
        with request_in_progress():
            assert [row.organisation for row in rows(Note.objects.visible_to(ACTOR))] == [7]

    def test_narrows_what_was_filtered_before(self, notes):
        with request_in_progress():
            assert not Note.objects.filter(organisation=8).visible_to(ACTOR).exists()

    def test_leaves_the_rows_it_was_asked_of_unscoped(self, notes):
        rows = Note.objects.all()
        rows.visible_to(SYSTEM)
        with request_in_progress(), pytest.raises(ScopeNotApplied):
            list(rows)

    def test_keeps_writes_to_the_actors_rows(self, notes):
        with request_in_progress():
            assert Note.objects.visible_to(ACTOR).update(text="改") == 1
            assert Note.objects.visible_to(STRANGER).delete() == (
                2,
                {"core.Leaf": 1, "core.Note": 1},
            )
        assert list(Note.everything.values_list("text", flat=True)) == ["改"]

    def test_shows_all_to_the_platform_itself(self, notes):
        with request_in_progress():
            assert Note.objects.visible_to(SYSTEM).count() == 2

    def test_shows_nothing_to_who_has_no_part(self, notes):
        with request_in_progress():
            assert not Note.objects.visible_to(replace(ACTOR, organisation=None)).exists()

    def test_adds_up_what_each_reach_opens(self, notes):
        granted = replace(ACTOR, grants=(Grant("8 号"),))
        with request_in_progress():
            assert Note.objects.visible_to(granted).count() == 2
            assert Note.objects.visible_to(replace(granted, organisation=None)).count() == 1

    def test_shows_nothing_of_a_model_without_reaches(self, notes):
        with request_in_progress():
            assert not Leaf.objects.visible_to(ACTOR).exists()
            assert Leaf.objects.visible_to(SYSTEM).count() == 2

    def test_fails_for_a_reach_that_says_nothing(self):
        with pytest.raises(NotImplementedError):
            Scope(Reach()).rows(ACTOR)


class TestMiddleware:
    def test_guards_the_view(self, notes, rf):
        def view(request):
            return HttpResponse(str(Note.objects.count()))

        with pytest.raises(ScopeNotApplied):
            ScopeMiddleware(view)(rf.get("/"))

    def test_guards_what_is_streamed_after_the_view(self, notes, rf):
        def view(request):
            return StreamingHttpResponse(note.text for note in Note.objects.iterator())

        answer = ScopeMiddleware(view)(rf.get("/"))
        with pytest.raises(ScopeNotApplied):
            list(answer.streaming_content)

    def test_streams_what_the_actor_sees(self, notes, rf):
        def view(request):
            seen = Note.objects.visible_to(ACTOR)
            return StreamingHttpResponse(note.text for note in seen.iterator())

        answer = ScopeMiddleware(view)(rf.get("/"))
        assert list(answer.streaming_content) == ["7 号".encode()]

    def test_is_down_between_the_pieces_of_a_stream(self, notes, rf):
        answer = ScopeMiddleware(lambda request: StreamingHttpResponse(["一", "二"]))(rf.get("/"))
        pieces = iter(answer.streaming_content)
        assert next(pieces) == "一".encode()
        assert Note.objects.count() == 2


class TestOnceARequest:
    """What decides a scope is asked once a page."""

    @pytest.fixture
    def ask(self):
        answers = iter(range(10))
        return lambda key="mine": once_a_request(key, lambda: next(answers))

    def test_is_asked_once_for_each_key(self, ask):
        with request_in_progress():
            assert [ask(), ask(), ask("other"), ask()] == [0, 0, 1, 0]

    def test_is_asked_anew_in_the_next_request(self, ask):
        with request_in_progress():
            ask()
        with request_in_progress():
            assert ask() == 1

    def test_is_asked_anew_after_a_write(self, ask):
        with request_in_progress():
            ask()
            look_up_anew()
            assert ask() == 1

    def test_is_asked_each_time_outside_of_a_request(self, ask):
        look_up_anew()
        assert [ask(), ask()] == [0, 1]

    def test_shows_a_project_that_one_entered_in_the_same_request(self, cast):
        newcomer = cast.other_subcontractor
        reader = cast.actor(cast.users.other_sub)
        with request_in_progress():
            assert not Project.objects.visible_to(reader).filter(pk=cast.project.pk).exists()
            add_participant(
                actor=cast.actor(cast.users.admin),
                now=NOW,
                code=cast.project.code,
                unit=UnitByCode(newcomer.uscc, newcomer.name),
                role=Participant.Role.PROFESSIONAL,
                entered_on=TODAY,
            )
            assert Project.objects.visible_to(reader).filter(pk=cast.project.pk).exists()


class TestSeveralGrants:
    """What several grants reach, on the platform's own projects."""

    @staticmethod
    def seen(organisation, *grants: Grant) -> set[str]:
        actor = Actor(uuid4(), "赵多岗", organisation and organisation.pk, grants)
        with request_in_progress():
            return set(Project.objects.visible_to(actor).values_list("code", flat=True))

    def test_add_up(self, cast):
        officer = Grant(Role.BUREAU_OFFICER, region="652301")
        admin = Grant(Role.ENTERPRISE_ADMIN, organisation=cast.contractor.pk)
        both = {cast.project.code, cast.elsewhere.code}
        assert self.seen(cast.contractor, admin) == {cast.project.code}
        assert self.seen(cast.contractor, officer, admin) == both

    def test_of_an_industry_do_not_widen_those_of_another_region(self, cast):
        housing = Grant(Role.INDUSTRY_OFFICER, region="652301", industries=frozenset({"housing"}))
        water = Grant(Role.INDUSTRY_OFFICER, region="650000", industries=frozenset({"water"}))
        assert self.seen(None, housing, water) == {cast.elsewhere.code}

    def test_of_one_project_reach_that_one_alone(self, cast):
        cast.take_part(cast.elsewhere, cast.contractor, Participant.Role.PROFESSIONAL)
        whole = Grant(Role.LABOUR_OFFICER, organisation=cast.contractor.pk)
        one = replace(whole, project=cast.elsewhere.uuid)
        assert self.seen(cast.contractor, one) == {cast.elsewhere.code}
        assert self.seen(cast.contractor, whole, one) == {cast.project.code, cast.elsewhere.code}

    def test_without_any_see_nothing(self, cast):
        assert self.seen(cast.contractor) == set()
