"""Addresses of the shared mechanisms."""

from django.urls import path

from core import health, metrics, views
from core.messages import views as messages

app_name = "core"
urlpatterns = [
    path("jobs/<uuid:uuid>/", views.job, name="job"),
    path("search/", views.search, name="search"),
    path("messages/", messages.messages, name="messages"),
    path("messages/read/", messages.read_all, name="read_messages"),
    path("messages/settings/", messages.preferences, name="message_settings"),
    path("messages/sandbox/", messages.sandbox, name="message_sandbox"),
    path("messages/mailbox/<str:token>/", messages.mailbox, name="mailbox"),
    path("messages/<uuid:uuid>/", messages.message, name="message"),
    path("messages/<uuid:uuid>/read/", messages.read, name="read_message"),
    path("messages/<uuid:uuid>/<slug:channel>/again/", messages.send_again, name="send_again"),
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
