"""Every fine code counts in exactly one type of each list, and a list may change from a year on."""

import orjson
import pytest

from app.models.codes import code_list
from app.models.mediation.type_lists import TYPE_LISTS, in_force, parsed, type_list, versions

FINE = [code.value for code in code_list("dispute_type").items]


@pytest.mark.parametrize("key", TYPE_LISTS)
def test_each_version_counts_every_fine_code_exactly_once(key: str) -> None:
    for version in versions(key):
        counted = [fine for listed in version.types for fine in listed.fine]
        assert sorted(counted) == sorted(FINE)
        values = [listed.value for listed in version.types]
        assert len(set(values)) == len(values)
        assert version.rest in values
        assert all(listed.fine for listed in version.types)


@pytest.mark.parametrize(("key", "count"), [("national_18", 18), ("grid_17", 17), ("sichuan_19", 19)])
def test_lists_have_their_types_in_the_order_of_the_form(key: str, count: int) -> None:
    assert len(type_list(key, 2026).types) == count
    assert type_list(key, 2026).types[-1].label == "其他"


def test_the_national_list_keeps_the_order_of_the_form() -> None:
    assert [listed.label for listed in type_list("national_18", 2026).types] == [
        "婚姻家庭", "邻里", "房屋宅基地", "合同", "生产经营", "损害赔偿", "山林土地", "征地拆迁", "环境污染",
        "拖欠农民工工资", "其他劳动争议", "旅游", "电子商务", "其他消费", "医疗", "道路交通事故", "物业", "其他",
    ]  # fmt: skip


@pytest.mark.parametrize("key", TYPE_LISTS)
@pytest.mark.parametrize("fine", [None, "", "from_a_newer_program"])
def test_what_no_type_names_counts_in_the_rest(key: str, fine: str | None) -> None:
    assert type_list(key, 2026).type_of(fine) == "other"


def test_a_list_holds_from_its_year_on() -> None:
    def version(since: int, label: str) -> dict[str, object]:
        return {"since": since, "rest": "a", "types": [{"value": "a", "label": label, "fine": ["x"]}]}

    content = {"title": "t", "source": "s", "versions": [version(2025, "新"), version(2020, "旧")]}
    known = parsed("k", orjson.dumps(content))
    labels = {year: in_force(known, year).types[0].label for year in (2019, 2020, 2024, 2025, 2030)}
    assert labels == {2019: "旧", 2020: "旧", 2024: "旧", 2025: "新", 2030: "新"}
