import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm

from core.documents import UnknownPaper
from notices.content import UNKNOWN, BoardContent, MinimumWage, Party
from notices.documents import board_pdf
from notices.wording import board_wording

PAPERS = {"A3": (420, 297), "A2": (594, 420), "A1": (841, 594), "1200x800": (1200, 800)}
CONTENT = BoardContent(
    board_code="B7K2M9QX",
    version=2,
    made_on=date(2026, 9, 2),
    url="https://platform.example/b/B7K2M9QX/",
    project_code="XJ65010220260001",
    project_name="昆仑大道安置房二期",
    address="天山区昆仑大道188号",
    contract_amount=Decimal("186500000"),
    starts_on=date(2026, 3, 15),
    ends_on=None,
    owner=Party("新疆某某城市建设投资有限公司", "马建国", "0991-2345678"),
    contractor=Party("新疆某某建设工程有限公司"),
    project_department=Party("安置房二期项目部"),
    project_manager=Party("孙㛃", "", "13899990000"),
    labour_officer=Party("阿依古丽·买买提", "", "13999991234"),
    industry_department=Party("天山区住房和城乡建设局", "", "0991-2810101"),
    inspectorate=Party("天山区劳动保障监察大队", "", "0991-2660333"),
    pay_day=15,
    pay_month_offset=1,
    minimum_wage=MinimumWage("天山区", Decimal("1700"), Decimal("17"), date(2021, 4, 1), True),
    wage_bank="中国建设银行",
    wage_account="尾号 0123",
    arbitration="天山区仲裁委员会",
    legal_aid="天山区法律援助中心",
    subcontractors=(Party("天山劳务有限公司", "李志强", "13700001111"),),
)
LONG = replace(
    CONTENT,
    project_name="新疆维吾尔自治区乌鲁木齐市昆仑大道棚户区改造安置房二期及配套基础设施建设工程施工总承包项目",
    address="天山区昆仑大道与延安路交汇处西北侧安置房小区二期施工现场临时办公区三号楼",
    owner=Party(
        "新疆某某城市建设投资集团有限责任公司天山区棚户区改造分公司", "马建国", "0991-2345678"
    ),
    subcontractors=tuple(
        Party(
            f"新疆天山昆仑建筑劳务分包与设备安装工程有限责任公司第{n}分公司",
            "李某",
            f"1370000111{n}",
        )
        for n in range(1, 7)
    ),
    bond_status="已存储现金保证金 2,797,500.00 元，存储于中国建设银行乌鲁木齐人民路支行",
)
REQUIRED = {
    "建设单位": "新疆某某城市建设投资有限公司",
    "施工总承包单位": "新疆某某建设工程有限公司",
    "所在项目部": "安置房二期项目部",
    "分包单位": "天山劳务有限公司",
    "行业主管部门": "天山区住房和城乡建设局",
    "劳资专管员": "13999991234",
    "当地最低工资标准": "1,700",
    "工资支付日期": "每月15日发放上月工资",
    "行业主管部门投诉举报电话": "0991-2810101",
    "劳动保障监察投诉举报电话": "0991-2660333",
    "劳动争议调解仲裁申请渠道": "天山区仲裁委员会",
    "法律援助申请渠道": "天山区法律援助中心",
    "公共法律服务": "12348",
    "工资保证金": UNKNOWN,
}


def page(pdf):
    (only,) = PdfReader(BytesIO(pdf)).pages
    return only


def said(pdf):
    return page(pdf).extract_text().replace("\n", "")


def marked_letters(pdf):
    """The Uyghur as its ActualText gives it, word order as drawn."""
    stream = page(pdf).get_contents().get_data().decode("latin-1")
    codes = [part.split(">")[0] for part in stream.split("/ActualText <FEFF")[1:]]
    return "".join(bytes.fromhex(code).decode("utf-16-be") for code in codes)


class TestBoard:
    @pytest.mark.parametrize("paper", PAPERS)
    @pytest.mark.parametrize("content", [CONTENT, LONG], ids=["usual", "long"])
    def test_is_one_page_of_the_paper_asked_for(self, paper, content):
        box = page(board_pdf(content, paper)).mediabox
        size = (float(box.width), float(box.height))
        assert size == pytest.approx(tuple(side * mm for side in PAPERS[paper]), abs=0.1)

    @pytest.mark.parametrize("label", REQUIRED)
    def test_says_what_the_regulation_requires(self, label):
        text = said(board_pdf(CONTENT))
        assert label in text
        assert REQUIRED[label] in text

    def test_says_everything_of_a_long_content(self):
        text = said(board_pdf(LONG))
        for party in LONG.subcontractors:
            assert party.name in text
            assert party.phone in text
        assert LONG.project_name in text
        assert LONG.bond_status in text

    def test_every_glyph_lies_inside_the_frame(self):
        drawn = []
        box = page(board_pdf(LONG)).mediabox
        page(board_pdf(LONG)).extract_text(
            visitor_text=lambda text, _, matrix, *rest: drawn.append((matrix[4], matrix[5]))
        )
        assert all(0 <= x <= box.width and 0 <= y <= box.height for x, y in drawn)

    def test_marks_a_minimum_wage_that_nobody_has_confirmed(self):
        confirmed = replace(CONTENT.minimum_wage, unconfirmed=False)
        assert "待核实" in said(board_pdf(CONTENT))
        assert "待核实" not in said(board_pdf(replace(CONTENT, minimum_wage=confirmed)))

    def test_prints_with_next_to_nothing_known(self):
        nobody = Party("")
        bare = replace(
            CONTENT, owner=nobody, labour_officer=nobody, minimum_wage=None, subcontractors=()
        )
        assert UNKNOWN in said(board_pdf(bare))

    def test_says_what_happens_in_a_month_without_the_pay_day(self):
        assert "最后一日发放" in said(board_pdf(replace(CONTENT, pay_day=31)))
        assert "最后一日发放" not in said(board_pdf(CONTENT))

    def test_embeds_subsets_of_its_fonts_and_no_others(self):
        fonts = page(board_pdf(CONTENT))["/Resources"]["/Font"].values()
        faces = [font.get_object()["/FontDescriptor"] for font in fonts]
        assert faces
        assert all("/FontFile2" in face and "+Noto" in face["/FontName"] for face in faces)

    def test_carries_uyghur_beneath_chinese_and_says_that_it_awaits_review(self):
        pdf = board_pdf(CONTENT)
        letters = marked_letters(pdf)
        for word in board_wording()["motto"].ug.replace("،", "").replace(".", "").split():
            if "لا" not in word:  # a ligature is drawn, and marked, as one
                assert word[::-1] in letters
        assert "维吾尔文待审核" in said(pdf)

    def test_comes_in_chinese_alone(self):
        pdf = board_pdf(CONTENT, languages=("zh",))
        assert marked_letters(pdf) == ""
        assert "维吾尔文待审核" not in said(pdf)

    def test_refuses_other_languages_and_papers(self):
        with pytest.raises(ValueError, match="zh"):
            board_pdf(CONTENT, languages=("ug",))
        with pytest.raises(UnknownPaper):
            board_pdf(CONTENT, "B9")

    def test_same_content_same_bytes(self):
        assert board_pdf(CONTENT) == board_pdf(CONTENT)

    def test_same_bytes_from_several_threads_at_once(self):
        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(board_pdf, [CONTENT, LONG] * 4))) == 2

    def test_same_bytes_in_another_process_that_printed_something_else_before(self):
        script = (
            "import django;django.setup();"
            "from hashlib import sha256;"
            "from tests.notices.test_documents import CONTENT, LONG, board_pdf;"
            "board_pdf(LONG);print(sha256(board_pdf(CONTENT)).hexdigest())"
        )
        other = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert other.stdout.strip() == sha256(board_pdf(CONTENT)).hexdigest()


class TestContent:
    def test_digest_is_that_of_what_is_said(self):
        newer = replace(CONTENT, version=3, made_on=date(2026, 10, 1), board_code="X", url="y")
        assert CONTENT.digest() == newer.digest()
        assert CONTENT.digest() != replace(CONTENT, pay_day=20).digest()
        assert len(CONTENT.digest()) == 64

    def test_becomes_plain_json_values(self):
        plain = CONTENT.as_dict()
        assert plain["contract_amount"] == "186500000"
        assert plain["subcontractors"][0]["name"] == "天山劳务有限公司"
        assert plain["minimum_wage"]["effective_from"] == "2021-04-01"


class TestWording:
    def test_every_term_has_both_languages(self):
        for key, term in board_wording().terms.items():
            assert term.zh, key
            assert term.ug, key

    def test_sentences_keep_the_figures_that_are_filled_in(self):
        for key in ("pays_last_month", "pays_this_month"):
            term = board_wording()[key].filled(day=15)
            assert "15" in term.zh
            assert "15" in term.ug
