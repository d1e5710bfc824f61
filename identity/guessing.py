"""How many wrong guesses are taken: of passwords, one-time codes, old passwords and invitations.

Limits hold for a name at an address, for a name, for an address, and over all. A device on which
the person has signed in before is bound by none of these but has an allowance of its own: nobody
can lock a colleague out of the computer on their desk. Why not django-axes: docs/decisions/0601.

The sign-in log is what is counted, so there is no second book of it. An attempt is put down as
wrong before it is looked at and taken back when it was right: a hundred guesses sent at once see
each other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core import clock
from core.http import client_address
from identity.devices import known_device
from identity.models import SignIn, User

Outcome = SignIn.Outcome
_QUARTER, _DAY = timedelta(minutes=15), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` wrong guesses within ``window`` of one ``by`` (fields of the log).

    ``of_kind`` counts passwords, codes and so on each by themselves.
    """

    by: tuple[str, ...]
    count: int
    window: timedelta
    of_kind: bool = True


#: For a device on which the person has signed in before.
KNOWN = (Limit(("device",), 10, _QUARTER), Limit(("device",), 50, _DAY))
#: For every other. 等保: five of one name from one place. An office shares an address.
UNKNOWN = (
    Limit(("username", "address"), 5, _QUARTER),
    Limit(("username",), 10, _QUARTER),
    Limit(("username",), 50, _DAY),
    Limit(("address",), 50, _QUARTER, of_kind=False),
    Limit((), 1000, _QUARTER, of_kind=False),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A guess that is on record as wrong until it proves right."""

    row: SignIn
    limit: Limit | None = None
    until: datetime | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether nothing may be tried now; the guess itself is not looked at."""
        return self.until is not None

    def was_right(self) -> None:
        """Take the wrong guess back from the record."""
        self.row.delete()

    @property
    def when(self) -> str:
        """When one may try again: 14:05, with the day where it is not today."""
        if self.until is None:
            return ""
        # The minute after: nobody is sent to try again thirty seconds too early.
        until = timezone.localtime(self.until) + timedelta(minutes=1)
        today = timezone.localdate(self.row.at) == until.date()
        return f"{until:%H:%M}" if today else f"{until.month}月{until.day}日 {until:%H:%M}"


def begin_attempt(
    request: HttpRequest, wrong: SignIn.Outcome, *, username: str = "", user: User | None = None
) -> Attempt:
    """Put a guess on record, and say whether it may be made at all.

    ``wrong`` is what it is called if it turns out wrong. A blocked one is on record as locked,
    which does not prolong the wait.
    """
    row = SignIn.objects.create(
        at=clock.now(),
        username=username[:40],
        user=user,
        outcome=wrong,
        address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:200],
        device=known_device(request, username) if username else "",
    )
    for limit in KNOWN if row.device else UNKNOWN:
        until = _blocked_until(limit, row)
        if until is not None:
            row.outcome = SignIn.Outcome.LOCKED
            row.save(update_fields=["outcome"])
            return Attempt(row, limit, until)
    return Attempt(row)


def _blocked_until(limit: Limit, row: SignIn) -> datetime | None:
    """When the guesses before this one will be fewer than the limit; None while they are."""
    values = {name: getattr(row, name) for name in limit.by}
    # An invitation has no name; a visitor over a socket no address.
    if any(value in ("", None) for value in values.values()):
        return None
    # Guesses from known devices have their own allowance and count towards no other.
    values.setdefault("device", "")
    kind = {"outcome": row.outcome} if limit.of_kind else {"outcome__startswith": "wrong_"}
    wrong = SignIn.objects.filter(**values, **kind, at__gt=row.at - limit.window)
    earlier = wrong.exclude(pk=row.pk).order_by("-at").values_list("at", flat=True)
    last = earlier[limit.count - 1 : limit.count].first()
    return last + limit.window if last else None


def locked_page(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """429: what has been tried too often, until when, and what to do meanwhile."""
    by = attempt.limit.by if attempt.limit else ()
    place = "device" if "device" in by else "name" if "username" in by else "address"
    context = {"when": attempt.when, "place": place if by else "all"}
    return render(request, "identity/locked.html", context, status=429)
