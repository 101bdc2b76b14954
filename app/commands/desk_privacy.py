"""Personal data of an open desk: lists as files, full exports by two people, and what persons ask about themselves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.commands.desk import Desk
from app.models.codes import code_list
from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.models.station_time import station_time
from app.safe_file import write_safely
from app.security.attempts import Attempts
from app.security.authorize import Actor
from app.security.keyslots import KeySlots, WrongPassword
from app.store import accounts
from app.store.authorized.exports import ExportRefused, FullExport, RecordExports
from app.store.authorized.person_requests import PersonRequest, PersonRequests
from app.store.authorized.terms import Terms
from app.store.errors import StorageError
from app.store.person_search import Holding
from app.store.reading import ListQuery

Watch = Callable[[int, int], bool]
ERASED = "已按本人请求删除个人信息"


class DeskPrivacy:
    """What the window and the commands do with personal data.

    Every method may raise NotAllowed, RefusedSave, StorageError, OSError; `decide` KeyFileError and LockedOut, too.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.exports = RecordExports(desk.database, desk.access, desk.clock)
        self.terms = Terms(desk.database, desk.access, desk.clock, desk.store)

    @property
    def requests(self) -> PersonRequests:
        """What persons asked, with the days the settings give to answer."""
        desk = self._desk
        return PersonRequests(desk.database, desk.access, desk.clock, answer_days=desk.settings.answer_days)

    def save_masked(self, record_type: RecordType, query: ListQuery, path: Path, watch: Watch) -> int:
        """The list as a masked workbook; answers how many records are in it.  Raises ExportStopped, too."""
        from app.exchange.record_file import export_masked  # noqa: PLC0415  # loads with the first export

        rows = self.exports.leaving(record_type, query)
        with self._stopping(record_type):
            return export_masked(
                path,
                record_type,
                self.exports.records(record_type, query),
                [
                    f"{record_type.title}（号码只显示前后几位）",
                    *self._about(rows),
                    f"范围：{_narrowed(record_type, query)}",
                ],
                lambda done: watch(done, rows),
            )

    def save_whole(self, request_id: str, path: Path, watch: Watch) -> str:
        """An agreed full export as an encrypted archive; answers its passphrase.  Raises ExportStopped, too."""
        from app.exchange.record_file import export_whole  # noqa: PLC0415  # loads with the first export

        request = self.exports.fetching(request_id)
        record_type = RECORD_TYPES[request.record_type]
        records = self.exports.records(record_type, request.query, action="export_full")
        with self._stopping(record_type, request_id):
            _, passphrase = export_whole(
                path, record_type, records, self._watermark(request), lambda done: watch(done, request.rows)
            )
        return passphrase

    def decide(self, request_id: str, name: str, password: str, *, agree: bool, words: str = "") -> None:
        """What a second person, who gives their own name and password at this desk, says to a full export."""
        self.exports.decide(request_id, self._second_person(name.strip(), password), agree=agree, words=words)

    def copy_for(self, request: PersonRequest, holding: Holding, path: Path) -> int:
        """What is held on a person as a PDF for them, other people's numbers masked; answers its pages."""
        from app.printing.person_copy import person_copy_pdf  # noqa: PLC0415  # the typesetter loads with the first print

        desk = self._desk
        printed = person_copy_pdf(request.person, holding, desk.station.name, desk.clock())
        self.requests.handing_over(request, len(holding.records))
        write_safely(path, printed.data)
        return printed.pages

    def erase_for(self, request: PersonRequest, holding: Holding, words: str) -> int:
        """Erase what may be erased, and answer: granted where anything went, refused with the reasons where nothing did."""
        desk, requests = self._desk, self.requests
        desk.access.require("decide_requests")
        verdicts = requests.verdicts(request, holding)
        going = [one.held for one in verdicts if not one.refusal]
        for held in going:
            kind, stored = RECORD_TYPES[held.record_type], held.stored
            desk.store.erase(kind, stored.id, reason=ERASED, by=desk.user, base=stored.head)
        requests.answer(request.id, granted=bool(going), words=words, erased=bool(going))
        return len(going)

    # Insides

    def _second_person(self, name: str, password: str) -> Actor:
        desk = self._desk
        attempts = Attempts(desk.folder, desk.clock)
        attempts.check(name)
        with desk.database.read() as connection:
            account = accounts.of_name(connection, name)
        if account is None or not account.active:
            raise ExportRefused(f"没有在用的用户“{name}”，没有批准。请核对用户名。")
        try:
            KeySlots.open(desk.folder).unlock(name, password)
        except WrongPassword:
            attempts.failed(name)
            with suppress(StorageError):
                desk.access.note("wrong password", f"user/{name}")
            raise
        attempts.succeeded(name)
        if account.must_change:
            raise ExportRefused(f"“{name}”还在用首次口令，请先登录换成自己的口令再来批准。没有批准。")
        return Actor(account.name, account.role, desk.station.code)

    def _about(self, rows: int) -> list[str]:
        desk = self._desk
        made = f"{station_time(desk.clock()):%Y-%m-%d %H:%M}"
        return [f"{desk.station.name}　{desk.user} 于 {made} 导出，共 {rows} 条"]

    def _watermark(self, request: FullExport) -> list[str]:
        kind = RECORD_TYPES[request.record_type]
        return [
            f"{kind.title}（含完整号码，限本次用途，用后销毁）",
            *self._about(request.rows),
            f"电脑：{self._desk.station.device_id}",
            f"批准人：{request.decided_by}",
            f"用途：{request.reason}",
            f"范围：{_narrowed(kind, request.query)}",
        ]

    @contextmanager
    def _stopping(self, record_type: RecordType, request_id: str = "") -> Iterator[None]:
        """Whatever keeps a file from being finished is in the trail after the line that it was to leave."""
        try:
            yield
        except BaseException:
            with suppress(StorageError):
                self.exports.not_left(record_type, request_id)
            raise


def _narrowed(record_type: RecordType, query: ListQuery) -> str:
    said = [
        f"{record_type.fields[name].label}为“{code_list(record_type.fields[name].codes or '').label(code)}”"
        for name, code in query.codes.items()
    ]
    said += ["查找所得，最多 500 条"] if query.words.strip() else []
    said += ["含已作废的"] if query.voided else []
    return "，".join(said) or "全部"
