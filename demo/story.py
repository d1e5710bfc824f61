"""The whole story: every app's scenario, lived through up to a moment."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from core import audit, changes, hooks
from core.hook_kinds import FeedReader
from demo import identity
from demo.identity import Persona, write_personas
from demo.scenario import Story


def make_district(now: datetime) -> list[Persona]:
    """Let the demo district come to be, up to this moment; who can sign in."""
    story = Story(now)
    with transaction.atomic():
        for scenario in story.scenarios:
            scenario.plan()
        story.diary.run()
        for scenario in story.scenarios:
            scenario.finish(now)
        for reader in hooks.declared(FeedReader):
            changes.skip_rows(reader.key)
        # All that was written has been looked at: no task need start for it.
        connection.run_on_commit.clear()
    while audit.seal_entries():
        pass
    personas = story.part(identity.Scenario).personas
    write_personas(personas, settings.VAR_DIR / "demo.json")
    return personas
