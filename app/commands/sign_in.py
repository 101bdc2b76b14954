"""Who asks on the command line: user and password, from a file or the terminal, never from an argument."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from app.commands.desk import Desk, open_desk
from app.security.keyslots import KeySlots


class NoPassword(Exception):
    """There is no terminal to ask on and no file to read from."""

    def __init__(self) -> None:
        super().__init__("没有终端可以输入口令，请用 --password-file 指定口令文件。")


class UserNeeded(Exception):
    """Several people use this PC."""

    def __init__(self, users: list[str]) -> None:
        super().__init__(f"本机有多个用户，请用 --user 指明：{'、'.join(users)}。")


def signed_in(folder: Path, arguments: Namespace) -> Desk:
    """Open the desk for whoever asks.  Raises what `open_desk` raises, NoPassword, UserNeeded, OSError."""
    user, password = asked(folder, arguments)
    return open_desk(folder, user, password)


def asked(folder: Path, arguments: Namespace) -> tuple[str, str]:
    """User and password of whoever asks.  Raises KeyFileError, NoPassword, UserNeeded, OSError."""
    user = arguments.user or _only_user(folder)
    return user, _password(arguments.password_file, user)


def _only_user(folder: Path) -> str:
    users = KeySlots.open(folder).users()
    if len(users) != 1:
        raise UserNeeded(users)
    return users[0]


def _password(file: Path | None, user: str) -> str:
    if file is not None:
        return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    if not sys.stdin.isatty():
        raise NoPassword
    return getpass.getpass(f"{user} 的口令：")
