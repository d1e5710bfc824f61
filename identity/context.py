"""What every page shows about its reader."""

from typing import Any

from django.http import HttpRequest

from identity import selectors


def viewer(request: HttpRequest) -> dict[str, Any]:
    """``viewer``: name, organisation and role of who is signed in; None for anybody else."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {"viewer": selectors.viewer(user) if signed_in else None}
