"""What a password has to be (GB/T 22239-2019 身份鉴别: complexity, change; ASVS 6.2.4: not a common one)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

SHORTEST = 10
LONGEST = 128
CLASSES_NEEDED = 3
COMMON = ("password", "123456", "qwerty", "admin", "fengqiao", "abc123", "111111", "woaini", "88888", "66666")
# Without the letters and digits people take for one another.
CLEAR_LETTERS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")
GROUPS, GROUP = 4, 4


@dataclass(frozen=True)
class PasswordPolicy:
    """The rules as one value.

    Characters; classes of characters; days after which a password should be changed; hours a first password holds;
    minutes without a touch until the window locks.  The defaults are those of GB/T 22239-2019 8.1.4.1 as commonly
    set; a policy may ask for more, never for less.
    """

    shortest: int = SHORTEST
    classes: int = CLASSES_NEEDED
    longest_days: int = 90
    first_hours: int = 72
    idle_minutes: int = 10

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "PasswordPolicy":
        """The policy a district set; what is missing, no whole number or weaker than the default stays as it is."""
        usual = cls()
        stricter = {
            "shortest": range(usual.shortest, LONGEST // 4 + 1),
            "classes": range(usual.classes, 5),
            "longest_days": range(1, usual.longest_days + 1),
            "first_hours": range(1, usual.first_hours + 1),
            "idle_minutes": range(1, usual.idle_minutes + 1),
        }
        chosen = {
            name: given[name]
            for name, allowed in stricter.items()
            if type(given.get(name)) is int and given[name] in allowed
        }
        return replace(usual, **chosen)

    def is_old(self, set_at: datetime, now: datetime) -> bool:
        """Whether a password set then should be changed by now."""
        return now - set_at > timedelta(days=self.longest_days)

    def is_lapsed(self, given_at: datetime, now: datetime) -> bool:
        """Whether a first password given then no longer opens."""
        return now - given_at > timedelta(hours=self.first_hours)


USUAL = PasswordPolicy()


def first_password() -> str:
    """A password for one use, easy to read out: four groups of four, 80 bits and more."""
    while True:
        letters = "".join(CLEAR_LETTERS)
        groups = ["".join(secrets.choice(letters) for _ in range(GROUP)) for _ in range(GROUPS)]
        made = "-".join(groups)
        if not password_problems(made):
            return made


def password_problems(
    password: str, *, names: tuple[str, ...] = (), policy: PasswordPolicy = USUAL
) -> list[str]:
    """Sentences saying what the password lacks; empty when it will do.

    `names` are words that may not be in it: the user's name, the station's name.
    """
    problems = []
    if len(password) < policy.shortest:
        problems.append(f"口令至少 {policy.shortest} 位，现在是 {len(password)} 位。")
    if len(password) > LONGEST:
        problems.append(f"口令最多 {LONGEST} 位。")
    classes = (
        any(character.islower() for character in password),
        any(character.isupper() for character in password),
        any(character.isdigit() for character in password),
        any(not character.isalnum() for character in password),
    )
    if sum(classes) < policy.classes:
        needed = "至少三种" if policy.classes == CLASSES_NEEDED else "全部四种"
        problems.append(f"口令要包含大写字母、小写字母、数字、符号中的{needed}。")
    lowered = password.lower()
    if any(word in lowered for word in COMMON):
        problems.append("口令中有容易被猜到的常见词，请换一个。")
    if any(name and name.lower() in lowered for name in names):
        problems.append("口令中不能包含用户名或站点名。")
    return problems
