"""Addresses of wage accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("projects/<str:code>/account/", views.project, name="project"),
    path("projects/<str:code>/account/new/", views.register, name="register"),
    path("projects/<str:code>/account/new/check/", views.check, name="check"),
    path("projects/<str:code>/account/papers/", views.papers, name="papers"),
    path("projects/<str:code>/account/funding/", views.funding_term, name="funding_term"),
    path("accounts/", views.kept, name="kept"),
    path("accounts/export/", views.export_kept, name="export_kept"),
    path("accounts/<uuid:uuid>/", views.kept_account, name="kept_account"),
    path("accounts/<uuid:uuid>/export/", views.export_movements, name="export_movements"),
    path("accounts/<uuid:uuid>/status/", views.status, name="status"),
    path("accounts/<uuid:uuid>/agreement/", views.agreement, name="agreement"),
    path("funding/", views.funding, name="funding"),
    path("funding/export/", views.export_funding, name="export_funding"),
]
