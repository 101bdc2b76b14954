"""Find a font, icon, translation, code list or division file, from source or a packaged program."""

import sys
from pathlib import Path


class MissingResourceError(FileNotFoundError):
    """A file that ships with the program is not there; `str()` is a sentence for the user."""

    def __init__(self, relative: str) -> None:
        super().__init__(f"程序文件不完整：缺少 {relative}。您的数据没有受影响，请重新安装本程序。")
        self.relative = relative

    def __str__(self) -> str:
        return str(self.args[0])


def root() -> Path:
    """The folder `resources`, beside `app` in a checkout or inside a PyInstaller bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    base = Path(bundle) if bundle else Path(__file__).resolve().parent.parent
    return base / "resources"


def path(*parts: str) -> Path:
    """The path of a file or folder under `resources`.

    Raises MissingResourceError when it is not there, and ValueError when the parts lead out of the folder.
    """
    relative = "/".join(parts)
    found = root().joinpath(*parts)
    if ".." in found.parts[len(root().parts) :] or not found.is_relative_to(root()):
        raise ValueError(f"not below resources: {relative}")
    if not found.exists():
        raise MissingResourceError(f"resources/{relative}")
    return found
