"""The two-page agreement: cold in a fresh process with its imports, warm in a running one."""

import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]
COLD = """
from time import perf_counter
start = perf_counter()
from samples import mediation_case
from app.models.registry import RECORD_TYPES
values, _ = RECORD_TYPES["mediation_case"].clean(mediation_case(facts="事" * 600))
printing = perf_counter()
from app.printing.agreement import agreement_pdf
from app.printing.agreement_case import agreement_paper
paper = agreement_paper(values | {"number": "〔2026〕鹰头人调字第001号"}, committee="鹰头村人民调解委员会")
pages = agreement_pdf(paper).pages
cold = perf_counter() - printing
times = []
for _ in range(20):
    start = perf_counter()
    agreement_pdf(paper)
    times.append(perf_counter() - start)
print(pages, cold * 1000, sorted(times)[10] * 1000)
"""


def measure(processes: int = 3) -> dict[str, float]:
    """Milliseconds, the median of several fresh processes."""
    runs = [_run() for _ in range(processes)]
    return {
        "agreement pages": runs[0][0],
        "agreement cold ms": statistics.median(run[1] for run in runs),
        "agreement warm ms": statistics.median(run[2] for run in runs),
    }


def _run() -> tuple[float, ...]:
    answer = subprocess.run(
        [sys.executable, "-c", COLD],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin"},
    )
    return tuple(float(word) for word in answer.stdout.split())


if __name__ == "__main__":
    start = perf_counter()
    for name, figure in measure().items():
        print(f"{name:32} {figure:8.2f}")
