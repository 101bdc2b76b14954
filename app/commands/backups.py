"""Commands of backup: make one, list them, restore from one."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import orjson

from app.commands.desk import Desk
from app.commands.recovery import Broken, find_backups, of_one_pc, open_or_mend
from app.commands.sign_in import asked
from app.models.column_types import moment_text
from app.security.keyslots import KeyFileError, sound_file
from app.store.backup import ATTACHMENTS, CHECKING, COPYING, PLACING, SECOND, second_root
from app.store.backup import FOLDER as BACKUPS
from app.store.backup_set import BackupSet
from app.store.recovered_words import sentences

YES = "恢复"
STEPS = {
    COPYING: "正在复制数据",
    ATTACHMENTS: "正在复制附件",
    SECOND: "正在复制到另一个盘",
    CHECKING: "正在检查备份",
    PLACING: "正在放回附件",
}


def beside_the_desk(arguments: Namespace) -> int:
    """`backups` and `restore`, which do not need the desk to open."""
    if arguments.command == "backups":
        return list_backups(arguments)
    return restore(arguments, ask_on_terminal)


def make_backup(desk: Desk, arguments: Namespace) -> int:
    """Make a verified backup now, with a second copy in `--to` where that is given."""
    backups = desk.backups
    if arguments.to:
        backups.second = second_root(str(arguments.to), desk.station.code, desk.station.device_id)
    made = backups.make(_show_progress)
    desk.note("backup", str(made.number))
    print(f"已备份并验证：{made.path}，共 {made.contents.count} 条记录、{made.blobs} 个附件。")
    if backups.second_failure:
        print(backups.second_failure, file=sys.stderr)
        return 1
    if backups.second:
        print(f"第二份在：{backups.second / made.path.name}")
    return 0


def list_backups(arguments: Namespace) -> int:
    """Print the backups as a JSON array, newest first; needs no password and opens nothing."""
    listed = [_row(one) for one in find_backups(arguments.data, arguments.source)]
    sys.stdout.buffer.write(orjson.dumps(listed, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()
    return 0


def restore(arguments: Namespace, confirmed: Callable[[str], bool]) -> int:
    """Restore the newest good backup, of those under `--from` where that is given.

    What is there goes into quarantine.  Raises NotABackup, SeveralPCs and what signing in and restoring raise.
    """
    folder, source = arguments.data, arguments.source
    if source is not None and source.is_file():
        source = source.parent
    found = of_one_pc(folder, source or folder / BACKUPS)
    chosen = [one for one in found if source is None or one.path.is_relative_to(source)]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = _keys(folder, chosen)
    broken = open_or_mend(folder, *asked(keys, arguments), keys)
    assert isinstance(broken, Broken)
    if not arguments.yes and not confirmed(_question(chosen[0])):
        print("没有恢复，什么也没有改动。", file=sys.stderr)
        return 1
    recovered = broken.restore(_show_progress, chosen, source)
    with closing(broken.reopen()) as desk:
        # The first backup of the new epoch: a later restore then knows of it.
        desk.backups.make()
    print("\n".join(sentences(recovered)))
    return 0


def _keys(folder: Path, chosen: Sequence[BackupSet]) -> Path:
    """Where the key file lies that the password must open: in the data folder, else in the newest backup."""
    for place in (folder, *(one.path for one in chosen)):
        with suppress(KeyFileError):
            sound_file(place)
            return place
    return folder


def ask_on_terminal(question: str) -> bool:
    """Whether the person at the terminal types the word; without a terminal nobody has said yes."""
    if not sys.stdin.isatty():
        print("没有终端可以确认；确实要做，请加 --yes。", file=sys.stderr)
        return False
    return input(question).strip() == YES


def _question(backup: BackupSet) -> str:
    return (
        f"将恢复到 {moment_text(backup.made_at)} 的备份（{backup.contents.count} 条记录）或它之前最近的完好备份。\n"
        f"现有文件会移到隔离文件夹，不会删除。确认请输入“{YES}”："
    )


def _row(one: BackupSet) -> dict[str, object]:
    kept = one.contents
    return {
        "number": one.number,
        "path": str(one.path),
        "made_at": moment_text(one.made_at),
        "station": kept.station,
        "epoch": kept.epoch,
        "records": kept.records,
        "attachments": one.blobs,
        "bytes": one.size,
        "last_revision_at": moment_text(kept.last_at) if kept.last_at else None,
    }


def _show_progress(step: str, part: float) -> bool:
    if sys.stderr.isatty():
        print(f"\r{STEPS.get(step, step)} {part:4.0%}", end="", file=sys.stderr, flush=True)
    return True
