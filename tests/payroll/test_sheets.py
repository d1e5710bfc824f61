"""A pay sheet's life from file to approval."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from core import attachments
from core.actor import Forbidden
from core.errors import Refused
from core.models import AuditEntry, Touch
from core.uploads import UploadState
from payroll.imports import PAY_SHEETS
from payroll.models import PayLine, PaySheet, PaySheetEvent
from payroll.selectors.pay_sheets import sheet_events as pay_sheet_events
from payroll.services import pay_sheets, payments
from tests.cast import NOW
from tests.payroll.conftest import SCAN
from tests.refusals import refused

STATUS = PaySheet.Status


class TestPaySheetImport:
    def test_writes_lines_totals_and_number(self, payroll):
        draft = payroll.draft()
        assert draft.number == f"GZD{payroll.cast.subcontractor.pk:06d}202609001"
        assert (draft.headcount, draft.status) == (30, STATUS.DRAFT)
        assert (draft.gross, draft.net) == (Decimal("167610.00"), Decimal("158208.50"))
        assert draft.days == Decimal("644.0")
        first = draft.lines.get(row=4)
        assert first.engagement.person.name == "伊力亚斯·伊力亚斯"
        assert (first.gross, first.deduction) == (Decimal("3740.00"), Decimal("36.50"))
        assert first.card.last_four == "9730"

    def test_changes_nothing_when_the_same_file_comes_twice(self, payroll):
        draft = payroll.draft()
        again = payroll.sample("usual.xlsx")
        assert (again.state, again.sheet_made) == (UploadState.COMMITTED, draft)
        assert PayLine.everything.count() == 30

    def test_brings_in_nothing_while_a_row_is_at_fault(self, payroll):
        upload = payroll.sample("faults.xlsx")
        assert upload.accepted == 0
        with refused("upload.faulty_rows", match="8 行有错误"):
            PAY_SHEETS.commit(upload, actor=payroll.cast.actor(payroll.cast.users.sub), now=NOW)
        assert not PaySheet.everything.exists()

    def test_puts_a_new_file_in_place_of_a_drafts_lines(self, payroll):
        draft = payroll.signed()
        newer = payroll.commit(payroll.receive(payroll.changed(I4=3840, L4=3803.5)))
        draft.refresh_from_db()
        assert newer == draft
        assert draft.net == Decimal("158308.50")
        assert draft.lines.count() == 30
        assert draft.signed_copy is None

    def test_takes_the_first_file_again_after_another_replaced_it(self, payroll):
        draft = payroll.draft()
        payroll.commit(payroll.receive(payroll.changed(I4=3840, L4=3803.5)))
        payroll.commit(payroll.sample("usual.xlsx"))
        draft.refresh_from_db()
        assert draft.net == Decimal("158208.50")

    def test_refuses_a_file_while_the_sheet_waits_for_review(self, payroll):
        payroll.submitted()
        upload = payroll.receive(payroll.changed(I4=3840, L4=3803.5))
        assert [issue["code"] for issue in upload.errors] == ["month_closed"]
        assert upload.accepted == 0

    def test_leaves_a_sheet_alone_that_was_handed_in_since_the_file_was_checked(self, payroll):
        submitted = payroll.submitted()
        with refused("paysheet.waits_for_review", match=submitted.number):
            pay_sheets.enter_lines(
                actor=payroll.cast.actor(payroll.cast.users.sub),
                project_code=payroll.cast.project.code,
                employer=payroll.cast.subcontractor.uuid,
                month=submitted.month,
                lines=[],
                original=submitted.original,
                now=NOW,
            )

    def test_takes_lines_of_no_employer_that_is_not_the_senders(self, payroll):
        draft = payroll.draft()
        with pytest.raises(Forbidden):
            pay_sheets.enter_lines(
                actor=payroll.cast.actor(payroll.cast.users.sub),
                project_code=payroll.cast.project.code,
                employer=payroll.cast.contractor.uuid,
                month=draft.month,
                lines=[],
                original=draft.original,
                now=NOW,
            )

    def test_pays_nobody_twice_by_an_amendment(self, payroll):
        approved = payroll.approved()
        upload = payroll.receive(payroll.changed(I4=3840, L4=3803.5))
        assert {issue["code"] for issue in upload.errors} == {"already_listed"}
        assert approved.number in upload.errors[0]["message"]

    def test_numbers_an_amendment_for_those_left_out(self, payroll):
        payroll.approved()
        PayLine.everything.filter(row=4).delete()
        amendment = payroll.commit(payroll.receive(payroll.first_row_alone()))
        assert (amendment.sequence, amendment.headcount) == (2, 1)
        assert amendment.number.endswith("002")


class TestSignedCopy:
    def test_lies_sealed(self, payroll):
        """It shows every worker's numbers in full."""
        copy = payroll.signed().signed_copy
        at_rest = attachments.path_of(copy).read_bytes()
        assert copy.sealed
        assert SCAN[:8] not in at_rest
        assert attachments.content_of(copy) == SCAN

    def test_is_on_record_as_is_how_far_the_works_came(self, payroll, cast):
        sheet, sub = payroll.signed(), cast.actor(cast.users.sub)
        pay_sheets.note_progress(actor=sub, sheet_uuid=sheet.uuid, progress="封顶", now=NOW)
        entries = AuditEntry.objects.filter(subject=sheet.subject, actor=sub.id)
        acts = {entry.action: entry.detail for entry in entries}
        assert acts["paysheet.signed_copy"] == {"file": "签字.pdf"}
        assert "paysheet.progress" in acts


class TestPaySheetSubmit:
    def test_needs_somebody_on_the_sheet(self, payroll, cast):
        signed = payroll.signed()
        PaySheet.everything.update(headcount=0)
        with refused("paysheet.empty"):
            pay_sheets.submit_sheet(
                actor=cast.actor(cast.users.sub), sheet_uuid=signed.uuid, now=NOW
            )

    def test_needs_the_signed_copy(self, payroll, cast):
        draft = payroll.draft()
        with refused("paysheet.no_signed_copy"):
            pay_sheets.submit_sheet(
                actor=cast.actor(cast.users.sub), sheet_uuid=draft.uuid, now=NOW
            )

    def test_records_event_audit_and_mark(self, payroll, cast):
        submitted = payroll.submitted()
        assert submitted.status == STATUS.SUBMITTED
        event = PaySheetEvent.everything.filter(sheet=submitted).last()
        assert (event.from_status, event.to_status) == (STATUS.DRAFT, STATUS.SUBMITTED)
        assert AuditEntry.objects.filter(
            action="paysheet.submit", subject=submitted.subject, within=cast.project.subject
        ).exists()
        assert Touch.objects.filter(subject=cast.project.subject).exists()

    def test_refuses_a_second_time(self, payroll, cast):
        submitted = payroll.submitted()
        with refused("paysheet.moved", match="sub甲已于 2026-10-09 11:00"):
            pay_sheets.submit_sheet(
                actor=cast.actor(cast.users.sub), sheet_uuid=submitted.uuid, now=NOW
            )

    def test_is_not_the_managers_of_another_firm(self, payroll, cast):
        signed = payroll.signed()
        with pytest.raises(PaySheet.DoesNotExist):
            pay_sheets.submit_sheet(
                actor=cast.actor(cast.users.other_sub), sheet_uuid=signed.uuid, now=NOW
            )
        with pytest.raises(Forbidden):
            pay_sheets.submit_sheet(
                actor=cast.actor(cast.users.county), sheet_uuid=signed.uuid, now=NOW
            )


class TestPaySheetReview:
    def test_returns_with_a_reason_and_takes_the_sheet_again(self, payroll, cast):
        submitted = payroll.submitted()
        labour, sub = cast.actor(cast.users.labour), cast.actor(cast.users.sub)
        pay_sheets.return_sheet(
            actor=labour,
            sheet_uuid=submitted.uuid,
            seen=NOW,
            reason="第 7 行天数与考勤不符",
            now=NOW,
        )
        assert not PaySheet.everything.submitted().exists()
        again = pay_sheets.submit_sheet(actor=sub, sheet_uuid=submitted.uuid, now=NOW)
        approved = pay_sheets.approve_sheet(actor=labour, sheet_uuid=again.uuid, seen=NOW, now=NOW)
        assert approved.status == STATUS.APPROVED
        assert PaySheetEvent.everything.filter(sheet=approved).count() == 5

    def test_needs_a_reason_to_return(self, payroll, cast):
        submitted = payroll.submitted()
        with refused("paysheet.return_unexplained", "reason"):
            pay_sheets.return_sheet(
                actor=cast.actor(cast.users.labour),
                sheet_uuid=submitted.uuid,
                seen=NOW,
                reason="  ",
                now=NOW,
            )

    @pytest.mark.parametrize("user", ["sub", "manager", "county"])
    def test_is_only_the_labour_officers(self, payroll, cast, user):
        submitted = payroll.submitted()
        with pytest.raises(Forbidden):
            pay_sheets.approve_sheet(
                actor=cast.actor(getattr(cast.users, user)),
                sheet_uuid=submitted.uuid,
                seen=NOW,
                now=NOW,
            )

    def test_says_how_a_sheet_stands_whose_steps_nobody_wrote_down(self, payroll, cast):
        approved = payroll.approved()
        PaySheetEvent.everything.all().delete()
        with refused("paysheet.in_state", match="已审核"):
            pay_sheets.approve_sheet(
                actor=cast.actor(cast.users.labour), sheet_uuid=approved.uuid, seen=NOW, now=NOW
            )

    def test_tells_the_slower_reviewer_who_did_what(self, payroll, cast):
        submitted = payroll.submitted()
        labour = cast.actor(cast.users.labour)
        pay_sheets.approve_sheet(actor=labour, sheet_uuid=submitted.uuid, seen=NOW, now=NOW)
        with refused("paysheet.moved", match=r"labour甲.*已审核"):
            pay_sheets.return_sheet(
                actor=cast.actor(cast.users.admin),
                sheet_uuid=submitted.uuid,
                seen=NOW,
                reason="天数不符",
                now=NOW,
            )

    def test_approves_nothing_that_came_back_since_it_was_looked_at(self, payroll, cast):
        sheet = payroll.submitted()
        labour, later = cast.actor(cast.users.labour), NOW + timedelta(hours=1)
        pay_sheets.return_sheet(
            actor=labour, sheet_uuid=sheet.uuid, seen=NOW, reason="天数不符", now=later
        )
        pay_sheets.submit_sheet(actor=cast.actor(cast.users.sub), sheet_uuid=sheet.uuid, now=later)
        for seen in (NOW, None):
            with refused("paysheet.submitted_anew"):
                pay_sheets.approve_sheet(actor=labour, sheet_uuid=sheet.uuid, seen=seen, now=later)
        sheet.refresh_from_db()
        assert sheet.status == STATUS.SUBMITTED


class TestHistory:
    def test_shows_steps_in_the_order_in_which_they_were_taken(self, payroll, cast):
        """Whoever waited for the sheet's row read the clock before whoever held it."""
        submitted = payroll.submitted()
        labour = cast.actor(cast.users.labour)
        earlier = NOW - timedelta(seconds=2)
        approved = pay_sheets.approve_sheet(
            actor=labour, sheet_uuid=submitted.uuid, seen=NOW, now=earlier
        )
        shown = pay_sheet_events(actor=labour, sheet=approved)
        assert [event.to_status for event in shown] == ["approved", "submitted", "draft"]
        assert [event.at for event in shown] == [NOW, NOW, NOW]
        assert approved.approved_at == NOW


class TestPaySheetVoid:
    def test_needs_a_reason(self, payroll, cast):
        draft = payroll.draft()
        with refused("paysheet.void_unexplained", "reason"):
            pay_sheets.void_sheet(
                actor=cast.actor(cast.users.sub), sheet_uuid=draft.uuid, reason=" ", now=NOW
            )

    def test_is_not_for_a_sheet_that_was_ordered_to_be_paid(self, payroll, cast):
        approved, labour = payroll.approved(), cast.actor(cast.users.labour)
        payments.order_payment(actor=labour, sheet_uuid=approved.uuid, now=NOW)
        with refused("paysheet.payment_begun"):
            pay_sheets.void_sheet(
                actor=labour, sheet_uuid=approved.uuid, reason="单价有误", now=NOW
            )

    def test_frees_the_month_for_a_new_sheet(self, payroll, cast):
        approved = payroll.approved()
        pay_sheets.void_sheet(
            actor=cast.actor(cast.users.labour),
            sheet_uuid=approved.uuid,
            reason="单价有误",
            now=NOW,
        )
        again = payroll.commit(payroll.receive(payroll.changed(I4=3840, L4=3803.5)))
        assert (again.sequence, again.status) == (2, STATUS.DRAFT)

    def test_is_not_for_a_sheet_under_review(self, payroll, cast):
        submitted = payroll.submitted()
        with refused("paysheet.moved"):
            pay_sheets.void_sheet(
                actor=cast.actor(cast.users.labour),
                sheet_uuid=submitted.uuid,
                reason="单价有误",
                now=NOW,
            )


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_submit_once(self, payroll, cast):
        signed = payroll.signed()
        actor = cast.actor(cast.users.sub)
        outcomes = self.together(
            lambda: pay_sheets.submit_sheet(actor=actor, sheet_uuid=signed.uuid, now=NOW)
        )
        assert sorted(outcomes) == ["Refused", "done"]
        assert PaySheetEvent.everything.filter(to_status=STATUS.SUBMITTED).count() == 1

    def test_lists_nobody_again_whose_sheet_is_approved_during_the_commit(
        self, payroll, cast, monkeypatch
    ):
        sub, labour = cast.actor(cast.users.sub), cast.actor(cast.users.labour)
        first = payroll.signed()
        second = payroll.receive(payroll.changed(I4=3840, L4=3803.5))
        enter = pay_sheets.enter_lines

        def approve_meanwhile() -> None:
            pay_sheets.submit_sheet(actor=sub, sheet_uuid=first.uuid, now=NOW)
            pay_sheets.approve_sheet(actor=labour, sheet_uuid=first.uuid, seen=NOW, now=NOW)
            connection.close()

        def enter_late(**said):
            other = threading.Thread(target=approve_meanwhile)
            other.start()
            other.join()
            return enter(**said)

        monkeypatch.setattr(pay_sheets, "enter_lines", enter_late)
        with refused("paysheet.worker_listed", match=first.number):
            PAY_SHEETS.commit(second, actor=sub, now=NOW)
        assert PayLine.everything.count() == 30

    def test_submits_no_table_that_was_never_signed(self, payroll, cast):
        """The new lines come in while the old, signed ones are handed in: not both succeed."""
        actor, signed = cast.actor(cast.users.sub), payroll.signed()
        newer = payroll.receive(payroll.changed(I4=3840, L4=3803.5))
        acts = [
            lambda: pay_sheets.submit_sheet(actor=actor, sheet_uuid=signed.uuid, now=NOW),
            lambda: PAY_SHEETS.commit(newer, actor=actor, now=NOW),
        ]
        outcomes = self.together(lambda: acts.pop()())
        assert sorted(outcomes) == ["Refused", "done"]
        signed.refresh_from_db()
        assert (signed.status == STATUS.SUBMITTED) == (signed.signed_copy is not None)

    def test_commit_once(self, payroll, cast):
        upload = payroll.sample("usual.xlsx")
        actor = cast.actor(cast.users.sub)
        outcomes = self.together(lambda: PAY_SHEETS.commit(upload, actor=actor, now=NOW))
        assert sorted(outcomes) == ["Refused", "done"]
        assert PaySheet.everything.count() == 1
        assert PayLine.everything.count() == 30

    @staticmethod
    def together(act) -> list[str]:
        """What two threads got that did the same thing at the same moment."""
        ready, outcomes = threading.Barrier(2), []

        def work() -> None:
            ready.wait()
            try:
                act()
                outcomes.append("done")
            except Refused:
                # Also Overtaken, which says that somebody else was quicker.
                outcomes.append("Refused")
            except Exception as error:  # noqa: BLE001
                outcomes.append(type(error).__name__)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes
