"""Who may do what: one question, `authorize(actor, action, of)`, answered by resources/roles/matrix.toml.

Deny by default: a role, table or action the matrix does not name is refused.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from app import resources

DESK = "desk"
"""The table of what is no record: figures, backups, users, the audit trail."""
HEAD = "head"
"""站长: the role of whoever founds a station."""
NOT_TABLES = ("roles", "pages", "commands")


class Reach(IntEnum):
    """How far a role reaches; each includes the ones before."""

    NONE = 0
    OWN = 1
    STATION = 2
    ALL = 3


WORDS = {"-": Reach.NONE, "own": Reach.OWN, "station": Reach.STATION, "all": Reach.ALL}


@dataclass(frozen=True)
class Actor:
    """Who asks: a signed-in user of a station's PC."""

    name: str
    role: str
    station: str


@dataclass(frozen=True)
class Subject:
    """What is asked about: a table of the matrix, and for a record who entered it at which station.

    Without owner and station it stands for the table as a whole: what a page or list of it asks.
    """

    table: str
    id: str = ""
    owner: str | None = None
    station: str | None = None

    @property
    def name(self) -> str:
        """As the audit trail names it; nothing personal."""
        return f"{self.table}/{self.id}" if self.id else self.table


@dataclass(frozen=True)
class Matrix:
    """The table as read: reach by (table, action, role), and what pages and commands ask for."""

    roles: Mapping[str, str]
    cells: Mapping[tuple[str, str, str], Reach]
    pages: Mapping[str, str]
    commands: Mapping[str, str]

    def reach(self, role: str, table: str, action: str) -> Reach:
        """How far a role reaches; NONE for whatever the matrix does not name."""
        return self.cells.get((table, action, role), Reach.NONE)


class NotAllowed(Exception):
    """The role does not reach that far; the sentence says whom to ask."""

    def __init__(self, actor: Actor, action: str, of: Subject) -> None:
        self.actor, self.action, self.of = actor, action, of
        role = matrix().roles.get(actor.role, "")
        who = f"您的角色（{role}）" if role else "您还没有角色，"
        super().__init__(
            f"{who}不能{_what(action, of)}，这一步没有做，已保存的内容没有受影响。确需办理请找站长。"
        )


def authorize(actor: Actor, action: str, of: Subject) -> None:
    """Raises NotAllowed unless the actor's role reaches the subject."""
    if not is_allowed(actor, action, of):
        raise NotAllowed(actor, action, of)


def is_allowed(actor: Actor, action: str, of: Subject) -> bool:
    """Whether the actor's role reaches the subject."""
    return matrix().reach(actor.role, of.table, action) >= _needed(actor, of)


def covers(role: str, other: str) -> bool:
    """Whether a role may do all that another may: only then may it set the other's password."""
    table = matrix()
    places = {(name, action) for name, action, _ in table.cells}
    return all(table.reach(role, *place) >= table.reach(other, *place) for place in places)


@cache
def matrix() -> Matrix:
    """The table that ships with the program.  Raises MissingResourceError, ValueError for a table out of shape."""
    content = tomllib.loads(resources.path("roles", "matrix.toml").read_text(encoding="utf-8"))
    roles = content["roles"]
    cells: dict[tuple[str, str, str], Reach] = {}
    for table in content.keys() - set(NOT_TABLES):
        for action, row in content[table].items():
            reaches = row.split()
            if len(reaches) != len(roles):
                raise ValueError(f"not one cell a role: {table}.{action}")
            cells |= {(table, action, role): WORDS[word] for role, word in zip(roles, reaches, strict=True)}
    return Matrix(roles, cells, content["pages"], content["commands"])


def why_not(role: str, act: str, table: str, *, own: bool) -> str:
    """Why the author of a record's revision may not have written it in that role, in words; "" where they may.

    The question as the district asks it: `act` is what the revision does (an `append` is an edit), `own` whether
    its author entered the record.  A table the matrix does not name is another program's and not judged here.
    """
    table_known = (table, "read", role) in matrix().cells
    if role in matrix().roles and not table_known:
        return ""
    action = "edit" if act == "append" else act
    if matrix().reach(role, table, action) >= (Reach.OWN if own else Reach.STATION):
        return ""
    who = f"{matrix().roles[role]}这一角色" if role in matrix().roles else "没有登记的角色"
    return f"{who}不能{_what(action, Subject(table))}"


def _needed(actor: Actor, of: Subject) -> Reach:
    if of.table == DESK:
        return Reach.STATION
    if of.owner is None or of.station is None:
        # The table as a whole: whoever reaches any record of it; which ones is asked of each.
        return Reach.OWN
    if of.station != actor.station:
        return Reach.ALL
    return Reach.OWN if of.owner == actor.name else Reach.STATION


TABLES = {
    "mediation_case": "矛盾调解记录",
    "patrol_log": "巡逻日志",
    "service_visit": "来访走访记录",
    "screening": "排查记录",
    "resident": "居民档案",
    "committee": "调委会名册",
    "handover": "移交函",
}
DOING = {
    "list": "查看{of}",
    "read": "打开这条{of}",
    "create": "新增{of}",
    "edit": "修改这条{of}",
    "void": "作废这条{of}",
    "settle": "在这条{of}的两种写法中选定",
    "print": "打印这条{of}",
    "reveal": "查看这条{of}里的完整号码",
    "search_id": "按证件号码查找{of}",
    "draft": "写{of}的草稿",
    "export": "导出{of}",
    "export_full": "申请导出{of}的完整号码",
    "erase": "删除{of}里的个人信息",
    "add_file": "添加附件",
    "open_file": "打开附件",
    "export_file": "把附件另存出去",
    "import": "导入记录",
    "figures": "查看统计报表",
    "export_figures": "导出统计报表",
    "see_sync": "查看同步情况",
    "sync": "上报",
    "reconcile": "与区里核对",
    "send_again": "把以前的记录重新上报",
    "enrol": "登记区级服务",
    "see_backups": "查看备份",
    "make_backup": "做备份",
    "place_backup": "更改备份存放的地方",
    "restore": "从备份恢复",
    "verify": "检查数据",
    "see_users": "查看用户",
    "manage_users": "管理用户",
    "change_key": "更换数据密钥",
    "give_roles": "更改用户的角色",
    "set_idle_lock": "更改自动锁定的时间",
    "set_practice": "更改办理期限和节假日",
    "read_audit": "查看操作记录",
    "see_privacy": "查看个人信息保护",
    "approve_export": "批准完整导出",
    "handle_requests": "登记和办理个人信息请求",
    "decide_requests": "决定个人信息请求",
    "see_retention": "查看保存期限",
}


def _what(action: str, of: Subject) -> str:
    return DOING.get(action, "做这一步").format(of=TABLES.get(of.table, "记录"))
