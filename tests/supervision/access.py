"""Who gets what at the addresses of supervision (tests/guards/rows.py says how it is read)."""

from tests.guards.rows import (
    EVERYBODY,
    PROJECT,
    Row,
    page,
)

TABLE: dict[str, Row] = {
    "supervision:home": page(EVERYBODY),
    "supervision:project": page(PROJECT, at="project"),
}
