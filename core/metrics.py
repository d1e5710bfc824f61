"""What the operator watches: counters of ours beside those of django-prometheus."""

from prometheus_client import Counter

PUBLISH_FAILURES = Counter(
    "wagemon_publish_failures_total",
    "Messages that could not be published; their pollers find the work",
    ["task"],
)
