"""Addresses of payroll."""

from django.urls import path, register_converter

from core.http import DayConverter
from payroll.views import minimum, orders, pay_sheets, project, uploads, worker

register_converter(DayConverter, "day")
app_name = "payroll"
_SHEET = "payroll/sheets/<uuid:uuid>/"
urlpatterns = [
    path("projects/<str:code>/payroll/", project.project, name="project"),
    path("projects/<str:code>/payroll/export/", project.export, name="export_months"),
    path("projects/<str:code>/payroll/import/", uploads.start, name="start"),
    path("payroll/imports/", uploads.listed, name="uploads"),
    path("payroll/imports/export/", uploads.export, name="export_uploads"),
    *uploads.PAGES.urls("payroll/uploads"),
    path(_SHEET, pay_sheets.sheet, name="sheet"),
    path(f"{_SHEET}review/", pay_sheets.review, name="review"),
    path(f"{_SHEET}print/", pay_sheets.print_out, name="print"),
    path(f"{_SHEET}export/", pay_sheets.export_lines, name="export"),
    path(f"{_SHEET}signed/", pay_sheets.signed_copy, name="signed"),
    path(f"{_SHEET}signed/keep/", pay_sheets.store_signed_copy, name="keep_signed"),
    path(f"{_SHEET}progress/", pay_sheets.note_progress, name="progress"),
    path(f"{_SHEET}submit/", pay_sheets.submit, name="submit"),
    path(f"{_SHEET}return/", pay_sheets.send_back, name="return"),
    path(f"{_SHEET}approve/", pay_sheets.approve, name="approve"),
    path(f"{_SHEET}void/", pay_sheets.void, name="void"),
    path(f"{_SHEET}pay/", pay_sheets.pay, name="pay"),
    path("workers/<uuid:uuid>/wages/", worker.wages, name="wages"),
    path("orders/", orders.orders, name="orders"),
    path("orders/export/", orders.export, name="export_orders"),
    path("minimum-wages/", minimum.standards, name="minimum_wages"),
    path("minimum-wages/<str:region>/add/", minimum.add, name="minimum_wage_add"),
    path(
        "minimum-wages/<str:region>/<day:since>/confirm/",
        minimum.confirm,
        name="minimum_wage_confirm",
    ),
]
