"""Bond policies: what each area asks, from when, on what ground, and how sure that is."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bonds.access import POLICY_SEEN, POLICYS_KEEPER
from bonds.forms import PolicyForm, SourceForm
from bonds.policy import SETTINGS, Setting
from bonds.selectors import policies
from bonds.services.policies import add_policy, confirm_setting, set_setting
from bonds.views.common import form_page
from core import clock
from core.access import HasRole, open_to
from core.http import ActorRequest, found, perform
from identity.roles import Role

_READERS = HasRole(Role.BUREAU_OFFICER, Role.INDUSTRY_OFFICER, Role.ENTERPRISE_ADMIN)
#: So many empty rows below those of a table.
_MORE_ROWS = 3


@require_safe
@open_to(_READERS)
def listed(request: ActorRequest) -> HttpResponse:
    """All policies, with what still has to be confirmed or is not set."""
    rows = policies.policy_lines(actor=request.actor, as_of=clock.today())
    context = {
        "page": policies.POLICY_LIST.page_in_memory(rows, params=request.GET),
        "may_add": bool(policies.kept_areas(actor=request.actor)),
    }
    return render(request, "bonds/policies.html", context)


@require_safe
@open_to(POLICY_SEEN)
def policy(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Everything that a policy says, and what it does not."""
    shown = found(lambda: policies.policy(uuid, actor=request.actor))
    context = {
        "policy": shown,
        "groups": policies.setting_groups(shown),
        "note": f"{shown.region.name} · {shown.since:%Y-%m-%d} 起施行 · {shown.created_by}录入",
        "may_keep": policies.may_keep(shown, actor=request.actor),
        "may_add": bool(policies.kept_areas(actor=request.actor)),
        "is_open": policies.is_open(shown, as_of=clock.today()),
    }
    return render(request, "bonds/policy.html", context)


@form_page
@open_to(POLICY_SEEN)
def new(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """A new policy as a copy of this one."""
    like = found(lambda: policies.policy(uuid, actor=request.actor))
    areas = [(area.code, area.name) for area in policies.kept_areas(actor=request.actor)]
    initial = {"region": like.region_id, "since": clock.today(), "title": like.title}
    form = PolicyForm(request.POST or None, areas=areas, initial=initial)
    context = {
        "form": form,
        "title": "另立政策",
        "button": "建立",
        "note": f"照“{like}”复制，建立后逐项修改",
        "back": reverse("bonds:policy", args=[uuid]),
        "back_label": "保证金政策",
    }
    return perform(
        request,
        form,
        lambda: add_policy(actor=request.actor, like=uuid, now=clock.now(), **form.cleaned_data),
        "新政策已建立，请逐项核对。",
        to=lambda made: reverse("bonds:policy", args=[made.uuid]),
        page=lambda: render(request, "bonds/form.html", context),
    )


@form_page
@open_to(POLICYS_KEEPER)
def setting(request: ActorRequest, uuid: UUID, key: str) -> HttpResponse:
    """Set one setting of a policy that is not in force yet, or begins today."""
    shown = found(lambda: policies.policy(uuid, actor=request.actor))
    if key not in SETTINGS:
        raise Http404
    line = policies.setting_line(shown, key)
    initial = {"source": line.source, "certainty": line.certainty_code}
    form = SourceForm(request.POST or None, initial=initial)
    value = posted_value(line.setting, request.POST) if request.POST else line.value
    context = {
        "policy": shown,
        "line": line,
        "form": form,
        "inputs": policies.setting_inputs(line.setting, value, _MORE_ROWS),
    }
    return perform(
        request,
        form,
        lambda: set_setting(
            actor=request.actor,
            uuid=uuid,
            key=key,
            value=value,
            now=clock.now(),
            **form.cleaned_data,
        ),
        "已保存。",
        to=reverse("bonds:policy", args=[uuid]),
        page=lambda: render(request, "bonds/setting.html", context),
    )


def posted_value(setting: Setting, data: QueryDict) -> Any:
    """What a setting's page sent, as it is stored; its shape judges it."""
    columns = setting.shape.columns
    if columns:
        count = len(data.getlist(next(iter(columns))))
        rows = (
            {key: data.getlist(key)[row].strip() for key in columns if row < len(data.getlist(key))}
            for row in range(count)
        )
        return [_row(row) for row in rows if any(row.values())] or None
    if setting.shape.name == "forms":
        return data.getlist("value") or None
    text = data.get("value", "").strip()
    if setting.shape.name == "yes_no":
        return {"yes": True, "no": False}.get(text)
    return text.replace(",", "") or None


def _row(row: dict[str, str]) -> dict[str, Any]:
    return {
        key: value.replace(",", "") if key not in ("name", "systems") else value
        for key, value in row.items()
        if value
    } | ({"systems": row["systems"] == "yes"} if "systems" in row else {})


@require_POST
@open_to(POLICYS_KEEPER)
def confirm(request: ActorRequest, uuid: UUID, key: str) -> HttpResponse:
    """Confirm a setting against the original text."""
    return perform(
        request,
        None,
        lambda: confirm_setting(actor=request.actor, uuid=uuid, key=key, now=clock.now()),
        "已核实。",
        to=reverse("bonds:policy", args=[uuid]),
    )
