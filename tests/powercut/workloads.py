"""What is done at the desk while the power may go: one function a workload, each step acknowledged by itself.

A new workload is one function here and its line in `WORKLOADS`.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import orjson
from uuid_utils import uuid7

from app.commands.desk import found_desk
from app.commands.desk_accounts import DeskAccounts
from app.exchange.importing import import_rows
from app.exchange.source_rows import source_rows
from app.models.changes import Arrived, Change, Notice, Page, Standing
from app.models.registry import RECORD_TYPES
from app.security.attempts import Attempts
from app.security.keyslots import KeySlots
from app.settings import save_settings
from app.store import upgrade
from app.sync.protocol import Verdict
from tests.district.parts import Pen
from tests.powercut.base import NEXT_SCHEMA
from tests.powercut.driver import PASSWORD, STATION, USER, Sitting
from tests.real_files import jpeg, pdf
from tests.samples import SAMPLES

# Enough saves that SQLite folds its log into the file (every 1,000 pages) in the middle of the work.
MANY = 45


def found(sitting: Sitting) -> None:
    """A new station: folder, keys, file, settings."""

    def act() -> None:
        sitting.desk, _ = found_desk(sitting.folder, **STATION, district_url="https://127.0.0.1")

    sitting.step(act, whole=False)
    sitting.save(RECORD_TYPES["resident"], SAMPLES["resident"](), str(uuid7()))


def save(sitting: Sitting) -> None:
    """New records of every type, short and long."""
    kinds = list(RECORD_TYPES.values())
    for turn in range(MANY):
        record_type = kinds[turn % len(kinds)]
        values = SAMPLES[record_type.code]()
        if turn % 7 == 0:
            long = next(f.name for f in record_type.fields.values() if f.kind.value == "long_text")
            values[long] = "事情经过。" * 100
        sitting.save(record_type, values, str(uuid7()))
        if turn == MANY // 3:
            sitting.reopen()


def edit(sitting: Sitting) -> None:
    """Records changed again and again, rows added and taken away, some voided."""
    chance = random.Random(5)
    for turn in range(24):
        record_type = chance.choice(list(RECORD_TYPES.values()))
        long = next(f.name for f in record_type.fields.values() if f.kind.value == "long_text")
        first = sitting.save(record_type, SAMPLES[record_type.code](), str(uuid7()))
        values = first.values | {long: f"第{turn}次改动。"}
        rows = next((f.name for f in record_type.fields.values() if f.rows is not None), None)
        if rows:
            values[rows] = [*values[rows], values[rows][-1] | {"id": None, "name": "后来加的人"}]
        second = sitting.save(record_type, values, first.record_id, first.head)
        if rows and turn % 2:
            second = sitting.save(record_type, first.values, first.record_id, second.head)
        if turn % 3 == 0:
            void = partial(sitting.desk.store.void, record_type, first.record_id, reason="重复登记")
            sitting.step(partial(void, by=USER, base=second.head))


def draft(sitting: Sitting) -> None:
    """Forms kept while typing; saving one drops its draft in the same transaction."""
    resident = RECORD_TYPES["resident"]
    for turn in range(20):
        record_id = str(uuid7())
        for length in (1, 40, 400):
            content = {"name": "单小梅", "notes": "字" * length * (turn + 1)}
            keep = partial(sitting.desk.drafts.keep, USER, resident.code, record_id, content)
            sitting.step(partial(keep, base=None, at=datetime.now(UTC)))
        if turn % 4 == 3:
            sitting.step(partial(sitting.desk.drafts.discard, USER, record_id))
        else:
            sitting.save(resident, SAMPLES["resident"](), record_id)


def receipt(sitting: Sitting) -> None:
    """The district receipts the stream in pieces, holds some back, and asks once for an older place."""
    outbox = sitting.desk.outbox
    for turn in range(30):
        lines = outbox.next_lines(1 << 20, 3)
        if len(lines) < 3:
            for record_type in RECORD_TYPES.values():
                sitting.save(record_type, SAMPLES[record_type.code](), str(uuid7()))
            continue
        last = lines[-1].seq
        verdicts = [Verdict(seq=lines[0].seq, code="held", detail="缺少网格代码。")] if turn % 2 else []
        sitting.step(partial(outbox.apply_receipt, last, verdicts, datetime.now(UTC)))
        if turn % 10 == 9:
            sitting.step(partial(outbox.continue_from, last))


def importing(sitting: Sitting) -> None:
    """A file of thirty residents; a row is promised once the import asks for the next one."""
    source = sitting.work / "residents.jsonl"
    people = [
        SAMPLES["resident"](name=f"单小梅{turn}", id_number=None, id_document=None) for turn in range(30)
    ]
    lines = [orjson.dumps({"type": "resident", "key": f"r{n}", **person}) for n, person in enumerate(people)]
    source.write_bytes(b"\n".join(lines))

    def next_row(line: int) -> bool:
        if line > 1:
            sitting.acknowledge()
        sitting.ledger.attempt(whole=True)
        return True

    desk, rows = sitting.desk, source_rows(source, RECORD_TYPES, None)
    report = import_rows(rows, desk.store, desk.reader, by=USER, progress=next_row)
    sitting.acknowledge()
    assert (report.created, report.refused) == (30, [])


def upgrading(sitting: Sitting) -> None:
    """The next schema: a verified copy of the file first, then the change in one transaction."""
    sitting.save(RECORD_TYPES["resident"], SAMPLES["resident"](), str(uuid7()))
    sitting.step(partial(upgrade.upgrade, sitting.desk.database, sitting.work / NEXT_SCHEMA), whole=False)
    sitting.save(RECORD_TYPES["resident"], SAMPLES["resident"](), str(uuid7()))


def password(sitting: Sitting) -> None:
    """Passwords changed, a colleague added and removed, the printed code made anew, wrong passwords counted."""
    slots = KeySlots.open(sitting.folder)
    attempts = Attempts(sitting.folder, lambda: datetime.now(UTC))
    for turn in range(8):
        sitting.step(partial(slots.set_password, USER, f"{PASSWORD}{turn}", sitting.dek))
        sitting.step(partial(slots.set_password, "王网格", PASSWORD, sitting.dek))
        sitting.step(partial(attempts.failed, USER))
        sitting.step(partial(slots.new_recovery_code, sitting.dek))
        sitting.step(partial(slots.remove_user, "王网格"))
        sitting.step(partial(attempts.succeeded, USER))
        assert slots.unlock(USER, f"{PASSWORD}{turn}") == sitting.dek


def users(sitting: Sitting) -> None:
    """A colleague added, given a role, a new first password, and removed: key file and file, one after the other."""
    for turn in range(5):
        made, name = DeskAccounts(sitting.desk), f"王网格{turn % 2}"
        sitting.step(partial(made.add, name, "grid", own_password=PASSWORD), whole=False)
        sitting.step(partial(made.give_role, name, "police", own_password=PASSWORD))
        sitting.step(partial(made.reset, name, own_password=PASSWORD), whole=False)
        sitting.step(partial(made.remove, name, own_password=PASSWORD), whole=False)
        if turn == 2:
            sitting.reopen()


def rekey(sitting: Sitting) -> None:
    """The file gets a new key twice, with a colleague leaving in between; records and drafts go on meanwhile."""
    resident = RECORD_TYPES["resident"]
    made = DeskAccounts(sitting.desk)
    sitting.step(partial(made.add, "王网格", "grid", own_password=PASSWORD), whole=False)
    for turn in range(2):
        made = DeskAccounts(sitting.desk)
        sitting.save(resident, SAMPLES["resident"](), str(uuid7()))
        sitting.step(partial(made.change_key, own_password=PASSWORD))
        sitting.save(resident, SAMPLES["resident"](), str(uuid7()))
        if turn == 0:
            sitting.reopen()
            made = DeskAccounts(sitting.desk)
            sitting.step(partial(made.remove, "王网格", own_password=PASSWORD), whole=False)


def settings(sitting: Sitting) -> None:
    """Settings written again and again."""
    kept = sitting.desk.settings
    for turn in range(40):
        size, theme = (100, 125, 150, 200)[turn % 4], ("light", "contrast")[turn % 2]
        changed = kept.with_changes(text_size=size, theme=theme, district_url=f"https://10.0.0.{turn}")
        sitting.step(partial(save_settings, sitting.folder, changed))


def attach(sitting: Sitting) -> None:
    """Photographs and papers added, each on the disk before the record that names it, some given up."""
    visit, chance = RECORD_TYPES["service_visit"], random.Random(7)
    for turn in range(8):
        content = jpeg() + chance.randbytes((3_000, 40_000, 300_000)[turn % 3])
        add = partial(sitting.desk.attachments.add, content, f"现场{turn}.jpg")
        file = sitting.step(add, whole=False)
        if turn % 4 != 3:
            sitting.save(visit, SAMPLES["service_visit"](photos=[file]), str(uuid7()))
        if turn == 4:
            sitting.reopen()


def backup(sitting: Sitting) -> None:
    """Verified copies with keys and files, between records saved; old ones make room."""
    file = sitting.step(partial(sitting.desk.attachments.add, pdf(), "收条.pdf"), whole=False)
    for _ in range(4):
        values = SAMPLES["service_visit"](photos=[file])
        sitting.save(RECORD_TYPES["service_visit"], values, str(uuid7()))
        sitting.step(sitting.desk.backups.make, whole=False)


def pull(sitting: Sitting) -> None:
    """Pages of the district: records of another PC, an edit of them, a verdict, a notice; the cursor moves with them."""
    pen, cursor, place = Pen("二号机干部"), "", 0
    for turn in range(20):
        changes: list[Change] = []
        for code in ("resident", "mediation_case", "patrol_log"):
            made = pen.create(code)
            place += 1
            changes += [
                Arrived(place, made.body, "二号机", "applied"),
                Standing(made.record, code, made.op_id, 1, made.data, None),
            ]
        if turn % 5 == 4:
            place += 1
            changes.append(Notice(place, "message", b'{"key": "m", "text": "' + str(turn).encode() + b'"}'))
        page = Page(f"epoch.{place}.digest", True, 0, tuple(changes))
        sitting.step(partial(sitting.desk.receiver.take, page, cursor))
        cursor = page.cursor
        # Asked for before the file moved on: nothing changes.
        assert sitting.step(partial(sitting.desk.receiver.take, page, "")) == 0


def day(sitting: Sitting) -> None:
    """A little of everything, for the disk that fails while the desk goes on."""
    resident, case = RECORD_TYPES["resident"], RECORD_TYPES["mediation_case"]
    slots = KeySlots.open(sitting.folder)
    for turn in range(3):
        record_id = str(uuid7())
        keep = partial(sitting.desk.drafts.keep, USER, case.code, record_id, {"facts": "字" * 500})
        sitting.step(partial(keep, base=None, at=datetime.now(UTC)))
        first = sitting.save(case, SAMPLES[case.code](), record_id)
        second = sitting.save(case, first.values | {"facts": f"第{turn}次改动。"}, record_id, first.head)
        person = sitting.save(resident, SAMPLES["resident"](), str(uuid7()))
        void = partial(sitting.desk.store.void, resident, person.record_id, reason="重复登记")
        sitting.step(partial(void, by=USER, base=person.head))
        assert second.revision == 2
        changed = sitting.desk.settings.with_changes(text_size=(125, 150, 200)[turn])
        sitting.step(partial(save_settings, sitting.folder, changed))
        sitting.step(partial(slots.set_password, USER, f"{PASSWORD}{turn}", sitting.dek))
        sitting.step(partial(sitting.desk.database.copy_to, sitting.folder / "desk.before-day.db"))
        sitting.reopen()


WORKLOADS: dict[str, Callable[[Sitting], None]] = {
    "found": found,
    "save": save,
    "edit": edit,
    "draft": draft,
    "receipt": receipt,
    "import": importing,
    "upgrade": upgrading,
    "password": password,
    "users": users,
    "rekey": rekey,
    "settings": settings,
    "attach": attach,
    "backup": backup,
    "pull": pull,
    "day": day,
}
# After these the file opens with another key than before.
REKEYING = frozenset({"rekey"})
# These begin with an empty disk, all others with a founded station.
ON_AN_EMPTY_DISK = frozenset({"found"})
