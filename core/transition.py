"""The one way a row goes from state to state: compare-and-set, on exactly one row.

Two people who act at once, a task that is delivered twice, a page that stood open since yesterday:
only the first finds the row in a state that it may leave, the others are refused.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from core.errors import Overtaken, Refused


def transition(
    target: Model | QuerySet[Any],
    to: str,
    *,
    from_states: Collection[str],
    column: str = "status",
    refusal: Refused | None = None,
    **changes: Any,
) -> None:
    """Take one row from one of ``from_states`` to ``to``, with further columns.

    ``target`` is an instance, which then shows the new values, or a queryset of one row where more
    than the state decides (``sent_at__lte=…``).

    :raises Refused: the row is in none of these states any more; ``refusal`` where one is given.
    """
    if not try_transition(target, to, from_states=from_states, column=column, **changes):
        raise refusal or Overtaken("state.changed")


def try_transition(
    target: Model | QuerySet[Any],
    to: str,
    *,
    from_states: Collection[str],
    column: str = "status",
    **changes: Any,
) -> bool:
    """The same for whoever does nothing when somebody else was quicker: whether the row moved."""
    values = {column: to, **changes}
    instance = target if isinstance(target, Model) else None
    rows: Any = target
    if isinstance(target, Model):
        # Out of all rows: the service that moves it has loaded it in scope.
        model: Any = type(target)
        rows = (getattr(model, "everything", None) or model.objects).filter(pk=target.pk)
    with transaction.atomic(savepoint=instance is None):
        count = rows.filter(**{f"{column}__in": list(from_states)}).update(**values)
        if count > 1:
            raise RuntimeError(f"{count} rows of {rows.model.__name__} moved to {to} at once.")
    if count and instance:
        for name, value in values.items():
            setattr(instance, name, value)
    return count == 1
