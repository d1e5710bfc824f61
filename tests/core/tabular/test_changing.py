"""Changes made on the page: made, listed, taken back."""

import pytest

from core.tabular.changing import (
    STEPS,
    change_rows,
    list_changes,
    paste_block,
    read_block,
    undo_change,
)
from core.tabular.reading import Changes, Reading, kept_changes
from core.tabular.workerrows import ADDED
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table


@pytest.fixture
def reading() -> Reading:
    return read_table(files.sample("faults.xlsx"), "工资表", PAY_SHEET)


def change(reading: Reading, cells=None, **rows) -> Reading:
    return change_rows(reading, PAY_SHEET, Changes(cells or {}, **rows))


def told(reading: Reading) -> list[tuple]:
    return [
        (c.kind, c.row.key, c.column, c.before, c.after) for c in list_changes(reading, PAY_SHEET)
    ]


class TestChanges:
    def test_are_taken_back_one_by_one(self, reading):
        once = change(reading, {(6, "net"): "1"})
        twice = change(once, removed=[7])
        assert undo_change(twice, PAY_SHEET) == once
        assert undo_change(once, PAY_SHEET) == reading

    def test_of_a_cell_that_was_changed_before_go_back_to_that(self, reading):
        twice = change(change(reading, {(6, "net"): "1"}), {(6, "net"): "2"})
        assert undo_change(twice, PAY_SHEET).edits == {(6, "net"): "1"}

    def test_of_a_row_taken_out_twice_are_taken_back_once(self, reading):
        twice = change(change(reading, removed=[7]), removed=[7])
        assert 7 in undo_change(twice, PAY_SHEET).removed

    def test_that_were_never_made_are_not_taken_back(self, reading):
        assert undo_change(reading, PAY_SHEET) == reading

    def test_are_remembered_up_to_a_number(self, reading):
        for net in range(STEPS + 3):
            reading = change(reading, {(6, "net"): str(net)})
        assert len(reading.past) == STEPS

    def test_survive_the_night(self, reading):
        changed = change(reading, {(6, "net"): "1"}, removed=[7])
        assert Reading.from_json(changed.to_json()) == changed

    def test_back_to_the_files_value_are_none(self, reading):
        changed = change(change(reading, {(7, "days"): "15"}), {(7, "days"): "32"})
        assert (changed.edits, changed.originals, told(changed)) == ({}, {}, [])

    def test_add_a_row_that_is_taken_back_with_what_is_typed_into_it(self, reading):
        changed = change(reading, added=1)
        assert changed.rows[-1].key == ADDED
        changed = change(changed, {(ADDED, "days"): "15"})
        back = undo_change(undo_change(changed, PAY_SHEET), PAY_SHEET)
        assert [row.key for row in back.rows] == [row.key for row in reading.rows]

    def test_are_kept_where_the_file_is_read_anew(self, reading):
        changed = change(reading, added=1)
        changed = change(changed, {(ADDED, "days"): "15", (6, "net"): "1"}, removed=[7])
        again = change_rows(reading, PAY_SHEET, kept_changes(changed, reading))
        assert told(again) == told(changed)


class TestListed:
    def test_name_the_files_value_and_todays_in_part(self, reading):
        changed = change(reading, {(5, "id"): "652801198112197100"}, removed=[7], added=1)
        listed = told(changed)
        assert listed[0] == ("cell", 5, "id", "652801********7101", "652801********7100")
        assert [line[:2] for line in listed[1:]] == [("removed", 7), ("added", ADDED)]


class TestBlocks:
    def test_are_read_as_spreadsheet_programs_copy_them(self):
        assert read_block('1\t"2\n二"\n 3 \t\n') == [["1", "2\n二"], ["3", ""]]

    def test_go_down_and_right_and_add_rows_at_the_end(self, reading):
        changes = paste_block(reading, [["1", "2"], ["3", "4"]], [36], ["gross", "net"])
        assert changes.added == 1
        assert changes.cells == {
            (36, "gross"): "1",
            (36, "net"): "2",
            (ADDED, "gross"): "3",
            (ADDED, "net"): "4",
        }
