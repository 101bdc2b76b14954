"""Benchmarks: figures and ratios of one run; they live with the tests and need the source checkout."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

BENCHES = Path(__file__).parents[2] / "tests" / "bench"


def bench(only: Sequence[str], *, small: bool) -> int:
    """Run the benchmarks of tests/bench and print their figures beside their aims."""
    if not BENCHES.is_dir():
        print("测速程序在源代码的 tests/bench 里，安装包不带。", file=sys.stderr)
        return 2
    for folder in (BENCHES.parent.parent, BENCHES.parent, BENCHES):
        sys.path.insert(0, str(folder))
    code: int = import_module("run_all").run(only, small=small)
    return code
