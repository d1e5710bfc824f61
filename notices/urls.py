"""Addresses of notice boards."""

from django.urls import path

from notices import photos
from notices.views import project, public

app_name = "notices"
urlpatterns = [
    path("projects/<str:code>/notice/", project.project, name="project"),
    path("projects/<str:code>/notice/make/", project.make, name="make"),
    path("projects/<str:code>/notice/details/", project.details, name="details"),
    path("notices/<str:code>/board.pdf", project.download, name="download"),
    path("notices/<str:code>/postings/", project.post, name="post"),
    path("notices/photos/<uuid:uuid>/", project.photo, name="photo"),
    path(
        "notices/photos/<uuid:uuid>/small/",
        project.photo_copy,
        {"side": photos.SMALL},
        name="thumbnail",
    ),
    path(
        "notices/photos/<uuid:uuid>/large/",
        project.photo_copy,
        {"side": photos.LARGE},
        name="large_photo",
    ),
    path("b/<str:code>/", public.public, name="public"),
]
