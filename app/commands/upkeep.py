"""Commands of upkeep: send now, compare with the district, verify the file."""

import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid_utils import uuid7

from app.commands.backups import YES, ask_on_terminal
from app.commands.desk import Desk
from app.commands.desk_files import files_of
from app.commands.desk_line import district_of, reconcile_of, rounds_of
from app.models.registry import RECORD_TYPES
from app.store.anchors import Anchor, kept, unanchored
from app.store.erasing import scrub_erased
from app.store.lives import begin_as_another
from app.store.verify import verify
from app.sync.blob_progress import BlobProgress
from app.sync.blob_words import files_text, reason_text, size_text
from app.sync.blobs import FILES_LATER
from app.sync.protocol import NoAnswer, Refusal


def send(desk: Desk) -> int:
    """Send what is unsent to the district, once, and say what came of it."""
    district = district_of(desk)
    if district is None:
        print("还没有登记区级服务，记录都保存在本机。", file=sys.stderr)
        return 1
    with district:
        rounds = rounds_of(desk, district, files_of(desk, district, _show_files))
        outcome = rounds.run()
        sent, received = outcome.sent, outcome.received
        files = [outcome.files_sent, outcome.files_received]
        while outcome.code == FILES_LATER:
            outcome = rounds.run()
            sent, received = sent + outcome.sent, received + outcome.received
            files = [files[0] + outcome.files_sent, files[1] + outcome.files_received]
    scrub_erased(desk.database)
    if received:
        desk.store.follow_letters(by=desk.user)
    status = desk.outbox.status()
    print(
        f"本次上报 {sent} 条，收到 {received} 条，未上报 {status.unsent} 条，"
        f"退回 {status.held} 条，待选定 {status.conflicts} 条。"
    )
    print(f"附件：本次上报 {files[0]} 个，取来 {files[1]} 个，{files_text(status.files)}。")
    if outcome.sentence:
        print(outcome.sentence)
    for held in desk.outbox.held_files():
        print(f"附件没有送到：{held.name}：{reason_text(held.reason)}")
    for refusal in desk.outbox.refusals():
        print(f"退回：{RECORD_TYPES[refusal.record_type].title} {refusal.record_id}：{refusal.detail}")
    return 0 if outcome.state == "idle" and not outcome.sentence else 1


def reconcile(desk: Desk) -> int:
    """Compare this desk with its district, mend what can be mended, and say what came of it."""
    district = district_of(desk)
    if district is None:
        print("还没有登记区级服务，记录都保存在本机。", file=sys.stderr)
        return 1
    with district:
        files = files_of(desk, district, _show_files)
        outcome = reconcile_of(desk, district, files).run()
        finding, rounds = outcome.finding, rounds_of(desk, district, files)
        while outcome.code == FILES_LATER:
            outcome = rounds.run()
    if finding is None:
        print(f"没有核对成：{outcome.sentence}")
        return 1
    print(f"本站 {finding.here} 条，区里 {finding.there} 条。")
    if finding.mended:
        print(f"有 {finding.mended} 条原来不一致，已补齐。")
    if finding.files_lacking:
        print(
            f"区里缺 {finding.files_lacking} 个附件，已重新上报；{files_text(desk.outbox.status().files)}。"
        )
    if finding.files_missing:
        print(f"本机缺 {finding.files_missing} 个附件，已从区里取回。")
    if finding.waiting:
        print(f"有 {finding.waiting} 条被区里退回，改正后自动一致。")
    for code, record_id in finding.differing:
        title = RECORD_TYPES[code].title if code in RECORD_TYPES else code
        print(f"不一致：{title} {record_id}")
    return 1 if finding.differing else 0


def _show_files(progress: BlobProgress) -> None:
    if sys.stderr.isatty():
        print(f"\r附件还有 {size_text(progress.left_bytes)}……", end="", file=sys.stderr, flush=True)


def become_another(desk: Desk, *, yes: bool) -> int:
    """Give a copied PC an identity of its own; what was not sent yet stays and goes out under it."""
    question = (
        "只在复制出来的、或者区里已停用的那台电脑上做：它会换成独立的身份，内容都保留，未上报的以后由它上报，原来那台不受影响。\n"
        f"确认请输入“{YES}”："
    )
    if not yes and not ask_on_terminal(question):
        print("没有换身份，什么也没有改动。", file=sys.stderr)
        return 1
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    with desk.database.write() as connection:
        begin_as_another(connection, device_id=str(uuid7()), signing_key=key)
    desk.note("become another")
    print("已换成独立的身份。请在“同步”页用区里给的新登记码登记这台电脑。")
    return 0


def check(desk: Desk) -> int:
    """Verify database, audit chain, outbox, search and attachments; every fault a line."""
    witnessed = _witnessed(desk)
    faults = [*verify(desk.database, RECORD_TYPES, witnessed), *desk.attachments.faults()]
    with desk.database.read() as connection:
        tail = unanchored(connection, [*kept(connection), *witnessed])
    desk.note("verify", f"{len(faults)} faults")
    for fault in faults:
        print(fault)
    if not faults:
        print("数据库、操作记录链、上报队列、检索和附件都完好。")
    if tail and desk.settings.district_url is not None:
        print(f"操作记录最后 {tail} 条还没有由区里留底（未锚定），下次上报时带去。")
    return 1 if faults else 0


def _witnessed(desk: Desk) -> list[Anchor]:
    """The link of the audit chain the district keeps, asked for now; what the file knows of it could be changed too."""
    district = district_of(desk)
    if district is None:
        return []
    with district:
        try:
            receipt = district.hello(desk.outbox.acked_seq()).receipt
        except (NoAnswer, Refusal):
            print("没有连上区里，操作记录只核对到区里上次确认的地方。", file=sys.stderr)
            return []
    return [Anchor(desk.station.epoch, receipt.audit_seq, receipt.audit_head)] if receipt.audit_seq else []
