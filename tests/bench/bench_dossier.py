"""The whole dossier: every paper a case can have and forty scanned pages, time and memory of a fresh process."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKE = """
import resource
from time import perf_counter
from bench_attach import scan
from app.models.attached_file import AttachedFile
from app.printing.dossier import dossier_pdf
from tests.printing.full_case import OFFICE, full_case

scans = [scan(number) for number in range(1, {pages} + 1)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
values = full_case()
values["evidence"] = [
    {{**values["evidence"][0], "title": f"第{{row + 1}}组扫描件",
     "files": [AttachedFile(str(row * 5 + place), "扫描.jpg", "image/jpeg", 1) for place in range(5)]}}
    for row in range({pages} // 5)
]
start = perf_counter()
dossier = dossier_pdf(values, OFFICE, lambda file: scans[int(file.sha256)])
took = perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
papers = len(dossier.entries) - {pages} // 5
print(papers, dossier.pdf.pages, took, peak / 1024, len(dossier.pdf.data) / 2**20)
"""


def measure(pages: int = 40) -> dict[str, float]:
    """Seconds, and the process's peak in MB with the scans themselves in it."""
    paths = f"{ROOT}:{ROOT / 'tests'}:{ROOT / 'tests' / 'bench'}"
    answer = subprocess.run(
        [sys.executable, "-c", MAKE.format(pages=pages)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": paths, "PATH": "/usr/bin"},
    )
    papers, sheets, took, peak, size = map(float, answer.stdout.split())
    return {
        "dossier kinds of paper": papers,
        "dossier pages": sheets,
        "dossier s": took,
        "dossier peak MB": peak,
        "dossier file MB": size,
    }


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:32} {figure:8.2f}")
