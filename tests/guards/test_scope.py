"""Nobody reaches rows past the scope: what a module may say of managers, by where it stands.

The scope guard (core.scope) catches an unscoped read while a page is made; these guards catch the
code that would make one, and whatever goes round the guard on purpose.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps

from core.actor import Actor, Grant
from core.scope import Everything, Reach, Scope, ScopedModel, ScopedQuerySet
from identity.roles import Role
from tests.guards.source import (
    APPS,
    ROOT,
    Module,
    attributes,
    functions,
    imports,
    module,
    modules,
    names,
)

#: Where ``everything`` may be said freely: these write, or say who sees what.
WRITERS = {
    *("services", "tasks", "management", "models", "scope", "imports", "uploads"),
    *(
        "acts",
        "desk",
        "engine",
        "escalation",
        "official",
        "outcomes",
        "reconciling",
        "receivers",
        "telling",
        "demo",
    ),
}
#: Selectors that read ``everything`` without cutting another query by it, and why they may.
OPEN_READS = {
    "bonds.selectors.bonds.area_standing": "guarantees of bonds that were seen",
    "bonds.selectors.bonds.board_words": "what the board says is public by law",
    "bonds.selectors.bonds.publicised_refunds": "published by law, for everybody",
    "bonds.selectors.bonds.published_rows": "published by law, for everybody",
    "bonds.selectors.facts.area_projects": "counted for a determination, whoever looks",
    "bonds.selectors.facts.project_facts": "the contractor of a project that was let in",
    "bonds.selectors.holdings.holdings_of": "sums of bonds that the caller holds",
    "bonds.selectors.holdings.open_deposit": "of a bond that the caller holds",
    "bonds.selectors.judged._Cover.__init__": "sums of bonds that were seen",
    "identity.selectors.credit.credit_standings": "a determination needs all of a unit's record",
    "identity.selectors.credit.listed_units": "the list is public",
    "payroll.selectors.owed.open_sheets": "a bar's count, of projects that the caller sees",
    "payroll.selectors.owed.unpaid_wages": "a bar's count, of projects that the caller sees",
    "payroll.selectors.payments.claimed_lines": "cuts away from lines that were seen",
    "identity.selectors.users.managed_organisation": "a unit of a user that was seen",
    "payroll.selectors.pay_sheets.open_orders": "a bar's count, of accounts that the caller sees",
    "accounts.selectors.statements.last_balances": "of accounts that the caller sees",
    "accounts.selectors.funding._deposits_after": "of the terms that funding_due saw",
    "accounts.selectors.statements._Returns.__init__": "of the debits that odd_debits saw",
    "core.messages.selectors.delivery_report": "numbers for the operator, of no person",
    "core.messages.selectors.failed_count": "a number for the operator's gauge",
    "core.messages.selectors.oldest_waiting": "an age for the operator's gauge",
    "identity.selectors.organisations.bank": "cooperating banks are public",
    "identity.selectors.organisations.banks": "cooperating banks are public",
    "identity.selectors.organisations.unit_by_uscc": "what a licence says, to who holds its number",
    "monitoring.selectors._worst_live": "cut by the scope that a prepared query is written for",
    "monitoring.selectors.organisation_name": "the actor's own unit",
    "notices.selectors._office_of": "offices are public",
    "notices.selectors.content_today": "what the board says is public by law",
    "notices.selectors.public_board": "the board stands at the gate, its code on it",
    "payroll.selectors.checking._waiting_sheet": "checks of a sheet whose sender was let in",
    "payroll.selectors.checking._approved_lines": "checks of a sheet whose sender was let in",
    "payroll.selectors.checking._enrolled_workers": "checks of a sheet whose sender was let in",
    "payroll.selectors.amounts._manned_projects": "of projects whose accounts the actor sees",
    "payroll.selectors.amounts._wages_paid_since": "of accounts that the actor sees",
    "payroll.selectors.facts.all_submitted": "cuts away from attendance that was seen",
    "payroll.selectors.orders.oldest_unsent_order": "an age for the operator's gauge, of no order",
    "payroll.selectors.review._not_listed": "cuts away from attendance that was seen",
    "projects.selectors.employers": "those for whom the actor may act",
    "projects.selectors.kept_employer": "one for whom the actor may act",
    "projects.selectors._project_parts": "who takes part in a project that was seen",
    "projects.selectors._scoped_project": "cut by the scope that a prepared query is written for",
}
#: Selectors that read without an actor, and why they may.
WITHOUT_ACTOR: dict[str, str] = {
    "core.messages.selectors.delivery_report": "numbers for the operator, of no person",
    "core.messages.selectors.failed_count": "a number for the operator's gauge",
    "core.messages.selectors.oldest_waiting": "an age for the operator's gauge",
    "core.messages.selectors.unreached": "of people whom the caller looks after",
    "bonds.selectors.bonds.board_words": "what the board says is public by law",
    "bonds.selectors.bonds.publicised_refunds": "published by law, for everybody",
    "bonds.selectors.bonds.published_rows": "published by law, for everybody",
    "bonds.selectors.facts.area_projects": "counted for a determination, whoever looks",
    "bonds.selectors.facts.project_facts": "of a project that the caller sees",
    "bonds.selectors.facts.reckon": "of a project that the caller sees",
    "bonds.selectors.holdings.cash_on": "an annotation of bonds that were cut",
    "bonds.selectors.holdings.guaranteed_on": "an annotation of bonds that were cut",
    "bonds.selectors.holdings.holdings": "sums of a bond that the caller holds",
    "bonds.selectors.holdings.holdings_of": "sums of bonds that the caller holds",
    "bonds.selectors.holdings.open_deposit": "of a bond that the caller holds",
    "bonds.selectors.holdings.with_holdings": "an annotation of bonds that were cut",
    "bonds.selectors.policies.policy_for": "what an area asks is public",
    "identity.selectors.credit.credit_standings": "a determination needs all of a unit's record",
    "identity.selectors.credit.listed_units": "the list is public",
    "payroll.selectors.owed.open_sheets": "a bar's count, of projects that the caller sees",
    "payroll.selectors.owed.unpaid_wages": "a bar's count, of projects that the caller sees",
    "payroll.selectors.payments.claimed_lines": "cuts away from lines that were seen",
    "identity.selectors.officers.bureau_officers": "who is responsible at a place is no secret",
    "identity.selectors.users.can_be_renewed_in_pages": "of a user whom the caller has in charge",
    "identity.selectors.users.reachable_users": "for sending messages, never shown",
    "identity.selectors.users.user_of_subject": "asked before anybody has signed in",
    "payroll.selectors.pay_sheets.open_orders": "a bar's count, of accounts that the caller sees",
    "accounts.selectors.statements.last_balance": "of an account that the caller sees",
    "accounts.selectors.statements.last_balances": "of accounts that the caller sees",
    "payroll.selectors.checking.pay_sheet_context": "checks of a sheet whose sender was let in",
    "payroll.selectors.checking.minimum_wage": "a county's standard is public",
    "payroll.selectors.facts.all_submitted": "cuts away from attendance that was seen",
    "payroll.selectors.orders.oldest_unsent_order": "an age for the operator's gauge, of no order",
    "notices.selectors.content_today": "what the board says is public by law",
    "notices.selectors.board_state": "of a board that was seen",
    "notices.selectors.public_board": "the board stands at the gate, its code on it",
    "workers.selectors.known_people.card_holders": "compared with what a sender wrote, never shown",
    "workers.selectors.known_people.known_people": "compared with what a sender wrote, never shown",
    "workers.selectors.register.trades": "a public dictionary",
}
#: Selectors that take the actor by position, and why they may.
BY_POSITION = {
    "payroll.selectors.facts.visible_submitted": "a part of the selectors beside it",
    "supervision.selectors.systems.sees_whole": "a question like those of projects.permissions",
    "payroll.selectors.uploads.upload": "handed to core.import_views, which calls it so",
}
#: Tables whose rows are not scoped, and what keeps them.
UNSCOPED = {
    "core.Attachment": "handed out by what it belongs to",
    "core.AuditEntry": "read by project or object that was seen",
    "core.CalendarDay": "configuration",
    "core.ChangeCursor": "how far a reader has come, never shown",
    "core.ColumnMemory": "read by the sender's own organisation",
    "core.DigestRun": "when digests were made, of no person",
    "core.Job": "read by whoever started it",
    "core.ProofOfService": "read through its document",
    "core.Touch": "a mark, never shown",
    "identity.ExternalIdentity": "read through users",
    "identity.Grant": "read through users",
    "identity.Industry": "a public dictionary",
    "identity.Invitation": "read through its organisation, or by its secret",
    "identity.KeptForm": "the browser's and its user's own",
    "identity.RefusedAccess": "counts for the operator, without any object",
    "identity.Region": "a public dictionary",
    "identity.Renewal": "read through users",
    "identity.SignIn": "read through users",
    "identity.User": "read through organisations",
    "identity.UserSession": "the browser's own",
    "monitoring.RuleRun": "what the engine did, without any project's data",
    "monitoring.RuleSetting": "public thresholds",
    "core.PastRow": "superseded rows, which replay alone reads",
    "monitoring.WarningProject": "which projects a warning concerns, read through the warning",
    "bonds.BondPolicy": "what an area asks is public",
    "bonds.PolicySetting": "what an area asks is public",
    "payroll.MinimumWage": "public standards",
    "workers.Person": "read through engagements",
    "workers.Trade": "a public dictionary",
    "workers.WageCard": "read through engagements",
}
BANNED = {
    "get_object_or_404": "reaches past the scope: use a selector and core.http.found",
    "get_list_or_404": "reaches past the scope: use a selector",
    "RawSQL": "is not guarded",
    "raw": "is not guarded",
    "extra": "is not guarded",
    "_base_manager": "is not guarded",
    "_default_manager": "is not guarded",
}
EXEMPT = {
    # Seals every table's columns anew, for the command reseal.
    "core.sealed",
}
BARRED_TEMPLATE = {
    "managers": r"\.(objects|everything|visible_to)\b",
    "sums of numbers": r"\|\s*add:\s*[\"']?-?\d|{%\s*widthratio\b|\|\s*divisibleby\b",
    "sums of money": r"(gross|net|amount|total|balance|outstanding)\w*\s*\|\s*add:",
}
TEMPLATE_CANARIES = [
    "{% for line in project.lines.everything %}",
    "{{ count|add:1 }}",
    "{{ sheet.gross|add:sheet.net }}",
]
EVERYBODY = Actor(
    uuid4(),
    "无所不能",
    1,
    (
        Grant(Role.BUREAU_OFFICER, region="650102", industries=frozenset({"housing"})),
        Grant(Role.ENTERPRISE_ADMIN, organisation=1),
        Grant(Role.LABOUR_OFFICER, organisation=1, project=uuid4()),
        Grant(Role.OWNER_CLERK, organisation=1),
        Grant(Role.BANK_CLERK, organisation=1),
    ),
)


def full(module: Module, function: str) -> str:
    return f"{module.name}.{function}"


def open_reads(module: Module) -> Iterator[str]:
    """Where a module says ``everything`` and may not."""
    if WRITERS & set(module.parts) or module.name == "core.scope":
        return
    if module.layer != "selectors":
        if "everything" in attributes(module.tree):
            yield module.name
        return
    for name, function in functions(module.tree):
        said = attributes(function)
        if "everything" in said and not cut_by_scope(function):
            yield full(module, name)


def cut_by_scope(function: ast.FunctionDef) -> bool:
    """Whether the function is handed rows that were cut, or cuts them itself.

    Handed means a parameter that is named as a QuerySet; correlated sub-queries count by their
    OuterRef, for the outer rows are guarded themselves.
    """
    handed = any(
        "QuerySet" in ast.unparse(argument.annotation)
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.annotation
    )
    return handed or "visible_to" in attributes(function) or "OuterRef" in names(function)


def without_actor(module: Module) -> Iterator[str]:
    """Public selectors that reach the database and do not ask for whom."""
    if module.layer != "selectors":
        return
    top = {n.name: n for n in module.tree.body if isinstance(n, ast.FunctionDef)}
    for name, function in top.items():
        arguments = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
        if not name.startswith("_") and "actor" not in arguments and reaches(name, top, set()):
            yield full(module, name)


def reaches(name: str, top: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    """Whether a function says a manager, itself or through others of its module."""
    seen.add(name)
    function = top[name]
    if {"objects", "everything"} & attributes(function):
        return True
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return any(reaches(one, top, seen) for one in called & set(top) - seen)


def positional(module: Module) -> Iterator[str]:
    """Public selectors whose actor may be mixed up with another argument."""
    if module.layer != "selectors":
        return
    for name, function in functions(module.tree):
        is_public = not name.rpartition(".")[2].startswith("_")
        if is_public and "actor" in {a.arg for a in function.args.args}:
            yield full(module, name)


def models_in_views(module: Module) -> Iterator[str]:
    """What views and templates' tags import of models, or say of managers."""
    if module.layer not in {"views", "templatetags", "context", "urls"}:
        return
    wrong = {name for name in imports(module.tree) if ".models" in name}
    own = {name for name in wrong if name.split(".")[0] in APPS}
    yield from (f"{module.name} imports {name}" for name in sorted(own))
    said = {"objects", "everything"} & attributes(module.tree)
    yield from (f"{module.name} says {name}" for name in sorted(said))


def banned(module: Module) -> Iterator[str]:
    """Ways round the scope, by their names."""
    if module.name in EXEMPT:
        return
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    }
    imported = {name.rpartition(".")[2] for name in imports(module.tree)}
    reached = {name for name in attributes(module.tree) if name.startswith("_")}
    for name in sorted(set(BANNED) & (called | imported | reached)):
        yield f"{module.name}: {name} {BANNED[name]}"


def everywhere(rule) -> list[str]:
    return sorted(chain.from_iterable(map(rule, modules())))


def own_models() -> list[type]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def label(model: type) -> str:
    return model._meta.label


def unscoped(models: Iterable[type]) -> set[str]:
    return {label(model) for model in models if not issubclass(model, ScopedModel)}


def scoped() -> list[type]:
    return [model for model in own_models() if issubclass(model, ScopedModel)]


def templates() -> list[Path]:
    found = [*(ROOT / "templates").rglob("*.html")]
    return found + [path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html")]


def barred_in(text: str) -> list[str]:
    return [name for name, pattern in BARRED_TEMPLATE.items() if re.search(pattern, text)]


class TestEverything:
    def test_is_said_where_one_writes_or_with_a_reason(self):
        assert [name for name in everywhere(open_reads) if name not in OPEN_READS] == []

    def test_reasons_are_still_needed(self):
        assert set(OPEN_READS) - set(everywhere(open_reads)) == set()

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("payroll.selectors", ["payroll.selectors.lines"]),
            ("payroll.views.sheets", ["payroll.views.sheets"]),
            ("payroll.forms", ["payroll.forms"]),
            ("payroll.exports", ["payroll.exports"]),
            ("payroll.documents", ["payroll.documents"]),
            ("core.templatetags.ui", ["core.templatetags.ui"]),
            ("payroll.services.sheets", []),
        ],
    )
    def test_said_elsewhere_is_found(self, name, found):
        source = "def lines(*, actor):\n    return PayLine.everything.all()"
        assert list(open_reads(module(source, name))) == found

    def test_cut_by_what_is_seen_passes(self):
        source = (
            "def a(*, actor):\n"
            "    seen = Project.objects.visible_to(actor)\n"
            "    return PayLine.everything.filter(project__in=seen)\n"
            "def b(sheets: QuerySet):\n    return PayLine.everything.filter(sheet__in=sheets)\n"
            "def c():\n    return PayLine.everything.filter(sheet=OuterRef('pk'))\n"
        )
        assert list(open_reads(module(source, "payroll.selectors"))) == []


class TestSelectors:
    def test_ask_for_whom(self):
        assert [name for name in everywhere(without_actor) if name not in WITHOUT_ACTOR] == []

    def test_reasons_are_still_needed(self):
        assert set(WITHOUT_ACTOR) - set(everywhere(without_actor)) == set()

    def test_that_do_not_ask_are_found(self):
        source = (
            "def a(month):\n    return _b(month)\n"
            "def _b(month):\n    return PaySheet.objects.filter(month=month)\n"
            "def c(row):\n    return row.pk\n"
        )
        assert list(without_actor(module(source, "payroll.selectors"))) == ["payroll.selectors.a"]

    def test_name_the_actor(self):
        assert set(everywhere(positional)) == set(BY_POSITION)

    def test_that_take_the_actor_by_position_are_found(self):
        wrong = module("def a(uuid, actor): ...", "payroll.selectors.uploads")
        assert list(positional(wrong)) == ["payroll.selectors.uploads.a"]


class TestViews:
    def test_know_no_models(self):
        assert everywhere(models_in_views) == []

    @pytest.mark.parametrize(
        "source",
        [
            "from payroll.models import PaySheet",
            "from payroll import models",
            "import payroll.models",
            "selectors.PaySheet.objects.all()",
            "selectors.PaySheet.everything.all()",
        ],
    )
    def test_that_do_are_found(self, source):
        assert list(models_in_views(module(source)))


class TestWaysRound:
    def test_are_not_taken(self):
        assert everywhere(banned) == []

    @pytest.mark.parametrize(
        "source",
        [
            "from django.shortcuts import get_object_or_404",
            "shortcuts.get_list_or_404(rows)",
            "PaySheet.objects.raw('SELECT 1')",
            "rows.extra(where=['1=1'])",
            "type(row)._base_manager.all()",
        ],
    )
    def test_are_found(self, source):
        assert list(banned(module(source)))


class TestModels:
    def test_are_scoped_or_say_why_not(self):
        assert unscoped(own_models()) == set(UNSCOPED)

    def test_without_scope_are_found(self):
        user = apps.get_model("auth", "Permission")
        assert unscoped([user, apps.get_model("projects", "Project")]) == {"auth.Permission"}

    @pytest.mark.parametrize("model", scoped(), ids=label)
    def test_name_their_scope(self, model):
        assert isinstance(model.scope, Scope)
        assert model.scope.reaches
        assert all(isinstance(reach, Reach) for reach in model.scope.reaches)

    @pytest.mark.parametrize("model", scoped(), ids=label)
    def test_are_guarded_by_objects_and_open_by_everything(self, model):
        assert isinstance(model.objects.get_queryset(), ScopedQuerySet)
        assert isinstance(model._meta.default_manager, Everything)
        assert model.everything.get_queryset().query.scoped
        assert not model.objects.get_queryset().query.scoped

    @pytest.mark.django_db
    @pytest.mark.parametrize("model", scoped(), ids=label)
    def test_scope_themselves_for_every_kind_of_actor(self, model):
        assert "WHERE" in str(model.objects.visible_to(EVERYBODY).query)


class TestTemplates:
    def test_reach_no_rows_and_add_up_nothing(self):
        found = {str(path.relative_to(ROOT)): barred_in(path.read_text()) for path in templates()}
        assert {path: names for path, names in found.items() if names} == {}

    @pytest.mark.parametrize(
        ("name", "canary"), list(zip(BARRED_TEMPLATE, TEMPLATE_CANARIES, strict=True))
    )
    def test_that_do_are_found(self, name, canary):
        assert name in barred_in(canary)
