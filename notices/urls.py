"""Addresses of notice boards."""

from django.urls import path

from notices.views import project, public

app_name = "notices"
urlpatterns = [
    path("projects/<str:code>/notice/", project.project, name="project"),
    path("projects/<str:code>/notice/make/", project.make, name="make"),
    path("projects/<str:code>/notice/details/", project.details, name="details"),
    path("notices/<str:code>/board.pdf", project.download, name="download"),
    path("notices/<str:code>/postings/", project.post, name="post"),
    path("notices/photos/<uuid:uuid>/", project.photo, name="photo"),
    path("notices/photos/<uuid:uuid>/small/", project.photo_thumbnail, name="thumbnail"),
    path("b/<str:code>/", public.public, name="public"),
]
