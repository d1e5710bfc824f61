"""JSON in which dates, times and decimals survive."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time):
        return {"clock": value.isoformat()}
    return str(value)


def _untagged(pairs: dict[str, Any]) -> Any:
    if len(pairs) != 1:
        return pairs
    if "decimal" in pairs:
        return Decimal(pairs["decimal"])
    if "date" in pairs:
        return date.fromisoformat(pairs["date"])
    if "datetime" in pairs:
        return datetime.fromisoformat(pairs["datetime"])
    if "clock" in pairs:
        return time.fromisoformat(pairs["clock"])
    return pairs


def dumps(value: Any) -> str:
    """Compact JSON; what is neither JSON, date, time nor decimal becomes text."""
    return json.dumps(value, default=_tagged, separators=(",", ":"), ensure_ascii=False)


def loads(text: str | bytes) -> Any:
    """What `dumps` wrote."""
    return json.loads(text, object_hook=_untagged)
