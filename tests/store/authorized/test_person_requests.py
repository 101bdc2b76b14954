"""What is held on a person is found wherever it stands; what may not go is refused in words; answers close a request."""

from datetime import date

import pytest
from samples import SAMPLES
from sqlalchemy import select
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.models.retention import retention_table
from app.security.authorize import Actor, NotAllowed
from app.store.authorized.access import Access
from app.store.authorized.person_requests import GONE, PersonRequests, RequestRefused
from app.store.authorized.records import AuthorizedStore
from app.store.authorized.terms import Terms
from app.store.drafts import Drafts
from app.store.person_search import BY_CARD, BY_HISTORY, BY_LINK, BY_NAME, BY_PHONE, Person
from app.store.tables import audit, subject_request

ME = "王调解"
CARD, PHONE, NAME = "511421189901010027", "13700137000", "买买提·单小梅"
PERSON = Person(NAME, CARD, PHONE)
TODAY = date(2026, 11, 23)


def access_of(desk, role):
    return Access(desk.database, desk.station.device_id, desk.clock, Actor(ME, role, desk.station.code))


def requests_of(desk, role="head"):
    return PersonRequests(desk.database, access_of(desk, role), desk.clock, answer_days=15)


def save(desk, code, by=ME, **changes):
    record_id = str(uuid7())
    desk.store.save(RECORD_TYPES[code], SAMPLES[code](**changes), by=by, record_id=record_id)
    return record_id


def taken(desk, kind="erase", person=PERSON):
    requests = requests_of(desk)
    request_id = requests.take(kind, person, "请删去我的资料", TODAY)
    return requests, next(one for one in requests.listed() if one.id == request_id)


@pytest.fixture
def held(desk):
    """The person in every place: resident, party, visitor by telephone, linked, in history, in a draft, by name."""
    own = save(desk, "resident", name=NAME, id_number=CARD, phone=PHONE)
    parties = SAMPLES["mediation_case"]()["parties"]
    party = {"side": "applicant", "kind": "person", "name": NAME, "id_number": CARD, "phone": PHONE}
    found = {
        own: BY_CARD,
        save(desk, "mediation_case", parties=[party, parties[1]]): BY_CARD,
        save(desk, "service_visit", visitor=NAME, phone=PHONE): BY_PHONE,
        save(desk, "service_visit", visitor="别人", phone=PHONE): BY_PHONE,
        save(desk, "service_visit", visitor=None, anonymous=True, resident=own): BY_LINK,
        save(desk, "service_visit", visitor="买买提\u2022单小梅", phone="13900139001"): BY_NAME,
    }
    changed = save(desk, "resident", name="改过的", id_number=CARD, phone=None)
    kind = RECORD_TYPES["resident"]
    stored = desk.reader.load(kind, changed)
    new = stored.values | {"id_number": "511421189901010035"}
    desk.store.save(kind, new, by=ME, record_id=changed, base=stored.head)
    found[changed] = BY_HISTORY
    save(desk, "resident", name="不相干", id_number="511421189901010043", phone="13900139002")
    Drafts(desk.database).keep(
        "李四", "service_visit", str(uuid7()), {"visitor": NAME}, base=None, at=desk.clock()
    )
    return found


def test_everything_is_found_and_nobody_else(desk, held):
    requests, request = taken(desk)
    holding = requests.holding(request)
    assert {one.stored.id: one.how for one in holding.records} == held
    assert holding.drafts == (("李四", "service_visit"),)
    assert holding.trail_lines == len(held) + 1
    refusals = {one.held.stored.id: one.refusal for one in requests.verdicts(request, holding)}
    by_type = {
        one.stored.id: (one.record_type, one.how, one.stored.values.get("visitor")) for one in holding.records
    }
    going = {by_type[record_id] for record_id, refusal in refusals.items() if not refusal}
    assert going == {
        ("resident", BY_CARD, None),
        ("service_visit", BY_PHONE, NAME),
        ("service_visit", BY_LINK, None),
    }
    case = next(refusals[one] for one in refusals if by_type[one][0] == "mediation_case")
    assert "第二十七条" in case
    assert "同名" in next(refusals[one] for one in refusals if by_type[one][1] == BY_NAME)
    assert "姓名不同" in next(refusals[one] for one in refusals if by_type[one][1] == BY_HISTORY)


def test_a_clerk_sees_only_what_is_theirs_and_decides_nothing(desk, held):
    _, request = taken(desk)
    theirs = save(desk, "mediation_case", by="李四", parties=SAMPLES["mediation_case"]()["parties"])
    requests = requests_of(desk, "clerk")
    assert theirs not in {one.stored.id for one in requests.holding(request).records}
    with pytest.raises(NotAllowed):
        requests.answer(request.id, granted=True, words="已办")
    with pytest.raises(NotAllowed):
        requests_of(desk, "police").listed()


def test_a_request_needs_a_person_that_can_be_told_from_others(desk):
    requests = requests_of(desk)
    for person, words in (
        (Person("", CARD), "请填写姓名"),
        (Person(NAME), "证件号码或电话"),
        (Person(NAME, "", "没有"), "电话"),
        (Person("张\0三", CARD), "控制符"),
    ):
        with pytest.raises(RequestRefused, match=words):
            requests.take("copy", person, "", TODAY)
    with pytest.raises(RequestRefused, match="晚于今天"):
        requests.take("copy", PERSON, "", date(2026, 12, 1))
    requests.take("copy", Person(NAME, "511421 1899 0101 0027"), "", TODAY)
    (found,) = requests.listed(only_open=True)
    assert (found.person.id_number, found.due_on) == (CARD, date(2026, 12, 8))


def test_an_answer_closes_it_once_and_an_erasure_clears_who_it_was(desk):
    requests, request = taken(desk)
    with pytest.raises(RequestRefused, match="请写明答复"):
        requests.answer(request.id, granted=False, words=" ")
    requests.answer(request.id, granted=True, words="已删除", erased=True)
    with pytest.raises(RequestRefused, match="已经办结"):
        requests.answer(request.id, granted=False, words="又不同意")
    with desk.database.read() as connection:
        row = connection.execute(select(subject_request)).one()
        trail = "\n".join(f"{one.object} {one.detail}" for one in connection.execute(select(audit)))
    assert (row.name, row.id_number, row.phone, row.wish) == (GONE, "", "", GONE)
    assert f"request/{request.id}" in trail
    assert not [secret for secret in (CARD, PHONE, NAME) if secret in trail]


def test_every_kind_of_record_has_its_purpose_basis_and_term():
    table = retention_table()
    assert set(table) == set(RECORD_TYPES)
    for code, kept in table.items():
        assert kept.purpose
        assert kept.basis
        assert kept.on_request or kept.refusal.endswith("。")
        assert not kept.counted_from or kept.counted_from in RECORD_TYPES[code].fields


@pytest.mark.parametrize(
    ("on", "ends"), [(date(2016, 2, 29), date(2026, 2, 28)), (date(2016, 11, 23), date(2026, 11, 23))]
)
def test_what_is_past_its_term_is_listed_to_the_day(desk, on, ends):
    record_id = save(desk, "screening", screened_on=on)
    save(desk, "screening", screened_on=date(2026, 11, 1))
    access = access_of(desk, "head")
    terms = Terms(
        desk.database, access, desk.clock, AuthorizedStore(desk.database, desk.station, desk.clock, access)
    )
    assert [(one.record_id, one.ends) for one in terms.past()] == (
        [(record_id, ends)] if ends < TODAY else []
    )
    if ends >= TODAY:
        desk.clock.pass_time(days=1)
    (one,) = terms.past()
    terms.dispose(one)
    assert terms.past() == []
    left = desk.reader.load(RECORD_TYPES["screening"], record_id)
    assert (left.values["scope"], left.values["found"], left.void_reason) == (
        "（已删除）",
        2,
        "保存期满，个人信息已删除",
    )


def test_who_may_not_see_records_sees_their_terms_without_names(desk):
    save(desk, "screening", screened_on=date(2012, 1, 1))
    access = access_of(desk, "secadmin")
    store = AuthorizedStore(desk.database, desk.station, desk.clock, access)
    (one,) = Terms(desk.database, access, desk.clock, store).past()
    assert one.headline == "排查记录"
    with pytest.raises(NotAllowed):
        Terms(desk.database, access, desk.clock, store).dispose(one)
