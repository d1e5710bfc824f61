"""The audit chain: what cannot be done to it, and what shows when it was done all the same."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core import audit, clock
from core.actor import Actor
from core.models import AuditEntry
from tests.cast import NOW

OPEN = audit.action("test.open", "打开")
CLERK = Actor(uuid4(), "张经办", organisation=7)
OFF, ON = "DISABLE", "ENABLE"


@pytest.fixture(autouse=True)
def head(settings, tmp_path) -> Path:
    settings.AUDIT_HEAD = tmp_path / "audit.head"
    return settings.AUDIT_HEAD


def triggers(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE core_auditentry {state} TRIGGER USER")


def tamper(sql: str) -> None:
    """What somebody with the keys to the database does."""
    triggers(OFF)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    triggers(ON)


def chain(count: int) -> None:
    for n in range(count):
        audit.record(
            CLERK, OPEN, f"paper:{n}", within="project:XJ1", detail={"次": n, "额": "1.00"}, now=NOW
        )
    audit.seal_entries()


@pytest.mark.django_db
class TestRecord:
    def test_keeps_who_did_what(self):
        audit.record(CLERK, OPEN, "paper:1", within="project:XJ1", now=NOW)
        entry = AuditEntry.objects.get()
        assert (entry.actor, entry.actor_name, entry.organisation) == (CLERK.id, "张经办", 7)
        assert entry.hash is None
        assert audit.action_label(entry.action) == "打开"

    def test_refuses_an_undeclared_action(self):
        with pytest.raises(audit.UnknownAction):
            audit.record(CLERK, "test.nobody", "paper:1", now=NOW)

    @pytest.mark.parametrize("subject", ["paper", "", "paper:", ":1"])
    def test_refuses_a_subject_without_a_kind(self, subject):
        with pytest.raises(ValueError, match="kind:code"):
            audit.record(CLERK, OPEN, subject, now=NOW)

    def test_refuses_one_code_with_two_labels(self):
        with pytest.raises(ValueError, match="twice"):
            audit.action("test.open", "关闭")

    def test_refuses_a_detail_without_a_name(self):
        with pytest.raises(audit.UnknownDetail, match="pages"):
            audit.record(CLERK, OPEN, "paper:1", detail={"pages": 3}, now=NOW)

    def test_goes_with_the_work_that_failed(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            audit.record(CLERK, OPEN, "paper:1", now=NOW)
            raise RuntimeError
        assert not AuditEntry.objects.exists()


PAY = audit.action(
    "test.pay", "付款", {"total": audit.Amount("总金额"), "count": "笔数", "order": audit.CODE}
)


class TestDetailInWords:
    def test_stands_in_the_order_declared_with_amounts_in_yuan(self):
        entry = AuditEntry(action=PAY, detail={"count": 2, "total": "207850.00", "order": "D1"})
        assert audit.detail_in_words(entry) == [("总金额", "207,850.00 元"), ("笔数", "2")]

    def test_takes_a_chinese_key_for_its_own_label(self):
        entry = AuditEntry(action=PAY, detail={"银行": "建设银行", "count": 0})
        assert audit.detail_in_words(entry) == [("银行", "建设银行")]

    def test_keeps_codes_of_actions_that_are_gone_to_itself(self):
        entry = AuditEntry(action="test.gone", detail={"order": "D1", "金额": "1"})
        assert audit.detail_in_words(entry) == [("金额", "1")]


@pytest.mark.django_db
class TestEntries:
    def test_are_cut_to_the_project_or_subject(self, django_assert_num_queries):
        chain(3)
        audit.record(CLERK, OPEN, "paper:1", within="project:XJ2", now=NOW)
        with django_assert_num_queries(1):
            assert audit.audit_entries(within="project:XJ1")[0].subject == "paper:2"
        assert audit.audit_entries(subject="paper:1").count() == 2
        assert audit.audit_entries(within="project:XJ2", subject="paper:1").count() == 1

    def test_are_never_everything(self):
        with pytest.raises(ValueError, match="asked for"):
            audit.audit_entries()


@pytest.mark.django_db
class TestTrigger:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE core_auditentry SET actor_name = '别人'",
            "UPDATE core_auditentry SET hash = NULL, position = NULL",
            "UPDATE core_auditentry SET hash = '\\x00'",
            "DELETE FROM core_auditentry",
            "TRUNCATE core_auditentry",
        ],
    )
    def test_refuses(self, sql):
        triggers(ON)
        chain(1)
        refused = pytest.raises(ProgrammingError, match="append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_refuses_to_slip_a_change_in_with_the_sealing(self):
        audit.record(CLERK, OPEN, "paper:1", now=NOW)
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            AuditEntry.objects.update(hash=b"x", position=1, actor_name="别人")


@pytest.mark.django_db
class TestVerify:
    def test_holds_when_nothing_happened(self):
        assert audit.verify_chain().holds
        chain(5)
        chain(2)
        assert audit.verify_chain() == audit.Verdict(checked=7)

    @pytest.mark.parametrize(
        "change", ["actor_name = '别人'", "detail = '{}'", "at = at - interval '1 second'"]
    )
    def test_finds_a_changed_entry(self, change):
        chain(5)
        tamper(f"UPDATE core_auditentry SET {change} WHERE position = 3")
        verdict = audit.verify_chain()
        assert (verdict.checked, verdict.position) == (2, 3)
        assert verdict.fault == "记录内容与链值不符"

    def test_finds_a_removed_entry(self):
        chain(5)
        tamper("DELETE FROM core_auditentry WHERE position = 3")
        assert audit.verify_chain() == audit.Verdict(2, "链上有记录被删除", 3)

    def test_finds_a_cut_tail(self):
        chain(5)
        tamper("DELETE FROM core_auditentry WHERE position > 3")
        assert audit.verify_chain() == audit.Verdict(3, "链尾有记录被删除", 4)

    def test_finds_a_cut_tail_after_more_was_recorded(self):
        chain(5)
        tamper("DELETE FROM core_auditentry WHERE position > 3")
        chain(4)
        assert audit.verify_chain() == audit.Verdict(3, "链尾有记录被删除", 4)

    def test_finds_a_chain_written_anew(self):
        chain(3)
        tamper("UPDATE core_auditentry SET actor_name = '别人', hash = NULL, position = NULL")
        previous = audit.GENESIS
        for n, entry in enumerate(AuditEntry.objects.order_by("id"), start=1):
            previous = audit.chain_hash(previous, n, entry)
            AuditEntry.objects.filter(pk=entry.pk).update(position=n, hash=previous)
        chain(2)
        assert audit.verify_chain().fault == "链值与库外留存的不符"

    def test_misses_the_head_outside(self, head):
        chain(3)
        head.unlink()
        assert audit.verify_chain().fault == "库外留存的链头不见了"

    def test_reads_past_a_line_cut_by_a_power_failure(self, head):
        chain(3)
        with head.open("a") as file:
            file.write("4 ab")
        assert audit.verify_chain().holds

    def test_reads_the_end_of_a_long_head_file(self, head):
        chain(2)
        head.write_text("0 " + "00" * 32 + " 2020-01-01\n" * 5000 + head.read_text())
        assert audit.verify_chain().holds
        tamper("DELETE FROM core_auditentry WHERE position = 2")
        assert audit.verify_chain().fault == "链尾有记录被删除"

    def test_finds_that_the_sealing_stands_still(self, monkeypatch):
        with monkeypatch.context() as past:
            moment = clock.now() - timedelta(minutes=2)
            past.setattr(clock, "now", lambda: moment)
            entry = audit.record(CLERK, OPEN, "paper:1", now=NOW)
        verdict = audit.verify_chain()
        assert (verdict.fault, verdict.entry) == ("有记录超过一分钟未上链", entry.pk)

    def test_costs_the_same_queries_for_twice_the_entries(self, django_assert_max_num_queries):
        chain(20)
        with django_assert_max_num_queries(3):
            audit.verify_chain()
        chain(20)
        with django_assert_max_num_queries(3):
            audit.verify_chain()


@pytest.mark.django_db
class TestCommand:
    def test_says_that_it_holds(self, capsys):
        chain(2)
        call_command("audit_verify", "--json")
        assert json.loads(capsys.readouterr().out) == {
            "holds": True,
            "checked": 2,
            "fault": "",
            "position": None,
            "entry": None,
        }

    def test_exits_with_the_first_broken_entry(self, capsys):
        chain(2)
        tamper("UPDATE core_auditentry SET subject = 'paper:9' WHERE position = 2")
        with pytest.raises(SystemExit) as end:
            call_command("audit_verify")
        assert end.value.code == 1
        assert "链上序号 2" in capsys.readouterr().out


class TestSealers:
    def test_two_at_once_make_one_chain(self, transactional_db):
        def write_and_seal() -> None:
            try:
                for n in range(20):
                    audit.record(CLERK, OPEN, f"paper:{n}", now=NOW)
                    audit.seal_entries()
            finally:
                connection.close()

        threads = [threading.Thread(target=write_and_seal) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        audit.seal_entries()
        assert audit.verify_chain() == audit.Verdict(checked=80)
