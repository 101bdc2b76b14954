"""The command `export`: records of a type as a workbook, masked."""

import sys
from argparse import Namespace

from app.commands.desk import Desk
from app.commands.desk_privacy import DeskPrivacy
from app.models.codes import code_list
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery

EVERY = 5000


def export_list(desk: Desk, arguments: Namespace) -> int:
    """Write what the list would show, narrowed as asked."""
    record_type, output = RECORD_TYPES[arguments.type], arguments.output
    if output.suffix.lower() != ".xlsx":
        print("只能存为 .xlsx，请改文件名。", file=sys.stderr)
        return 2
    codes: dict[str, str] = {}
    for one in arguments.where:
        name, _, value = one.partition("=")
        field = record_type.fields.get(name)
        if name not in record_type.filters or field is None or value not in code_list(field.codes or ""):
            names = "、".join(record_type.filters) or "没有"
            print(f"不能按“{one}”筛选。可用的项目：{names}；代码见代码表。", file=sys.stderr)
            return 2
        codes[name] = value
    query = ListQuery(arguments.search, codes, arguments.voided)

    def watch(done: int, of: int) -> bool:
        if done and done % EVERY == 0:
            print(f"已导出 {done} 条，共 {of} 条……", file=sys.stderr)
        return True

    done = DeskPrivacy(desk).save_masked(record_type, query, output, watch)
    print(f"已把 {done} 条存为 {output}，号码只显示前后几位。")
    return 0
