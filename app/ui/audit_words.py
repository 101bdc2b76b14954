"""Lines of the audit trail in words."""

import re

from PySide6.QtCore import QCoreApplication

from app.security.authorize import DOING, TABLES
from app.store.authorized.trail import TrailLine
from app.ui.role_words import role_text
from app.ui.words import label

ACTIONS = {
    "open": "登录",
    "found": "建站",
    "recover": "用恢复码打开",
    "become another": "换成独立身份",
    "lock": "锁定",
    "unlock": "解锁",
    "wrong password": "口令输错",
    "change password": "修改口令",
    "add user": "添加用户",
    "remove user": "停用用户",
    "reset password": "重设口令",
    "give role": "改角色",
    "change key": "更换密钥",
    "seal to district": "按区里的离线密钥封存",
    "copied": "数据被拷到别处打开",
    "clock suspect": "电脑时间可能不对",
    "denied": "越权被拒",
    "read": "打开记录",
    "open form": "打开修改",
    "reveal": "查看完整号码",
    "search_id": "按证件号码查找",
    "create": "新增",
    "edit": "修改",
    "void": "作废",
    "settle": "选定写法",
    "print": "打印",
    "export_figures": "导出报表",
    "figures": "查看报表",
    "open file": "打开附件",
    "export file": "另存附件",
    "import": "导入",
    "export": "导出",
    "export stopped": "导出中止",
    "ask full export": "申请完整导出",
    "approve full export": "批准完整导出",
    "refuse full export": "不同意完整导出",
    "export full": "取出完整导出",
    "take request": "登记个人信息请求",
    "find person": "查找某人的全部信息",
    "hand over copy": "给本人查阅件",
    "grant request": "办结个人信息请求",
    "refuse request": "不同意个人信息请求",
    "dispose": "期满删除个人信息",
    "list": "列出记录",
    "backup": "备份",
    "drill": "恢复演练",
    "restore": "从备份恢复",
    "verify": "检查数据",
    "verify audit": "核对操作记录",
    "send again": "重发",
    "enrol": "登记区级服务",
    "stick out": "导出到U盘",
    "stick in": "从U盘导入",
}
# What programs write into the column of remarks.
WORDS = {
    "faults": "处不对",
    "rows": "条",
    "files": "个文件",
    "masked": "已遮号码",
    "whole": "完整号码",
    "times": "次",
    "seconds": "秒",
    "created": "新增",
    "changed": "更新",
    "refused": "没有导入",
    "backup": "备份",
    "agreement": "协议书",
    "paper": "纸张",
}
OBJECTS = {**TABLES, "desk": "工作台", "user": "用户", "file": "附件", "command": "命令", "request": "请求"}


def action_text(action: str) -> str:
    """What was done; the code itself for one this program does not know."""
    return label(ACTIONS.get(action, action))


def object_text(named: str) -> str:
    """`矛盾调解记录 0198…c4e1`: the kind in words and the end of the id."""
    kind, _, of = named.partition("/")
    title = label(OBJECTS.get(kind, kind))
    if not of:
        return title
    return f"{title} {of}" if kind in ("user", "command") else f"{title} …{of[-8:]}"


def detail_text(line: TrailLine) -> str:
    """What else is known; a refusal says what was wanted and in which role."""
    if line.action == "denied":
        wanted, _, role = line.detail.partition(" ")
        if wanted in DOING:
            doing = DOING[wanted].format(of=QCoreApplication.translate("audit", "记录"))
            return f"{label(doing)}（{role_text(role)}）"
        return role_text(wanted)
    if line.action == "add user":
        return role_text(line.detail)
    if line.action == "give role":
        return " → ".join(role_text(role) for role in line.detail.split())
    return re.sub("[a-z]+", lambda word: label(WORDS.get(word[0], word[0])), line.detail)
