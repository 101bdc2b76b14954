"""Every benchmark of the product in one run: the figure, the aim, and whether it was met."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import bench_attach
import bench_backup
import bench_blobs
import bench_dossier
import bench_line
import bench_print
import bench_push
import bench_save
import bench_search
import bench_stored
import bench_window
from big_desk import big_desk

BUILD = Path(__file__).parents[2] / "build"
Figures = dict[str, float]

# figure → (aim, is smaller better)
AIMS: dict[str, tuple[float, bool]] = {
    "mediation_case ratio": (3.0, True),
    "patrol_log ratio": (3.0, True),
    "service_visit ratio": (3.0, True),
    "resident ratio": (3.0, True),
    "attach 5 MB ms": (100.0, True),
    "40 scanned pages ms": (10_000.0, True),
    "dossier s": (10.0, True),
    "dossier peak MB": (500.0, True),
    "agreement cold ms": (500.0, True),
    "agreement warm ms": (50.0, True),
    "window ratio": (2.0, True),
    "slowest search p95 ms": (10.0, True),
    "push ratio": (0.5, False),
    "slow line bytes ratio": (0.7, True),
    "slow line time ratio": (1.15, True),
    "reset line arrived of 3": (3.0, False),
    "reset line bytes ratio": (2.0, True),
    "backlog left after one session": (0.0, True),
    "crowd refused": (0.0, True),
    "push p95 stored ratio": (1.3, True),
    "file up ratio": (0.4, False),
    "file down ratio": (0.25, False),
    "file memory MB": (30.0, True),
    "restore all lost s": (300.0, True),
    "save during backup p95 ms": (150.0, True),
}


def run(only: Sequence[str], *, small: bool) -> int:
    """Run the benchmarks named (all of them for none) and print a line a figure."""
    wanted = {name: bench for name, bench in BENCHES.items() if not only or name in only}
    for name, bench in wanted.items():
        started = time.perf_counter()
        figures = bench(small)
        print(f"\n{name}  ({time.perf_counter() - started:.0f} s)")
        for figure, value in figures.items():
            print(f"  {figure:34} {value:10.2f}{_verdict(figure, value)}")
    return 0


def _verdict(figure: str, value: float) -> str:
    if figure not in AIMS:
        return ""
    aim, smaller = AIMS[figure]
    met = value <= aim if smaller else value >= aim
    return f"   aim {'≤' if smaller else '≥'} {aim:g}   {'met' if met else 'NOT met'}"


def _save(small: bool) -> Figures:
    return bench_save.measure(60 if small else 400)


def _print(small: bool) -> Figures:
    return bench_print.measure(1 if small else 3)


def _dossier(small: bool) -> Figures:
    return bench_dossier.measure(5 if small else 40)


def _search(small: bool) -> Figures:
    residents, cases = (20_000, 4_000) if small else (1_000_000, 200_000)
    path = BUILD / f"search-{residents}-{cases}.db"
    if not path.exists():
        bench_search.build(path, residents, cases)
    measured = bench_search.measure(path)
    queries = measured["queries_ms"]
    assert isinstance(queries, dict)
    figures = {f"{kind} p95 ms": times["p95"] for kind, times in queries.items()}
    return {
        "file MB": float(str(measured["file_mb"])),
        **figures,
        "slowest search p95 ms": max(figures.values()),
    }


def _window(small: bool) -> Figures:
    if small:
        return bench_window.measure(turns=3)
    folder = BUILD / "big-desk"
    key = big_desk(folder, 1_000_000, 200_000)
    return bench_window.measure(folder, key)


def _push(small: bool) -> Figures:
    figures = bench_push.measure_push()
    on_postgresql = bench_push.measure_postgresql(1000 if small else 4000)
    return {**figures, "push ratio": figures["ratio"], **on_postgresql}


def _line(small: bool) -> Figures:
    return bench_line.measure(small)


def _stored(small: bool) -> Figures:
    return bench_stored.measure(20_000 if small else 1_000_000)


def _attach(small: bool) -> Figures:
    return bench_attach.measure(3, 5) if small else bench_attach.measure()


def _files(small: bool) -> Figures:
    return bench_blobs.measure(2, 1) if small else bench_blobs.measure()


def _backup(small: bool) -> Figures:
    return bench_backup.measure(2_000, 10) if small else bench_backup.measure()


BENCHES: dict[str, Callable[[bool], Figures]] = {
    "save": _save,
    "attach": _attach,
    "print": _print,
    "dossier": _dossier,
    "push": _push,
    "line": _line,
    "stored": _stored,
    "files": _files,
    "backup": _backup,
    "window": _window,
    "search": _search,
}
