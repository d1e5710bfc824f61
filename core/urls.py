"""Addresses of the shared mechanisms."""

from django.urls import path

from core import document_views, health, metrics, views
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
    path("documents/", document_views.register, name="documents"),
    path("documents/export/", document_views.export, name="export_documents"),
    path("documents/<uuid:uuid>/", document_views.document, name="document"),
    path("documents/<uuid:uuid>/pdf/", document_views.pdf, name="document_pdf"),
    path("documents/<uuid:uuid>/serve/", document_views.serve, name="serve_document"),
    path("documents/<uuid:uuid>/revoke/", document_views.revoke, name="revoke_document"),
    path("documents/<uuid:uuid>/proofs/<int:proof>/", document_views.proof, name="document_proof"),
    path("v/", document_views.check_code, name="check_code"),
    path("v/<str:code>/", document_views.check, name="check"),
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
