"""Who asks on the command line: user and password, from a file or the terminal, never from an argument."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from app.commands.desk import Desk, open_desk
from app.security.authorize import DESK, NotAllowed, Subject, matrix
from app.security.keyslots import KeySlots
from app.store.authorized.access import DENIED

READING = ("list", "read", "print")
"""Actions of commands that are about records."""


class NoPassword(Exception):
    """There is no terminal to ask on and no file to read from."""

    def __init__(self) -> None:
        super().__init__(
            "没有终端可以输入口令，请用 --password-file（新口令用 --new-password-file）指定口令文件。"
        )


class FirstPassword(Exception):
    """Whoever signs in with a first password sets their own before anything else."""

    def __init__(self) -> None:
        super().__init__("这是首次口令，只能用来换成您自己的口令：请先运行 change-password，再做别的。")


class NotTwice(Exception):
    """The new password was typed two different ways."""

    def __init__(self) -> None:
        super().__init__("两次输入的口令不一样，没有改动。请再来一次。")


class UserNeeded(Exception):
    """Several people use this PC."""

    def __init__(self, users: list[str]) -> None:
        super().__init__(f"本机有多个用户，请用 --user 指明：{'、'.join(users)}。")


def signed_in(folder: Path, arguments: Namespace) -> Desk:
    """Open the desk for whoever asks.

    Raises what `open_desk` raises, NoPassword, UserNeeded, FirstPassword, NotAllowed, OSError.
    """
    user, password = asked(folder, arguments)
    desk = open_desk(folder, user, password)
    try:
        if desk.account.must_change and arguments.command != "change-password":
            raise FirstPassword
        if not desk.access.may_run(arguments.command):
            _, _, action = matrix().commands.get(arguments.command, "").partition(".")
            desk.access.note(DENIED, f"command/{arguments.command}", desk.account.role)
            raise NotAllowed(desk.access.actor, action, Subject("records" if action in READING else DESK))
    except BaseException:
        desk.close()
        raise
    return desk


def asked(folder: Path, arguments: Namespace) -> tuple[str, str]:
    """User and password of whoever asks.  Raises KeyFileError, NoPassword, UserNeeded, OSError."""
    user = arguments.user or _only_user(folder)
    return user, _password(arguments.password_file, user)


def own_password(arguments: Namespace, user: str) -> str:
    """The password of who is signed in, once more.  Raises NoPassword, OSError."""
    return _password(arguments.password_file, user)


def new_password(file: Path | None) -> str:
    """A password that is not in use yet, from a file or typed twice.  Raises NoPassword, NotTwice, OSError."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise NoPassword
    new = getpass.getpass("新口令：")
    if getpass.getpass("再输一遍：") != new:
        raise NotTwice
    return new


def _only_user(folder: Path) -> str:
    users = KeySlots.open(folder).users()
    if len(users) != 1:
        raise UserNeeded(users)
    return users[0]


def _password(file: Path | None, user: str) -> str:
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise NoPassword
    return getpass.getpass(f"{user} 的口令：")


def _first_line(file: Path) -> str:
    return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
