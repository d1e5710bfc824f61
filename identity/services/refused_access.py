"""Refused access across scope: counted for the operator, without what it was aimed at."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F
from django.utils import timezone

from identity.models import RefusedAccess

logger = structlog.get_logger("identity.security")


def is_out_of_scope(missing: BaseException | None, address: dict[str, Any]) -> bool:
    """Whether what an address names is there, only not for whoever asked.

    ``missing`` is the DoesNotExist of the selector, which knows its model; ``address`` are the
    arguments of the address, of which those count that are columns of that model.
    """
    if not isinstance(missing, ObjectDoesNotExist):
        return False
    models: list[Any] = apps.get_models()
    model = next((one for one in models if one.DoesNotExist is type(missing)), None)
    if model is None:
        return False
    columns = {field.name for field in model._meta.concrete_fields}
    named = {name: value for name, value in address.items() if name in columns}
    rows = getattr(model, "everything", None) or model.objects
    return bool(named) and rows.filter(**named).exists()


def note_refused_access(*, user: UUID, route: str, status: int, now: datetime) -> None:
    """Count it for the day, and say so in the log: the user's UUID and the kind of page."""
    logger.warning("access refused", user=str(user), route=route, status=status)
    key = {"day": timezone.localdate(now), "user": user, "route": route[:200], "status": status}
    _, made = RefusedAccess.objects.get_or_create(**key, defaults={"last_at": now})
    if not made:
        RefusedAccess.objects.filter(**key).update(count=F("count") + 1, last_at=now)
