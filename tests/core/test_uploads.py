"""Uploads between receipt and commit."""

import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import isolate_apps

from core import attachments, uploads
from core.actor import Actor
from core.models import Attachment, Job
from core.scope import Scope
from core.uploads import StagedUpload, UploadState
from tests.cast import NOW
from tests.refusals import refused

CLERK = Actor(uuid4(), "张经办", organisation=7)
OPEN = (UploadState.READING, UploadState.PREVIEW)


with isolate_apps("core") as registry:
    registry.register_model("core", Attachment)
    registry.register_model("core", Job)

    class Drop(StagedUpload):
        """A kind of upload of this test alone."""

        scope = Scope()

        class Meta(StagedUpload.Meta):
            app_label = "core"


@pytest.fixture
def table(db, settings, tmp_path):
    settings.ATTACHMENTS_DIR = tmp_path
    with connection.schema_editor() as editor:
        editor.create_model(Drop)


def receive(data: bytes = b"name\n", context: str = "project:XJ1", actor: Actor = CLERK):
    file = io.BytesIO(data)
    original = attachments.store_attachment(
        file, actor=actor, name="a.csv", kinds=("csv",), sealed=True, now=NOW
    )
    return uploads.receive_upload(Drop, actor=actor, original=original, context=context, now=NOW)


class TestReceive:
    def test_takes_a_file_in(self, table):
        upload, new = receive()
        assert new
        assert (upload.state, upload.uploader, upload.uploader_organisation) == (
            UploadState.READING,
            "张经办",
            7,
        )

    def test_changes_nothing_the_second_time(self, table):
        first, _ = receive()
        assert receive() == (first, False)
        assert receive(actor=Actor(uuid4(), "李经办")) == (first, False)
        assert Drop.everything.count() == 1

    def test_takes_the_same_file_elsewhere(self, table):
        receive()
        assert receive(context="project:XJ2")[1]

    @pytest.mark.parametrize("end", [UploadState.REFUSED, UploadState.VOID])
    def test_takes_the_same_file_after_the_first_came_to_nothing(self, table, end):
        first, _ = receive()
        uploads.move_upload(first, to=end, from_=OPEN)
        assert receive()[1]


class TestMove:
    def test_changes_state_and_what_goes_with_it(self, table):
        upload, _ = receive()
        uploads.move_upload(
            upload, to=UploadState.PREVIEW, from_=OPEN, row_count=3, reading={"a": "张"}
        )
        stored = Drop.everything.get()
        assert (upload.state, stored.state, stored.row_count) == ("preview", "preview", 3)
        assert stored.reading == {"a": "张"}

    def test_refuses_when_somebody_was_faster(self, table):
        upload, _ = receive()
        Drop.everything.update(state=UploadState.COMMITTED)
        with refused("upload.changed", match="刷新"):
            uploads.move_upload(upload, to=UploadState.VOID, from_=OPEN)
        assert Drop.everything.get().state == UploadState.COMMITTED


@pytest.mark.django_db
class TestColumnMemory:
    def test_is_empty_at_first(self):
        assert uploads.recall_mapping(organisation=7, kind="roster") == {}

    def test_grows_with_each_sheet_of_the_sender(self):
        uploads.remember_mapping(organisation=7, kind="roster", mapping={"姓 名": "name"})
        uploads.remember_mapping(organisation=7, kind="roster", mapping={"工种": "trade"})
        known = uploads.recall_mapping(organisation=7, kind="roster")
        assert known == {"姓 名": "name", "工种": "trade"}
        assert uploads.recall_mapping(organisation=8, kind="roster") == {}
        assert uploads.recall_mapping(organisation=7, kind="paysheet") == {}
