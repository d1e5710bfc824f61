"""A world whose every free text is what somebody might type to break a page or a workbook.

The text goes into every column that holds words, of every model of ours, found by their kind: a
new model's columns are filled without a word here. Validators are passed by, for what stands in the
database may have come from a file, from an older release or from another system.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import CharField, F, Field, Func, TextField, Value
from django.db.models.functions import Cast, Concat

from core.models import AuditEntry
from tests.cast import NOW
from tests.guards.source import APPS

#: Columns of words that programs write and read: nobody ever typed them.
OF_PROGRAMS = {
    "action",
    "because",
    "browser",
    "content_hash",
    "context",
    "device",
    "digest",
    "hash",
    "key",
    "kind",
    "marks",
    "number",
    "page",
    "password",
    "pinyin",
    "result",
    "session_data",
    "session_key",
    "sheet",
    "state",
    "subject",
    "system",
    "task",
    "within",
}
#: What must stand beside a text, by the table's own rule.
BESIDE = {"revoked_reason": {"revoked_at": NOW}}


def is_free(field: Field) -> bool:
    """Whether people's own words stand in it. What is unique by itself is a code or an address."""
    return (
        isinstance(field, CharField | TextField)
        and not (field.choices or field.unique or field.primary_key)
        and field.name not in OF_PROGRAMS
        and (field.max_length is None or field.max_length >= 20)
    )


def free_fields() -> Iterator[Field]:
    for model in apps.get_models():
        # What is on record is never changed; names get there with the entries that are made.
        if model.__module__.split(".")[0] in APPS and model is not AuditEntry:
            yield from (field for field in model._meta.concrete_fields if is_free(field))


def fill(text: str) -> None:
    """Put the text, or as much as fits, into every free column of every row; numbered at its end,
    for some names are unique within something."""
    for field in free_fields():
        room = (field.max_length or 500) - 8
        number = Cast(F("pk"), CharField())
        value = Concat(
            Value(text[:room]), Func(number, 6, function="RIGHT", output_field=CharField())
        )
        field.model._base_manager.update(**{field.name: value}, **BESIDE.get(field.name, {}))
