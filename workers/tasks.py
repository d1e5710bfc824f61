"""Reading rosters and attendance sheets in the background."""

from celery import shared_task

from core import clock
from core.imports import read_job
from workers.imports import ATTENDANCE_IMPORT, ROSTER_IMPORT


@shared_task(lane="imports")
def read_roster(job: str, upload: str) -> None:
    """Read an uploaded roster."""
    read_job(ROSTER_IMPORT, job, upload, moment=clock.now)


@shared_task(lane="imports")
def read_attendance(job: str, upload: str) -> None:
    """Read an uploaded attendance sheet."""
    read_job(ATTENDANCE_IMPORT, job, upload, moment=clock.now)
