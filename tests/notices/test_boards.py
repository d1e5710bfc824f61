"""Making boards and putting their posting on record."""

import re
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image
from pypdf import PdfReader

from bonds.services.determining import determine_bond
from core.actor import SYSTEM, Forbidden
from core.errors import Refused
from core.models import Attachment, AuditEntry, Touch
from identity.limits import AT_ONCE
from identity.models import Organisation
from notices import selectors, services
from notices.content import BoardContent
from notices.items import differences
from notices.models import NoticeBoard, NoticeDetails, Posting
from payroll.models import MinimumWage
from projects.models import Participant, Project, ProjectOfficer
from tests.cast import NOW, TODAY
from tests.notices.heic import heic
from tests.refusals import refused

#: What tells copies of one board apart is none of what it says.
SAID = {field.name for field in fields(BoardContent)} - {"board_code", "version", "made_on", "url"}


@pytest.fixture(autouse=True)
def ninth_of_october(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


@pytest.fixture
def labour(cast):
    return cast.actor(cast.users.labour)


@pytest.fixture
def board(cast, labour):
    return make(cast, labour)


def make(cast, actor, now=NOW):
    return services.make_board(actor=actor, code=cast.project.code, now=now)


def photo(kind="JPEG", size=(900, 700), colour="navy", **how) -> bytes:
    image = Image.new("RGB", size, colour)
    if kind == "HEIF":
        return heic(image, **how)
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def post(actor, board, data=None, posted_on=TODAY, name="现场.jpg"):
    return services.record_posting(
        actor=actor,
        board_code=board.code,
        photo=BytesIO(photo() if data is None else data),
        name=name,
        place="工地大门口",
        posted_on=posted_on,
        now=NOW,
    )


class TestContentToday:
    def content(self, cast):
        return selectors.content_today(project=self.project(cast), as_of=TODAY)

    def project(self, cast):
        return Project.everything.select_related("region__parent").get(pk=cast.project.pk)

    def test_gathers_what_the_law_names(self, cast):
        said = self.content(cast)
        assert said.owner.name == cast.owner.name
        assert said.contractor.name == cast.contractor.name
        assert [party.name for party in said.subcontractors] == [cast.subcontractor.name]
        assert (said.labour_officer.name, said.labour_officer.phone) == ("李专管", "13900000000")
        assert said.address == "乌鲁木齐市天山区昆仑大道 1 号"
        assert said.wage_bank == cast.bank.name
        assert said.inspectorate.name == "天山区人力资源和社会保障局"

    def test_masks_the_wage_account(self, cast):
        assert cast.account.number not in str(self.content(cast).as_dict())

    def test_takes_the_department_of_the_projects_industry(self, cast):
        assert self.content(cast).industry_department.name == ""
        housing = Organisation.everything.filter(name="乌鲁木齐市住房和城乡建设局")
        housing.update(industry_id="water", phone="0991-1")
        assert self.content(cast).industry_department.name == ""
        housing.update(industry_id="housing")
        assert self.content(cast).industry_department.phone == "0991-1"

    def test_lets_the_contractor_fill_gaps_only(self, cast, labour):
        values = {"inspectorate": "别的大队", "inspectorate_phone": "09912660333"}
        services.keep_details(actor=labour, code=cast.project.code, values=values, now=NOW)
        said = self.content(cast).inspectorate
        assert (said.name, said.phone) == ("天山区人力资源和社会保障局", "09912660333")

    def test_says_of_the_bond_what_is_on_record(self, cast, labour):
        values = {"bond_status": "已存储现金保证金"}
        services.keep_details(actor=labour, code=cast.project.code, values=values, now=NOW)
        assert self.content(cast).bond_status == "已存储现金保证金"
        determine_bond(actor=SYSTEM, code=cast.project.code, now=NOW)
        said = self.content(cast).bond_status
        assert said.startswith("待存储：应存 1,720,000.00 元，还差 1,720,000.00 元")

    def test_shows_the_standard_in_force(self, cast):
        MinimumWage.objects.filter(region_id="650102").delete()
        assert self.content(cast).minimum_wage is None
        for since, monthly in ((date(2021, 4, 1), 1900), (date(2027, 1, 1), 2500)):
            MinimumWage.objects.create(
                region_id="650102", since=since, tier=1, monthly=monthly, hourly=19, source="依据"
            )
        wage = self.content(cast).minimum_wage
        assert (wage.monthly, wage.unconfirmed) == (Decimal(1900), True)

    def test_comes_back_from_plain_values_as_it_was(self, cast):
        said = self.content(cast)
        assert BoardContent.from_dict(said.as_dict()) == said
        bare = replace(said, contract_amount=None, ends_on=None, minimum_wage=None)
        assert BoardContent.from_dict(bare.as_dict()) == bare


class TestMakeBoard:
    def test_makes_the_first_version(self, cast, board):
        assert (board.version, board.made_by) == (1, cast.users.labour.name)
        assert re.fullmatch(r"[2-9A-HJKMNP-TW-Z]{14}", board.code)
        said = selectors.content_of(board)
        assert said.digest() == board.digest
        assert said.url.endswith(f"/b/{board.code}/")

    def test_makes_none_while_nothing_changed(self, cast, labour, board):
        assert make(cast, labour, NOW + timedelta(days=3)) == board
        assert AuditEntry.objects.filter(action=services.MADE).count() == 1

    def test_makes_the_next_version_when_something_changed(self, cast, labour, board):
        cast.change_wage_days(cast.project, pay_day=20)
        second = make(cast, labour)
        assert second.version == 2
        assert second.code != board.code
        assert second.digest != board.digest
        assert make(cast, labour) == second

    def test_is_on_record_and_wakes_the_rules(self, cast, board):
        entry = AuditEntry.objects.get(action=services.MADE)
        assert (entry.subject, entry.within) == (f"board:{board.code}", cast.project.subject)
        assert Touch.objects.filter(subject=cast.project.subject).exists()

    @pytest.mark.parametrize("name", ["sub", "county", "housing", "owner"])
    def test_is_the_contractors_work(self, cast, name):
        with pytest.raises(Forbidden):
            make(cast, cast.actor(getattr(cast.users, name)))

    @pytest.mark.parametrize("name", ["other_admin", "other_county", "bank", "operator"])
    def test_is_out_of_scope_for_outsiders(self, cast, name):
        with pytest.raises(Project.DoesNotExist):
            make(cast, cast.actor(getattr(cast.users, name)))

    def test_needs_a_contractor(self, cast):
        Participant.everything.filter(role=Participant.Role.CONTRACTOR).delete()
        with refused("notice.no_contractor"):
            make(cast, SYSTEM)


class TestState:
    def test_names_exactly_what_no_longer_holds(self, cast, board):
        ProjectOfficer.everything.filter(role="labour").update(name="周专管")
        cast.change_wage_days(cast.project, pay_day=20)
        board = selectors.board_by_code(actor=SYSTEM, code=board.code)
        state = selectors.board_state(board, as_of=TODAY)
        assert [change.label.zh for change in state.changes] == ["劳资专管员", "工资支付日期"]
        assert "李专管" in state.changes[0].before
        assert "周专管" in state.changes[0].after

    def test_holds_while_nothing_changed(self, board):
        board = selectors.board_by_code(actor=SYSTEM, code=board.code)
        assert selectors.board_state(board, as_of=TODAY + timedelta(days=60)).is_current

    @pytest.mark.parametrize("name", sorted(SAID))
    def test_shows_every_change_that_makes_a_version(self, board, name):
        said = selectors.content_of(board)
        changed = replace(said, **{name: another(name, getattr(said, name))})
        assert changed.digest() != said.digest()
        assert differences(said, changed)


def another(name, value):
    """Something of the same kind that differs."""
    given = {"pay_month_offset": 0, "minimum_wage": None, "subcontractors": ()}
    if name in given:
        return given[name]
    if isinstance(value, str):
        return value + "改"
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int | Decimal):
        return value + 1
    return replace(value, name="另一家")


class TestRecordPosting:
    def test_clears_what_the_rule_looks_for(self, cast, labour, board):
        def waits():
            return selectors.projects_without_posting(
                actor=SYSTEM, as_of=TODAY, projects=[cast.project.pk], after=AT_ONCE
            )

        assert waits() == [cast.project]
        Touch.objects.all().delete()
        post(labour, board)
        assert waits() == []
        assert Touch.objects.filter(subject=cast.project.subject).exists()

    def test_changes_nothing_the_second_time(self, labour, board):
        assert post(labour, board) == post(labour, board)
        assert Posting.everything.count() == Attachment.objects.count() == 1
        assert AuditEntry.objects.filter(action=services.POSTED).count() == 1

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_takes_what_telephones_make(self, labour, board, kind):
        assert post(labour, board, photo(kind)).photo.kind == kind.lower().replace("jpeg", "jpg")

    def test_takes_a_heic_photo(self, labour, board):
        heic = photo("HEIF")
        assert post(labour, board, heic, name="IMG_0001.HEIC").photo.kind == "heic"

    @pytest.mark.parametrize(
        "hostile",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"%PDF-1.7 not a photo",
            b"MZ" + bytes(300),
            photo()[:2000],
            photo("PNG")[:60],
            b"\xff\xd8\xff\xe0" + bytes(400),
            b"RIFF\x00\x00\x00\x00WEBP" + bytes(100),
            b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200),
            photo("HEIF")[:600],
        ],
        ids=[
            "empty",
            "svg",
            "pdf",
            "exe",
            "cut jpeg",
            "cut png",
            "fake jpeg",
            "fake webp",
            "fake heic",
            "cut heic",
        ],
    )
    def test_refuses_what_is_no_photo(self, labour, board, hostile):
        with pytest.raises(Refused) as refusal:
            post(labour, board, hostile)
        assert re.search(r"[一-龥]{4}", str(refusal.value))
        assert refusal.value.code in {"photo.broken", "file.other_kind", "file.empty"}
        assert not Posting.everything.exists()
        assert not Attachment.objects.exists()

    def test_refuses_a_photo_that_fills_the_memory(self, labour, board, monkeypatch):
        monkeypatch.setattr("notices.photos.MAX_PIXELS", 1000)
        with refused("photo.too_many_pixels", "photo"):
            post(labour, board)

    def test_unpacks_no_picture_whole_that_fills_the_memory(self, labour, board, monkeypatch):
        monkeypatch.setattr("notices.photos.MAX_UNPACKED", 20_000_000)
        assert post(labour, board, photo(size=(9600, 7200)))
        for whole in (photo("PNG", (5000, 4001)), photo("JPEG", (5000, 4001), progressive=True)):
            with refused("photo.too_many_pixels", "photo"):
                post(labour, board, whole)

    def test_refuses_a_photo_that_did_not_come_whole(self, labour, board):
        whole = photo()
        with refused("photo.broken", "photo"):
            post(labour, board, whole[: len(whole) // 2])

    def test_refuses_a_file_beyond_the_limit(self, labour, board, monkeypatch):
        monkeypatch.setattr(services, "MAX_PHOTO_BYTES", 1024 * 1024)
        with pytest.raises(Refused, match="超过 1 MB"):
            post(labour, board, photo() + bytes(1024 * 1024))

    @pytest.mark.parametrize(("days", "code"), [(1, "day.to_come"), (-1, "notice.before_made")])
    def test_refuses_a_day_that_cannot_be(self, labour, board, days, code):
        with refused(code, "posted_on"):
            post(labour, board, posted_on=TODAY + timedelta(days=days))

    @pytest.mark.parametrize("name", ["sub", "county"])
    def test_is_the_contractors_work(self, cast, board, name):
        with pytest.raises(Forbidden):
            post(cast.actor(getattr(cast.users, name)), board)

    def test_is_out_of_scope_for_outsiders(self, cast, board):
        with pytest.raises(NoticeBoard.DoesNotExist):
            post(cast.actor(cast.users.other_labour), board)


class TestKeepDetails:
    def test_keeps_one_row_a_project(self, cast, labour):
        for aid in ("甲", "乙"):
            services.keep_details(
                actor=labour, code=cast.project.code, values={"legal_aid": aid}, now=NOW
            )
        assert NoticeDetails.everything.get().legal_aid == "乙"

    def test_is_the_contractors_work(self, cast):
        with pytest.raises(Forbidden):
            services.keep_details(
                actor=cast.actor(cast.users.sub), code=cast.project.code, values={}, now=NOW
            )


class TestNoticeBoardCommand:
    def run(self, *arguments):
        call_command("notice_board", *arguments)

    def test_writes_the_board(self, cast, tmp_path, capsys):
        out = tmp_path / "board.pdf"
        self.run(cast.project.code, "--out", str(out), "--paper", "A4", "--lang", "zh")
        (page,) = PdfReader(out).pages
        assert cast.contractor.name in page.extract_text()
        assert NoticeBoard.everything.get().code in capsys.readouterr().out

    def test_makes_one_version_however_often_it_runs(self, cast, tmp_path):
        out = tmp_path / "board.pdf"
        self.run(cast.project.code, "--out", str(out))
        first = out.read_bytes()
        self.run(cast.project.code, "--out", str(out))
        assert NoticeBoard.everything.count() == 1
        assert out.read_bytes() == first

    @pytest.mark.parametrize(
        "arguments",
        [
            ("NOPE", "--out", "board.pdf"),
            ("XJ6501022026001", "--out", "board.pdf", "--paper", "B5"),
            ("XJ6501022026001", "--out", "board.pdf", "--lang", "en"),
            ("XJ6501022026001", "--out", "no/such/folder/board.pdf"),
        ],
        ids=["project", "paper", "language", "folder"],
    )
    def test_says_what_is_wrong_with_its_use(self, cast, arguments, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(CommandError) as wrong:
            self.run(*arguments)
        assert wrong.value.returncode == 2
        assert not NoticeBoard.everything.exists()
        assert list(tmp_path.iterdir()) == []

    def test_says_why_no_board_can_be_made(self, cast, tmp_path, capsys):
        Participant.everything.filter(role=Participant.Role.CONTRACTOR).delete()
        with pytest.raises(SystemExit) as refused:
            self.run(cast.project.code, "--out", str(tmp_path / "board.pdf"))
        assert refused.value.code == 1
        assert "施工总承包单位" in capsys.readouterr().out
