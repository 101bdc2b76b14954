"""The sheet with the recovery code, to be locked away: the second way into a station's data."""

from datetime import date

from app.printing.signature import chinese_date
from app.typeset.flow import Flow
from app.typeset.fonts import FontBook
from app.typeset.lines import Style, Typesetter
from app.typeset.page import OFFICIAL, print_pages
from app.typeset.sheet import PrintedPdf, Sheet

TITLE = Style("song-bold", 22)
BODY = Style("song", 14)
CODE = Style("hei-bold", 20)
LEADING = 28.0
WHY = (
    "这一页上的四十位数字可以打开本站电脑里的全部记录。忘记口令、电脑更换用户时，在登录窗口选“用恢复码打开”，"
    "照这一页输入，就能设置新口令。"
)
KEEP = "请锁入铁皮柜，由站长保管；不要拍照，不要放在电脑旁边。这一页丢失时，请登录后重新生成恢复码，旧码随即作废。"


def recovery_sheet(
    code: str, station_name: str, user: str, day: date, fonts: FontBook | None = None
) -> PrintedPdf:
    """One page with the code in large groups, what it is for and how to keep it."""
    typesetter = Typesetter(fonts or FontBook())
    flow = Flow(typesetter, OFFICIAL, LEADING)
    groups = code.split("-")
    half = (len(groups) + 1) // 2
    units = [
        *flow.centred("枫桥工作台恢复码", TITLE, leading=60.0, spread=0.1),
        *flow.paragraph(f"站点：{station_name}　　建立人：{user}", BODY),
        *flow.paragraph(f"日期：{chinese_date(day)}", BODY),
        *flow.centred("　".join(groups[:half]), CODE, leading=52.0),
        *flow.centred("　".join(groups[half:]), CODE, leading=40.0),
        *flow.paragraph(WHY, BODY, space=18.0),
        *flow.paragraph(KEEP, BODY),
        *flow.paragraph("保管人（签名）：　　　　　　　　　　存放地点：", BODY, space=24.0),
    ]
    return print_pages(Sheet("枫桥工作台恢复码", typesetter), units, OFFICIAL, head="", watermark=None)
