"""What the documents point at is there, and the pictures stay small."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").rglob("*.md"),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
INNER = re.compile(r"\]\(#([^)]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    text = document.read_text("utf-8")
    targets = [target for target in LINK.findall(text) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []
    headings = {re.sub(r"[：:，。]", "", heading).replace(" ", "-") for heading in HEADING.findall(text)}
    assert [name for name in INNER.findall(text) if name not in headings] == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").rglob("*.png")), ids=lambda path: path.name)
def test_pictures_stay_small(picture):
    assert picture.stat().st_size < 200_000
