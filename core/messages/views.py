"""The bell's page, one message, how one wants to be told, and the demo's inbox."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.http import ActorRequest, found, perform
from core.messages import selectors, services
from core.messages.forms import MessageFilter, PreferenceForm


@require_safe
@open_to(SIGNED_IN)
def messages(request: ActorRequest) -> HttpResponse:
    """What one was told, newest first."""
    shown = MessageFilter(request.GET, actor=request.actor)
    context = {
        "filter": shown,
        "page": selectors.LIST.page(shown.qs, params=request.GET),
        "unread": selectors.unread_count(actor=request.actor),
        "is_demo": settings.DEMO,
    }
    return render(request, "messages/list.html", context)


@require_safe
@open_to(SIGNED_IN)
def message(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One message, why one has it, and how it left the platform."""
    page = found(lambda: selectors.message_page(actor=request.actor, uuid=uuid))
    return render(request, "messages/message.html", {"page": page, "is_demo": settings.DEMO})


@require_POST
@open_to(SIGNED_IN)
def read(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """Note that the page of a message was opened; the page asks by itself."""
    found(lambda: services.mark_read(actor=request.actor, uuid=uuid, now=clock.now()))
    if request.htmx:
        return HttpResponse(status=204)
    return perform(
        request, None, lambda: None, "已标为已读。", to=reverse("core:message", args=[uuid])
    )


@require_POST
@open_to(SIGNED_IN)
def read_all(request: ActorRequest) -> HttpResponse:
    """Note that everything has been seen."""
    return perform(
        request,
        None,
        lambda: services.mark_all_read(actor=request.actor, now=clock.now()),
        lambda count: f"{count} 条消息已标为已读。",
        to=reverse("core:messages"),
    )


@require_POST
@open_to(SIGNED_IN)
def send_again(request: ActorRequest, uuid: UUID, channel: str) -> HttpResponse:
    """Try once more what did not arrive."""
    return perform(
        request,
        None,
        lambda: services.send_again(
            actor=request.actor, uuid=uuid, channel=channel, now=clock.now()
        ),
        "马上再发一次。",
        to=reverse("core:message", args=[uuid]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def preferences(request: ActorRequest) -> HttpResponse:
    """How one wants to be told."""
    actor = request.actor
    chosen = selectors.preference(actor=actor)
    names = ("sms", "mail", "email", "quiet_from", "quiet_to", "digest_at")
    form = PreferenceForm(
        request.POST or None, initial={name: getattr(chosen, name) for name in names}
    )
    return perform(
        request,
        form,
        lambda: services.save_preference(actor=actor, now=clock.now(), **form.cleaned_data),
        lambda is_new: "已保存。确认邮件已发往新邮箱。" if is_new else "已保存。",
        to=reverse("core:message_settings"),
        page=lambda: render(
            request,
            "messages/settings.html",
            {
                "form": form,
                "channels": selectors.channels_of(actor=actor),
                "is_demo": settings.DEMO,
            },
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def mailbox(request: ActorRequest, token: str) -> HttpResponse:
    """The link of the confirming mail: it asks, for mail programs look ahead at links."""
    if request.method != "POST":
        found(lambda: services.require_own_link(actor=request.actor, token=token))
        return render(request, "messages/mailbox.html")
    return perform(
        request,
        None,
        lambda: services.confirm_mailbox(actor=request.actor, token=token, now=clock.now()),
        "邮箱已确认，以后的消息也发到这里。",
        to=reverse("core:message_settings"),
    )


@require_safe
@open_to(SIGNED_IN)
def sandbox(request: ActorRequest) -> HttpResponse:
    """What the demo's telephone and mailbox took in for oneself."""
    if not settings.DEMO:
        raise Http404
    rows = selectors.sandbox_listed(actor=request.actor)
    page = selectors.SANDBOX_LIST.page(rows, params=request.GET)
    return render(request, "messages/sandbox.html", {"page": page})
