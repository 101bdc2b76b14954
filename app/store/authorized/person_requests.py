"""个人信息请求: what persons asked about their own data, what is held on them, and what was answered (PIPL art. 45-47, 50)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, RowMapping, select, update
from uuid_utils import uuid7

from app.models.fields import Search
from app.models.people.identity import check_id
from app.models.people.telephone import check_phone
from app.models.registry import RECORD_TYPES
from app.models.retention import retention_table
from app.models.station_time import station_day
from app.models.text import clean_text, text_problems
from app.security.authorize import Subject
from app.store import audit
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.erasing import StillKept, check_term
from app.store.person_search import BY_HISTORY, BY_NAME, BY_PHONE, Held, Holding, Person, holding_of
from app.store.records import Clock
from app.store.refused_saves import RefusedSave
from app.store.tables import subject_request

KINDS = {"copy": "查阅、复制", "correct": "更正、补充", "erase": "删除"}
"""What may be asked (个人信息保护法 art. 45, 46, 47)."""
GONE = "（已删除）"
LONGEST = 500


class RequestRefused(RefusedSave):
    """Nothing was written down; the sentence says what is missing."""


@dataclass(frozen=True)
class PersonRequest:
    """One request; `state` is open, granted or refused."""

    id: str
    kind: str
    person: Person
    wish: str
    received_on: date
    due_on: date
    by: str
    state: str
    answer: str
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """What could become of one record if its erasure were granted; `refusal` says why it stays."""

    held: Held
    refusal: str


class PersonRequests:
    """The register of requests for one user; every step is in the audit chain, by the id of the request."""

    def __init__(self, database: Database, access: Access, clock: Clock, *, answer_days: int) -> None:
        self._database, self._access, self._clock = database, access, clock
        self._days = answer_days

    def take(self, kind: str, person: Person, wish: str, received_on: date) -> str:
        """Write a request down; answers its id.  Raises NotAllowed, RequestRefused, StorageError."""
        self._access.require("handle_requests")
        person = _checked(person)
        request_id, now = str(uuid7()), self._clock()
        if received_on > station_day(now):
            raise RequestRefused("收到日期晚于今天，请核对。还没有登记。")
        row = {
            "id": request_id,
            "kind": kind,
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
            "wish": _sound(wish, "请求内容"),
            "received_on": received_on,
            "due_on": received_on + timedelta(days=self._days),
            "by": self._access.actor.name,
            "at": now,
            "state": "open",
            "answer": "",
        }
        with self._database.write() as connection:
            connection.execute(subject_request.insert().values(**row))
            self._append(connection, "take request", request_id, kind)
        return request_id

    def listed(self, *, only_open: bool = False) -> list[PersonRequest]:
        """Open ones first, the most urgent on top.  Raises NotAllowed, StorageError."""
        self._access.require("handle_requests")
        order = (subject_request.c.state != "open", subject_request.c.due_on, subject_request.c.at)
        statement = select(subject_request).order_by(*order).limit(500)
        if only_open:
            statement = statement.where(subject_request.c.state == "open")
        with self._database.read() as connection:
            return [_request(row._mapping) for row in connection.execute(statement)]

    def holding(self, request: PersonRequest) -> Holding:
        """Everything held on the person; records the user may not see are left out.  Raises NotAllowed, StorageError."""
        self._access.require("handle_requests")
        self._access.note("find person", f"request/{request.id}")
        with self._database.read() as connection:
            found = holding_of(connection, request.person)
            seen = {
                record_id
                for code in RECORD_TYPES
                for record_id in self._access.visible(
                    connection, code, [one.stored.id for one in found.records if one.record_type == code]
                )
            }
        return replace(found, records=tuple(one for one in found.records if one.stored.id in seen))

    def handing_over(self, request: PersonRequest, count: int) -> None:
        """Note that a copy of what is held leaves for the person.  Raises NotAllowed, StorageError."""
        self._access.require("handle_requests")
        self._access.note("hand over copy", f"request/{request.id}", f"{count} rows")

    def verdicts(self, request: PersonRequest, holding: Holding) -> list[Verdict]:
        """What erasing would come to, record by record; one found by name only, or by a number
        under another name, is nobody's before it is checked."""
        today = station_day(self._clock())
        return [Verdict(held, self._refusal(request, held, today)) for held in holding.records]

    def answer(self, request_id: str, *, granted: bool, words: str, erased: bool = False) -> None:
        """Close a request with what is told the person.  A refusal says why (art. 50: 说明理由).

        Once an erasure was carried out the register no longer says who it was.
        Raises NotAllowed, RequestRefused, StorageError.
        """
        self._access.require("decide_requests")
        words = _sound(words, "答复")
        if not words:
            raise RequestRefused("请写明答复；不同意的要说明理由。还没有办结。")
        with self._database.write() as connection:
            row = connection.execute(
                select(subject_request).where(subject_request.c.id == request_id)
            ).one_or_none()
            if row is None or row.state != "open":
                raise RequestRefused("这个请求已经办结，没有改动。")
            changed = {
                "state": "granted" if granted else "refused",
                "answer": words,
                "answered_by": self._access.actor.name,
                "answered_at": self._clock(),
            }
            if erased:
                changed |= {"name": GONE, "id_number": "", "phone": "", "wish": GONE}
            connection.execute(
                update(subject_request).where(subject_request.c.id == request_id).values(**changed)
            )
            self._append(connection, "grant request" if granted else "refuse request", request_id, row.kind)

    def _refusal(self, request: PersonRequest, held: Held, today: date) -> str:
        if held.how == BY_NAME:
            return "只是同名，没有号码可以核对，不自动删除。"
        record_type = RECORD_TYPES[held.record_type]
        stored = held.stored
        names = record_type.search_terms(stored.values)[Search.NAME]
        if held.how in (BY_PHONE, BY_HISTORY) and not request.person.is_one_of(names):
            return "姓名不同，请核对是否本人，不自动删除。"
        asked = Subject(held.record_type, stored.id, stored.created_by, stored.station)
        if not self._access.may_with("erase", asked):
            return "不在您的权限内，请站长办理。"
        try:
            check_term(record_type, stored.values, today)
        except StillKept:
            return retention_table()[held.record_type].refusal
        return ""

    def _append(self, connection: Connection, action: str, request_id: str, detail: str) -> None:
        actor = self._access.actor.name
        audit.append(connection, self._access.entry_of(actor, action, f"request/{request_id}", detail))


def _checked(person: Person) -> Person:
    name = _sound(person.name, "姓名")
    if not name:
        raise RequestRefused("请填写姓名。还没有登记。")
    card, phone = person.id_number.strip(), person.phone.strip()
    if not card and not phone:
        raise RequestRefused("请填写证件号码或电话，用来核对身份和查找。还没有登记。")
    if phone and check_phone(phone).impossible:
        raise RequestRefused(f"电话：{check_phone(phone).problems[0]}还没有登记。")
    return Person(name, check_id(card, None).normal if card else "", check_phone(phone).normal)


def _sound(text: str, what: str) -> str:
    cleaned = clean_text(text)
    for sentence in text_problems(cleaned, max_length=LONGEST, lines=True):
        raise RequestRefused(f"{what}：{sentence}还没有登记。")
    return cleaned


def _request(row: RowMapping) -> PersonRequest:
    return PersonRequest(
        row["id"],
        row["kind"],
        Person(row["name"], row["id_number"], row["phone"]),
        row["wish"],
        row["received_on"],
        row["due_on"],
        row["by"],
        row["state"],
        row["answer"],
        row["answered_by"],
        row["answered_at"],
    )
