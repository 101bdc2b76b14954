"""A stick as both ends see it: what files on it are called, which of them are read, and what went wrong in words."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.sync.sealed_file import FerryError

PUSH, ACK, PULL = ".push", ".ack", ".pull"
MOST_FILES = 1000
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')

Watch = Callable[[int, int], bool]
"""Told how much of how much is done; False asks to stop."""
Writing = Callable[[Path], AbstractContextManager[BinaryIO]]
"""How a file is written that gets its name only once it is whole: app.safe_file.writing_safely."""


class StickRefused(Exception):
    """Nothing was done; the sentence says why, what was kept and what to do."""


class Stopped(StickRefused):
    """Somebody asked to stop."""


@dataclass(frozen=True, slots=True)
class Ends:
    """This PC and its district with the keys between them; `seal_key` is what the district has files sealed to."""

    device: str
    epoch: int
    key: Ed25519PrivateKey
    server: str
    server_key: bytes
    seal_key: bytes


@dataclass(frozen=True, slots=True)
class Naming:
    """What the files of a PC are called: `枫桥-鹰头村-1号机-1.0007`, or in ASCII where a stick takes no Chinese."""

    code: str
    name: str
    segment: int
    epoch: int

    def stems(self, number: int) -> tuple[str, str]:
        """The name to use and the one to fall back on, without their endings."""
        place = _FORBIDDEN.sub("_", self.name)[:40].strip(". ") or self.code
        count = f"{self.epoch}.{number:04}"
        return (
            f"枫桥-{place}-{self.segment + 1}号机-{count}",
            f"fengqiao-{self.code}-{self.segment + 1}-{count}",
        )


def files_on(folder: Path, endings: Iterable[str]) -> list[Path]:
    """Plain files right in `folder` with one of these endings, by ending as given, then by name.

    Links, shortcuts and everything else on a stick are left alone.  Raises OSError.
    """
    order = list(endings)
    found = []
    with os.scandir(folder) as listed:
        for entry in listed:
            path = Path(entry.path)
            if path.suffix.lower() in order and stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                found.append(path)
    return sorted(found, key=lambda path: (order.index(path.suffix.lower()), path.name))[:MOST_FILES]


def disk_sentence(failure: OSError, kept: str) -> str:
    """What a stick that cannot be read or written means; `kept` says what stayed as it was."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        why, do = "U盘空间不够", "请清理出空间，或换一个U盘再试"
    elif failure.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        why, do = "U盘不能写入（可能拨了写保护，或没有权限）", "请打开写保护，或换一个U盘再试"
    elif failure.errno in (errno.ENOENT, errno.ENOTDIR):
        why, do = "找不到这个U盘或文件夹", "请插好U盘，重新选择再试"
    else:
        why, do = "U盘读写出错，可能已被拔出", "请重新插好，或换一个U盘再试"
    return f"{why}，{kept}。{do}。"


_NOT_TAKEN = "没有读取，也没有改动。"
_FAULTS = {
    "not_ours": "不是枫桥工作台的文件，" + _NOT_TAKEN,
    "newer_version": "是更新版本的程序写的，本程序读不了，" + _NOT_TAKEN + "请先升级程序。",
    "truncated": "不完整，可能没写完就拔了U盘，里面的内容一条也没有采用。",
    "altered": "已损坏或被改动过，没有采用。",
    "wrong_form": "内容不合格式，没有采用。",
    "wrong_kind": "的内容与文件名不符，没有采用。",
    "too_large": "太大，没有读取。",
    "other_district": "是给别的区的，" + _NOT_TAKEN + "请把U盘送到登记这台电脑的区。",
    "unknown_device": "来自没有在本区登记的电脑，" + _NOT_TAKEN + "请先在区里登记那台电脑。",
    "other_recipient": "是用从前的钥匙封的，打不开，没有采用。",
    "foreign_district": "不是本站登记的区里给的，" + _NOT_TAKEN + "请核对U盘。",
    "other_pc": "是给另一台电脑的，" + _NOT_TAKEN + "请把U盘插到那台电脑上导入。",
    "other_epoch": "是这台电脑恢复备份以前（或以后）的，没有采用。请重新导出一次，送到区里换回新的文件。",
    "twin": "说的是本机没有的内容，可能有一台电脑是从本机复制的；没有采用，本机数据没有受影响。请联系区里处理。",
}
_DAMAGED = frozenset({"truncated", "altered", "wrong_form", "wrong_kind", "too_large", "other_recipient"})
_AGAIN = {
    PUSH: "请在原来的电脑上重新导出一次。",
    ACK: "请再到区里取一次；本机数据没有受影响。",
    PULL: "请再到区里取一次；本机数据没有受影响。",
}


def fault_sentence(fault: FerryError, path: Path) -> str:
    """What is wrong with a file and what to do about it."""
    said = _FAULTS.get(fault.code, _FAULTS["altered"])
    again = _AGAIN.get(path.suffix.lower(), "") if fault.code in _DAMAGED else ""
    return f"“{path.name}”{said}{again}"
