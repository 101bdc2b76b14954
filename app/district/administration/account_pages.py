"""Pages about the administrators themselves: signing in, passwords, accounts, the trail."""

from app.district.administration.accounts import Account, NotDone
from app.district.administration.attempts import moment_of
from app.district.administration.frame import NO_ACCOUNT, card, mark, problem, sure, when
from app.district.administration.html import Html, Part, choice, field, hidden, joined, link, table, tag
from app.district.administration.rights import rights
from app.district.administration.sessions import NotSignedIn
from app.district.administration.trail import Deed, TrailLine, newest, verified
from app.district.administration.visit import Sent, Shown, Visit
from app.security.passwords import USUAL

SHOWN = 100
DEEDS = {
    "sign_in": "登录",
    "sign_out": "退出",
    "change_password": "换口令",  # nosec B105  # words for a deed
    "add_account": "添加用户",
    "set_role": "更改角色",
    "reset_password": "重发首次口令",  # nosec B105  # words for a deed
    "disable_account": "停用用户",
    "add_station": "添加站点",
    "rename_station": "改站点名称",
    "open_code": "开登记码",
    "enrol": "登记电脑",
    "revoke_device": "停用电脑",
    "take_held_again": "重新处理",
    "take_one_again": "重新处理一条",
    "publish_policy": "签发管理要求",
    "backup": "备份",
    "restore": "从备份恢复",
    "verify_trail": "核对操作记录",
    "open_page": "打开页面",
    "false_form": "伪造的表单",
}
RESULTS = {"done": ("完成", "good"), "refused": ("拒绝", "warn"), "failed": ("失败", "bad")}
CHANGES = {"role": "更改角色", "reset": "重发首次口令", "disable": "停用"}


def login_form(visit: Visit, wrong: str = "") -> Shown:
    """Name and password."""
    form = tag(
        "form",
        field("用户名", "name", required=True, autocomplete="username", value=visit.form.get("name", "")),
        field("口令", "password", "password", required=True, autocomplete="current-password"),
        tag("button", "登录", class_="main"),
        method="post",
        action="/login",
    )
    told = "忘记口令请找安全管理员重发。十分钟不操作会自动退出。"
    if not visit.parts.accounts.any_at_all():
        told = NO_ACCOUNT
    says = tag("p", told, class_="quiet")
    return Shown(
        "登录", joined((problem(wrong) if wrong else None, tag("section", form, says, class_="card")))
    )


def login(visit: Visit) -> Shown | Sent:
    """Open a session; a first password leads to choosing one's own."""
    name = visit.form.get("name", "").strip()[:40]
    try:
        cookie = visit.parts.sessions.sign_in(name, visit.form.get("password", ""), visit.origin)
    except NotSignedIn as refused:
        shown = login_form(visit, str(refused))
        return Shown(shown.title, shown.body, 401)
    return Sent("/", cookie)


def logout(visit: Visit) -> Sent:
    """End the session."""
    visit.parts.sessions.sign_out(visit.cookie, visit.actor)
    return Sent("/login?done=out", "")


def password_form(visit: Visit, wrong: str = "") -> Shown:
    """One's own password."""
    must = visit.session is not None and visit.session.must_change
    says = (
        "首次口令只能用来进到这里，请换成自己的口令。" if must else f"口令每 {USUAL.longest_days} 天换一次。"
    )
    form = visit.form_to(
        "/password",
        field("现在的口令", "old", "password", required=True, autocomplete="current-password"),
        field("新口令", "new", "password", required=True, autocomplete="new-password"),
        field("新口令再填一次", "again", "password", required=True, autocomplete="new-password"),
        button="更换",
        kind="main",
    )
    rule = f"至少 {USUAL.shortest} 位，包含大写字母、小写字母、数字、符号中的至少三种。"
    body = card("更换口令", tag("p", says), form, tag("p", rule, class_="quiet"))
    return Shown("更换口令", joined((problem(wrong) if wrong else None, body)))


def change_password(visit: Visit) -> Shown | Sent:
    """Take the new password; sign in again with it."""
    old, new, again = (visit.form.get(part, "") for part in ("old", "new", "again"))
    assert visit.session is not None
    if new != again:
        return password_form(visit, "两次填写的新口令不一样，口令没有更换。")
    try:
        visit.parts.accounts.change_password(visit.session.name, old, new, visit.actor)
    except NotDone as refused:
        return password_form(visit, str(refused))
    return Sent("/login?done=changed", "")


def accounts(visit: Visit, said: Part = None) -> Shown:
    """Who there is, with a form for a new one."""
    now = visit.parts.clock()
    form = visit.form_to(
        "/accounts",
        field("姓名", "name", required=True, maxlength="20"),
        choice("角色", "role", rights().roles.items()),
        button="添加用户",
        kind="main",
    )
    rows = []
    for one in visit.parts.accounts.all():
        old = not one.disabled and USUAL.is_old(moment_of(one.password_at), now)
        rows.append(
            (
                one.name,
                rights().roles.get(one.role, one.role),
                _state(one),
                joined((when(one.password_at), mark("该换了", "warn") if old else None)),
                None if one.disabled else _changes(one),
            )
        )
    listed = table(("姓名", "角色", "状态", "口令更换于", ""), rows)
    says = tag("p", "一人一个用户，不共用。管设备的、管用户的、看操作记录的由不同的人担任。", class_="quiet")
    return Shown("用户", joined((said, card("添加用户", form, says), card("用户", listed))))


def add_account(visit: Visit) -> Shown:
    """A new administrator; the first password is shown once."""
    name, role = visit.form.get("name", "").strip(), visit.form.get("role", "")
    try:
        made = visit.parts.accounts.add(name, role, visit.actor)
    except NotDone as refused:
        return accounts(visit, problem(str(refused)))
    return accounts(visit, _first_password(name, made))


def ask_change(visit: Visit) -> Shown:
    """What is about to be changed of one account."""
    name, what = visit.asked.get("name", ""), visit.asked.get("what", "")
    found = visit.parts.accounts.find(name)
    if found is None or found.disabled or what not in CHANGES:
        return Shown("用户", problem("没有这个用户，或者已经停用。"), 404)
    says = {
        "role": f"“{name}”的新角色从下次登录起生效，现在登录着的会退出。",
        "reset": f"给“{name}”一个新的首次口令，原来的口令和登录随即失效。",
        "disable": f"停用“{name}”？不能再登录；其操作记录保留。",
    }[what]
    role = choice("角色", "role", rights().roles.items(), found.role) if what == "role" else None
    kind = "bad" if what == "disable" else "main"
    parts = (hidden("name", name), hidden("what", what), role)
    form = visit.form_to("/accounts/change", *parts, button=CHANGES[what], kind=kind)
    return sure(visit, CHANGES[what], says, form, "/accounts")


def change_account(visit: Visit) -> Shown | Sent:
    """Role, first password or end of one account."""
    name, what = visit.form.get("name", ""), visit.form.get("what", "")
    everyone = visit.parts.accounts
    try:
        if what == "role":
            everyone.set_role(name, visit.form.get("role", ""), visit.actor)
            return Sent("/accounts?done=role")
        if what == "disable":
            everyone.disable(name, visit.actor)
            return Sent("/accounts?done=disabled")
        if what == "reset":
            return accounts(visit, _first_password(name, everyone.reset_password(name, visit.actor)))
    except NotDone as refused:
        return accounts(visit, problem(str(refused)))
    return accounts(visit, problem("没有这种更改。"))


def trail(visit: Visit, said: Part = None) -> Shown:
    """The newest lines, older ones by a link; a button that checks the chain."""
    before = visit.asked.get("before", "")
    with visit.parts.database.read() as connection:
        last = int(before[:15]) if before.isascii() and before.isdigit() else 0
        lines = newest(connection, last, SHOWN)
    head = ("序号", "时间", "谁", "角色", "从哪里", "做了什么", "对象", "结果", "说明")
    listed = table(head, map(_trail_row, lines), "没有更早的。")
    more = len(lines) == SHOWN and lines[-1].seq > 1
    older = link("更早的", f"/trail?before={lines[-1].seq}") if more else None
    check = visit.form_to("/trail", button="核对有没有被改动", kind="main")
    return Shown("操作记录", joined((said, card("核对", check), card("操作记录", listed, older))))


def check_trail(visit: Visit) -> Shown:
    """Walk the chain."""
    with visit.parts.database.read() as connection:
        found = verified(connection)
    visit.note(Deed("verify_trail", result="failed" if found.broken_at else "done"))
    if found.broken_at:
        told = f"第 {found.broken_at} 条起与前面接不上，记录被改动或缺失。请保护现场，与备份核对。"
        return trail(visit, problem(told))
    told = f"共 {found.lines} 条，前后相接，没有被改动。末条指纹：{found.head[:16]}（可抄下，下次对照）"
    return trail(visit, tag("p", told, class_="note good", role="status"))


def _first_password(name: str, made: str) -> Html:
    return card(
        f"“{name}”的首次口令",
        tag("p", made, class_="code"),
        tag("p", "只显示这一次，请当面交给本人。72 小时内有效，登录后须换成自己的。", class_="quiet"),
    )


def _state(one: Account) -> Html:
    if one.disabled:
        return mark("已停用", "quiet")
    return mark("等首次登录", "warn") if one.must_change else mark("在用", "good")


def _changes(one: Account) -> Html:
    links = [link(title, f"/accounts/change?name={one.name}&what={what}") for what, title in CHANGES.items()]
    return tag("span", *links, class_="links")


def _trail_row(line: TrailLine) -> tuple[Part, ...]:
    return (
        str(line.seq),
        when(line.at),
        _who(line.actor),
        rights().roles.get(line.role, ""),
        line.origin,
        DEEDS.get(line.action, line.action),
        line.object,
        mark(*RESULTS.get(line.result, (line.result, "quiet"))),
        rights().roles.get(line.detail, line.detail),
    )


def _who(actor: str) -> str:
    # The first group of a PC's id tells it from the others here; the whole id is in the table.
    kind, _, device = actor.partition(":")
    return f"电脑 {device[:8]}" if kind == "pc" else actor or "（没有登录）"
