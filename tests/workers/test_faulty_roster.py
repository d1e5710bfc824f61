"""A roster with every fault once: what each is called, where it stands, and who is entered.

The table is written here by hand; numbers carry their check digits (GB 11643, Luhn) or, where that
is the fault, miss them by one.
"""

import json
from contextlib import suppress

import openpyxl
import pytest
from django.core.management import call_command

from core.workbook_text import put_text
from workers.models import Engagement, Person

HEADINGS = (
    *("姓名", "性别", "身份证号码", "工种", "班组", "进场日期", "退场日期"),
    *("劳动合同编号", "工资卡银行账号", "联系方式"),
)


def id_number(number: int, *, born: str = "19850305", woman: bool = False) -> str:
    """An invented ID number with its check digit right (GB 11643-1999, MOD 11-2)."""
    stem = f"650102{born}{number:02d}{2 if woman else 1}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(stem, weights, strict=True))
    return stem + "10X98765432"[total % 11]


def card(number: int) -> str:
    """An invented card number with its check digit right (Luhn)."""
    stem = f"621700000000{number:06d}"
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(stem))]
    return stem + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def off_by_one(number: str) -> str:
    """The same number with a check digit that is one too high."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def worker(number: int, **cells: str) -> dict[str, str]:
    """A faultless line."""
    return {
        "姓名": "阿依古丽",
        "性别": "男",
        "身份证号码": id_number(number),
        "工种": "钢筋工",
        "班组": "钢筋班",
        "进场日期": "2026-03-02",
        "退场日期": "",
        "劳动合同编号": f"XJ-{number}",
        "工资卡银行账号": card(number),
        "联系方式": f"139000000{number:02d}",
    } | cells


#: A line, its fault's column and code, and whether it keeps the line out.
ERRORS = [
    (worker(10, 姓名=""), "name", "required"),
    (worker(11, 姓名="张3"), "name", "format"),
    (worker(12, 班组="=1+1"), "team", "formula_like"),
    (worker(13, 身份证号码=""), "id", "required"),
    (worker(14, 身份证号码="65010219850305"), "id", "format"),
    (worker(15, 身份证号码="650102850305151"), "id", "fifteen_digits"),
    (worker(16, 身份证号码=off_by_one(id_number(17))), "id", "check_digit"),
    (worker(18, 性别="未知"), "gender", "format"),
    (worker(19, 进场日期=""), "entry", "required"),
    (worker(20, 进场日期="2026-02-30"), "entry", "format"),
    (worker(21, 退场日期="2026-03-01"), "exit", "order"),
    (worker(22, 工资卡银行账号=off_by_one(card(22))), "card", "check_digit"),
    (worker(23, 工资卡银行账号="62170000"), "card", "format"),
    (worker(24, 工资卡银行账号="6.217E+18"), "card", "digits_lost"),
    (worker(25, 联系方式="1390000"), "phone", "format"),
    (worker(26, 工种="钢" * 31), "trade", "too_long"),
    (worker(27, 班组="钢筋\u061c班"), "team", "hidden"),
]
WARNINGS = [
    (worker(40, 性别="女"), "gender", "gender_differs"),
    # Sixteen on 3 March, a day after the entry.
    (worker(41, 身份证号码=id_number(41, born="20100303")), "id", "under_age"),
    (worker(42, 工种="魔法师"), "trade", "unknown_trade"),
    (worker(43, 劳动合同编号=""), "contract", "missing"),
    (worker(44, 工种=""), "trade", "missing"),
    (worker(45, 工资卡银行账号=""), "card", "missing"),
    (worker(46, 联系方式=""), "phone", "missing"),
]
#: Next to a fault on its right side.
FAULTLESS = [
    worker(60, 性别="女", 身份证号码=id_number(60, woman=True)),
    worker(61, 身份证号码=id_number(61, born="20100302")),
    worker(62, 退场日期="2026-03-02"),
    worker(63, 工种="架子工"),
]


@pytest.fixture
def bring(cast, capsys, tmp_path):
    """Brings in a roster of these lines: the report, and the faults by line."""

    def run(lines: list[dict[str, str]]) -> tuple[dict, list[tuple[int, str, str, str]]]:
        book = openpyxl.Workbook()
        for place, heading in enumerate(HEADINGS, start=1):
            put_text(book.active.cell(1, place), heading)
            for row, line in enumerate(lines, start=2):
                put_text(book.active.cell(row, place), line[heading])
        book.save(tmp_path / "roster.xlsx")
        # It ends with 1 where a line has errors.
        with suppress(SystemExit):
            call_command(
                *("roster_import", str(tmp_path / "roster.xlsx"), "--json", "--commit"),
                *("--project", cast.project.code),
            )
        report = json.loads(capsys.readouterr().out)
        faults = [(i["row"], i["column"], i["code"], i["severity"]) for i in report["issues"]]
        return report, sorted(faults)

    return run


def numbered(lines, severity: str) -> list[tuple[int, str, str, str]]:
    return [(row, column, code, severity) for row, (_, column, code) in enumerate(lines, start=2)]


class TestFaultyRoster:
    def test_names_each_fault_once_and_enters_nobody_with_one(self, bring):
        report, faults = bring([line for line, _, _ in ERRORS])
        assert faults == numbered(ERRORS, "error")
        assert report["accepted"] == 0
        assert not Engagement.everything.exists()

    def test_points_out_what_may_be_entered_all_the_same(self, bring):
        report, faults = bring([line for line, _, _ in WARNINGS])
        assert faults == numbered(WARNINGS, "warning")
        assert report["accepted"] == Engagement.everything.count() == len(WARNINGS)

    def test_finds_nothing_a_hair_on_the_right_side(self, bring):
        _, faults = bring(FAULTLESS)
        assert faults == []
        assert Engagement.everything.count() == len(FAULTLESS)

    def test_names_a_person_and_a_card_that_stand_in_it_twice(self, bring):
        _, faults = bring(
            [
                worker(70),
                worker(70, 工资卡银行账号=card(71), 联系方式="13900000071"),
                worker(72, 工资卡银行账号=card(70)),
            ]
        )
        assert faults == [(3, "id", "repeated", "error"), (4, "card", "repeated", "error")]
        assert Engagement.everything.count() == 1

    def test_holds_it_to_the_register(self, bring):
        _, faults = bring([worker(80), worker(81)])
        assert faults == []
        _, faults = bring(
            [
                worker(80, 姓名="古丽"),
                worker(81, 工资卡银行账号=card(82)),
                worker(83, 工资卡银行账号=card(81)),
                worker(84, 工资卡银行账号=card(84)),
            ]
        )
        assert faults == [
            (2, "name", "name_differs", "error"),
            (3, "card", "card_differs", "error"),
            (4, "card", "card_taken", "error"),
        ]
        assert Person.objects.count() == 3

    def test_keeps_the_telephone_that_the_register_has(self, bring):
        bring([worker(90)])
        _, faults = bring([worker(90, 联系方式="13911111111")])
        assert faults == [(2, "phone", "phone_differs", "warning")]
        assert Person.objects.get().phone == "13900000090"
