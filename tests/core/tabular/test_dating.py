"""Which months a file says it is of."""

from datetime import date

import pytest

from core.tabular.dating import heading_month, is_of, months_in

SEPTEMBER = (2026, 9)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("昆仑大道安置房二期2026年9月农民工工资支付表", {SEPTEMBER}),
        ("２０２６年９月份", {SEPTEMBER}),
        ("2026年九月份工资表", {SEPTEMBER}),
        ("26年9月", {SEPTEMBER}),
        ("某项目 9 月工资表", {(None, 9)}),
        ("十二月", {(None, 12)}),
        ("工资表2026-09", {SEPTEMBER}),
        ("工资表202609(终版)", {SEPTEMBER}),
        ("2026.9", {SEPTEMBER}),
        ("2026年9月1日至2026年9月30日", {SEPTEMBER}),
        ("9月1日-9月30日", {(None, 9)}),
        ("2026年10月发放9月工资", {(2026, 10), (None, 9)}),
        # Days, spans of time and dates of other things name no month of wages.
        ("2026年10月8日", set()),
        ("20261008导出", set()),
        ("2026-10-08", set()),
        ("共3个月", set()),
        ("制表日期：2026年10月", set()),
        ("填表时间 2026-10", set()),
        ("发放日期：2026年10月", set()),
        ("合同签订日期：2026年3月", set()),
        ("天山劳务有限公司", set()),
    ],
)
def test_months_of_a_text(text, months):
    assert months_in(text) == (months, False)


@pytest.mark.parametrize("text", ["2026年7-9月工资", "7月至9月", "2026年7、9月"])
def test_several_months_at_once(text):
    months, several = months_in(text)
    assert several
    assert {month for _, month in months} == {7, 8, 9}


@pytest.mark.parametrize(
    ("heading", "month", "rest"),
    [
        ("9月/应发工资", (None, 9), "应发工资"),
        ("2026年8月份实发", (2026, 8), "实发"),
        ("应发/九月", (None, 9), "应发"),
        ("9 月", (None, 9), ""),
        ("9月1日", None, "9月1日"),
        ("月工资", None, "月工资"),
        ("本月应发", None, "本月应发"),
    ],
)
def test_month_of_a_heading(heading, month, rest):
    assert heading_month(heading) == (month, rest)


def test_a_month_without_a_year_may_be_that_of_any():
    asked = date(2026, 9, 1)
    assert is_of((None, 9), asked)
    assert is_of((2026, 9), asked)
    assert not is_of((2025, 9), asked)
    assert not is_of((None, 8), asked)
