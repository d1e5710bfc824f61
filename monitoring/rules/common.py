"""What rules say alike."""

from monitoring.evidence import Linked

#: So many workers or lines are named in a warning's evidence; the count is always whole.
NAMED = 50
#: A worker's name in evidence, with the way to the registration.
WORKER = Linked("name", "姓名", page="workers:engagement", by="engagement")
