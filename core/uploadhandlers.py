"""How much of an upload is kept while it arrives."""

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from core.attachments import MAX_BYTES


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Lets the rest of a file that is too large anyway go by, instead of filling the disk with it.

    Its size stays what was sent, so that it is refused as every file that is too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
