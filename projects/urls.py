"""Addresses of projects."""

from django.urls import path

from projects.views import orders, participants, project_pages

app_name = "projects"
urlpatterns = [
    path("projects/", project_pages.index, name="list"),
    path("projects/export/", project_pages.export, name="export"),
    path("projects/new/", project_pages.new, name="new"),
    path("projects/new/check/", project_pages.check, name="check"),
    path("projects/<str:code>/edit/", project_pages.edit, name="edit"),
    path("projects/<str:code>/edit/check/", project_pages.check_edit, name="check_edit"),
    path("projects/<str:code>/wage-terms/", project_pages.wage_terms, name="wage_terms"),
    path(
        "projects/<str:code>/wage-terms/agree/",
        project_pages.agree_wage_term,
        name="agree_wage_term",
    ),
    path("partners/options/", participants.partner_options, name="partner_options"),
    path("rectifications/", orders.index, name="orders"),
    path("rectifications/export/", orders.export, name="export_orders"),
    path("rectifications/<uuid:uuid>/", orders.order, name="order"),
    path("rectifications/<uuid:uuid>/settle/", orders.settle, name="settle_order"),
    path("projects/<str:code>/people/", participants.people, name="people"),
    path(
        "projects/<str:code>/people/participant/",
        participants.add_participant,
        name="add_participant",
    ),
    path(
        "projects/<str:code>/people/participant/check/",
        participants.check_participant,
        name="check_participant",
    ),
    path(
        "projects/<str:code>/people/participant/<uuid:uuid>/end/",
        participants.end_participation,
        name="end_participation",
    ),
    path("projects/<str:code>/people/officer/", participants.appoint, name="appoint"),
    path("projects/<str:code>/people/colleague/", participants.grant, name="grant"),
    path(
        "projects/<str:code>/people/colleague/<uuid:user>/withdraw/",
        participants.withdraw,
        name="withdraw",
    ),
    path(
        "projects/<str:code>/status/<str:action>/",
        project_pages.change_status,
        name="change_status",
    ),
    path("projects/<str:code>/timeline/", project_pages.timeline, name="timeline"),
]
