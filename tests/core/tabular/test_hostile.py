"""Files that are not what they say, or mean harm: a sentence within seconds, and no more."""

import os

import pytest

from core.tabular.errors import Unreadable
from core.tabular.process import LIMITS, Limits, run_child
from tests.core.tabular import files
from tests.core.tabular.tables import PAY_SHEET, read_table

FILES = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n\t ", "empty"),
    "bom only": (b"\xef\xbb\xbf", "no_header"),
    "truncated": (files.sample("usual.xlsx")[:4000], "damaged"),
    "truncated xls": (files.sample("xls.xls")[:3000], "damaged"),
    "page": (b"<html><body><p>1</p></body></html>", "mislabelled"),
    "page of a table": (b"<html><table><tr><td>1</td></tr></table></html>", "no_header"),
    "xml": (files.sample("statement.camt053.xml"), "mislabelled"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "mislabelled"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), "mislabelled"),
    "program": (b"MZ\x90\x00" + bytes(200), "mislabelled"),
    "nul": ("姓名,身份证号码\x00\n张三,1".encode(), "mislabelled"),
    "noise": (bytes(range(255, 0, -1)) * 20, "damaged"),
    "locked xlsx": (files.locked_xlsx(), "encrypted"),
    "locked xls": (files.locked_xls(), "encrypted"),
    "bomb": (files.bomb(), "too_large"),
    "far cell": (files.far_cell(), "too_large"),
    "300 columns": (files.xlsx(tuple(range(300))), "too_large"),
    "no header": (files.xlsx(("甲", "乙"), (1, 2)), "no_header"),
    "no rows": (files.xlsx(files.HEADER), "no_rows"),
    "only sums": (files.xlsx(files.HEADER, ("合计", "", "", 1, 2, 3, "")), "no_rows"),
}


class TestHostileFile:
    @pytest.mark.parametrize("name", FILES)
    def test_is_refused_with_what_to_do(self, name):
        content, code = FILES[name]
        with pytest.raises(Unreadable) as refusal:
            read_table(content, "工资表.xlsx", PAY_SHEET)
        assert refusal.value.code == code, refusal.value.message
        assert "请" in refusal.value.message

    @pytest.mark.parametrize("make", [files.lying_bomb, files.nested, files.entities])
    def test_never_gets_further_than_the_child(self, make):
        with pytest.raises(Unreadable):
            read_table(make(), "工资表.xlsx", PAY_SHEET)

    def test_of_too_many_rows_names_the_limit(self):
        with pytest.raises(Unreadable, match="120,001 行"):
            read_table(b"a,b\n" * 120_001, "大.csv", PAY_SHEET)

    def test_of_too_many_cells_is_not_handed_back(self):
        content = files.csv(*[("123456789",) * 20] * 10_000)
        with pytest.raises(Unreadable) as refusal:
            read_table(content, "大.csv", PAY_SHEET, limits=Limits(max_answer=1 << 20))
        assert refusal.value.code == "too_large"

    def test_of_too_many_bytes_is_not_opened(self):
        with pytest.raises(Unreadable, match="20 MB"):
            read_table(bytes((20 << 20) + 1), "大.xlsx", PAY_SHEET)

    def test_is_stopped_when_time_is_up(self):
        with pytest.raises(Unreadable) as refusal:
            read_table(files.sample("usual.xlsx"), "慢.xlsx", PAY_SHEET, limits=Limits(seconds=0))
        assert refusal.value.code == "too_slow"

    def test_is_stopped_when_memory_runs_out(self):
        content = files.csv(*[("甲" * 20,) * 15] * 20_000)
        with pytest.raises(Unreadable) as refusal:
            read_table(content, "大.csv", PAY_SHEET, limits=Limits(memory=80 << 20))
        assert refusal.value.code == "too_large"
        assert "内存" in refusal.value.message


class TestChild:
    def test_sees_none_of_the_secrets_around_it(self, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "x")
        seen = {}

        def spy(*args, **options):
            seen.update(options)
            raise OSError

        monkeypatch.setattr("core.tabular.process.subprocess.run", spy)
        with pytest.raises(OSError):
            run_child("read", b"a", {}, LIMITS)
        assert "SECRET_KEY" in os.environ
        assert "SECRET_KEY" not in seen["env"]

    def test_missing_library_is_not_blamed_on_the_sender(self):
        with pytest.raises(RuntimeError, match="No module named"):
            run_child("nothing", b"a", {}, LIMITS)

    @pytest.mark.parametrize("module", ["read", "mark"])
    def test_imports_nothing_of_django(self, module):
        import subprocess
        import sys

        script = f"import sys, core.tabular.child.{module}; print('django' in sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "False"
