"""What every page shows about its reader."""

from typing import Any

from django.http import HttpRequest

from identity import kept_forms, selectors


def viewer(request: HttpRequest) -> dict[str, Any]:
    """``viewer``: name, organisation and role of who is signed in; None for anybody else."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.user.is_authenticated:
        return {"viewer": None, "viewer_key": ""}
    return {
        "viewer": selectors.viewer(request.user, actor=actor),
        # By which static/core/drafts.js tells whose drafts lie in the browser's tab.
        "viewer_key": f"{actor.id}/{actor.organisation}",
        # Put into the page by base.html and into its form by static/core/kept.js.
        "kept_form": kept_forms.form_for_page(request),
    }
