"""Identity numbers, credit codes and telephones: read, tidied, warned about, refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.people.identity import age_on, check_digit, check_id
from app.models.people.organisation import check_uscc, normal_uscc, uscc_check_character
from app.models.people.telephone import check_phone

TODAY = date(2026, 11, 23)
SOUND = ["11010519491231002X", "511421189901010019", "511421189901010027", "511403189806301018"]


@pytest.mark.parametrize("number", SOUND)
def test_sound_numbers_pass_without_a_word(number: str) -> None:
    check = check_id(number, today=TODAY)
    assert (check.normal, check.problems, check.notes, check.impossible) == (number, (), (), False)


def test_what_a_number_says() -> None:
    check = check_id("511421189901010027")
    assert (check.birth, check.sex, check.division) == (date(1899, 1, 1), "2", "511421")


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("11010519491231002x", None),
        ("１１０１０５１９４９１２３１００２Ｘ", "全角"),
        ("１１０１０５１９４９１２３１００２ｘ", "全角"),
        ("11010519491231002Χ", "不是英文字母 X"),
        ("11010519491231002×", "不是英文字母 X"),
        (" 110105 19491231 002X ", "空格"),
        ("110105\u200b19491231\u2060002X\ufeff", "隐藏符号"),
        ("110105-19491231-002X", "横线"),
        ("110105　19491231　002X", "空格"),
    ],
)  # fmt: skip
def test_slips_of_typing_are_tidied_and_said(typed: str, note: str | None) -> None:
    check = check_id(typed)
    assert check.normal == "11010519491231002X"
    assert check.problems == ()
    assert (note is None and check.notes == ()) or (note is not None and note in "".join(check.notes))


@pytest.mark.parametrize(
    ("typed", "words", "impossible"),
    [
        ("110105194912310021", "校验位不对", False),
        ("110105194912310000", "表格软件", False),
        ("110105194913310029", "1949年13月31日”不存在", True),
        ("110105000012310029", "不存在", True),
        ("110105190002290017", "1900年02月29日”在公历中不存在", False),
        ("11010519900230001X", "在公历中不存在", False),
        ("110105202612310017", "还没有到", False),
        ("990105194912310029", "开头“99”", False),
        ("110105491231002", "15 位旧身份证号码", False),
        ("810000199408230021", "港澳台居民居住证", False),
        ("E12345678", "不能有“E”", True),
        ("无", "请留空", True),
        ("不详", "请留空", True),
        ("1.10105E+17", "表格软件", True),
        ("1.10105194912310E+17", "表格软件", True),
        ("110105194912310016.0", "表格软件", True),
        ("1101051949123100", "现在是 16 位", True),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٩", "请留空", True),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(typed: str, words: str, impossible: bool) -> None:
    check = check_id(typed, today=TODAY)
    assert words in "".join(check.problems)
    assert check.impossible is impossible
    assert all(sentence.endswith("。") for sentence in check.problems)


def test_old_numbers() -> None:
    check = check_id("110105491231002")
    assert (check.birth, check.sex) == (date(1949, 12, 31), "2")
    assert check_id("110105991231996").birth == date(1899, 12, 31)  # sequences 996-999: a century before


def test_residence_permits_of_hong_kong_macao_and_taiwan() -> None:
    number = "81000019940823002" + check_digit("81000019940823002")
    assert check_id(number, "hmt").problems == ()
    assert "81、82 或 83" in "".join(check_id("11010519491231002X", "hmt").problems)


def test_other_documents_are_kept_as_they_are() -> None:
    assert check_id("E12345678", "414") == check_id(" e12345678 ", "414")
    assert check_id("军字第1234567号", "114").normal == "军字第1234567号"
    assert check_id("E12345678", None).impossible is False
    assert check_id("E12345678", None).problems
    assert check_id("123", "none").problems
    assert check_id("", "none").problems == ()
    assert check_id("　").normal == ""


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_any_wrong_digit_is_noticed(born: date, sequence: int, place: int, step: int) -> None:
    first = f"511421{born:%Y%m%d}{sequence:03}"
    sound = first + check_digit(first)
    check = check_id(sound, today=TODAY)
    assert (check.birth, check.sex, check.problems) == (born, "1" if sequence % 2 else "2", ())
    wrong = sound[:place] + str((int(sound[place]) + step) % 10) + sound[place + 1 :]
    assert check_id(wrong, today=TODAY).problems


@given(st.text(st.characters()), st.sampled_from(["111", "112", "hmt", "414", "none", None]))
def test_any_text_is_answered(text: str, kind: str | None) -> None:
    check = check_id(text, kind, today=TODAY)
    again = check_id(check.normal, kind, today=TODAY)
    assert again.normal == check.normal
    assert again.problems == check.problems


def test_age_in_full_years() -> None:
    assert age_on(date(2000, 2, 29), date(2018, 2, 28)) == 17
    assert age_on(date(2000, 2, 29), date(2018, 3, 1)) == 18
    assert age_on(date(2000, 2, 29), date(2020, 2, 29)) == 20
    assert age_on(date(2000, 1, 1), date(2000, 1, 1)) == 0
    with pytest.raises(ValueError, match="before birth"):
        age_on(date(2000, 1, 2), date(2000, 1, 1))


@given(st.dates(date(1890, 1, 1), TODAY), st.integers(0, 40_000))
def test_age_never_falls(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert 0 <= age_on(born, day) <= age_on(born, day + timedelta(days=1)) <= age_on(born, day) + 1


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "54511421MF0000013A", "54511421mf0000013a", "５４511421 MF0000013A", ""]
)
def test_sound_credit_codes(code: str) -> None:
    assert check_uscc(code) == ()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91350100M000100Y44", "校验位不对"),
        ("9135", "现在是 4 位"),
        ("91350100M000100Y4I", "不会有“I”"),
        ("91350100M000100Y4٣", "不会有"),
    ],
)
def test_wrong_credit_codes(code: str, words: str) -> None:
    assert words in "".join(check_uscc(code))


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_credit_codes_made_by_the_rule_pass(first: str) -> None:
    assert check_uscc(first + uscc_check_character(first)) == ()


@given(st.text(st.characters()))
def test_any_credit_code_is_answered(text: str) -> None:
    check_uscc(text)
    assert normal_uscc(normal_uscc(text)) == normal_uscc(text)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13880000000", "13880000000"), ("138 8000 0000", "13880000000"), ("138-8000-0000", "13880000000"),
        ("+8613880000000", "13880000000"), ("0086-13880000000", "13880000000"), ("8613880000000", "13880000000"),
        ("１３８８０００００００", "13880000000"), ("\u202d13880000000\u202c", "13880000000"),
        ("02838123456", "028-38123456"), ("028—38123456", "028-38123456"), ("(0833)2123456转801", "0833-2123456转801"),
        ("+86 28 38123456", "028-38123456"), ("010 12345678", "010 12345678"), ("110", "110"), ("12345", "12345"),
        ("6612", "6612"), ("661234", "661234"), ("400-800-1234", "4008001234"), ("+852 1234 5678", "+85212345678"), ("", ""),
    ],
)  # fmt: skip
def test_telephones(typed: str, normal: str) -> None:
    check = check_phone(typed)
    assert (check.normal, check.impossible) == (normal, False)
    assert bool(check.problems) == (typed == "010 12345678")  # no Peking number begins with 1


@pytest.mark.parametrize(
    ("typed", "words", "impossible"),
    [
        ("1388000000", "现在是 10 位", False), ("138800000001", "现在是 12 位", False), ("38123456", "没有区号", False),
        ("028381234", "位数不对", False), ("无", "不是电话号码", True), ("-1", "不是电话号码", True),
        ("=1+1", "不是电话号码", True),
        ("13880000000/13880000001", "只填一个", True), ("13880000000、13880000001", "只填一个", True),
        ("@SUM(1)", "不是电话号码", True), ("1.388E+10", "不是电话号码", True),
        ("١٣٨٨٠٠٠٠٠٠٠", "不是电话号码", True), ("+", "不是电话号码", True),
    ],
)  # fmt: skip
def test_doubtful_telephones(typed: str, words: str, impossible: bool) -> None:
    check = check_phone(typed)
    assert words in "".join(check.problems)
    assert check.impossible is impossible


@given(st.text(st.characters()) | st.text("0123456789+-() 转", max_size=20))
def test_any_telephone_is_answered(text: str) -> None:
    check = check_phone(text)
    again = check_phone(check.normal)
    assert again.normal == check.normal
    assert check.problems or not check.impossible
