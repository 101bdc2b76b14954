"""The page of backups: which there are, and one more now."""

from app.district import backup
from app.district.administration.frame import card, problem, when
from app.district.administration.html import joined, table, tag
from app.district.administration.visit import Sent, Shown, Visit


def backups(visit: Visit, wrong: str = "") -> Shown:
    """Backups in the district's folder, the newest first."""
    rows = [
        (when(one.made_at), str(one.revisions), f"{one.bytes / 2**20:.1f} MB", one.folder.name)
        for one in backup.kept_in(visit.parts.folder / backup.FOLDER)
    ]
    form = visit.form_to("/backups", button="现在备份", kind="main")
    says = "备份里有区级服务的钥匙和全部记录，没有另外加密：请存到另一块盘，锁好。恢复用命令，见管理员手册。"
    listed = card("备份", table(("时间", "修订（条）", "大小", "文件夹"), rows, "还没有备份。"))
    asked = card("现在备份", form, tag("p", says, class_="quiet"))
    return Shown("备份", joined((problem(wrong) if wrong else None, asked, listed)))


def make_backup(visit: Visit) -> Shown | Sent:
    """One more, verified."""
    parts = visit.parts
    try:
        backup.back_up(parts.database, parts.url, parts.folder / backup.FOLDER, parts.clock(), visit.actor)
    except backup.NotBackedUp as refused:
        return backups(visit, str(refused))
    return Sent("/backups?done=backup")
