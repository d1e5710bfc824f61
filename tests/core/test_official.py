"""The register of official documents: numbers, service, revocation, the public check."""

import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from pypdf import PdfReader

from core import attachments, official
from core.documents.official import OfficialText, official_pdf
from core.models import AuditEntry, OfficialDocument, ProofOfService
from tests.cast import NOW, TODAY
from tests.refusals import refused

Manner = ProofOfService.Manner


@pytest.fixture
def issue(cast):
    """Issues a document about 昆仑大道 for the county's bureau."""
    actor = cast.actor(cast.users.county)

    def make(now=NOW, issuer=None, **changes):
        given = {
            "actor": actor,
            "now": now,
            "issuer": issuer or official.Issuer(actor.organisation, "天山区人社局"),
            "addressee": cast.contractor.name,
            "title": "责令限期改正指令书",
            "paragraphs": ["经查，你单位未按期支付工资。"],
            "subject": cast.project.subject,
            "within": cast.project.subject,
        }
        return official.issue_document("rectification", **(given | changes))

    return make


def text_of(document: OfficialDocument) -> str:
    pages = PdfReader(io.BytesIO(attachments.content_of(document.pdf))).pages
    return "".join(page.extract_text() for page in pages)


class TestNumbers:
    def test_run_without_a_gap(self, issue):
        assert [issue().number for _ in range(3)] == [
            "劳监令〔2026〕第0001号",
            "劳监令〔2026〕第0002号",
            "劳监令〔2026〕第0003号",
        ]

    def test_that_were_rolled_back_are_taken_again(self, issue):
        issue()
        with pytest.raises(RuntimeError), transaction.atomic():
            issue()
            raise RuntimeError

        assert issue().serial == 2

    def test_begin_anew_for_each_year_and_issuer(self, issue):
        issue()

        assert issue(now=NOW + timedelta(days=120)).number == "劳监令〔2027〕第0001号"
        assert issue(issuer=official.Issuer(999, "别的局")).serial == 1

    def test_of_a_revoked_document_stay(self, cast, issue):
        first = issue()
        actor = cast.actor(cast.users.county)
        official.revoke_document(actor=actor, uuid=first.uuid, now=NOW, reason="主送单位有误")

        assert issue().serial == 2


class TestDocument:
    def test_says_what_was_ordered_on_paper(self, issue):
        document = issue()

        text = text_of(document).replace("\n", "")
        for said in (
            "天山区人社局",
            document.number,
            "未按期支付工资",
            "2026年10月9日",
            "印章",
            document.code,
        ):
            assert said in text, said

    def test_is_the_same_to_the_byte(self):
        text = OfficialText(
            "局", "第1号", "标题", "单位", ["正文"] * 80, issued_on=date(2026, 10, 9)
        )

        assert official_pdf(text) == official_pdf(text)
        assert len(PdfReader(io.BytesIO(official_pdf(text))).pages) > 1

    def test_is_on_record_with_its_digest(self, issue):
        document = issue()

        entry = AuditEntry.objects.get(action="document.issue")
        assert entry.detail["number"] == document.number
        assert entry.detail["digest"] == document.pdf.hash

    def test_is_seen_by_who_sees_its_subject(self, cast, issue):
        document = issue()

        for user, status in (("admin", 200), ("prefecture", 200), ("other_admin", 404)):
            client = cast.client(getattr(cast.users, user))
            url = reverse("core:document_pdf", args=[document.uuid])
            assert client.get(url).status_code == status, user


class TestService:
    def serve(self, cast, document, **changes):
        given = {
            "manner": Manner.DIRECT,
            "served_on": TODAY,
            "recipient": "李专管",
            "now": NOW,
            "actor": cast.actor(cast.users.county),
        }
        return official.record_service(uuid=document.uuid, **(given | changes))

    def test_is_recorded_once(self, cast, issue):
        document = issue()
        self.serve(cast, document)

        with refused("document.served"):
            self.serve(cast, document)

    def test_after_a_refusal_goes_on(self, cast, issue):
        document = issue()
        self.serve(cast, document, refused=True, note="门卫拒收，社区工作人员在场。")
        self.serve(cast, document, manner=Manner.LEFT)

        assert [one.refused for one in document.proofs.all()] == [True, False]

    def test_needs_words_for_a_refusal(self, cast, issue):
        with refused("document.refused_without_note"):
            self.serve(cast, issue(), refused=True)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_lies_between_issue_and_today(self, cast, issue, days):
        with refused("document.served_on_another_day"):
            self.serve(cast, issue(), served_on=TODAY + timedelta(days=days))

    def test_of_a_revoked_document_is_refused(self, cast, issue):
        document, actor = issue(), cast.actor(cast.users.county)
        official.revoke_document(actor=actor, uuid=document.uuid, now=NOW, reason="有误")

        with refused("document.revoked"):
            self.serve(cast, document)
        with refused("document.revoked"):
            official.revoke_document(actor=actor, uuid=document.uuid, now=NOW, reason="再次")

    def test_is_the_issuers(self, cast, issue):
        document = issue(issuer=official.Issuer(999, "别的局"))

        client = cast.client(cast.users.county)
        data = {"serve-manner": "direct", "serve-served_on": "2026-10-09", "serve-recipient": "李"}
        url = reverse("core:serve_document", args=[document.uuid])
        assert client.post(url, data).status_code == 403
        with refused("document.of_another"):
            official.require_issuer(cast.actor(cast.users.county), document)


class TestPages:
    def test_register_and_document_show_service(self, cast, issue):
        document = issue()
        client = cast.client(cast.users.county)
        data = {
            "serve-manner": "direct",
            "serve-served_on": "2026-10-09",
            "serve-recipient": "李专管",
        }
        client.post(reverse("core:serve_document", args=[document.uuid]), data)

        assert "已送达" in client.get(reverse("core:documents")).content.decode()
        page = client.get(reverse("core:document", args=[document.uuid])).content.decode()
        assert "直接送达" in page
        assert "李专管" in page

    def test_register_is_filtered_by_service(self, cast, issue):
        number = issue().number
        client = cast.client(cast.users.county)

        for state, there in (("waiting", True), ("served", False), ("revoked", False)):
            page = client.get(reverse("core:documents"), {"state": state}).content.decode()
            assert (number in page) is there, state


class TestPublicCheck:
    def test_shows_what_is_on_record_and_nothing_personal(self, client, issue):
        document = issue()

        page = client.get(reverse("core:check", args=[document.code.lower()])).content.decode()

        assert document.number in page
        assert document.pdf.hash in page
        assert "由平台签发" in page
        assert document.issued_by_name not in page

    def test_says_that_a_document_was_revoked(self, client, cast, issue):
        document = issue()
        actor = cast.actor(cast.users.county)
        official.revoke_document(actor=actor, uuid=document.uuid, now=NOW, reason="主送单位有误")

        page = client.get(reverse("core:check", args=[document.code])).content.decode()

        assert "已撤销" in page
        assert "这份文书由平台签发" not in page

    def test_knows_no_other_code(self, client, issue):
        issue()

        answer = client.get(reverse("core:check", args=[uuid4().hex[:16]]))

        assert answer.status_code == 404
        assert "查不到" in answer.content.decode()

    def test_takes_a_typed_code(self, client, issue):
        document = issue()

        answer = client.get(reverse("core:check_code"), {"code": document.code})

        assert answer["Location"] == reverse("core:check", args=[document.code])
