"""Addresses of projects."""

from django.urls import path

from projects.views import particulars, people

app_name = "projects"
urlpatterns = [
    path("projects/", particulars.index, name="list"),
    path("projects/export/", particulars.export, name="export"),
    path("projects/new/", particulars.new, name="new"),
    path("projects/new/check/", particulars.check, name="check"),
    path("projects/<str:code>/edit/", particulars.edit, name="edit"),
    path("projects/<str:code>/edit/check/", particulars.check_edit, name="check_edit"),
    path("projects/<str:code>/people/", people.people, name="people"),
    path("projects/<str:code>/people/participant/", people.add_participant, name="add_participant"),
    path(
        "projects/<str:code>/people/participant/check/",
        people.check_participant,
        name="check_participant",
    ),
    path(
        "projects/<str:code>/people/participant/<uuid:uuid>/end/",
        people.end_participation,
        name="end_participation",
    ),
    path("projects/<str:code>/people/officer/", people.appoint, name="appoint"),
    path("projects/<str:code>/people/colleague/", people.grant, name="grant"),
    path(
        "projects/<str:code>/people/colleague/<uuid:user>/withdraw/",
        people.withdraw,
        name="withdraw",
    ),
    path(
        "projects/<str:code>/status/<str:action>/", particulars.change_status, name="change_status"
    ),
    path("projects/<str:code>/timeline/", particulars.timeline, name="timeline"),
]
