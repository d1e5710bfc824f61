"""Run every benchmark in a database that exists for the time of the run."""

import os
import sys
import tempfile
from pathlib import Path

import django

from wagemon.testing import ENVIRONMENT


def main() -> int:
    """Print what each benchmark measured; 1 where one misses its mark."""
    with tempfile.TemporaryDirectory(prefix="wagemon-bench-") as folder:
        os.environ.update(ENVIRONMENT)
        os.environ["WAGEMON_VAR"] = folder
        Path(folder, "static").mkdir()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")
        django.setup()
        return _run_all()


def _run_all() -> int:
    from django.db import connection

    from bench import pages, paysheet, province

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0)
    try:
        return 0 if all([pages.main(), province.main(), paysheet.main()]) else 1
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


sys.exit(main())
