"""Pages of what the PCs did: PCs themselves, arrivals, held revisions, differences."""

from app.district import overview
from app.district.administration.accounts import NotDone
from app.district.administration.frame import card, mark, problem, sure, when
from app.district.administration.html import Html, Part, hidden, joined, link, table, tag
from app.district.administration.visit import Sent, Shown, Visit
from app.district.held_again import take_again, take_one_again
from app.district.overview import Arrival, DeviceLine

ACTS = {"create": "新建", "edit": "修改", "void": "作废", "append": "追加", "skip": "未传内容"}
OUTCOMES = {
    "applied": ("已收", "good"),
    "merged": ("已合并", "good"),
    "conflict": ("有出入", "warn"),
    "held": ("待处理", "bad"),
    "released": ("已处理", "good"),
}
REASONS = {
    "invalid": "内容不合要求",
    "wrong_form": "内容格式不对",
    "unknown_type": "区级程序还不认识",
    "missing_parent": "上一版还没到",
    "record_exists": "编号重复",
    "no_reason": "作废没写理由",
    "too_large": "内容太大没有传来",
    "not_allowed": "记录人的角色不能这样改",
    "not_storable": "暂时无法存放",
}


def devices(visit: Visit) -> Shown:
    """Every PC with its last contact and how far its stream is in."""
    with visit.parts.database.read() as connection:
        lines = overview.devices(connection)
    may_revoke = visit.may("revoke_devices")
    head = ("站点", "电脑", "程序", "代次", "已收到第几条", "最近联系", "状态", *([""] if may_revoke else []))
    rows = [_device_row(line, may_revoke=may_revoke) for line in lines]
    return Shown("电脑", card(f"已登记的电脑（{len(lines)}）", table(head, rows, "还没有登记过电脑。")))


def ask_revoke(visit: Visit) -> Shown:
    """Whether to stop one PC."""
    with visit.parts.database.read() as connection:
        line = overview.device_line(connection, visit.asked.get("device", ""))
    if line is None or line.revoked:
        return Shown("电脑", problem("没有这台电脑，或者已经停用。"), 404)
    form = visit.form_to("/devices/revoke", hidden("device", line.device), button="停用这台电脑", kind="bad")
    says = (
        f"停用 {line.station_name} 的“{line.label}”？区里不再收它的记录，它也不能再取回记录；"
        "站上其他电脑不受影响。要再用时，需用新登记码重新登记。"
    )
    return sure(visit, "停用电脑", says, form, "/devices")


def revoke(visit: Visit) -> Shown | Sent:
    """Stop one PC."""
    try:
        visit.parts.enrolments.revoke(visit.form.get("device", ""), visit.actor)
    except NotDone as refused:
        return Shown("电脑", problem(str(refused)), 404)
    return Sent("/devices?done=revoked")


def held(visit: Visit, said: Part = None) -> Shown:
    """What could not take effect and why, with buttons to try all or one again."""
    with visit.parts.database.read() as connection:
        lines = overview.waiting_lines(connection)
        counts = overview.waiting_by_station(connection)
    total = sum(counts.values())
    note = f"先列最早的 {len(lines)} 条。" if total > len(lines) else ""
    full, may_take = visit.may("see_reasons"), visit.may("take_held_again")
    rows = [
        (
            tag("span", one.number, class_="number"),
            *_who_row(visit, one),
            REASONS.get(one.reason, one.reason),
            *([one.detail] if full else []),
            *([_one_again(visit, one)] if may_take else []),
        )
        for one in lines
    ]
    more = [*(["说明"] if full else []), *([""] if may_take else [])]
    head = ("编号", "收到时间", "站点", "电脑", "记录人", "内容", "原因", *more)
    again = None
    if may_take and total:
        form = visit.form_to("/held", button="全部重新处理", kind="main")
        says = "更新程序或代码表之后，原来收不下的可能已经能收：按原来的办法再过一遍，能收的随即生效。"
        again = card("重新处理", tag("p", says, class_="quiet"), form)
    listed = card(f"待处理（{total}）", tag("p", note, class_="quiet"), table(head, rows, "没有待处理的。"))
    return Shown("待处理", joined((said, again, listed)))


def held_again(visit: Visit) -> Shown:
    """Go through everything held once more."""
    freed, left = take_again(visit.parts.database, visit.parts.judge, visit.parts.clock, visit.actor)
    said = f"重新处理完毕：{freed} 条已经生效，{left} 条仍需等待。"
    return held(visit, tag("p", said, class_="note good", role="status"))


def held_one_again(visit: Visit) -> Shown:
    """Go through one held revision, and those of its record, once more."""
    parts = visit.parts
    number = visit.form.get("number", "")
    try:
        tried = take_one_again(parts.database, parts.judge, parts.clock, visit.actor, number)
    except NotDone as refused:
        shown = held(visit, problem(str(refused)))
        return Shown(shown.title, shown.body, 404)
    others = tried.freed - tried.is_free
    along = f"同一记录的另外 {others} 条已经生效。" if others else ""
    if tried.is_free:
        return held(visit, tag("p", f"{number} 已经生效。{along}", class_="note good", role="status"))
    said = f"{number} 仍需等待：{REASONS.get(tried.reason, tried.reason)}。{along}"
    return held(visit, tag("p", said, class_="note warn", role="status"))


def arrivals(visit: Visit) -> Shown:
    """The newest revisions: who, what, with which outcome; nothing of their content."""
    with visit.parts.database.read() as connection:
        lines = overview.newest(connection)
    rows = [
        (*_who_row(visit, one), mark(*OUTCOMES.get(one.outcome, (one.outcome, "quiet")))) for one in lines
    ]
    head = ("收到时间", "站点", "电脑", "记录人", "内容", "结果")
    return Shown("最近收到", card("最近收到", table(head, rows, "还没有收到记录。")))


def differences(visit: Visit) -> Shown:
    """How many differences each station still has to settle."""
    with visit.parts.database.read() as connection:
        lines = overview.differences(connection)
    rows = [(code, name, _count(some), str(settled)) for code, name, some, settled in lines]
    says = tag("p", "两人改了同一项内容，由站上的人选定；区里不替他们选。", class_="quiet")
    listed = table(("编码", "站点", "还没选定", "已选定"), rows, "各站都没有出入。")
    return Shown("有出入", card("各站的出入", says, listed))


def _one_again(visit: Visit, one: Arrival) -> Html:
    return visit.form_to("/held/one", hidden("number", one.number), button="重新处理", kind="small")


def _count(some: int) -> Html:
    return mark(str(some), "warn") if some else mark("0", "quiet")


def _device_row(line: DeviceLine, *, may_revoke: bool) -> tuple[Part, ...]:
    state = mark("已停用", "quiet") if line.revoked else mark("在用", "good")
    cells: tuple[Part, ...] = (
        line.station_name or line.station,
        line.label,
        line.app,
        str(line.epoch),
        str(line.acked_seq),
        when(line.last_seen),
        joined((state, mark("操作记录前后对不上", "bad") if line.contradicted else None)),
    )
    if not may_revoke:
        return cells
    stop = None if line.revoked else link("停用", f"/devices/revoke?device={line.device}")
    return (*cells, stop)


def _who_row(visit: Visit, one: Arrival) -> tuple[Part, ...]:
    kind = visit.parts.titles.get(one.type, one.type)
    what = f"{ACTS.get(one.act, one.act)}{kind}"
    return (when(one.received_at), one.station_name or one.station, one.device, one.by, what)
