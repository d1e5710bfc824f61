"""Addresses of sign-in, organisations, users and divisions."""

from django.urls import path

from identity.views import sign_in

app_name = "identity"
urlpatterns = [
    path("signin/", sign_in.sign_in, name="sign_in"),
    path("signin/code/", sign_in.code, name="code"),
    path("signout/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.password, name="password"),
    path("invite/<str:token>/", sign_in.invitation, name="invitation"),
]
