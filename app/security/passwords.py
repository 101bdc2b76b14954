"""What a password has to be (GB/T 22239-2019 身份鉴别: complexity; ASVS 6.2.4: not a common one)."""

SHORTEST = 10
LONGEST = 128
CLASSES_NEEDED = 3
COMMON = ("password", "123456", "qwerty", "admin", "fengqiao", "abc123", "111111", "woaini", "88888", "66666")


def password_problems(password: str, *, names: tuple[str, ...] = ()) -> list[str]:
    """Sentences saying what the password lacks; empty when it will do.

    `names` are words that may not be in it: the user's name, the station's name.
    """
    problems = []
    if len(password) < SHORTEST:
        problems.append(f"口令至少 {SHORTEST} 位，现在是 {len(password)} 位。")
    if len(password) > LONGEST:
        problems.append(f"口令最多 {LONGEST} 位。")
    classes = (
        any(character.islower() for character in password),
        any(character.isupper() for character in password),
        any(character.isdigit() for character in password),
        any(not character.isalnum() for character in password),
    )
    if sum(classes) < CLASSES_NEEDED:
        problems.append("口令要包含大写字母、小写字母、数字、符号中的至少三种。")
    lowered = password.lower()
    if any(word in lowered for word in COMMON):
        problems.append("口令中有容易被猜到的常见词，请换一个。")
    if any(name and name.lower() in lowered for name in names):
        problems.append("口令中不能包含用户名或站点名。")
    return problems
