"""What the platform asks of its database server."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

OLDEST = 15


def insist_version(connection: Any, **_: Any) -> None:
    """Refuse an older PostgreSQL at the first connection, not at the first query that it lacks.

    :raises ImproperlyConfigured: older than PostgreSQL 15.
    """
    major = connection.pg_version // 10_000
    if major < OLDEST:
        raise ImproperlyConfigured(
            f"需要 PostgreSQL {OLDEST} 或更高版本，现在连接的是 {major}。"
            "请升级数据库，或把 DATABASE_URL 指向新的服务器。"
        )
