"""Three hundred worlds in every run of the tests, on both databases; and the judge is judged.

A failing seed is named with the command that lives it again.  docs/reliability.md says what a world is.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.district.conftest import new_database, postgresql
from tests.simulator.campaign import again, ground_at, in_memory
from tests.simulator.ground import Ground
from tests.simulator.letters import Offices
from tests.simulator.sown import SOWN, SOWN_IN_LETTERS
from tests.simulator.world import Told, World, live

__all__ = ["new_database", "postgresql"]

ON_BOTH, ON_SQLITE, OF_OFFICES, AT_ONCE = 80, 140, 40, 20
# Within so many worlds each sown fault must be caught.
CAUGHT_WITHIN = 60


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the judge looks at what was written, not at what was synced."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=in_memory() or tmp_path, prefix="worlds-") as name:
        yield Path(name)


def lived(seed: int, ground: Ground, *, postgresql: bool = False, of: type[World] = World) -> Told:
    """A world that must end well."""
    try:
        return live(seed, ground, postgresql=postgresql, of=of)
    except BaseException as error:
        error.add_note(again(seed, postgresql=postgresql, kind=of.kind))
        raise


def at_a_statement(told: Told) -> bool:
    """Whether the district was killed, or its disk full, at a numbered statement: the two databases have others."""
    return any(told.counts.get(f"line {kind}") for kind in ("killed", "full"))


@pytest.mark.parametrize("first", range(ON_BOTH + 1, ON_BOTH + ON_SQLITE + 1, AT_ONCE))
def test_whatever_breaks_nothing_is_lost_doubled_or_stuck(first: int, place: Path) -> None:
    with ground_at(place) as ground:
        for seed in range(first, first + AT_ONCE):
            lived(seed, ground)


@pytest.mark.parametrize("first", range(AT_ONCE + 1, OF_OFFICES + 1, AT_ONCE))
def test_whatever_breaks_both_ledgers_of_every_letter_end_the_same(first: int, place: Path) -> None:
    with ground_at(place) as ground:
        for seed in range(first, first + AT_ONCE):
            lived(seed, ground, of=Offices)


@pytest.mark.parametrize(
    ("of", "first"), [*((World, first) for first in range(1, ON_BOTH + 1, AT_ONCE)), (Offices, 1)]
)
def test_both_databases_give_the_same_answers_to_the_byte(
    of: type[World], first: int, place: Path, new_database: object
) -> None:
    with ground_at(place, new_database()) as ground:  # type: ignore[operator]
        for seed in range(first, first + AT_ONCE):
            on_sqlite = lived(seed, ground, of=of)
            on_postgresql = lived(seed, ground, postgresql=True, of=of)
            if not (at_a_statement(on_sqlite) or at_a_statement(on_postgresql)):
                assert on_sqlite.trail == on_postgresql.trail, again(seed, postgresql=True, kind=of.kind)


@pytest.mark.parametrize(
    ("fault", "of"), [*((name, World) for name in SOWN), *((name, Offices) for name in SOWN_IN_LETTERS)]
)
def test_a_sown_fault_is_caught(fault: str, of: type[World], place: Path) -> None:
    with ground_at(place) as ground, (SOWN | SOWN_IN_LETTERS)[fault]():
        for seed in range(1, CAUGHT_WITHIN + 1):
            try:
                live(seed, ground, of=of)
            except AssertionError:
                return
    pytest.fail(f"{fault}: not caught in {CAUGHT_WITHIN} worlds")
