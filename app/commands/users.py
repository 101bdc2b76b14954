"""Commands over users: list, add, remove, give a role, a new first password, one's own password."""

import sys
from argparse import Namespace

import orjson

from app.commands.desk import Desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.sign_in import new_password, own_password
from app.models.column_types import moment_text
from app.security.authorize import matrix


def list_users(desk: Desk) -> int:
    """Print the users as a JSON array, leavers last."""
    listed = [
        {
            "name": each.name,
            "role": each.role,
            "title": matrix().roles.get(each.role, ""),
            "active": each.active,
            "first_password": each.must_change,
            "password_since": moment_text(each.password_at),
            "added_by": each.added_by,
        }
        for each in DeskAccounts(desk).users()
    ]
    sys.stdout.buffer.write(orjson.dumps(listed, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()
    return 0


def add_user(desk: Desk, arguments: Namespace) -> int:
    """Add a user and print the password for their first sign-in, once."""
    made = DeskAccounts(desk)
    first = made.add(arguments.name, arguments.role, own_password=own_password(arguments, desk.user))
    print(f"已添加用户“{arguments.name}”。{_told_once(first, made)}")
    return 0


def reset_password(desk: Desk, arguments: Namespace) -> int:
    """Give a user a new password for one sign-in and print it, once."""
    made = DeskAccounts(desk)
    first = made.reset(arguments.name, own_password=own_password(arguments, desk.user))
    print(f"已重设“{arguments.name}”的口令。{_told_once(first, made)}")
    return 0


def remove_user(desk: Desk, arguments: Namespace) -> int:
    """Close a leaver's way in."""
    DeskAccounts(desk).remove(arguments.name, own_password=own_password(arguments, desk.user))
    print(f"已停用用户“{arguments.name}”，其记录、草稿和未上报的都保留。")
    return change_key(desk, arguments)


def change_key(desk: Desk, arguments: Namespace) -> int:
    """Give the file a new key, print a new recovery code where there is one, and back the file up under it."""
    code = DeskAccounts(desk).change_key(own_password=own_password(arguments, desk.user))
    print("数据文件已换上新密钥，各人的口令不变；之前被抄走的数据和口令打不开现在的文件。")
    print("以前的备份仍用当时的口令打开，直到被新的备份替换；离岗的人手里的旧备份请收回。")
    if code:
        print(f"原来打印的恢复码已失效，请抄下新的恢复码（只显示这一次）：{code}")
    desk.backups.make()
    print("已用新密钥做了一份备份。")
    return 0


def set_role(desk: Desk, arguments: Namespace) -> int:
    """Give a user another role."""
    DeskAccounts(desk).give_role(
        arguments.name, arguments.role, own_password=own_password(arguments, desk.user)
    )
    print(f"“{arguments.name}”从下次登录起是{matrix().roles[arguments.role]}。")
    return 0


def change_password(desk: Desk, arguments: Namespace) -> int:
    """Change the password of who is signed in."""
    old = own_password(arguments, desk.user)
    DeskAccounts(desk).change_password(old, new_password(arguments.new_password_file))
    print("口令已更换，原来的口令不再能用。")
    return 0


def _told_once(first: str, made: DeskAccounts) -> str:
    hours = made.policy.first_hours
    return f"首次口令（只显示这一次，{hours} 小时内有效，登录后须换成自己的）：{first}"
