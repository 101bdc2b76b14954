"""Pinyin keys: surnames read as surnames, any character survives, quick enough for a million names."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app.models.pinyin import MOST_READINGS, name_keys, typed_pinyin


@pytest.mark.parametrize(
    ("name", "first", "spelling"),
    [
        ("张三", "zs", "zhangsan"), ("单雄信", "sxx", "shanxiongxin"), ("仇和", "qh", "qiuhe"),
        ("解晓东", "xxd", "xiexiaodong"), ("曾国藩", "zgf", "zengguofan"), ("区志航", "ozh", "ouzhihang"),
        ("查良镛", "zly", "zhaliangyong"), ("尉迟恭", "ycg", "yuchigong"), ("万俟卨", "mqx", "moqixie"),
        ("长孙无忌", "zswj", "zhangsunwuji"), ("欧阳修", "oyx", "ouyangxiu"), ("令狐冲", "lhc", "linghuchong"),
        ("吕布", "lb", "lvbu"), ("𠮷野家", "jyj", "jiyejia"), ("㛃", "j", "jie"), ("䶮", "y", "yan"), ("𬭩", "w", "weng"),
        ("丁", "d", "ding"), ("张　三", "zs", "zhangsan"), ("张\u200d三", "zs", "zhangsan"),
        ("买买提·吐尔逊", "mmttex", "maimaitituerxun"), ("解放·买买提", "jfmmt", "jiefangmaimaiti"),
        ("重庆商行", "cqsx", "chongqingshangxing"), ("⼈", "r", "ren"), ("﨑", "q", "qi"),
    ],
)  # fmt: skip
def test_the_reading_that_comes_first(name: str, first: str, spelling: str) -> None:
    keys = name_keys(name)
    assert keys[0] == first
    assert next(key for key in keys if len(key) > len(first) or key == spelling) == spelling


def test_both_readings_are_keys() -> None:
    assert name_keys("单雄信") == ("sxx", "dxx", "shanxiongxin", "danxiongxin")
    assert {"wyl", "wyy", "wangyile", "wangyiyue"} == set(name_keys("王一乐"))


@pytest.mark.parametrize("dotted", ["买买提•吐尔逊", "买买提‧吐尔逊", "买买提.吐尔逊", "买买提・吐尔逊"])
def test_dots_do_not_matter(dotted: str) -> None:
    assert name_keys(dotted) == name_keys("买买提·吐尔逊")


def test_letters_and_unreadable_characters_stand_for_themselves() -> None:
    assert name_keys("Tom") == ("tom",)
    assert name_keys("A股") == ("ag", "agu")
    unread = "张\U00030eff"
    assert name_keys(unread) == ("z\U00030eff", "zhang\U00030eff")


@given(st.text(st.characters(), max_size=40))
def test_any_name_has_few_clean_keys(name: str) -> None:
    keys = name_keys(name)
    assert len(keys) <= 2 * MOST_READINGS
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert not any(character.isspace() for key in keys for character in key)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Lü Bù", "lvbu"),
        ("lǚ", "lv"),
        ("zs", "zs"),
        ("Xi'an", "xian"),
        ("ＺＳ", "zs"),
        ("张", None),
        (" ", None),
        ("z张", None),
    ],
)
def test_typed_pinyin(typed: str, key: str | None) -> None:
    assert typed_pinyin(typed) == key


def test_pypinyin_is_not_imported() -> None:
    code = "import sys; from app.models.pinyin import name_keys; name_keys('张三'); sys.exit('pypinyin' in sys.modules)"
    root = Path(app.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_million_names_do_not_wait_for_pinyin() -> None:
    names = [
        f"{a}{b}{c}" for a in "王李张刘陈曾解仇" for b in "建国志明秀英" for c in "伟芳娜乐朝强重军丽霞"
    ] * 20
    name_keys("热身")
    started = time.perf_counter()
    for name in names:
        name_keys(name)
    assert (time.perf_counter() - started) / len(names) < 60e-6  # measured 5 µs; slack for a busy machine
