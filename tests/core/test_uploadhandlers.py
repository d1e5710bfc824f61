"""What is kept of a file while it arrives."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.attachments import MAX_BYTES

CHUNK = 64 * 1024


class TestCappedUploadHandler:
    @pytest.mark.parametrize("size", [CHUNK, 6 << 20, MAX_BYTES])
    def test_keeps_a_file_whole(self, rf, size):
        sent = SimpleUploadedFile("a.csv", b"x" * size)
        with rf.post("/", {"file": sent}).FILES["file"] as file:
            assert len(file.read()) == file.size == size

    def test_keeps_of_a_larger_one_no_more_than_shows_that_it_is(self, rf):
        sent = SimpleUploadedFile("a.csv", b"x" * 3 * MAX_BYTES)
        with rf.post("/", {"file": sent}).FILES["file"] as file:
            assert MAX_BYTES < len(file.read()) <= MAX_BYTES + 2 * CHUNK
            assert file.size == 3 * MAX_BYTES
