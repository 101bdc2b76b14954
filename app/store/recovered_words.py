"""What a restore brought back, what it could not, and what to do next, as sentences."""

from datetime import datetime

from app.models.station_time import station_time
from app.store.new_life import NewLife
from app.store.restore import Recovered


def sentences(recovered: Recovered) -> list[str]:
    """The report of a restore, most important first."""
    told = [_came_back(recovered), _after(recovered)]
    if recovered.passed_over:
        told.append(f"更新的备份有 {recovered.passed_over} 份损坏或打不开，没有采用。")
    if recovered.blobs_lost:
        told.append(f"附件有 {recovered.blobs_lost} 个在备份里也没有找到，其余 {recovered.blobs} 个都在。")
    elif recovered.blobs:
        told.append(f"附件 {recovered.blobs} 个都在。")
    if recovered.life.numbers_free:
        told.append(
            f"文书编号各空出 {recovered.life.numbers_free} 个再往下编，以免与备份以后发出的编号重复。"
        )
    told += _goes_on(recovered.life)
    told.append(f"原来的文件原样保存在：{recovered.quarantine}")
    return told


def _came_back(recovered: Recovered) -> str:
    contents = recovered.contents
    last = f"，最后一次修改在{_moment(contents.last_at)}" if contents.last_at else ""
    made = _moment(recovered.backup.made_at)
    return f"已恢复到{made}的备份：共 {contents.count} 条记录{last}。"


def _after(recovered: Recovered) -> str:
    count = recovered.after_backup
    if count is None or recovered.before is None:
        return (
            "备份以后写的内容不在备份里，旧文件已读不出有多少；已上报的区里还有，可请区里核对，"
            "没上报的请照纸质材料补录。"
        )
    if count == 0:
        return "旧文件里没有比备份更新的修改。"
    at_district = min(recovered.before.receipted, count)
    return (
        f"备份以后还有 {count} 次修改不在备份里：{at_district} 次区里已收到，可请区里找回；"
        f"{count - at_district} 次没有上报，请照纸质材料补录。"
    )


def _goes_on(life: NewLife) -> list[str]:
    told = [f"有 {life.unsent} 次修改等待上报，区里已有的不会重复。"] if life.unsent else []
    if life.enrolled:
        told.append("连上区里以后，先自动取回区里已收到的内容，再上报其余的，不用重新登记。")
    return told


def _moment(moment: datetime) -> str:
    at = station_time(moment)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
