"""Addresses of the toy."""

from django.urls import path

from tests.toy import views

app_name = "toy"
urlpatterns = [
    path("canteen/", views.canteen, name="canteen"),
    path("projects/<str:code>/canteen/", views.project, name="project"),
]
