"""Photographs and scans for screen and paper: upright as their EXIF says, and without any of it (no GPS place)."""

import io

from PIL import Image, ImageOps

from app.models.attached_file import MEDIA
from app.printing.preview import PageImage, UnreadablePdfError, page_count, page_images
from app.store.attachments import Look

THUMBNAIL = 240  # pixels of the longer side
MOST_PIXELS = 120_000_000  # of a picture as it was taken; more is a mistake or an attack
MOST_DRAWN = 40_000_000  # of a picture as it is drawn
QUALITY = 82
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Whatever a broken or hostile picture makes the decoder raise.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class UnreadablePictureError(ValueError):
    """The bytes are not a picture that can be shown."""


def look_of(media_type: str, content: bytes) -> Look:
    """A small picture of a photograph, or of the first page of a PDF with the count of its pages."""
    try:
        if MEDIA[media_type].is_picture:
            return Look(plain_jpeg(content, THUMBNAIL))
        first = next(page_images(content, THUMBNAIL, [1]))
        page = Image.frombytes("RGB", (first.width, first.height), first.data, "raw", "BGRX", first.stride)
        page.thumbnail((THUMBNAIL, THUMBNAIL))
        return Look(_jpeg(page), page_count(content))
    except (UnreadablePictureError, UnreadablePdfError, IndexError):
        return Look()


def plain_jpeg(content: bytes, longest: int) -> bytes:
    """The picture as a JPEG of at most `longest` pixels a side, upright and with no metadata.

    Raises UnreadablePictureError.
    """
    return _jpeg(_upright(content, longest, longest))


def picture(content: bytes, width: int) -> PageImage:
    """The picture drawn `width` pixels wide, upright.  Raises UnreadablePictureError."""
    image = _upright(content, width, None)
    height = max(1, round(image.height * width / image.width))
    if width * height > MOST_DRAWN:
        raise UnreadablePictureError("too large to draw")
    drawn = image.resize((width, height), Image.Resampling.LANCZOS)
    return PageImage(1, width, height, width * 4, drawn.tobytes("raw", "BGRX"))


def _upright(content: bytes, at_least: int, longest: int | None) -> Image.Image:
    """The picture as RGB, not much larger than asked for and turned as its EXIF says."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UnreadablePictureError("too many pixels")
            image.draft("RGB", (at_least, at_least))
            if longest is not None:
                image.thumbnail((longest, longest))
            turned = ImageOps.exif_transpose(image)
            if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
                turned = turned.convert("RGBA")
                ground = Image.new("RGBA", turned.size, "white")
                turned = Image.alpha_composite(ground, turned)
            return turned.convert("RGB")
    except UnreadablePictureError:
        raise
    except BROKEN as broken:
        raise UnreadablePictureError("not a readable picture") from broken


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
