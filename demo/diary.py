"""What happens in the demo district, in the order in which it happens.

Each step is handed its moment and hands it to the services: what they put on record carries the
time of the story, not of the command that tells it.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, time
from itertools import count

from django.utils import timezone

from core.history import written_at

Step = Callable[[datetime], object]


class Diary:
    """Steps waiting for their moment, up to ``until``; what lies later has not happened yet."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._steps: list[tuple[datetime, int, Step]] = []
        self._written = count()

    def write(self, moment: datetime, step: Step) -> None:
        """Let a step happen at a moment; a step of the same moment happens after those before."""
        heapq.heappush(self._steps, (moment, next(self._written), step))

    def on(self, day: date, at: str, step: Step) -> None:
        """Let a step happen on a day, at "09:30" by the clock of Xinjiang's offices.

        What is planned for the last day has happened by its end, however early that is: on the
        first of a month its sheets are handed in.
        """
        moment = timezone.make_aware(datetime.combine(day, time.fromisoformat(at)))
        self.write(min(moment, self.until) if day == self.until.date() else moment, step)

    def run(self) -> None:
        """Let everything happen that is due by ``until``; steps may write further ones."""
        while self._steps and self._steps[0][0] <= self.until:
            moment, _, step = heapq.heappop(self._steps)
            with written_at(moment):
                step(moment)
