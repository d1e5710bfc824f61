"""Rules about the real-name register 规程二(四)."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from monitoring.catalogue import Finding, Look, rule
from monitoring.evidence import Fact, Number, Records
from monitoring.models import Level
from monitoring.rules.common import NAMED, WORKER
from workers.selectors import IncompleteRegistration, incomplete_registrations


@rule(
    code="WRK-02",
    title="实名信息缺项",
    basis="规程二（四）",
    defaults={"grace": Decimal(3)},
    units={"grace": "黄色：进场后天数"},
    clears="补齐每名工人的劳动合同、工种、工资卡银行账号和联系方式。",
    duty="用人单位补录，总承包单位督促",
    place="workers:register",
    evidence=(
        Number("count", "人数"),
        Records("workers", (WORKER, Fact("entered_on", "进场日期"), Fact("missing", "缺项"))),
    ),
)
def registration_incomplete(look: Look) -> Iterator[Finding]:
    """Something that 规程二(四) names is missing days after entry."""
    found: dict[tuple[int, int], list[IncompleteRegistration]] = defaultdict(list)
    for row in incomplete_registrations(**look.where, grace=look.limit("grace")):
        found[row.project_id, row.employer_id].append(row)
    for (project, employer), rows in found.items():
        place = rows[0]
        missing = sorted({label for row in rows for label in row.missing})
        yield Finding(
            subject=f"employer:{place.project}/{place.employer_uscc}",
            project=project,
            employer=employer,
            level=Level.YELLOW,
            counted_from=min(row.entered_on for row in rows),
            summary=f"{place.employer}有 {len(rows)} 名工人缺{'、'.join(missing)}。",
            evidence={
                "workers": [
                    {
                        "engagement": str(row.uuid),
                        "name": row.name,
                        "entered_on": row.entered_on.isoformat(),
                        "missing": list(row.missing),
                    }
                    for row in rows[:NAMED]
                ],
                "count": len(rows),
            },
        )
