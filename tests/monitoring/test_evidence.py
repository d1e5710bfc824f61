"""What a warning's page shows of the facts it stands on."""

from monitoring.evidence import readable


class TestReadable:
    def test_separates_the_thousands_of_every_amount(self):
        shown = readable({"needed": "555930.00", "arrears": "275040.00", "days": "24.0"})
        assert [text for _, text in shown.facts] == ["555,930.00", "275,040.00", "24.0"]

    def test_keeps_to_itself_what_has_no_label(self):
        assert readable({"sheet_id": 7}).facts == []

    def test_lists_records_with_their_numbers_to_the_right(self):
        (table,) = readable({"workers": [{"name": "张*明", "net": "4700.00"}]}).tables
        assert [(cell.text, cell.is_number) for cell in table.rows[0]] == [
            ("张*明", False),
            ("4,700.00", True),
        ]
