"""Addresses of warnings."""

from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("warnings/", views.warnings, name="list"),
    path("warnings/export/", views.export, name="export"),
    path("warnings/<uuid:uuid>/", views.warning, name="warning"),
    path("warnings/<uuid:uuid>/acts/<slug:act>/", views.act, name="act"),
    path("warnings/<uuid:uuid>/papers/<int:event>/", views.paper, name="paper"),
    path("projects/<slug:code>/warnings/", views.project, name="project"),
    path("rules/", views.rules, name="rules"),
    path("rules/runs/", views.runs, name="runs"),
    path("rules/coverage/", views.coverage, name="coverage"),
    path("rules/coverage/export/", views.export_coverage, name="coverage_export"),
    path("rules/<str:code>/", views.rule, name="rule"),
    path("rules/<str:code>/runs/", views.rule_runs, name="rule_runs"),
]
