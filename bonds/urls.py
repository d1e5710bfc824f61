"""Addresses of bonds."""

from django.urls import path

from bonds.views import lists, policies, project, records

app_name = "bonds"


_BOND = "projects/<str:code>/bond/"
_DEPOSIT, _USE, _REFUND = (
    "bonds/accounts/<uuid:uuid>/",
    "bonds/uses/<uuid:uuid>/",
    "bonds/refunds/<uuid:uuid>/",
)
_POLICY = "bonds/policies/<uuid:uuid>/"
urlpatterns = [
    path(_BOND, project.project, name="project"),
    path(f"{_BOND}determine/", project.determine, name="determine"),
    path(f"{_BOND}redetermine/", project.redetermine, name="redetermine"),
    path(f"{_BOND}exempt/", project.exempt, name="exempt"),
    path(f"{_BOND}revoke/", project.revoke, name="revoke"),
    path(f"{_BOND}account/", project.account, name="account"),
    path(f"{_BOND}guarantee/", project.new_guarantee, name="new_guarantee"),
    path(f"{_BOND}paper/", project.paper, name="paper"),
    path(f"{_BOND}use/", project.draft_use, name="draft_use"),
    path(f"{_BOND}refund/", project.refund, name="refund"),
    path(f"{_BOND}refund/bureau/", project.refund_by_bureau, name="refund_by_bureau"),
    path("bonds/", lists.listed, name="list"),
    path("bonds/export/", lists.export, name="export"),
    path("bonds/clearing/", lists.clearing, name="clearing"),
    path("bonds/published/", lists.published, name="published"),
    path("bonds/contractors/<uuid:uuid>/<str:area>/", lists.area, name="area"),
    path("bonds/accounts/", records.deposits, name="deposits"),
    path(_DEPOSIT, records.deposit, name="deposit"),
    path(f"{_DEPOSIT}report/", records.report, name="report"),
    path(f"{_DEPOSIT}book/", records.book, name="book"),
    path(f"{_DEPOSIT}close/", records.close, name="close"),
    path("bonds/entries/<uuid:uuid>/check/", records.check, name="check"),
    path("bonds/guarantees/<uuid:uuid>/", records.guarantee, name="guarantee"),
    path("bonds/guarantees/<uuid:uuid>/review/", records.review_guarantee, name="review_guarantee"),
    path(_USE, records.use, name="use"),
    path(f"{_USE}issue/", records.issue_use, name="issue_use"),
    path(f"{_USE}cancel/", records.cancel_use, name="cancel_use"),
    path(f"{_USE}payments/", records.payments, name="payments"),
    path(f"{_USE}lines/<uuid:line>/retry/", records.retry_line, name="retry_line"),
    path(f"{_USE}close/", records.close_use, name="close_use"),
    path(f"{_REFUND}apply/", records.apply_refund, name="apply_refund"),
    path(f"{_REFUND}review/", records.review_refund, name="review_refund"),
    path(f"{_REFUND}confirm/", records.confirm_refund, name="confirm_refund"),
    path(f"{_REFUND}withdraw/", records.withdraw_refund, name="withdraw_refund"),
    path("bonds/files/<slug:kind>/<uuid:uuid>/", records.file, name="file"),
    path("bonds/policies/", policies.listed, name="policies"),
    path(_POLICY, policies.policy, name="policy"),
    path(f"{_POLICY}new/", policies.new, name="new_policy"),
    path(f"{_POLICY}settings/<slug:key>/", policies.setting, name="setting"),
    path(f"{_POLICY}settings/<slug:key>/confirm/", policies.confirm, name="confirm_setting"),
]
