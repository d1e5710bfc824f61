"""Personal data as shown to those who need not see it in full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import masking


@pytest.mark.parametrize(
    ("mask", "full", "shown"),
    [
        (masking.mask_name, "张小明", "张*明"),
        (masking.mask_name, "张明", "张*"),
        (masking.mask_name, "欧阳小明", "欧**明"),
        (masking.mask_name, "阿不都热合曼·买买提", "阿***·买**"),
        (masking.mask_name, "", ""),
        (masking.mask_id, "650102199001011234", "650102********1234"),
        (masking.mask_phone, "13812341234", "138****1234"),
        (masking.mask_card, "6221881399869876789", "尾号 6789"),
        (masking.mask_account, "65050161625000000123", "6505****0123"),
        (masking.mask_numbers, "钢筋班 65010219900101123X", "钢筋班 ****123X"),
        (masking.mask_numbers, "6217 0012 3456 7890 123 建行", "****0123 建行"),
        (masking.mask_numbers, "3703.3333333333335", "3703.3333333333335"),
        (masking.mask_numbers, "2026-03-02 00:00，3703.50 元", "2026-03-02 00:00，3703.50 元"),
    ],
)
def test_shows_what_tells_apart_and_no_more(mask, full, shown):
    assert mask(full) == shown


@given(
    st.text(min_size=1),
    st.sampled_from(
        [
            masking.mask_id,
            masking.mask_phone,
            masking.mask_card,
            masking.mask_account,
        ]
    ),
)
def test_never_shows_a_number_in_full(number, mask):
    assert mask(number) != number or set(number) == {"*"}
