"""The board's pages: for those who take part, and for whoever scans the code."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from notices import services
from notices.models import NoticeBoard, NoticeDetails, Posting
from notices.wording import board_wording
from projects.models import ProjectOfficer
from tests.cast import NOW, TODAY
from tests.notices.heic import heic

MEMBERS = ("sub", "labour", "manager", "admin", "owner", "county", "province", "housing")
OUTSIDERS = ("bank", "other_sub", "other_admin", "other_county", "water", "operator")


@pytest.fixture(autouse=True)
def ninth_of_october(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


@pytest.fixture
def board(cast):
    labour = cast.actor(cast.users.labour)
    return services.make_board(actor=labour, code=cast.project.code, now=NOW)


def photo(name="现场.jpg", colour="navy") -> SimpleUploadedFile:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue())


def posted(client, board, **changes):
    said = {"photo": photo(), "place": "工地大门口", "posted_on": TODAY.isoformat()}
    return client.post(reverse("notices:post", args=[board.code]), said | changes)


@pytest.fixture
def posting(cast, board):
    posted(cast.client(cast.users.labour), board)
    return Posting.everything.get()


def page_of(cast) -> str:
    return reverse("notices:project", args=[cast.project.code])


class TestLadder:
    def urls(self, cast, board, posting):
        return [
            page_of(cast),
            reverse("notices:download", args=[board.code]),
            reverse("notices:photo", args=[posting.uuid]),
            reverse("notices:thumbnail", args=[posting.uuid]),
            reverse("notices:large_photo", args=[posting.uuid]),
        ]

    @pytest.mark.parametrize("name", MEMBERS)
    def test_opens_for_whoever_takes_part(self, cast, board, posting, name):
        client = cast.client(getattr(cast.users, name))
        for url in self.urls(cast, board, posting):
            assert client.get(url).status_code == 200, url

    @pytest.mark.parametrize("name", OUTSIDERS)
    def test_is_not_there_for_outsiders(self, cast, board, posting, name):
        client = cast.client(getattr(cast.users, name))
        for url in self.urls(cast, board, posting):
            assert client.get(url).status_code == 404, url

    def test_sends_strangers_to_sign_in(self, cast, board, posting):
        for url in self.urls(cast, board, posting):
            assert "/signin/" in Client().get(url)["Location"]

    @pytest.mark.parametrize("name", ["sub", "owner", "county"])
    def test_lets_others_read_only(self, cast, board, name):
        client = cast.client(getattr(cast.users, name))
        assert posted(client, board).status_code == 403
        assert posted(client, board, place="").status_code == 403
        code = cast.project.code
        assert client.post(reverse("notices:make", args=[code])).status_code == 403
        assert client.get(reverse("notices:details", args=[code])).status_code == 403
        shown = client.get(page_of(cast)).content.decode()
        assert "上传张贴照片" not in shown

    def test_does_not_know_what_was_made_up(self, cast):
        client = cast.client(cast.users.labour)
        for url in (
            "/projects/NOPE/notice/",
            "/notices/NOPE/board.pdf",
            f"/notices/photos/{uuid4()}/",
            f"/notices/photos/{uuid4()}/small/",
        ):
            assert client.get(url).status_code == 404
        assert client.post("/projects/NOPE/notice/make/").status_code == 404
        assert client.post("/notices/NOPE/postings/").status_code == 404

    def test_takes_steps_by_post_only(self, cast, board):
        client = cast.client(cast.users.labour)
        assert client.get(reverse("notices:make", args=[cast.project.code])).status_code == 405
        assert client.get(reverse("notices:post", args=[board.code])).status_code == 405
        assert client.post(page_of(cast)).status_code == 405


class TestProjectPage:
    def test_says_what_to_do_when_there_is_no_board(self, cast):
        shown = cast.client(cast.users.labour).get(page_of(cast)).content.decode()
        assert "还没有告示牌" in shown
        assert "将要写的内容" in shown
        assert "还有内容没有录入" in shown

    def test_makes_a_board_once_on_a_double_click(self, cast):
        client = cast.client(cast.users.labour)
        for _ in range(2):
            assert client.post(reverse("notices:make", args=[cast.project.code])).status_code == 302
        assert NoticeBoard.everything.count() == 1

    def test_lists_exactly_what_no_longer_holds(self, cast, board):
        client = cast.client(cast.users.labour)
        assert "告示牌是最新的" in client.get(page_of(cast)).content.decode()
        ProjectOfficer.everything.filter(role="labour").update(name="周专管")
        answer = client.get(page_of(cast))
        changes = answer.context["state"].changes
        assert [change.label.zh for change in changes] == ["劳资专管员"]
        assert "告示牌内容已过期" in answer.content.decode()

    def test_looks_the_same_to_every_reader(self, cast, board):
        """A subcontractor does not see the wage account, but sees that the board still holds."""
        for name in MEMBERS:
            answer = cast.client(getattr(cast.users, name)).get(page_of(cast))
            assert answer.context["state"].is_current, name

    def test_shows_both_languages(self, cast, board):
        shown = cast.client(cast.users.labour).get(page_of(cast)).content.decode()
        words = board_wording()
        assert all(words[key].ug in shown for key in ("parties", "wages", "channels", "pay_day"))

    def test_costs_the_same_for_many_postings(self, cast, board):
        client = cast.client(cast.users.labour)
        posted(client, board)
        with CaptureQueriesContext(connection) as few:
            client.get(page_of(cast))
        for colour in ("red", "green", "yellow"):
            posted(client, board, photo=photo(colour=colour))
        cast.change_wage_days(cast.project, pay_day=20)
        client.post(reverse("notices:make", args=[cast.project.code]))
        client.get(page_of(cast))
        with CaptureQueriesContext(connection) as many:
            client.get(page_of(cast))
        assert Posting.everything.count() == 4
        assert len(many) == len(few)


class TestPosting:
    def test_is_shown_with_its_photo(self, cast, posting):
        shown = cast.client(cast.users.county).get(page_of(cast)).content.decode()
        assert reverse("notices:thumbnail", args=[posting.uuid]) in shown
        assert "工地大门口" in shown

    def test_is_kept_once_on_a_double_click(self, cast, board):
        client = cast.client(cast.users.labour)
        for _ in range(2):
            assert posted(client, board).status_code == 302
        assert Posting.everything.count() == 1

    def test_shows_why_a_file_is_refused(self, cast, board):
        client = cast.client(cast.users.labour)
        hostile = SimpleUploadedFile("现场.jpg", b"<svg onload=alert(1)>")
        answer = posted(client, board, photo=hostile)
        assert answer.status_code == 200
        assert "无法识别" in answer.content.decode()
        assert "onload" not in answer.content.decode()

    def test_shows_why_a_day_is_refused(self, cast, board):
        answer = posted(cast.client(cast.users.labour), board, posted_on="2026-10-10")
        assert "日期不能晚于今天" in answer.content.decode()

    def test_hands_out_a_thumbnail_without_the_cameras_notes(self, cast, posting):
        client = cast.client(cast.users.county)
        answer = client.get(reverse("notices:thumbnail", args=[posting.uuid]))
        small = Image.open(BytesIO(answer.content))
        assert max(small.size) == 640
        assert not small.getexif()
        assert answer["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(("size", "side"), [("thumbnail", 640), ("large_photo", 2400)])
    def test_shows_a_telephones_heic_photo_upright(self, cast, board, size, side):
        exif = Image.Exif()
        exif[0x0112] = 6  # held upright
        taken = heic(Image.new("RGB", (3200, 2400), "navy"), exif=exif.tobytes())
        client = cast.client(cast.users.labour)
        posted(client, board, photo=SimpleUploadedFile("IMG_1.HEIC", taken))
        url = reverse(f"notices:{size}", args=[Posting.everything.get().uuid])
        shown = Image.open(BytesIO(client.get(url).content))
        assert (shown.format, shown.size) == ("JPEG", (side * 3 // 4, side))
        assert not shown.getexif()


class TestDetails:
    def test_fill_the_gaps_of_the_board(self, cast):
        client = cast.client(cast.users.labour)
        url = reverse("notices:details", args=[cast.project.code])
        assert client.get(url).status_code == 200
        said = {"department": "二期项目部", "legal_aid": "天山区法律援助中心 0991-2300000"}
        assert client.post(url, said).status_code == 302
        assert NoticeDetails.everything.get().department == "二期项目部"
        assert "天山区法律援助中心" in client.get(page_of(cast)).content.decode()
        assert client.get(url).context["form"]["department"].value() == "二期项目部"

    @pytest.mark.parametrize("phone", ["0991-2660333", "12333", "0991-2660333转8"])
    def test_take_an_offices_telephone(self, cast, phone):
        url = reverse("notices:details", args=[cast.project.code])
        answer = cast.client(cast.users.labour).post(url, {"industry_phone": phone})
        assert answer.status_code == 302

    def test_refuse_what_is_no_telephone(self, cast):
        url = reverse("notices:details", args=[cast.project.code])
        client = cast.client(cast.users.labour)
        answer = client.post(url, {"industry_phone": "javascript:alert(1)"})
        assert "电话只能由数字" in answer.content.decode()


class TestDownload:
    def test_prints_on_the_paper_that_was_asked_for(self, cast, board):
        client = cast.client(cast.users.owner)
        url = reverse("notices:download", args=[board.code])
        answer = client.get(url, {"paper": "1200x800", "lang": "zh"})
        (page,) = PdfReader(BytesIO(answer.content)).pages
        assert round(float(page.mediabox.width) / 72 * 25.4) == 1200
        assert board.code in page.extract_text()

    @pytest.mark.parametrize("query", [{"paper": "B5"}, {"lang": "en"}, {"paper": "9999x9999"}])
    def test_does_not_know_other_papers_or_languages(self, cast, board, query):
        client = cast.client(cast.users.owner)
        assert client.get(reverse("notices:download", args=[board.code]), query).status_code == 404


class TestPublicPage:
    def test_needs_no_sign_in(self, cast, board):
        shown = Client().get(f"/b/{board.code}/")
        assert shown.status_code == 200
        assert "本告示牌现行有效" in shown.content.decode()

    def test_calls_the_hotlines(self, cast, board):
        shown = Client().get(f"/b/{board.code}/").content.decode()
        assert all(f'href="tel:{number}"' in shown for number in ("12348", "12333", "12345"))
        assert reverse("identity:sign_in") in shown

    def test_keeps_what_the_caption_beside_its_code_promises(self, cast, board):
        """Complaints and wages are promised once their pages stand, and not before."""
        promises = {"核对本告示牌": "本告示牌现行有效", "拨打维权电话": 'href="tel:12333"'}
        caption = board_wording()["scan"]
        assert set(caption.zh.removeprefix("扫码").split("、\n")) == set(promises)
        assert not any(word in caption.ug for word in ("ئەرز", "ئىش ھەققى"))
        shown = Client().get(f"/b/{board.code}/").content.decode()
        assert all(kept in shown for kept in promises.values())

    @pytest.mark.parametrize("code", ["%00", "ABC%00", "%E2%80%AE", "%FF"])
    def test_answers_an_impossible_code_with_a_sentence(self, db, code):
        answer = Client().get(f"/b/{code}/")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.content.decode()

    def test_speaks_uyghur(self, cast, board):
        shown = Client().get(f"/b/{board.code}/", {"lang": "ug"}).content.decode()
        words = board_wording()
        assert words["is_current"].ug in shown
        assert words["pays_last_month"].filled(day=15).ug in shown
        assert 'dir="rtl"' in shown

    def test_says_what_has_changed(self, cast, board):
        cast.change_wage_days(cast.project, pay_day=20)
        shown = Client().get(f"/b/{board.code}/").content.decode()
        assert "告示牌内容已有变化" in shown
        assert "每月20日发放上月工资" in shown

    def test_says_that_a_newer_board_was_made(self, cast, board):
        cast.change_wage_days(cast.project, pay_day=20)
        labour = cast.actor(cast.users.labour)
        newer = services.make_board(actor=labour, code=cast.project.code, now=NOW)
        assert "这是旧版告示牌" in Client().get(f"/b/{board.code}/").content.decode()
        assert "本告示牌现行有效" in Client().get(f"/b/{newer.code}/").content.decode()

    def test_shows_nothing_but_what_the_board_shows(self, cast, board):
        assert cast.roster
        shown = Client().get(f"/b/{board.code}/").content.decode()
        assert cast.account.number not in shown
        assert "赵负责" not in shown
        assert not any(entry.name in shown or entry.phone in shown for entry in cast.roster)

    def test_does_not_know_other_codes(self, cast, board):
        answer = Client().get("/b/NOSUCHBOARD/")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.content.decode()

    def test_takes_a_code_in_small_letters(self, cast, board):
        assert Client().get(f"/b/{board.code.lower()}/").status_code == 200

    def test_is_for_reading_only(self, cast, board):
        assert Client().post(f"/b/{board.code}/").status_code == 405
