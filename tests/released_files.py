"""Files of earlier schemas (tests/released), copied to where a test may open them."""

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "released"
RELEASED = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
HEAD, PASSWORD = "陈站长", "Correct-horse-7"


def released(schema: str, target: Path) -> Path:
    """A data folder at `target` as the program of that schema left it."""
    return Path(shutil.copytree(FOLDER / schema, target))
