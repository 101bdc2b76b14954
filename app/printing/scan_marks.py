"""The codes of frozen papers read back from a scan: pictures and PDFs (zxing-cpp)."""

from collections.abc import Iterator
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from app.models.attached_file import MEDIA
from app.models.mediation.printed import Mark, read_mark
from app.printing.preview import UnreadablePdfError, page_images

PDF = "application/pdf"
WIDTH = 1654
"""Pixels over A4, 200 to the inch: four to a module of the code."""
MOST_PAGES = 40


def marks_in(content: bytes, media_type: str) -> list[Mark]:
    """The marks on the pages of a scan, each once; none where nothing can be read."""
    found: dict[Mark, None] = {}
    for picture in _pictures(content, media_type):
        for code in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            mark = read_mark(code.text)
            if mark is not None:
                found[mark] = None
    return list(found)


def _pictures(content: bytes, media_type: str) -> Iterator[Image.Image]:
    try:
        if media_type == PDF:
            for page in page_images(content, WIDTH):
                if page.number > MOST_PAGES:
                    return
                yield Image.frombuffer(
                    "RGB", (page.width, page.height), page.data, "raw", "BGRX", page.stride
                )
        elif MEDIA[media_type].is_picture:
            with Image.open(BytesIO(content)) as picture:
                yield ImageOps.exif_transpose(picture).convert("L")
    except (UnreadablePdfError, UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return
