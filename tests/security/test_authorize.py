"""The table of roles as data: what holds for every row, and that nothing the program offers is without one."""

import re

import pytest

from app.commands.parser import build_parser
from app.models.registry import RECORD_TYPES
from app.security.authorize import (
    DESK,
    DOING,
    TABLES,
    Actor,
    NotAllowed,
    Reach,
    Subject,
    authorize,
    covers,
    is_allowed,
    matrix,
)

ROLES = ["录入员", "调解员", "网格员", "民警", "站长", "镇级主管", "系统管理员", "安全管理员", "审计员"]
ADMINS = ("sysadmin", "secadmin", "auditor")


def reach(role, code, action):
    return matrix().reach(role, code, action)


def test_the_nine_roles_and_every_kind_of_record_have_their_columns_and_tables():
    assert list(matrix().roles.values()) == ROLES
    assert {table for table, _, _ in matrix().cells} == {*RECORD_TYPES, DESK} == {*TABLES, DESK}
    actions = {code: {action for table, action, _ in matrix().cells if table == code} for code in TABLES}
    assert len({frozenset(each) for each in actions.values()}) == 1


def test_every_action_can_be_named_in_a_refusal():
    assert {action for _, action, _ in matrix().cells} == set(DOING)


@pytest.mark.parametrize("role", ADMINS)
def test_administrators_and_the_auditor_reach_no_record_at_all(role):
    assert {reach(role, code, action) for code in TABLES for action in DOING} == {Reach.NONE}


def test_the_auditor_changes_nothing():
    allowed = {action for table, action, _ in matrix().cells if reach("auditor", table, action)}
    assert allowed == {"verify", "see_users", "read_audit"}


@pytest.mark.parametrize("role", ["clerk", "mediator", "grid", "police", "head", "township"])
@pytest.mark.parametrize("code", TABLES)
def test_nobody_goes_further_than_they_may_see(role, code):
    opened = reach(role, code, "read")
    assert reach(role, code, "list") == opened
    for action in DOING:
        assert reach(role, code, action) <= opened
    # Form and paper show whole numbers.
    assert max(reach(role, code, "edit"), reach(role, code, "print")) <= reach(role, code, "reveal")
    # Whoever may fill a form may leave it half filled.
    if max(reach(role, code, "edit"), reach(role, code, "create")):
        assert reach(role, code, "draft")


def test_each_kind_is_seen_by_those_whose_work_it_is():
    seen = {
        code: {role for role in matrix().roles if reach(role, code, "list") >= Reach.STATION}
        for code in TABLES
    }
    assert seen == {
        "mediation_case": {"mediator", "head", "township"},
        "patrol_log": {"police", "head", "township"},
        "service_visit": {"clerk", "mediator", "head", "township"},
        "screening": {"clerk", "mediator", "police", "head", "township"},
        "resident": {"clerk", "mediator", "grid", "police", "head"},
        "committee": {"clerk", "mediator", "grid", "police", "head", "township"},
        "handover": {"mediator", "police", "head", "township"},
    }


def test_nobody_alone_makes_users_and_gives_them_roles_but_the_head():
    both = {
        role
        for role in matrix().roles
        if reach(role, DESK, "manage_users") and reach(role, DESK, "give_roles")
    }
    assert both == {"head"}


def test_what_the_table_does_not_name_is_refused():
    for actor in (Actor("甲", "", "s"), Actor("甲", "nobody", "s")):
        for table, action, _ in matrix().cells:
            assert not is_allowed(actor, action, Subject(table, "1", "甲", "s"))
    head = Actor("甲", "head", "s")
    assert not is_allowed(head, "delete", Subject("resident"))
    assert not is_allowed(head, "read", Subject("counselling"))


def test_the_reach_is_that_of_the_record():
    police = Actor("甲", "police", "511421125201")
    own = Subject("mediation_case", "1", "甲", "511421125201")
    authorize(police, "read", own)
    for other in (
        Subject("mediation_case", "1", "乙", "511421125201"),
        Subject("mediation_case", "1", "甲", "511421125202"),
    ):
        with pytest.raises(NotAllowed, match="您的角色（民警）不能打开这条矛盾调解记录"):
            authorize(police, "read", other)
    township = Actor("丙", "township", "511421125000")
    authorize(township, "read", Subject("mediation_case", "1", "乙", "511421125201"))
    with pytest.raises(NotAllowed):
        authorize(township, "edit", Subject("mediation_case", "1", "丙", "511421125000"))


def test_a_password_is_reset_only_by_who_may_do_as_much():
    assert covers("head", "police")
    assert covers("head", "auditor")
    assert not covers("sysadmin", "head")
    assert not covers("sysadmin", "clerk")
    assert not covers("head", "township")
    assert covers("sysadmin", "")


def test_every_command_has_a_line_and_every_line_a_command():
    (subparsers,) = [
        action.choices for action in build_parser()._actions if action.dest == "command" and action.choices
    ]
    assert set(subparsers) == set(matrix().commands)


def test_pages_and_commands_ask_for_actions_there_are():
    known = {f"{table}.{action}" for table, action, _ in matrix().cells}
    known |= {f"*.{action}" for table, action, _ in matrix().cells if table != DESK} | {""}
    assert {*matrix().pages.values(), *matrix().commands.values()} <= known
    assert [page for page, asked in matrix().pages.items() if not asked] == ["home"]
    nothing = {command for command, asked in matrix().commands.items() if not asked}
    assert nothing == {"demo", "district", "bench", "backups", "change-password", "recover-with-district-key"}


def test_a_refusal_says_what_was_kept_and_whom_to_ask():
    for table, action, _ in matrix().cells:
        sentence = str(NotAllowed(Actor("甲", "clerk", "s"), action, Subject(table)))
        assert re.fullmatch(
            r"您的角色（录入员）不能[^a-z{}]+，这一步没有做，已保存的内容没有受影响。确需办理请找站长。",
            sentence,
        )
