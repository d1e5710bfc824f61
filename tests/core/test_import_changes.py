"""What the pages of an import send, as changes and choices."""

import pytest
from django.http import QueryDict

from core.import_changes import SentChanges, sent_choices
from core.tabular.reading import Changes, Reading
from core.tabular.workerrows import ADDED
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table, recheck
from tests.refusals import refused


@pytest.fixture(scope="module")
def reading() -> Reading:
    return recheck(read_table(files.sample("faults.xlsx"), "工资表", PAY_SHEET), PAY_SHEET)


def sent(**values: str) -> SentChanges:
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query[name] = value
    return SentChanges(query)


def changes(reading: Reading, **values: str) -> Changes:
    return sent(**values).changes(reading, PAY_SHEET)


class TestCells:
    def test_that_hold_what_the_file_has_are_no_change(self, reading):
        assert changes(reading, **{"cell-7-days": "32", "cell-7-rate": "301"}).cells == {
            (7, "rate"): "301"
        }

    def test_left_blank_in_a_rows_form_stay_as_they_are(self, reading):
        assert changes(reading, **{"fill-7-id": " "}).cells == {}

    def test_are_cut_to_what_a_cell_may_hold(self, reading):
        made = changes(reading, **{"cell-7-name": "长" * 600})
        assert made.cells == {(7, "name"): "长" * 500}

    @pytest.mark.parametrize("name", ["cell-99-days", "cell-7-shoes", "cell-x-days", "cell-"])
    def test_that_are_not_there_are_not_changed(self, reading, name):
        with pytest.raises(KeyError):
            changes(reading, **{name: "1"})


class TestBlocks:
    def test_beyond_the_last_row_add_rows(self, reading):
        last = reading.rows[-1].key
        made = changes(reading, paste="1\n2", at=f"{last}-days")
        assert made == Changes({(last, "days"): "1", (ADDED, "days"): "2"}, added=1)

    def test_go_into_the_rows_that_are_shown(self, reading):
        made = changes(reading, paste="1\n2", at="5-days", query="only=faulty", shown="5,8")
        assert set(made.cells) == {(5, "days"), (8, "days")}

    def test_wider_than_the_sheet_are_refused(self, reading):
        with refused("upload.paste_too_wide"):
            changes(reading, paste="\t" * 40, at="5-days")

    def test_longer_than_the_rows_with_faults_are_refused(self, reading):
        with refused("upload.paste_too_long"):
            changes(reading, paste="1\n2\n3", at="5-days", query="only=faulty", shown="5,8")

    def test_of_too_many_cells_are_refused(self, reading):
        with refused("upload.too_many_cells"):
            changes(reading, paste="1\n" * 20_001, at="5-days")


class TestShown:
    def test_rows_are_those_of_the_page_and_the_added_ones(self, reading):
        assert sent(shown="5,6").keys_shown(reading) == [5, 6]
        assert sent().keys_shown(reading) is None


class TestChoices:
    def test_are_what_differs_from_what_was_found(self, reading):
        said = {"column-0-3-11": "gross", "column-0-3-8": "gross", "sheet-0": "skip"}
        choices = sent_choices(said | {"hidden": "read"}, reading)
        assert choices.columns == {(0, 3, 11): "gross"}
        assert (choices.sheets, choices.hidden) == ({0: "skip"}, "read")

    def test_leave_a_column_out(self, reading):
        assert sent_choices({"column-0-3-11": ""}, reading).columns == {(0, 3, 11): None}

    def test_that_make_no_sense_are_none(self, reading):
        choices = sent_choices({"hidden": "burn", "sheet-0": "eat", "column-9-9-9": "net"}, reading)
        assert choices == sent_choices({}, reading)
