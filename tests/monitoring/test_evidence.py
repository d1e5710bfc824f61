"""What a warning's page shows of the facts it stands on."""

import pytest

from monitoring.evidence import (
    Amount,
    EvidenceCell,
    Fact,
    ForPrograms,
    Linked,
    Number,
    PageLink,
    Records,
    readable_evidence,
    undeclared_keys,
)

WORKER = Linked("name", "姓名", page="workers:engagement", by="engagement")
DECLARED = (
    Amount("needed", "应付金额"),
    Number("days", "出勤天数"),
    Fact("missing", "缺项"),
    Records("workers", (WORKER, Amount("net", "实发"))),
    PageLink("sheet", "查看工资表", page="payroll:sheet"),
    ForPrograms("sheets"),
)
UUID = "8d0c6c6e-8f3f-4d3c-9d5c-0d4f6c1d2e3a"


class TestReadable:
    def test_stands_in_the_order_declared_with_amounts_in_yuan(self):
        shown = readable_evidence(
            {"missing": ["工种", "电话"], "days": "24.0", "needed": "555930"}, DECLARED
        )
        assert shown.facts == [
            ("应付金额（元）", "555,930.00"),
            ("出勤天数", "24.0"),
            ("缺项", "工种、电话"),
        ]

    def test_leaves_out_what_is_not_known_and_what_is_for_programs(self):
        assert (
            readable_evidence({"needed": None, "workers": [], "sheets": [7]}, DECLARED).facts == []
        )

    def test_lists_records_with_their_page_and_numbers_to_the_right(self):
        rows = [{"name": "张*明", "engagement": UUID, "net": "4700.00"}, {"name": "王*"}]
        (table,) = readable_evidence({"workers": rows}, DECLARED).tables
        assert table.head == [EvidenceCell("姓名"), EvidenceCell("实发（元）", is_number=True)]
        assert table.rows == [
            [EvidenceCell("张*明", f"/workers/{UUID}/"), EvidenceCell("4,700.00", is_number=True)],
            [EvidenceCell("王*"), EvidenceCell("", is_number=True)],
        ]

    def test_leads_to_the_object(self):
        links = readable_evidence({"sheet": UUID}, DECLARED).links
        assert links == [(f"/payroll/sheets/{UUID}/", "查看工资表")]


class TestUndeclared:
    @pytest.mark.parametrize(
        ("evidence", "keys"),
        [
            ({"needed": "1.00", "sheets": [7]}, set()),
            ({"wanted": "1.00"}, {"wanted"}),
            (
                {"workers": [{"name": "张", "engagement": UUID}, {"net": "1", "age": 61}]},
                {"workers.age"},
            ),
            ({"workers": []}, set()),
        ],
    )
    def test_names_the_keys_that_the_rule_does_not(self, evidence, keys):
        assert undeclared_keys(evidence, DECLARED) == keys
