"""The one clock. Read by views, tasks and commands only; everything below takes the date as given.

In the demo ``WAGEMON_NOW`` sets the hands: time then runs on from that moment, counted from the
start of the process, so that a wage month can be lived through on any day.
"""

import time
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_STARTED = time.monotonic()


def now() -> datetime:
    """This moment, aware, in Asia/Shanghai."""
    if settings.WAGEMON_NOW:
        moment = datetime.fromisoformat(settings.WAGEMON_NOW)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        return moment + timedelta(seconds=time.monotonic() - _STARTED)
    return timezone.localtime()


def today() -> date:
    """Today in Asia/Shanghai."""
    return now().date()
