"""Who acts in the demo district: units, their users, and the personas one can sign in as."""

import base64
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from stdnum.cn import uscc

from core.actor import COMMAND_LINE, Actor
from demo import scenario
from identity import services as identity
from identity.models import Grant, Organisation, User
from identity.roles import SECOND_FACTOR, Role

Kind = Organisation.Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the district; ``key`` is what the story calls it, ``first`` its leading user."""

    key: str
    name: str
    kind: str
    region: str
    first: tuple[str, str]
    industry: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A further user of a unit."""

    unit: str
    username: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody whom one can sign in as; the keys are those of ``demo.json``."""

    role: str
    user: str
    password: str
    totp_secret: str


UNITS = (
    Unit(
        "province",
        "新疆维吾尔自治区人力资源和社会保障厅",
        Kind.BUREAU,
        "650000",
        ("renshe.zizhiqu", "热依汉·买买提"),
    ),
    Unit(
        "urumqi",
        "乌鲁木齐市人力资源和社会保障局",
        Kind.BUREAU,
        "650100",
        ("renshe.wulumuqi", "陈立新"),
    ),
    Unit(
        "changji",
        "昌吉回族自治州人力资源和社会保障局",
        Kind.BUREAU,
        "652300",
        ("renshe.changji", "马文斌"),
    ),
    Unit(
        "tianshan",
        "天山区人力资源和社会保障局",
        Kind.BUREAU,
        "650102",
        ("renshe.tianshan", "古丽娜尔·艾合买提"),
    ),
    Unit(
        "xinshi", "新市区人力资源和社会保障局", Kind.BUREAU, "650104", ("renshe.xinshi", "周海燕")
    ),
    Unit(
        "changjishi",
        "昌吉市人力资源和社会保障局",
        Kind.BUREAU,
        "652301",
        ("renshe.changjishi", "白志强"),
    ),
    Unit(
        "hutubi",
        "呼图壁县人力资源和社会保障局",
        Kind.BUREAU,
        "652323",
        ("renshe.hutubi", "叶尔江·赛力克"),
    ),
    Unit(
        "housing",
        "乌鲁木齐市住房和城乡建设局",
        Kind.DEPARTMENT,
        "650100",
        ("zhujian.wulumuqi", "吴静"),
        "housing",
    ),
    Unit(
        "water",
        "昌吉回族自治州水利局",
        Kind.DEPARTMENT,
        "652300",
        ("shuili.changji", "丁勇"),
        "water",
    ),
    Unit("c1", "新疆某某建设工程有限公司", Kind.CONTRACTOR, "650102", ("zongbao.guanli", "王建国")),
    Unit("c2", "昌吉某某建筑有限公司", Kind.CONTRACTOR, "652301", ("changji.guanli", "赵永刚")),
    Unit(
        "c3",
        "新疆某某路桥工程有限公司",
        Kind.CONTRACTOR,
        "650104",
        ("luqiao.guanli", "努尔兰·巴合提"),
    ),
    Unit("s1", "天山劳务有限公司", Kind.SUBCONTRACTOR, "650102", ("tianshan.guanli", "李大勇")),
    Unit(
        "s2",
        "北疆劳务有限公司",
        Kind.SUBCONTRACTOR,
        "650104",
        ("beijiang.guanli", "艾尼瓦尔·库尔班"),
    ),
    Unit("s3", "博格达建筑劳务有限公司", Kind.SUBCONTRACTOR, "652301", ("bogeda.guanli", "马学军")),
    Unit(
        "s4",
        "准噶尔建筑劳务有限公司",
        Kind.SUBCONTRACTOR,
        "652323",
        ("zhungaer.guanli", "哈那提·木拉提"),
    ),
    Unit("o1", "新疆某某城市建设投资有限公司", Kind.OWNER, "650102", ("chengtou.guanli", "孙丽娟")),
    Unit("o2", "昌吉某某水利投资有限公司", Kind.OWNER, "652301", ("shuitou.guanli", "郭明")),
    Unit("o3", "新疆某某交通投资有限公司", Kind.OWNER, "650104", ("jiaotou.guanli", "许秀英")),
    Unit("b1", "中国建设银行某某支行", Kind.BANK, "650102", ("jianhang.guanli", "罗晓东")),
    Unit("b2", "新疆某某农村商业银行", Kind.BANK, "652301", ("nongshang.guanli", "田桂兰")),
)
COLLEAGUES = (
    Colleague("c1", "zongbao.jingli", "张振华", Role.PROJECT_MANAGER),
    Colleague("c1", "zongbao.laozi", "阿依古丽·吐尔逊", Role.LABOUR_OFFICER),
    Colleague("s1", "fenbao.tianshan", "伊力亚斯·玉素甫", Role.SUBCONTRACTOR_CLERK),
    Colleague("o1", "jianshe.chengtou", "何红霞", Role.OWNER_CLERK),
    Colleague("b1", "yinhang.jianhang", "谢俊杰", Role.BANK_CLERK),
    Colleague("tianshan", "renshe.tianshan2", "刘卫东", Role.BUREAU_OFFICER),
)
#: The units besides the personas' whose leading user acts in the story.
_ACTING = {"c2", "c3", "s2", "s3", "s4"}
#: Whom the sign-in page offers, in the order of the house; the rest only act in the story.
PERSONAS = {
    "zongbao.guanli": "企业管理员",
    "zongbao.jingli": "项目经理",
    "zongbao.laozi": "劳资专管员",
    "fenbao.tianshan": "分包经办人",
    "jianshe.chengtou": "建设单位经办人",
    "yinhang.jianhang": "银行经办人",
    "renshe.tianshan": "人社监察员（天山区）",
    "renshe.tianshan2": "人社监察员（天山区，复核）",
    "renshe.xinshi": "人社监察员（新市区）",
    "renshe.hutubi": "人社监察员（呼图壁县）",
    "renshe.wulumuqi": "人社监察员（乌鲁木齐市）",
    "renshe.changji": "人社监察员（昌吉州）",
    "renshe.zizhiqu": "人社监察员（自治区）",
    "zhujian.wulumuqi": "行业主管部门人员（住房和城乡建设）",
    "shuili.changji": "行业主管部门人员（水利）",
    "yunwei": "技术运营方",
}


class Scenario(scenario.Scenario):
    """The units and actors of the story, by their keys."""

    def __init__(self, story: scenario.Story) -> None:
        super().__init__(story)
        self.units: dict[str, Organisation] = {}
        self.actors: dict[str, Actor] = {}
        self.personas: list[Persona] = []

    def plan(self) -> None:
        begun = min(one.days.begun for one in self.story.sites)
        self.story.diary.on(begun - timedelta(days=30), "09:00", self.register)

    def register(self, now: datetime) -> None:
        """Everybody is registered the way the platform registers anybody."""
        passwords = {name: identity.temporary_password() for name in PERSONAS}
        for number, unit in enumerate(UNITS, start=1):
            self._register_unit(unit, number, passwords, now)
        self._register_operator(passwords["yunwei"])
        for colleague in COLLEAGUES:
            passwords[colleague.username] = self._register_colleague(colleague, now)
        users = {user.username: user for user in User.objects.with_grants()}
        self.actors = {name: user.actor for name, user in users.items()}
        self.personas = [
            Persona(role, name, passwords[name], _second_factor(users[name]))
            for name, role in PERSONAS.items()
        ]

    def leader(self, unit: str) -> Actor:
        """The leading user of a unit."""
        first = next(one.first for one in UNITS if one.key == unit)
        return self.actors[first[0]]

    def _register_unit(
        self, unit: Unit, number: int, passwords: dict[str, str], now: datetime
    ) -> None:
        """The unit is registered and its leading user invited; those of the story accept."""
        username, name = unit.first
        organisation = Organisation(
            uscc=_invented_uscc(number),
            name=unit.name,
            kind=unit.kind,
            region_id=unit.region,
            industry_id=unit.industry or None,
        )
        token = identity.create_organisation(
            actor=COMMAND_LINE, now=now, organisation=organisation, first_user=name
        )
        self.units[unit.key] = organisation
        if username in passwords or unit.key in _ACTING:
            password = passwords.get(username) or identity.temporary_password()
            identity.accept_invitation(
                token=token, now=now, username=username, name=name, password=password
            )

    def _register_operator(self, password: str) -> None:
        """The operator's organisation is made at the command line, not on the platform."""
        organisation = Organisation.everything.create(
            uscc=_invented_uscc(len(UNITS) + 1),
            name="技术运营有限公司",
            kind=Kind.OPERATOR,
            region_id="650000",
        )
        user = User(username="yunwei", name="运维值班员", organisation=organisation)
        user.set_password(password)
        user.save()
        Grant.objects.create(user=user, role=Role.OPERATOR, organisation=organisation)

    def _register_colleague(self, colleague: Colleague, now: datetime) -> str:
        """A further user, who has taken note of the password already; the password."""
        password = identity.create_user(
            actor=COMMAND_LINE,
            organisation=self.units[colleague.unit].uuid,
            name=colleague.name,
            username=colleague.username,
            role=colleague.role,
            now=now,
        )
        User.objects.filter(username=colleague.username).update(must_change_password=False)
        return password


def _invented_uscc(number: int) -> str:
    """A made-up unit's code with its check digit right."""
    stem = f"91650100MADM{number:05d}"
    return stem + uscc.calc_check_digit(stem)


def _second_factor(user: User) -> str:
    """A confirmed device for those who need one; its secret as authenticator apps take it."""
    if not user.actor.has_role(*SECOND_FACTOR):
        return ""
    device = TOTPDevice.objects.create(user=user, name="demo", key=random_hex(), confirmed=True)
    return base64.b32encode(device.bin_key).decode()


def write_personas(personas: list[Persona], path: Path) -> None:
    """Write the personas where the sign-in page of the demo and whoever tries it find them."""
    text = json.dumps([asdict(one) for one in personas], ensure_ascii=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    path.chmod(0o600)
