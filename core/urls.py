"""Addresses of the shared mechanisms."""

from django.urls import path

from core import health, metrics, views

app_name = "core"
urlpatterns = [
    path("jobs/<uuid:uuid>/", views.job, name="job"),
    path("search/", views.search, name="search"),
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
