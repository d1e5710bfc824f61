"""Addresses of the home page and of a project's overview."""

from django.urls import path, re_path

from supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.home, name="home"),
    # By the shape of a code: projects/new/ and the like belong to projects.
    re_path(r"^projects/(?P<code>XJ\w+)/$", views.project, name="project"),
]
