"""The command `district`: serve, or one errand about codes, administrators, the trail, backups, held revisions."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path

from app.commands.recovery_key import make_recovery_key, open_recovery, policy_of
from app.district.administration.accounts import Accounts, NotDone
from app.district.administration.pc_pages import REASONS
from app.district.administration.rights import rights
from app.district.administration.trail import COMMAND, Actor, Deed, note, verified
from app.district.backup import FOLDER, back_up, put_back
from app.district.database import Database, open_database
from app.district.enrolment import LIFETIME, Enrolments
from app.district.held_again import take_again, take_one_again
from app.district.identity import identity_of
from app.district.intake import utc_text
from app.district.judge import Judge
from app.district.operations import log_as_json
from app.district.overview import waiting_by_station, waiting_lines
from app.district.policies import Policies
from app.district.server import serve, services_of, utc_now
from app.district.stick import StickIntake
from app.district.stick_push import kept_in
from app.district.workers import Plan, check_several, serve_with
from app.models.registry import RECORD_TYPES
from app.sync.stick import disk_sentence


def district(arguments: Namespace) -> int:
    """Serve the district until interrupted, or do one errand and end."""
    if arguments.open_recovery is not None:
        return open_recovery(arguments)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    errands: dict[str, Callable[[Database, Namespace], int]] = {
        "open_code": _open_code,
        "add_admin": _add_admin,
        "reset_admin": _reset_admin,
        "list_admins": _list_admins,
        "verify_audit": _verify_trail,
        "backup": _back_up,
        "list_held": _list_held,
        "take_held_again": _take_held_again,
        "take_stick": _take_stick,
        "policy": _publish,
        "make_recovery_key": _publish,
    }
    if arguments.restore is not None:
        return _restore(arguments)
    for name, errand in errands.items():
        if getattr(arguments, name) not in (None, False):
            database = open_database(arguments.database, arguments.folder)
            try:
                return errand(database, arguments)
            finally:
                database.close()
    return _serve(arguments)


def _serve(arguments: Namespace) -> int:
    check_several(arguments.workers, arguments.database)
    log_as_json()
    database = open_database(arguments.database, arguments.folder)
    try:
        # A newer program may take what an older one had to hold.
        freed, _ = take_again(database, Judge(RECORD_TYPES), utc_now, COMMAND)
        has_accounts = Accounts(database, utc_now).any_at_all()
    finally:
        database.close()
    if freed:
        print(f"原来暂收的修订有 {freed} 条已经生效。", flush=True)
    if not has_accounts:
        print("还没有管理员。添加第一位：district --add-admin 姓名 --role security", flush=True)
    token = arguments.metrics_token_file
    plan = Plan(
        arguments.database,
        arguments.folder,
        arguments.host,
        arguments.port,
        token.read_text(encoding="utf-8").strip() if token else None,
        arguments.certificate,
        arguments.certificate_key,
        arguments.ca,
        arguments.attachment_mb << 20,
    )
    if arguments.workers > 1:
        serve_with(arguments.workers, plan, _announce)
        return 0
    serve(
        plan.url,
        plan.folder,
        plan.host,
        plan.port,
        metrics_token=plan.metrics_token,
        certificate=plan.certificate,
        certificate_key=plan.certificate_key,
        ca=plan.ca,
        largest_blob=plan.largest_blob,
        ready=lambda server: _announce(server.url),
    )
    return 0


def _announce(url: str) -> None:
    print(f"区级服务已启动：{url}", flush=True)


def _open_code(database: Database, arguments: Namespace) -> int:
    enrolments = Enrolments(database, identity_of(database), utc_now)
    code = enrolments.open_code(arguments.open_code, arguments.station_name, by=_by())
    print(f"登记码：{code}（{_minutes(LIFETIME)} 分钟内有效，只能用一次）")
    return 0


def _add_admin(database: Database, arguments: Namespace) -> int:
    made = Accounts(database, utc_now).add(arguments.add_admin, arguments.role, _by())
    print(f"已添加 {arguments.add_admin}（{rights().roles[arguments.role]}）。首次口令：{made}")
    print("口令只显示这一次，72 小时内有效，登录后须换成自己的。")
    return 0


def _reset_admin(database: Database, arguments: Namespace) -> int:
    made = Accounts(database, utc_now).reset_password(arguments.reset_admin, _by())
    print(f"{arguments.reset_admin} 的新首次口令：{made}（只显示这一次，72 小时内有效）")
    return 0


def _list_admins(database: Database, _: Namespace) -> int:
    for one in Accounts(database, utc_now).all():
        print(f"{one.name}\t{rights().roles.get(one.role, one.role)}\t{'已停用' if one.disabled else '在用'}")
    return 0


def _verify_trail(database: Database, _: Namespace) -> int:
    with database.read() as connection:
        found = verified(connection)
    if found.broken_at:
        print(f"操作记录第 {found.broken_at} 条起接不上，被改动或缺失。请保护现场，与备份核对。")
        return 1
    print(f"操作记录 {found.lines} 条，前后相接，没有被改动。末条指纹：{found.head}")
    return 0


def _back_up(database: Database, arguments: Namespace) -> int:
    into = arguments.folder / FOLDER if arguments.backup == Path() else arguments.backup
    made = back_up(database, arguments.database, into, datetime.now(UTC), _by())
    print(f"备份已做好并核对：{made}")
    return 0


def _restore(arguments: Namespace) -> int:
    epoch = put_back(arguments.restore, arguments.database, arguments.folder, datetime.now(UTC), _by())
    print(f"已从备份恢复，第 {epoch} 代。各站下次联系时会把备份之后的记录补报上来。")
    return 0


def _list_held(database: Database, _: Namespace) -> int:
    with database.read() as connection:
        lines, counts = waiting_lines(connection), waiting_by_station(connection)
    for one in lines:
        reason = REASONS.get(one.reason, one.reason)
        print(f"{one.number}\t{one.received_at}\t{one.station_name or one.station}\t{reason}")
    total = sum(counts.values())
    print(f"共 {total} 条" + (f"，先列最早的 {len(lines)} 条。" if total > len(lines) else "。"))
    return 0


def _take_held_again(database: Database, arguments: Namespace) -> int:
    if arguments.take_held_again:
        return _take_one_again(database, arguments.take_held_again)
    freed, left = take_again(database, Judge(RECORD_TYPES), utc_now, _by())
    print(f"重新处理完毕：{freed} 条已经生效，{left} 条仍需等待。")
    return 0


def _take_one_again(database: Database, number: str) -> int:
    try:
        tried = take_one_again(database, Judge(RECORD_TYPES), utc_now, _by(), number)
    except NotDone as refused:
        print(refused, file=sys.stderr)
        return 1
    state = "已经生效" if tried.is_free else f"仍需等待：{REASONS.get(tried.reason, tried.reason)}"
    print(f"重新处理完毕：{number} {state}；这条记录有 {tried.freed} 条生效。")
    return 0


def _take_stick(database: Database, arguments: Namespace) -> int:
    """Take what is on a stick and write the answers onto it; the server may go on meanwhile."""
    try:
        services = services_of(database, largest_blob=arguments.attachment_mb << 20)
        taken = StickIntake(services, kept_in(services.blobs)).take(arguments.take_stick)
    except OSError as failure:
        print(disk_sentence(failure, "没有收下任何内容"), file=sys.stderr)
        return 2
    for one in taken:
        print(one.sentence, file=sys.stderr if one.is_fault else sys.stdout)
    if not taken:
        print("U盘上没有站里导出的文件（.push），请核对文件夹。", file=sys.stderr)
        return 1
    print(f"共 {len(taken)} 个文件，收下 {sum(one.rows for one in taken)} 条；请把U盘带回站里导入。")
    return 1 if any(one.is_fault for one in taken) else 0


def _publish(database: Database, arguments: Namespace) -> int:
    if arguments.policy is not None:
        key, content = "password", json.loads(arguments.policy.read_text(encoding="utf-8"))
    else:
        key, content = "recovery-key", policy_of(make_recovery_key(arguments))
    version = Policies(database, identity_of(database), utc_now).publish(key, content)
    with database.write() as connection:
        note(connection, _by(), Deed("publish_policy", key, detail=str(version)), utc_text(utc_now()))
    print(f"已签发第 {version} 版，各站下次收发时收到。")
    if key == "recovery-key":
        print(
            f"私钥在 {arguments.make_recovery_key}：请存到两个 U 盘分开保管，不要留在联网的电脑上；口令另外保管。"
        )
    return 0


def _by() -> Actor:
    return replace(COMMAND, origin=getuser())


def _minutes(wait: timedelta) -> int:
    return int(wait.total_seconds() // 60)
