"""Headings however written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular.headings import normalise
from core.tabular.mapping import map_columns
from tests.core.tabular.tables import ATTENDANCE, PAY_SHEET, ROSTER

PADDING = st.text(alphabet=" \u3000\n*＊:：()（）、.·", max_size=3)


@pytest.mark.parametrize("schema", [ATTENDANCE, PAY_SHEET, ROSTER])
def test_every_label_is_mapped_to_its_own_column(schema):
    mapping = map_columns([column.label for column in schema.columns], schema)
    assert [m.column for m in mapping] == [column.name for column in schema.columns]


@given(st.sampled_from(PAY_SHEET.columns), PADDING, PADDING)
def test_clutter_makes_no_difference(column, before, after):
    assert normalise(before + column.label + after) == normalise(column.label)


@given(st.lists(st.text(max_size=12), max_size=30))
def test_any_line_maps_each_column_at_most_once(headings):
    found = [m.column for m in map_columns(headings, PAY_SHEET) if m.column]
    assert len(found) == len(set(found))
