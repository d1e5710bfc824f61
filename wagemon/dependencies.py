"""``make audit``: known vulnerabilities of the locked packages, by pip-audit.

A finding fails. A service that knows none of the packages has not been reached (a closed network
answers for it), which is said plainly and does not fail: nobody may take it for a clean bill.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

#: The services that pip-audit can ask, the first that answers counts.
SERVICES = ("pypi", "osv")
_LOCKS = ("base.txt", "dev.txt")


def judge(report: dict[str, Any]) -> tuple[int, int, list[str]]:
    """How many packages were looked at, how many were not, and what was found.

    ``report`` is pip-audit's JSON, in which a package that the service does not know carries a
    ``skip_reason`` instead of a list of vulnerabilities.
    """
    packages = report.get("dependencies", [])
    skipped = [one for one in packages if "skip_reason" in one]
    findings = [
        f"{one['name']} {one.get('version', '')}: {found['id']}"
        f" (fixed in {', '.join(found.get('fix_versions') or ['no version yet'])})"
        for one in packages
        for found in one.get("vulns", [])
    ]
    return len(packages) - len(skipped), len(skipped), findings


def asked(lock: Path, service: str) -> dict[str, Any]:
    """pip-audit's report on a lock file; empty where the service does not answer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip"]
    command += ["--no-deps", "--format", "json", "--progress-spinner", "off"]
    command += ["--vulnerability-service", service, "--timeout", "10"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=300)  # noqa: S603
        return dict(json.loads(answer.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return {}


def audit(lock: Path) -> tuple[str, bool]:
    """One line on a lock file, and whether something was found."""
    for service in SERVICES:
        audited, skipped, findings = judge(asked(lock, service))
        if findings:
            head = f"{lock.name}: {len(findings)} known vulnerabilities"
            return "\n".join([head, *findings]), True
        if audited:
            unknown = f", {skipped} unknown to it" if skipped else ""
            return f"{lock.name}: {audited} packages, no finding ({service}{unknown})", False
    return f"{lock.name}: NOT AUDITED, no vulnerability service was reached", False


def main() -> int:
    """Print a line for each lock file. 1 where something was found."""
    folder = Path(__file__).resolve().parent.parent / "requirements"
    found = False
    for name in _LOCKS:
        line, bad = audit(folder / name)
        sys.stdout.write(f"{line}\n")
        found = found or bad
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
