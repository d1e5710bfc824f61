"""Bonds as their pages show them: the steps of an amount, the queue, the workbook, the papers."""

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from bonds.models import BondPolicy
from tests.bonds.conftest import photo
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page(cast, user, name, *args):
    client = cast.client(getattr(cast.users, user))
    return text_of(client.get(reverse(name, args=args)))


def test_the_amount_is_shown_step_by_step_with_its_sources(bonds, cast):
    bonds.determined()
    shown = page(cast, "admin", "bonds:project", bonds.code)
    assert "86,000,000.00 元 × 2% ＝ 1,720,000.00 元" in shown
    assert "见于转载，待核对原文" in shown
    assert "原文未见，未设定" in shown
    assert "银行保函 最省" in shown


def test_before_it_was_determined_it_says_so(bonds, cast):
    assert "还没有核定应存金额" in page(cast, "owner", "bonds:project", bonds.code)


def test_the_queue_has_the_next_deadline_first(bonds, cast):
    bonds.determined()
    shown = page(cast, "county", "bonds:list")
    assert "签订施工合同（2026-02-10）之后第 20 个工作日" in shown
    assert "1,720,000.00" in shown


def test_the_workbook_holds_what_is_listed(bonds, cast):
    bonds.determined()
    client = cast.client(cast.users.county)
    answer = client.get(reverse("bonds:export"))
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active.values)
    assert rows[0][0] == "项目编号"
    assert [row[0] for row in rows[1:]] == [bonds.code]
    empty = client.get(reverse("bonds:export") + "?missing=off")
    assert len(list(openpyxl.load_workbook(io.BytesIO(b"".join(empty))).active.values)) == 1


def test_a_guarantee_is_handed_in_and_reviewed_in_pages(bonds, cast):
    bonds.determined()
    data = {
        "form": "bank",
        "number": "BH1",
        "guarantor": cast.bank.name,
        "guarantor_uscc": cast.bank.uscc,
        "joint": "",
        "beneficiary": "天山区人社局",
        "amount": "1,720,000.00",
        "kind": "on_demand",
        "issued_on": "2026-02-20",
        "valid_from": "2026-02-20",
        "valid_until": "2027-12-31",
        "is_unconditional": "on",
        "is_irrevocable": "on",
        "original": photo().file,
    }
    data["original"].name = "保函.jpg"
    admin = cast.client(cast.users.admin)
    url = reverse("bonds:new_guarantee", args=[bonds.code])
    short = data | {"valid_until": "2027-10-30"}
    assert "不能早于计划竣工日期 2027-10-31" in text_of(admin.post(url, short))
    data["original"].seek(0)
    assert admin.post(url, data).status_code == 302
    made = bonds.bond.guarantees.get()
    officer = cast.client(cast.users.county)
    review = reverse("bonds:review_guarantee", args=[made.uuid])
    assert officer.post(review, {"accept": "yes", "note": ""}).status_code == 302
    assert "在监管" in page(cast, "admin", "bonds:project", bonds.code)


def test_workers_are_paid_in_pages_from_draft_to_top_up(bonds, cast, settings):
    bonds.held()
    lines = bonds.owed()
    settings.WAGEMON_NOW = bonds.LATER.isoformat()
    first, second = cast.client(cast.users.county), cast.client(cast.users.county_second)
    url = reverse("bonds:draft_use", args=[bonds.code])
    assert "11,497.00" in text_of(first.get(url))
    data = {
        "order_number": "监令 1 号",
        "order_issued_on": "2026-10-20",
        "order_until": "2026-10-26",
        "reason": "期满未付",
        "source": "cash",
        "lines": [str(line.uuid) for line in lines],
    }
    answer = first.post(url, data)
    use = answer.url
    assert "待签发" in text_of(first.get(use))
    assert second.post(f"{use}issue/").status_code == 302
    bank = cast.client(cast.users.bank)
    told = {"on": "2026-10-30"}
    for line in lines:
        told |= {f"result-{line.uuid}": "paid", f"reference-{line.uuid}": f"P{line.row}"}
    assert bank.post(f"{use}payments/", told).status_code == 302
    assert "已付清" in text_of(bank.get(use))
    assert bonds.bond.status == "short"


def test_a_setting_is_changed_on_its_page(bonds, cast):
    whole = BondPolicy.objects.get()
    client = cast.client(cast.users.prefecture)
    new = reverse("bonds:new_policy", args=[whole.uuid])
    answer = client.post(new, {"region": "650100", "since": "2026-10-09", "title": "乌鲁木齐市"})
    policy = answer.url
    tiers = {
        "since": ["0", "10,000,000", ""],
        "rate": ["3", "1.5", ""],
        "firms": ["any", "any", ""],
        "least": ["", "200,000", ""],
        "source": "某号文件",
        "certainty": "original",
    }
    assert client.post(f"{policy}settings/tiers/", tiers).status_code == 302
    made = BondPolicy.objects.get(region="650100").value
    assert [(tier.rate, tier.least) for tier in made.tiers] == [
        (Decimal("3"), None),
        (Decimal("1.5"), Decimal("200000.00")),
    ]
    assert "1.5" in text_of(client.get(policy))
    faulty = client.post(
        f"{policy}settings/cap/", {"value": "很多", "source": "甲", "certainty": "original"}
    )
    assert "填写有误" in text_of(faulty)


def test_everybody_reads_who_has_stored(bonds, cast, client):
    bonds.held()
    shown = text_of(client.get(reverse("bonds:published")))
    assert cast.project.name in shown
    bonds.complete()
    from bonds.services.refunding import begin_by_bureau

    begin_by_bureau(actor=bonds.officer, code=bonds.code, now=NOW)
    assert "2026-10-09 至 2026-11-08" in text_of(client.get(reverse("bonds:published")))
