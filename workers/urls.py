"""Addresses of the register and of attendance."""

from django.urls import path

from workers.views import attendance, engagement, register, uploads

app_name = "workers"
_PROJECT = "projects/<str:code>"
_WORKER = "workers/<uuid:uuid>/"
urlpatterns = [
    path(f"{_PROJECT}/workers/", register.register, name="register"),
    path(f"{_PROJECT}/workers/find/", register.find, name="find"),
    path(f"{_PROJECT}/workers/export/", register.export, name="export"),
    path(f"{_PROJECT}/workers/export/full/", register.export_in_full, name="export_in_full"),
    path(f"{_PROJECT}/workers/import/", uploads.roster, name="roster_import"),
    path(f"{_PROJECT}/attendance/", attendance.attendance, name="attendance"),
    path(f"{_PROJECT}/attendance/export/", attendance.export, name="export_attendance"),
    path(f"{_PROJECT}/attendance/import/", uploads.attendance, name="attendance_import"),
    path("choices/trades/", register.trade_options, name="trade_options"),
    path("workers/template/", register.template, name="roster_template"),
    path("workers/imports/", uploads.listed, name="uploads"),
    path("workers/imports/export/", uploads.export, name="export_uploads"),
    *uploads.ROSTER_PAGES.urls("workers/uploads"),
    *uploads.ATTENDANCE_PAGES.urls("workers/attendance/uploads"),
    path(_WORKER, engagement.engagement, name="engagement"),
    path(f"{_WORKER}reveal/", engagement.reveal, name="reveal"),
    path(f"{_WORKER}complete/", engagement.complete, name="complete"),
    path(f"{_WORKER}card/", engagement.change_card, name="change_card"),
    path(f"{_WORKER}leave/", engagement.leave, name="leave"),
]
