"""Resources are found from a checkout and from a packaged program, and a missing one is a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import resources


def test_a_file_of_the_checkout_is_found() -> None:
    assert resources.path("codes", "sex.json").read_bytes().startswith(b"{")
    assert resources.path("codes").is_dir()


def test_a_packaged_program_looks_inside_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "codes").mkdir(parents=True)
    (tmp_path / "resources" / "codes" / "sex.json").write_text("{}")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.path("codes", "sex.json") == tmp_path / "resources" / "codes" / "sex.json"


def test_a_missing_file_is_named_in_a_sentence() -> None:
    with pytest.raises(resources.MissingResourceError) as raised:
        resources.path("codes", "none.json")
    assert str(raised.value) == (
        "程序文件不完整：缺少 resources/codes/none.json。您的数据没有受影响，请重新安装本程序。"
    )


@pytest.mark.parametrize("parts", [("..", "main.py"), ("codes", "..", "..", "main.py"), ("/etc", "passwd")])
def test_nothing_outside_is_reached(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not below resources"):
        resources.path(*parts)


def test_it_needs_no_qt() -> None:
    code = "import sys, app.resources; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    root = Path(resources.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
