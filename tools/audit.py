"""Known vulnerabilities of the locked packages (pip-audit); a machine without a vulnerability service is told so."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [
    str(Path(sys.executable).with_name("pip-audit")),
    *("--requirement", str(ROOT / "requirements.lock"), "--disable-pip", "--progress-spinner", "off"),
    *("--timeout", "10", "--format", "json"),
]


def main() -> int:
    """1 when a package has a known vulnerability; 0 with a remark where nobody could be asked."""
    run = subprocess.run(COMMAND, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        packages = []
    audited = [package for package in packages if "skip_reason" not in package]
    if not audited:
        print("pip-audit: no vulnerability service answered, nothing was audited")
        return 0
    for package in audited:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "none yet"
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
    print(f"pip-audit: {len(audited)} of {len(packages)} locked packages audited")
    return 1 if any(package["vulns"] for package in audited) else 0


if __name__ == "__main__":
    sys.exit(main())
