"""The fixed cast of the tests: who is who on which project, and what each may see.

昆仑大道安置房二期 in 天山区 is built by ``contractor`` with ``subcontractor``'s people for
``owner``; its wage account lies with ``bank``. ``elsewhere`` is another contractor's project in
another county. Whoever has ``other_`` before the name has nothing to do with 昆仑大道.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from django.db import transaction
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from stdnum.cn import uscc

from accounts.models import FundingTerm, SpecialAccount
from core import clock
from core.actor import SYSTEM, Actor
from identity.models import Grant, Organisation, User
from identity.roles import SECOND_FACTOR, Role
from identity.sessions import SEEN_AT
from identity.signing_in import CODE_GIVEN_AT
from projects.models import Participant, Project, ProjectOfficer, WageTerm
from workers.services.register import RosterEntry, enrol_workers

SAMPLES = Path(__file__).parent / "data" / "samples"
PASSWORD = "Kunlun-2026-test"
SHANGHAI = ZoneInfo("Asia/Shanghai")
#: The day most tests happen on: a working day after the wage month 2026-09.
TODAY = date(2026, 10, 9)
NOW = datetime(2026, 10, 9, 11, 0, tzinfo=SHANGHAI)
MONTH = date(2026, 9, 1)
WAGE_DAYS = ("sheet_day", "pay_day", "pay_month_offset")


def uscc_of(number: int) -> str:
    """A made-up unit's code with its check digit right."""
    stem = f"91650100MA{number:07d}"
    return stem + uscc.calc_check_digit(stem)


class Cast:
    """Everybody, made in the database."""

    def __init__(self) -> None:
        self._units = 0
        kind = Organisation.Kind
        self.owner = self.unit("新疆某某城市建设投资有限公司", kind.OWNER)
        self.contractor = self.unit("新疆某某建设工程有限公司", kind.CONTRACTOR)
        self.subcontractor = self.unit("天山劳务有限公司", kind.SUBCONTRACTOR)
        self.other_contractor = self.unit("昌吉某某建筑有限公司", kind.CONTRACTOR, "652301")
        self.other_subcontractor = self.unit("北疆劳务有限公司", kind.SUBCONTRACTOR)
        self.bank = self.unit("中国建设银行某某支行", kind.BANK)
        self.other_bank = self.unit("某某农村商业银行", kind.BANK, "652301")
        self.users = self._users()
        self.project = self._kunlun()
        self.elsewhere = self._elsewhere()

    def unit(self, name: str, kind: str, region: str = "650102") -> Organisation:
        """An organisation with a code of its own."""
        self._units += 1
        return Organisation.everything.create(
            uscc=uscc_of(self._units), name=name, kind=kind, region_id=region
        )

    def user(self, username: str, organisation: Organisation, role: str, **grant: Any) -> User:
        """A user with one grant; government by region, enterprises by organisation."""
        user = User(username=username, name=f"{username}甲", organisation=organisation)
        user.set_password(PASSWORD)
        user.save()
        industries = grant.pop("industries", [])
        if "region_id" not in grant:
            grant["organisation"] = organisation
        made = Grant.objects.create(user=user, role=role, **grant)
        made.industries.set(industries)
        return user

    def _users(self) -> SimpleNamespace:
        bureau = Organisation.Kind.BUREAU
        county = self.unit("天山区人力资源和社会保障局", bureau)
        prefecture = self.unit("乌鲁木齐市人力资源和社会保障局", bureau, "650100")
        province = self.unit("自治区人力资源和社会保障厅", bureau, "650000")
        housing = self.unit("乌鲁木齐市住房和城乡建设局", Organisation.Kind.DEPARTMENT, "650100")
        far = self.unit("昌吉市人力资源和社会保障局", bureau, "652301")
        operator = self.unit("技术运营有限公司", Organisation.Kind.OPERATOR, "650000")
        officer = Role.BUREAU_OFFICER
        return SimpleNamespace(
            admin=self.user("admin", self.contractor, Role.ENTERPRISE_ADMIN),
            manager=self.user("manager", self.contractor, Role.PROJECT_MANAGER),
            labour=self.user("labour", self.contractor, Role.LABOUR_OFFICER),
            sub=self.user("sub", self.subcontractor, Role.SUBCONTRACTOR_CLERK),
            other_sub=self.user("other_sub", self.other_subcontractor, Role.SUBCONTRACTOR_CLERK),
            other_admin=self.user("other_admin", self.other_contractor, Role.ENTERPRISE_ADMIN),
            other_labour=self.user("other_labour", self.other_contractor, Role.LABOUR_OFFICER),
            owner=self.user("owner", self.owner, Role.OWNER_CLERK),
            bank=self.user("bank", self.bank, Role.BANK_CLERK),
            other_bank=self.user("other_bank", self.other_bank, Role.BANK_CLERK),
            county=self.user("county", county, officer, region_id="650102"),
            county_second=self.user("county_second", county, officer, region_id="650102"),
            prefecture=self.user("prefecture", prefecture, officer, region_id="650100"),
            province=self.user("province", province, officer, region_id="650000"),
            other_county=self.user("other_county", far, officer, region_id="652301"),
            housing=self.user(
                "housing",
                housing,
                Role.INDUSTRY_OFFICER,
                region_id="650100",
                industries=["housing"],
            ),
            water=self.user(
                "water", housing, Role.INDUSTRY_OFFICER, region_id="650100", industries=["water"]
            ),
            operator=self.user("operator", operator, Role.OPERATOR),
        )

    def make_project(self, code: str, name: str, **changes: Any) -> Project:
        """A project under construction with nothing on it."""
        fields: dict[str, Any] = {
            "status": Project.Status.UNDER_CONSTRUCTION,
            "category": Project.Category.BUILDING,
            "region_id": "650102",
            "industry_id": "housing",
            "address": "昆仑大道 1 号",
            "contract_amount": Decimal("86000000"),
            "contract_signed_on": date(2026, 2, 10),
            "permit_number": "650102202602150101",
            "planned_start": date(2026, 3, 1),
            "planned_end": date(2027, 10, 31),
            "actual_start": date(2026, 3, 1),
            "registered_at": datetime(2026, 2, 20, 12, tzinfo=SHANGHAI),
            "updated_at": datetime(2026, 2, 20, 12, tzinfo=SHANGHAI),
        }
        days = {name: changes.pop(name) for name in WAGE_DAYS if name in changes}
        # One with the other, also where a test commits: no project is without terms.
        with transaction.atomic():
            project = Project.everything.create(code=code, name=name, **(fields | changes))
            WageTerm.everything.create(
                project=project,
                since=date(2026, 2, 1),
                recorded_at=project.registered_at,
                recorded_by="孙总",
                **days,
            )
        return project

    @staticmethod
    def change_wage_days(project: Project, **days: int) -> None:
        """Other days than the usual 5th and 15th of the next month, from the first month on."""
        WageTerm.everything.filter(project=project).update(**days)
        project.__dict__.pop("terms", None)

    def take_part(self, project: Project, organisation: Organisation, role: str) -> Participant:
        """An organisation's part in a project from its start."""
        return Participant.everything.create(
            project=project, organisation=organisation, role=role, entered_on=project.planned_start
        )

    def _kunlun(self) -> Project:
        project = self.make_project("XJ6501022026001", "昆仑大道安置房二期")
        role = Participant.Role
        self.take_part(project, self.owner, role.OWNER)
        self.take_part(project, self.contractor, role.CONTRACTOR)
        self.take_part(project, self.subcontractor, role.LABOUR)
        for part, name, user in (
            (ProjectOfficer.Role.MANAGER, "王经理", self.users.manager),
            (ProjectOfficer.Role.LEADER, "赵负责", None),
            (ProjectOfficer.Role.LABOUR, "李专管", self.users.labour),
        ):
            ProjectOfficer.everything.create(
                project=project,
                role=part,
                name=name,
                phone="13900000000",
                user=user,
                since=project.planned_start,
            )
        self.account = SpecialAccount.everything.create(
            project=project,
            bank=self.bank,
            number="65050161625000000123",
            name="新疆某某建设工程有限公司昆仑大道安置房二期农民工工资专用账户",
            opened_on=date(2026, 2, 25),
            filed_on=date(2026, 3, 5),
        )
        FundingTerm.everything.create(
            project=project, day=10, amount=Decimal("200000"), since=date(2026, 3, 1)
        )
        return project

    def _elsewhere(self) -> Project:
        project = self.make_project("XJ6523012026001", "昌吉北郊厂房", region_id="652301")
        self.take_part(project, self.other_contractor, Participant.Role.CONTRACTOR)
        self.take_part(project, self.other_subcontractor, Participant.Role.LABOUR)
        return project

    @cached_property
    def roster(self) -> list[RosterEntry]:
        """The thirty workers of the sample roster, entered on the register."""
        enrol_workers(
            actor=SYSTEM,
            now=NOW,
            code=self.project.code,
            employer=self.subcontractor.uuid,
            entries=roster_entries(),
        )
        return roster_entries()

    def client(self, user: User) -> Client:
        """A browser in which the user has just signed in, with the second factor where due."""
        client = Client()
        client.force_login(user, backend="identity.backends.UserBackend")
        session = client.session
        session[SEEN_AT] = clock.now().timestamp()
        if any(grant.role in SECOND_FACTOR for grant in user.grants.all()):
            device, _ = TOTPDevice.objects.get_or_create(user=user, name="app", confirmed=True)
            session[DEVICE_ID_SESSION_KEY] = device.persistent_id
            session[CODE_GIVEN_AT] = clock.now().timestamp()
        session.save()
        return client

    def actor(self, user: User) -> Actor:
        """The user as services know them."""
        return User.objects.get(pk=user.pk).actor


def roster_entries() -> list[RosterEntry]:
    """The lines of the sample roster."""
    sheet = openpyxl.load_workbook(SAMPLES / "roster.xlsx").active
    return [
        RosterEntry(
            name=row[1],
            nation=row[3],
            id_number=row[4],
            trade=row[5],
            team=row[6],
            entered_on=row[7].date() if isinstance(row[7], datetime) else row[7],
            contract_number=row[8],
            card=row[9],
            bank=row[10],
            phone=row[11],
        )
        for row in sheet.iter_rows(min_row=3, values_only=True)
        if row[4]
    ]
