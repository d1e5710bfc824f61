"""Who is told of a warning, and why just they (rules.md, Handling).

The contractor's 劳资专管员 and 项目经理, and the subcontractor whose people are concerned; the
owner for missing deposits; the bank for what its statements lack; 属地人社 leads and the
行业主管部门 joins. Where a county has no officer, the next level up is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from accounts.models import SpecialAccount
from core.messages.services import Recipient
from identity.models import Grant, Organisation, Region
from identity.roles import Role
from monitoring.models import EarlyWarning
from monitoring.scope import BANKS_RULES, OWNERS_RULES
from projects.models import SUBCONTRACTORS, Participant, ParticipantRole, ProjectOfficer

_LABELS = {role.value: str(role.label) for role in Role}


def levels_of(region: str) -> list[str]:
    """A division and those above it, the nearest first: 650102, 650100, 650000."""
    return list(dict.fromkeys([region, f"{region[:4]}00", f"{region[:2]}0000"]))


class Receivers:
    """The people concerned with some warnings, read in a fixed number of queries."""

    def __init__(self, warnings: Iterable[EarlyWarning]) -> None:
        projects = {one.project_id: one.project for one in warnings if one.project is not None}
        self._parts: dict[int, list[tuple[str, int]]] = defaultdict(list)
        parts = Participant.everything.filter(project__in=projects, left_on=None)
        for project, part, unit in parts.values_list("project", "role", "organisation"):
            self._parts[project].append((part, unit))
        self._banks: dict[int, set[int]] = defaultdict(set)
        accounts = SpecialAccount.everything.filter(project__in=projects)
        for project, bank in accounts.values_list("project", "bank"):
            self._banks[project].add(bank)
        codes = {one.subject.partition(":")[2] for one in warnings if _is_of_bank(one)}
        banks = Organisation.everything.filter(uscc__in=codes)
        self._bank_codes = dict(banks.values_list("uscc", "pk"))
        self._officers_of: dict[int, list[ProjectOfficer]] = defaultdict(list)
        appointed = ProjectOfficer.everything.filter(project__in=projects, until=None)
        for officer in appointed.filter(user__is_active=True).select_related("user"):
            self._officers_of[officer.project_id].append(officer)
        units = {unit for parts in self._parts.values() for _, unit in parts}
        units |= {bank for found in self._banks.values() for bank in found}
        units |= set(self._bank_codes.values())
        self._of_unit: dict[int, list[Grant]] = defaultdict(list)
        grants = Grant.objects.filter(active=True, user__is_active=True).select_related("user")
        for grant in grants.filter(organisation__in=units, region=None):
            self._of_unit[grant.organisation_id or 0].append(grant)
        regions = {one.region_id for one in projects.values()}
        above = {level for region in regions for level in levels_of(region)} | _whole_region()
        self._of_region: dict[str, list[tuple[Grant, frozenset[str]]]] = defaultdict(list)
        officers = grants.filter(region__in=above).prefetch_related("industries")
        for grant in officers.order_by("pk"):
            industries = frozenset(one.code for one in grant.industries.all())
            self._of_region[grant.region_id or ""].append((grant, industries))

    def of(self, warning: EarlyWarning) -> list[Recipient]:
        """Everybody who is told of the warning, each once, with the first reason that applies."""
        found = [*self._site(warning), *self._owner_and_bank(warning), *self.officers(warning)]
        return list({one.user: one for one in reversed(found)}.values())[::-1]

    def officers(self, warning: EarlyWarning, level: int = 0) -> list[Recipient]:
        """属地人社 and 行业主管部门 of the county (0), the prefecture (1) or the region (2).

        Where that level has nobody, of the next above that has.
        """
        if warning.project is None:
            places, industry = sorted(_whole_region()), ""
        else:
            places = levels_of(warning.project.region_id)[level:] or sorted(_whole_region())
            industry = warning.project.industry_id
        bureau = self._nearest(places, industry, Role.BUREAU_OFFICER, "您是属地人社部门的监察员")
        joining = self._nearest(places, industry, Role.INDUSTRY_OFFICER, "您是行业主管部门人员")
        return [*bureau, *joining]

    def responsible(self, warning: EarlyWarning) -> list[Recipient]:
        """Those whose answer to the warning is awaited."""
        return [*self._site(warning), *self._owner_and_bank(warning)]

    def _nearest(self, places: list[str], industry: str, role: str, why: str) -> list[Recipient]:
        for place in places:
            found = [
                Recipient(grant.user.uuid, _unit_of(grant), why)
                for grant, industries in self._of_region[place]
                if grant.role == role and (not industries or industry in industries)
            ]
            if found:
                return found
        return []

    def _site(self, warning: EarlyWarning) -> Iterator[Recipient]:
        project = warning.project
        if project is None:
            return
        units = self._parts[project.pk]
        contractors = [unit for part, unit in units if part == ParticipantRole.CONTRACTOR]
        answering = (Role.LABOUR_OFFICER, Role.PROJECT_MANAGER)
        found = [one for unit in contractors for one in self._granted(warning, unit, *answering)]
        for officer in self._officers_of[project.pk]:
            if officer.user and contractors:
                why = f"您是{project.name}的{officer.get_role_display()}"
                found.append(Recipient(officer.user.uuid, contractors[0], why))
        # Nobody answers for the project yet: the unit's own administrators are told.
        for unit in contractors if not found else ():
            found += self._granted(warning, unit, Role.ENTERPRISE_ADMIN)
        yield from found
        employers = {unit for part, unit in units if part in SUBCONTRACTORS}
        if warning.employer_id in employers:
            clerks = (Role.SUBCONTRACTOR_CLERK, Role.ENTERPRISE_ADMIN)
            yield from self._granted(warning, warning.employer_id or 0, *clerks)

    def _owner_and_bank(self, warning: EarlyWarning) -> Iterator[Recipient]:
        if warning.rule in OWNERS_RULES and warning.project_id:
            for part, unit in self._parts[warning.project_id]:
                if part == ParticipantRole.OWNER:
                    yield from self._granted(warning, unit, Role.OWNER_CLERK)
        if warning.rule in BANKS_RULES:
            banks: Collection[int] = self._banks.get(warning.project_id or 0, ())
            if _is_of_bank(warning):
                named = self._bank_codes.get(warning.subject.partition(":")[2])
                banks = [named] if named else []
            for bank in banks:
                yield from self._granted(warning, bank, Role.BANK_CLERK)

    def _granted(self, warning: EarlyWarning, unit: int, *roles: str) -> list[Recipient]:
        project = warning.project
        return [
            Recipient(grant.user.uuid, unit, _reason(warning, grant.role))
            for grant in self._of_unit[unit]
            if grant.role in roles
            and (grant.project is None or (project is not None and grant.project == project.uuid))
        ]


def _is_of_bank(warning: EarlyWarning) -> bool:
    return warning.subject.startswith("bank:")


def _reason(warning: EarlyWarning, role: str) -> str:
    place = warning.project.name if warning.project else "本行"
    return f"您是{place}的{_LABELS[role]}"


def _unit_of(grant: Grant) -> int:
    return grant.organisation_id or grant.user.organisation_id


def _whole_region() -> set[str]:
    kind = Region.Kind.AUTONOMOUS_REGION
    return set(Region.objects.filter(kind=kind).values_list("code", flat=True))
