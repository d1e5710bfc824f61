"""How commands name a project, an employer on it and a month."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from core import months
from core.imports_command import WrongUse
from identity.models import Organisation
from projects.models import Participant, Project


def add_organisation_argument(parser: ArgumentParser, *, required: bool = False) -> None:
    """``--organisation USCC``: whose workers the table is about."""
    parser.add_argument(
        "--organisation",
        required=required,
        metavar="USCC",
        help="用人单位的统一社会信用代码；不填时取项目唯一的分包单位",
    )


def add_month_argument(parser: ArgumentParser) -> None:
    """``--month YYYY-MM``."""
    parser.add_argument("--month", required=True, metavar="YYYY-MM", help="月份")


def project_of(options: dict[str, Any]) -> Project:
    """The project that ``--project`` names.

    :raises WrongUse: there is none.
    """
    project = Project.everything.filter(code=options["project"]).first()
    if project is None:
        raise WrongUse(f"没有编号为 {options['project']} 的项目。")
    return project


def employer_of(project: Project, options: dict[str, Any]) -> Organisation:
    """The employer that ``--organisation`` names, or the project's only subcontractor.

    :raises WrongUse: it takes no part in the project, or the choice is not plain.
    """
    parts = Participant.everything.filter(project=project, left_on__isnull=True)
    if options["organisation"]:
        part = parts.filter(
            organisation__uscc=options["organisation"], role__in=Participant.EMPLOYERS
        ).first()
        if part is None:
            raise WrongUse(f"{options['organisation']} 不是本项目的总包或分包单位。")
        return part.organisation
    subcontractors = list(parts.filter(role__in=Participant.SUBCONTRACTORS)[:2])
    if len(subcontractors) != 1:
        raise WrongUse("本项目不止一家分包单位（或没有），请用 --organisation 指明用人单位。")
    return subcontractors[0].organisation


def month_of(options: dict[str, Any]) -> date:
    """The first day of the month that ``--month`` names.

    :raises WrongUse: it is no month.
    """
    try:
        return months.parse_month(options["month"])
    except ValueError as error:
        raise WrongUse(f"月份应写成 2026-09：{options['month']}") from error
