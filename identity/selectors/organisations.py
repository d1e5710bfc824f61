"""Regions, industries and organisations, and who looks after whose users."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from core.actor import Actor
from core.hook_kinds import SearchHit
from core.listing import ListColumn, ListTable, in_order
from core.scope import ScopedQuerySet
from identity.kinds import GOVERNMENT_KINDS, ROLES_OF_KIND
from identity.models import (
    Industry,
    Invitation,
    Organisation,
    Region,
)
from identity.roles import GOVERNMENT, Role
from identity.scope import region_prefix

Choices = list[tuple[str, str]]


# Regions and industries -------------------------------------------------------------------------


def reach(*, actor: Actor) -> Q:
    """The divisions that an officer's grants reach, as a condition on Region."""
    if actor.is_system:
        return Q()
    prefixes = [
        region_prefix(grant.region)
        for grant in actor.grants
        if grant.role in GOVERNMENT and grant.region
    ]
    reached = Q(pk__in=[])
    for prefix in prefixes:
        reached |= Q(code__startswith=prefix)
    return reached


def reaches(region: str, *, actor: Actor, roles: frozenset[str] = GOVERNMENT) -> bool:
    """Whether a grant of one of these roles covers the division."""
    return actor.is_system or any(
        grant.role in roles and grant.region and region.startswith(region_prefix(grant.region))
        for grant in actor.grants
    )


def regions(*, actor: Actor) -> list[Region]:
    """The divisions within an officer's reach, each below its own; everybody else gets all."""
    rows = Region.objects.select_related("parent")
    if actor.has_role(*GOVERNMENT):
        rows = rows.filter(reach(actor=actor))
    return list(rows)


def prefecture_heading(region: Region) -> str:
    """What a division stands under in a list: its 地州市, or what has none above it."""
    if region.kind == Region.Kind.CORPS_CITY:
        return str(region.get_kind_display())
    parent = region.parent
    return parent.name if parent and region.kind == Region.Kind.COUNTY else region.name


REGION_LIST = ListTable(
    columns=(
        ListColumn("code", "代码", sort="code", slot="figure"),
        ListColumn("name", "名称", sort="name", slot="main"),
        ListColumn("kind", "层级", sort="kind", slot="state"),
        ListColumn("parent", "上级", sort="parent__name", slot="aside"),
    ),
    default=(),
    default_sort="code",
    group=prefecture_heading,
)


def regions_below(region: Region, *, actor: Actor) -> Choices:
    """A division and all below it, as far as the actor reaches, to choose an officer's reach."""
    rows = [one for one in regions(actor=actor) if one.code.startswith(region.prefix)]
    return [(one.code, full_name(one)) for one in rows]


def prefecture_choices(*, actor: Actor) -> Choices:
    """The 地州市, as parents of counties."""
    rows = Region.objects.filter(kind=Region.Kind.PREFECTURE)
    return [(region.code, region.name) for region in rows]


def full_name(region: Region) -> str:
    """乌鲁木齐市天山区; the autonomous region's own name is left out before others."""
    parent = region.parent
    before = parent.name if parent and parent.kind == Region.Kind.PREFECTURE else ""
    return before + region.name


def region(code: str, *, actor: Actor) -> Region:
    """:raises Region.DoesNotExist: no such division; divisions are known to everybody."""
    return Region.objects.select_related("parent").get(code=code)


def industries(*, actor: Actor) -> list[Industry]:
    """The industries that an officer's grants reach; everybody else gets all."""
    grants = [grant for grant in actor.grants if grant.role in GOVERNMENT]
    rows = Industry.objects.all()
    if grants and all(grant.industries for grant in grants):
        rows = rows.filter(pk__in=set().union(*(grant.industries for grant in grants)))
    return list(rows)


def industry(code: str, *, actor: Actor) -> Industry:
    """:raises Industry.DoesNotExist: no such industry; they are known to everybody."""
    return Industry.objects.get(code=code)


def industry_choices(*, actor: Actor) -> Choices:
    return [(industry.code, industry.name) for industry in industries(actor=actor)]


# Organisations ----------------------------------------------------------------------------------


def organisations(*, actor: Actor) -> ScopedQuerySet:
    """The organisations an actor sees, as rows to filter and page."""
    rows = Organisation.objects.visible_to(actor)
    return rows.select_related("region__parent", "industry").order_by("name", "pk")


def organisation(uuid: UUID, *, actor: Actor) -> Organisation:
    """:raises Organisation.DoesNotExist: none, or out of scope."""
    return organisations(actor=actor).get(uuid=uuid)


def own_organisation(*, actor: Actor) -> Organisation:
    """The organisation that the actor works for."""
    return organisations(actor=actor).get(pk=actor.organisation)


#: The settled first: falling, those that wait for an officer come first.
_STATUS_ORDER = in_order(
    "status",
    (
        Organisation.Status.DISABLED,
        Organisation.Status.CONFIRMED,
        Organisation.Status.UNCONFIRMED,
    ),
)

ORGANISATION_LIST = ListTable(
    columns=(
        ListColumn("name", "单位", sort="pinyin", slot="main"),
        ListColumn("kind", "类型", sort=in_order("kind", Organisation.Kind.values), slot="aside"),
        ListColumn("status", "状态", sort="status_order", slot="state", falling=True),
        ListColumn("region", "所在地", sort="region_id"),
        ListColumn("industry", "主管行业", sort="industry__order"),
    ),
    # Those that wait for an officer first.
    default=("-status_order", "pinyin"),
)


def listed_organisations(*, actor: Actor) -> ScopedQuerySet:
    """The organisations that an actor sees, as rows of :data:`ORGANISATION_LIST`."""
    return organisations(actor=actor).annotate(status_order=_STATUS_ORDER)


def find_organisations(*, actor: Actor, text: str, limit: int) -> list[SearchHit]:
    """The organisations by name or 统一社会信用代码."""
    rows = organisations(actor=actor).filter(
        Q(name__icontains=text) | Q(pinyin__contains=text.lower()) | Q(uscc__iexact=text)
    )
    return [
        SearchHit(
            row.name,
            f"{row.get_kind_display()} · {row.uscc} · {row.get_status_display()}",
            reverse("identity:organisation", args=[row.uuid]),
        )
        for row in rows[:limit]
    ]


STATUS_TONES = {
    Organisation.Status.CONFIRMED: "good",
    Organisation.Status.UNCONFIRMED: "wait",
    Organisation.Status.DISABLED: "bad",
}


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation as listed."""

    uuid: UUID
    uscc: str
    name: str
    kind: str
    status: str
    tone: str
    region: str
    industry: str


def organisation_line(row: Organisation) -> OrganisationLine:
    """An organisation of :func:`organisations` as listed."""
    return OrganisationLine(
        uuid=row.uuid,
        uscc=row.uscc,
        name=row.name,
        kind=row.get_kind_display(),
        status=row.get_status_display(),
        tone=STATUS_TONES[Organisation.Status(row.status)],
        region=full_name(row.region),
        industry=row.industry.name if row.industry else "",
    )


def may_decide_on(organisation: Organisation, *, actor: Actor) -> bool:
    """Whether the actor is the 人社 officer who confirms, invites for and disables it."""
    return reaches(organisation.region_id, actor=actor, roles=frozenset({Role.BUREAU_OFFICER}))


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """What anybody who holds a unit's 统一社会信用代码 may learn: what its licence says."""

    uscc: str
    name: str
    kind: str
    kind_label: str


def unit_by_uscc(uscc: str, *, actor: Actor) -> KnownUnit | None:
    """The unit of exactly this code; names cannot be searched for, so nobody's list leaks."""
    unit = Organisation.everything.filter(uscc=uscc).first()
    return KnownUnit(unit.uscc, unit.name, unit.kind, unit.get_kind_display()) if unit else None


def banks(*, actor: Actor) -> QuerySet[Organisation]:
    """The cooperating banks, which are public."""
    return Organisation.everything.filter(
        kind=Organisation.Kind.BANK, status=Organisation.Status.CONFIRMED
    )


def bank(uuid: UUID | str, *, actor: Actor) -> Organisation:
    """:raises Organisation.DoesNotExist: not a cooperating bank."""
    return Organisation.everything.get(
        uuid=uuid, kind=Organisation.Kind.BANK, status=Organisation.Status.CONFIRMED
    )


INVITATION_LIST = ListTable(
    columns=(
        ListColumn("name", "被邀请人", sort="name", slot="main"),
        ListColumn("role", "岗位", sort="role", slot="aside"),
        ListColumn("sent", "发出", sort="created_at", kind="date", falling=True),
        ListColumn("expires", "有效至", sort="expires_at", kind="date", falling=True),
        ListColumn("accepted", "接受", sort="accepted_at", kind="date", slot="state"),
    ),
    default=(),
    default_sort="-sent",
    name="invitations",
)


def invitations(organisation: Organisation, *, actor: Actor) -> list[Invitation]:
    """The organisation's invitations, newest first, for the officer who looks after it."""
    actor.require_role(Role.BUREAU_OFFICER)
    return list(organisation.invitations.order_by("-created_at"))


def manages_users(organisation: Organisation, *, actor: Actor) -> bool:
    """Whether the actor makes the users: a 企业管理员 of its own, an officer of government's."""
    if organisation.kind in GOVERNMENT_KINDS:
        return reaches(organisation.region_id, actor=actor, roles=frozenset({Role.BUREAU_OFFICER}))
    own = organisation.pk == actor.organisation and actor.has_role(Role.ENTERPRISE_ADMIN)
    return actor.is_system or own


def require_manager(organisation: Organisation, *, actor: Actor) -> None:
    """:raises Forbidden: the actor does not manage the organisation's users."""
    if not manages_users(organisation, actor=actor):
        actor.require_role()


def role_choices(organisation: Organisation, *, actor: Actor) -> Choices:
    """The roles that people of this organisation may carry."""
    return [(role.value, str(role.label)) for role in ROLES_OF_KIND[organisation.kind]]


def own_role_choices(*, actor: Actor) -> Choices:
    """The roles that the actor's colleagues may carry."""
    return role_choices(own_organisation(actor=actor), actor=actor)
