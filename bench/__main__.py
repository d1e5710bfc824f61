"""Run every benchmark in a database that exists for the time of the run."""

import os
import sys
import tempfile
from pathlib import Path

import django

from wagemon.testing import ENVIRONMENT


def main() -> int:
    """Print what each benchmark measured; 1 where one misses its mark.

    ``make bench ONLY="traffic pages"`` runs only those.
    """
    if not os.environ.get("DATABASE_URL"):
        print("Needs PostgreSQL and Redis: run it by make bench.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="wagemon-bench-") as folder:
        os.environ.update(ENVIRONMENT)
        os.environ["WAGEMON_VAR"] = folder
        Path(folder, "static").mkdir()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemon.settings")
        django.setup()
        return _run_all()


def _run_all() -> int:
    from django.db import connection

    from bench import pages, paysheet, province, roster, traffic

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0)
    try:
        benches = {
            one.__name__.split(".")[1]: one for one in (pages, traffic, province, paysheet, roster)
        }
        wanted = sys.argv[1:] or list(benches)
        held = [benches[name].main() for name in wanted]
        return 0 if all(held) else 1
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


sys.exit(main())
