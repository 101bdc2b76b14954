"""Amounts: what is read, what is refused, and the capital words of the payment rules."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.money import LARGEST, AmountError, amount_words, parse_amount

amounts = st.integers(0, 10**14 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
zeroed = st.lists(st.sampled_from("000013579"), min_size=1, max_size=14).map(
    lambda digits: Decimal("".join(digits)).scaleb(-2)
)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("5000", "5000.00"), ("１００", "100.00"), ("1,000", "1000.00"), ("1，000", "1000.00"), ("5元", "5.00"),
        ("5元整", "5.00"), ("￥20.5", "20.50"), ("¥ 1,234,567.89", "1234567.89"), ("1.5万元", "15000.00"),
        ("0", "0.00"), ("007", "7.00"), ("1.", "1.00"), ("100.500", "100.50"), ("人民币5000元", "5000.00"),
        ("壹仟元整", "1000.00"), ("人民币伍万零叁佰元整", "50300.00"), ("十五元", "15.00"), ("两千元", "2000.00"),
        ("壹拾万柒仟元零伍角叁分", "107000.53"), ("五角", "0.50"), ("999999999999.99", "999999999999.99"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: str, amount: str) -> None:
    assert str(parse_amount(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("NaN", "这不是金额"), ("Infinity", "这不是金额"), ("1e5", "科学计数法"), ("1E+05", "科学计数法"),
        ("-0", "负数"), ("-5", "负数"), ("+5", "正负号"), ("100.005", "最多到分"), ("9" * 20, "太大"), ("9" * 5000, "太大"),
        ("1,00", "逗号"), ("1,0000", "逗号"), ("٣", "这不是金额"), ("²", "这不是金额"), (".5", "这不是金额"),
        ("", "请填写金额"), ("　", "请填写金额"), ("五六元", "大写金额看不明白"), ("元", "这不是金额"),
        ("1" + "." + "0" * 40 + "1", "最多到分"), ("0.0000001万", "最多到分"), ("1_000", "这不是金额"), ("0x10", "这不是金额"),
        ("5\0", "这不是金额"), ("约5000", "这不是金额"), ("1000000000000", "太大"), ("人民币", "请填写金额"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(AmountError, match=words) as raised:
        parse_amount(typed)
    assert str(raised.value).endswith("。")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # The examples of 正确填写票据和结算凭证的基本规定 (支付结算办法 annex 1), with the 零 it leaves free left out.
        ("1409.50", "壹仟肆佰零玖元伍角"), ("6007.14", "陆仟零柒元壹角肆分"), ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"), ("16409.02", "壹万陆仟肆佰零玖元零贰分"), ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角"), ("0.55", "伍角伍分"), ("10", "壹拾元整"), ("5000.00", "伍仟元整"),
        ("1001", "壹仟零壹元整"), ("10001", "壹万零壹元整"), ("100010", "壹拾万零壹拾元整"), ("10010000", "壹仟零壹万元整"),
        ("100000000", "壹亿元整"), ("100000001", "壹亿零壹元整"), ("100010000", "壹亿零壹万元整"),
        ("200000003000", "贰仟亿零叁仟元整"), ("120000000000", "壹仟贰佰亿元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)  # fmt: skip
def test_capital_words(amount: str, words: str) -> None:
    assert amount_words(Decimal(amount)) == words


@given(amounts | zeroed)
def test_words_read_back(amount: Decimal) -> None:
    words = amount_words(amount)
    assert parse_amount(words) == amount
    assert "零零" not in words
    assert "零元" not in words or amount == 0
    assert words.endswith("整") == (amount == int(amount))


@given(amounts)
def test_printed_amounts_read_back(amount: Decimal) -> None:
    assert parse_amount(f"{amount:.2f}") == amount
    assert parse_amount(f"¥{amount:,.2f}元") == amount


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "0.001", str(LARGEST + 1)])
def test_words_need_an_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        amount_words(Decimal(amount))


@given(st.text(st.characters()) | st.text("0123456789.,-+eE万亿元角分整壹仟零", max_size=12))
def test_any_text_is_an_amount_or_a_sentence(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountError as refused:
        sentence = str(refused)
    else:
        sentence = "。"
        assert 0 <= amount <= LARGEST
        assert amount.as_tuple().exponent == -2
    assert sentence.endswith("。")
