"""A photograph or scan on a page of its own."""

from io import BytesIO

from PIL import Image

from app.printing.pictures import plain_jpeg
from app.typeset.fonts import FontBook
from app.typeset.lines import Style, Typesetter
from app.typeset.page import MM, one_line
from app.typeset.sheet import PAGE_HEIGHT, PAGE_WIDTH, Sheet

LONGEST = 1750  # pixels, 150 to the inch over the height of the frame
MARGIN = 18 * MM
CAPTION = Style("song", 9)
CAPTION_ROOM = 18.0


def picture_page(content: bytes, name: str, fonts: FontBook | None = None) -> bytes:
    """One page with the picture as large as fits, upright, its name below, none of its camera data.

    Raises UnreadablePictureError.
    """
    jpeg = plain_jpeg(content, LONGEST)
    with Image.open(BytesIO(jpeg)) as picture:
        width, height = picture.size
    room_x, room_y = PAGE_WIDTH - 2 * MARGIN, PAGE_HEIGHT - 2 * MARGIN - CAPTION_ROOM
    scale = min(room_x / width, room_y / height)
    drawn_x, drawn_y = width * scale, height * scale
    sheet = Sheet(name, Typesetter(fonts or FontBook()))
    bottom = MARGIN + CAPTION_ROOM + (room_y - drawn_y) / 2
    sheet.picture(jpeg, (PAGE_WIDTH - drawn_x) / 2, bottom, drawn_x, drawn_y)
    sheet.show(one_line(sheet, name, CAPTION, room_x), MARGIN, MARGIN)
    sheet.end_page()
    return sheet.finish().data
