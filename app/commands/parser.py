"""The command line: what can be asked of the program, in Chinese, with the password never an argument."""

import argparse
from pathlib import Path

from app.district.administration.rights import rights
from app.models.handover.papers import PAPERS as LETTER_PAPERS
from app.models.mediation.documents import DOCUMENTS
from app.models.mediation.type_lists import TYPE_LISTS, versions
from app.models.registry import RECORD_TYPES
from app.reports.catalogue import TITLES
from app.security.authorize import matrix


def build_parser() -> argparse.ArgumentParser:
    """The parser of `python main.py`; without a command the desk opens."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="枫桥工作台：不带命令时打开工作台窗口。",
        epilog="口令从终端输入，或用 --password-file 从文件读取，不能写在命令行里。",
    )
    parser.add_argument("--data", type=Path, metavar="文件夹", help="数据文件夹（默认：本机用户数据文件夹）")
    commands = parser.add_subparsers(dest="command", metavar="命令", title="命令")
    _demo(commands)
    _district(commands)
    _records(commands)
    _users(commands)
    _district_recovery(commands)
    _upkeep(commands)
    return parser


def _demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo", help="打开演示工作台（鹰头村，带本机区级服务）；没有显示器时走完全程并留下图片"
    )
    demo.add_argument("--folder", type=Path, default=Path("build/demo"), help="演示数据和图片的文件夹")
    demo.add_argument("--offscreen", action="store_true", help="有显示器也不开窗口，只走全程、留图片")


def _district(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    district = commands.add_parser("district", help="运行区级服务，或办一件管理的事后退出")
    district.add_argument("--database", metavar="URL", help="PostgreSQL 地址；不填则用数据文件夹里的 SQLite")
    district.add_argument("--folder", type=Path, default=Path("district-data"), help="区级数据文件夹")
    serving = district.add_argument_group("运行服务")
    serving.add_argument("--host", default="127.0.0.1", help="监听地址（默认仅本机）")
    serving.add_argument("--port", type=int, default=8460, help="监听端口")
    serving.add_argument("--certificate", type=Path, help="TLS 证书文件")
    serving.add_argument("--certificate-key", type=Path, help="TLS 私钥文件")
    serving.add_argument(
        "--ca", type=Path, metavar="文件", help="区里自建的证书颁发机构（PEM），随登记二维码核对"
    )
    serving.add_argument("--workers", type=int, default=1, metavar="个", help="进程数（多个须用 PostgreSQL）")
    serving.add_argument(
        "--attachment-mb", type=int, default=50, metavar="MB", help="一个附件最多收多少 MB（默认 50）"
    )
    serving.add_argument(
        "--metrics-token-file", type=Path, metavar="文件", help="别的机器取 /metrics 的口令；不填则仅本机可取"
    )
    district.add_argument("--key", type=Path, metavar="文件", help="与 --open-recovery 同用：离线恢复密钥")
    district.add_argument("--passphrase-file", type=Path, metavar="文件", help="离线密钥的口令，取文件第一行")
    district.add_argument("--station-name", default="", help="与 --open-code 同用：站点名称")
    titles = "；".join(f"{code} {title}" for code, title in rights().roles.items())
    district.add_argument(
        "--role", choices=list(rights().roles), default="security", help=f"与 --add-admin 同用：{titles}"
    )
    _district_errands(district.add_argument_group("办一件事后退出").add_mutually_exclusive_group())


def _district_errands(errands: "argparse._MutuallyExclusiveGroup") -> None:
    errands.add_argument("--open-code", metavar="区划代码", help="为一个站点开一次性登记码并打印")
    errands.add_argument("--add-admin", metavar="姓名", help="添加管理员，打印一次首次口令")
    errands.add_argument("--reset-admin", metavar="姓名", help="给忘记口令的管理员一个新的首次口令")
    errands.add_argument("--list-admins", action="store_true", help="列出管理员")
    errands.add_argument("--verify-audit", action="store_true", help="核对操作记录有没有被改动")
    errands.add_argument(
        "--backup",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="文件夹",
        help="备份并核对（默认存到数据文件夹的 backups）",
    )
    errands.add_argument(
        "--restore", type=Path, metavar="备份", help="从一份备份恢复到空的数据文件夹或空数据库"
    )
    errands.add_argument(
        "--policy", type=Path, metavar="文件", help="签发口令等管理要求（JSON 文件），下发各站后退出"
    )
    errands.add_argument(
        "--make-recovery-key",
        type=Path,
        metavar="文件",
        help="生成离线恢复密钥（有口令的 PEM），公布公钥后退出",
    )
    errands.add_argument(
        "--open-recovery", type=Path, metavar="申请", help="用离线恢复密钥答复站点的恢复申请；不用连数据库"
    )
    errands.add_argument(
        "--take-stick", type=Path, metavar="文件夹", help="收下U盘上各站的文件，把回执和内容写回U盘"
    )
    errands.add_argument(
        "--list-held", action="store_true", help="列出暂收的修订：编号、收到时间、站点、原因"
    )
    errands.add_argument(
        "--take-held-again",
        nargs="?",
        const="",
        metavar="编号",
        help="把暂收的修订重新处理一遍；写编号的只处理那一条和同一记录的",
    )


def _records(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    importing = commands.add_parser("import", help="导入 .xlsx 或 .jsonl；有错的行指明行列，其余照常导入")
    importing.add_argument("file", type=Path, metavar="文件")
    importing.add_argument("--type", choices=sorted(RECORD_TYPES), help="表格是哪一类记录")
    listing = commands.add_parser("list", help="列出一类记录（JSON）")
    listing.add_argument("type", choices=sorted(RECORD_TYPES), metavar="类别")
    listing.add_argument("--search", default="", metavar="词", help="姓名、拼音、证件尾号、电话或文字")
    listing.add_argument("--limit", type=int, default=100, help="最多几条（默认 100）")
    showing = commands.add_parser("show", help="显示一条记录和它的修订（JSON）")
    showing.add_argument("id", metavar="编号或ID")
    showing.add_argument("--reveal", default="", metavar="原因", help="显示完整号码的原因，会留在操作记录里")
    printing = commands.add_parser("print", help="把文书存为 PDF")
    printing.add_argument("number", metavar="案件或移交编号")
    printing.add_argument(
        "document",
        choices=DOCUMENTS | LETTER_PAPERS,
        metavar="文书",
        help="；".join(f"{code} {title}" for code, title in (DOCUMENTS | LETTER_PAPERS).items()),
    )
    printing.add_argument("-o", "--output", type=Path, required=True, metavar="文件.pdf")
    printing.add_argument(
        "--for-signature", action="store_true", help="定稿：内容固定为一版，每页印二维码（协议书、申请书等）"
    )
    for command in (importing, listing, showing, printing, _exporting(commands), _figures(commands)):
        _sign_in(command)


def _exporting(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    exporting = commands.add_parser(
        "export", help="把一类记录导出为 .xlsx；号码只显示前后几位，完整号码要在窗口里申请、由另一人批准"
    )
    exporting.add_argument("type", choices=sorted(RECORD_TYPES), metavar="类别")
    exporting.add_argument("--search", default="", metavar="词", help="只导出查到的：姓名、拼音、尾号或文字")
    exporting.add_argument(
        "--where", action="append", default=[], metavar="项目=代码", help="只导出这一项是这个代码的，可写多次"
    )
    exporting.add_argument("--voided", action="store_true", help="连同已作废的")
    exporting.add_argument("-o", "--output", type=Path, required=True, metavar="文件.xlsx")
    return exporting


def _figures(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    figures = commands.add_parser(
        "figures", help="统计一段时间的数字：直接显示，或存为 .xlsx、.pdf（按业务日期，带同比、环比）"
    )
    figures.add_argument("--from", dest="first", required=True, metavar="日期", help="第一天，如 2026-01-01")
    figures.add_argument(
        "--to", dest="last", required=True, metavar="日期", help="最后一天（含），如 2026-09-30"
    )
    names = "；".join(f"{key} {title}" for key, title in TITLES.items())
    figures.add_argument(
        "--report", choices=list(TITLES), default="overview", metavar="报表", help=f"{names}（默认 overview）"
    )
    lists = "；".join(f"{key} {versions(key)[-1].title}" for key in TYPE_LISTS)
    figures.add_argument(
        "--types",
        choices=TYPE_LISTS,
        default=TYPE_LISTS[0],
        metavar="分类",
        help=f"纠纷类型按哪一套：{lists}",
    )
    figures.add_argument("-o", "--output", type=Path, metavar="文件", help="存为 .xlsx 或 .pdf；不填则显示")
    return figures


def _users(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    listing = commands.add_parser("users", help="列出用户和角色（JSON）")
    adding = commands.add_parser("add-user", help="添加用户；显示一次首次口令，本人登录后须换成自己的")
    removing = commands.add_parser("remove-user", help="停用离岗的用户；其记录、草稿和未上报的都保留")
    resetting = commands.add_parser("reset-password", help="给忘记口令的用户发一个新的首次口令")
    giving = commands.add_parser("set-role", help="更改用户的角色，下次登录起生效")
    changing = commands.add_parser("change-password", help="更换自己的口令")
    rekeying = commands.add_parser(
        "change-key", help="给数据文件换一把新密钥，有人离岗后要做；各人的口令不变，之前被抄走的密钥不再能用"
    )
    for command in (adding, removing, resetting, giving):
        command.add_argument("name", metavar="用户名")
    roles = matrix().roles
    titles = "；".join(f"{code} {title}" for code, title in roles.items())
    for command in (adding, giving):
        command.add_argument(
            "--role", choices=list(roles), required=command is giving, default="", metavar="角色", help=titles
        )
    changing.add_argument(
        "--new-password-file", type=Path, metavar="文件", help="从文件第一行读取新口令；不填则从终端输入"
    )
    for command in (listing, adding, removing, resetting, giving, changing, rekeying):
        _sign_in(command)


def _upkeep(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    syncing = commands.add_parser("sync", help="现在与区里收发：上报未上报的，收下区里的")
    checking = commands.add_parser("verify", help="检查数据库、操作记录链、上报队列、检索和附件")
    checking.add_argument(
        "--paper", metavar="文字或文件", help="只核对一份定稿文书：二维码里的文字，或扫描件（PDF、图片）"
    )
    backing = commands.add_parser("backup", help="现在备份并验证；平时每 4 小时自动备份一次")
    backing.add_argument("--to", type=Path, metavar="文件夹", help="在另一个盘上再存一份")
    restoring = commands.add_parser(
        "restore", help="从最近的完好备份恢复；现有文件移到隔离文件夹，不删除；联网后自动取回区里已收到的"
    )
    restoring.add_argument(
        "--from", dest="source", type=Path, metavar="文件夹", help="某一份备份，或存放备份的文件夹"
    )
    restoring.add_argument("--yes", action="store_true", help="不再询问（没有终端时必须写明）")
    reconciling = commands.add_parser("reconcile", help="与区里核对每一条记录，不一致的补齐")
    parting = commands.add_parser(
        "become-another", help="这是复制出来的电脑：换成独立的身份，内容都保留，再用新的登记码登记"
    )
    parting.add_argument("--yes", action="store_true", help="不再询问（没有终端时必须写明）")
    carrying = commands.add_parser("stick-out", help="没有网络时：把未上报的导出到U盘，带到区里")
    returning = commands.add_parser("stick-in", help="从U盘导入区里的回执和内容")
    for command in (carrying, returning):
        command.add_argument("folder", type=Path, metavar="文件夹", help="U盘上的文件夹")
    for command in (syncing, checking, backing, restoring, reconciling, parting, carrying, returning):
        _sign_in(command)
    listing = commands.add_parser("backups", help="列出备份（JSON），不用口令")
    listing.add_argument("--from", dest="source", type=Path, metavar="文件夹", help="另一个存放备份的文件夹")
    bench = commands.add_parser("bench", help="测速度，打印与裸实现的比值")
    bench.add_argument("--only", action="append", default=[], metavar="名称", help="只测其中几项")
    bench.add_argument("--small", action="store_true", help="小数据量（几秒）")


def _district_recovery(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    recovering = commands.add_parser(
        "recover-with-district-key", help="口令和恢复码都没有了：由区里的离线密钥帮助，重设一个用户的口令"
    )
    recovering.add_argument("--user", required=True, metavar="用户名")
    recovering.add_argument("--request", type=Path, metavar="文件", help="写出申请，交给区里")
    recovering.add_argument("--answer", type=Path, metavar="文件", help="用区里的答复定新口令")
    recovering.add_argument("--new-password-file", type=Path, metavar="文件", help="从文件第一行读取新口令")


def _sign_in(command: argparse.ArgumentParser) -> None:
    command.add_argument("--user", help="用户名（只有一个用户时可不填）")
    command.add_argument("--password-file", type=Path, metavar="文件", help="从文件第一行读取口令")
