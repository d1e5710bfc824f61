"""Rules about rights-information notice boards 规程二(六)."""

from collections.abc import Iterator
from decimal import Decimal

from monitoring.catalogue import OR_PREPARING, Finding, Look, rule
from monitoring.evidence import Fact
from monitoring.models import Level
from notices.selectors import projects_without_posting


@rule(
    code="NTC-01",
    title="告示牌未公示",
    basis="《保障农民工工资支付条例》第三十四条、第五十六条，规程二（六）",
    defaults={"yellow": Decimal(0), "orange": Decimal(15)},
    units={"yellow": "黄色：开工后天数", "orange": "橙色：开工后天数"},
    clears="打印告示牌张贴到施工现场，并上传现场照片。",
    duty="总承包单位劳资专管员",
    place="notices:project",
    opens_for=OR_PREPARING,
    evidence=(Fact("start", "开工日期"),),
)
def board_not_posted(look: Look) -> Iterator[Finding]:
    """The start date is reached and no posting with a photo is on record."""
    for project in projects_without_posting(**look.where, after=look.limit("yellow")):
        late = (look.as_of - project.start).days
        orange = late >= look.threshold("orange", project.pk)
        yield Finding(
            subject=project.subject,
            project=project.pk,
            level=Level.ORANGE if orange else Level.YELLOW,
            counted_from=project.start,
            summary=(
                f"{project.start:%Y-%m-%d} {'' if project.actual_start else '计划'}开工，"
                f"已过 {late} 天，还没有维权信息告示牌的现场张贴照片。"
            ),
            evidence={"start": project.start.isoformat()},
        )
