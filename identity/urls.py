"""Addresses of sign-in, organisations, users and divisions."""

from django.urls import path

from identity.views import choices, external, organisations, own, sign_in, users

app_name = "identity"
urlpatterns = [
    path("signin/", sign_in.sign_in, name="sign_in"),
    path("signin/code/", sign_in.code, name="code"),
    path("signout/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.password, name="password"),
    path("invite/<str:token>/", sign_in.invitation, name="invitation"),
    path("organisations/", organisations.index, name="organisations"),
    path("organisations/export/", organisations.export, name="export_organisations"),
    path("organisations/new/", organisations.new, name="new_organisation"),
    path("organisations/new/check/", organisations.check, name="check_organisation"),
    path("organisations/<uuid:uuid>/", organisations.detail, name="organisation"),
    path("organisations/<uuid:uuid>/confirm/", organisations.confirm, name="confirm"),
    path("organisations/<uuid:uuid>/invite/", organisations.invite, name="invite"),
    path("organisations/<uuid:uuid>/disable/", organisations.disable, name="disable_organisation"),
    path("organisations/<uuid:uuid>/enable/", organisations.enable, name="enable_organisation"),
    path("choices/regions/", choices.regions, name="region_options"),
    path("choices/organisations/", choices.organisations, name="organisation_options"),
    path("choices/banks/", choices.banks, name="bank_options"),
    path("regions/", organisations.regions, name="regions"),
    path("users/", users.index, name="users"),
    path("users/new/", users.new, name="new_user"),
    path("users/invite/", users.invite_colleague, name="invite_colleague"),
    path("users/new/check/", users.check, name="check_user"),
    path("users/<uuid:uuid>/", users.detail, name="user"),
    path("users/<uuid:uuid>/disable/", users.disable, name="disable_user"),
    path("users/<uuid:uuid>/enable/", users.enable, name="enable_user"),
    path("users/<uuid:uuid>/edit/", users.edit, name="edit_user"),
    path("users/<uuid:uuid>/renew/", users.renew, name="renew"),
    path("users/<uuid:uuid>/bind/", users.bind_subject, name="bind_subject"),
    path("users/<uuid:uuid>/release/", users.release_subject, name="release_subject"),
    path("renewals/", users.renewals, name="renewals"),
    path("renewals/<uuid:uuid>/confirm/", users.confirm_renewal, name="confirm_renewal"),
    path("renewals/<uuid:uuid>/refuse/", users.refuse_renewal, name="refuse_renewal"),
    path("sessions/", own.sessions, name="sessions"),
    path("sessions/end/", own.end_other_sessions, name="end_other_sessions"),
    path("sessions/<uuid:uuid>/end/", own.end_session, name="end_session"),
    path("acting/", own.act_for, name="act_for"),
    path("sso/", external.begin, name="sso"),
    path("sso/callback/", external.callback, name="sso_callback"),
    path("sso/bind/", external.bind, name="sso_bind"),
    path("sso/release/", external.release, name="sso_release"),
]
