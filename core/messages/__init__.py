"""Messages to people: the bell, text messages, mail, and one digest a day.

An app says :func:`core.messages.services.send_message` with a key of the event, inside the
transaction in which the event happens. One message comes to each person for each key, however
often that is said; its deliveries wait in the same transaction (docs/decisions/1030).
"""
