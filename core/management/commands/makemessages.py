"""``manage.py makemessages``: Django's, without guesses.

msgmerge marks a translation that it has borrowed from a similar sentence as fuzzy. Here *fuzzy* is
shown, and means that a person wrote it and another has yet to read it.
"""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    msgmerge_options = [
        *makemessages.Command.msgmerge_options,
        "--no-fuzzy-matching",
    ]
