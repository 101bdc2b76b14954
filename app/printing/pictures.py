"""Photographs and scans for screen and paper: upright as their EXIF says, and without any of it (no GPS place)."""

import io

from PIL import Image

from app.models.attached_file import MEDIA
from app.printing.preview import PageImage, UnreadablePdfError, page_count, page_images
from app.store.attachments import Look

THUMBNAIL = 240  # pixels of the longer side
MOST_PIXELS = 120_000_000  # of a picture as it was taken; more is a mistake or an attack
MOST_DRAWN = 40_000_000  # of a picture as it is drawn
QUALITY = 82
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# What turns a picture upright, by the orientation its camera wrote (Exif 2.32, tag 0x0112).
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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
            turn = TURNS.get(_orientation(image))
            image.draft("RGB", (at_least, at_least))
            if longest is not None:
                image.thumbnail((longest, longest))
            turned = image.copy() if turn is None else image.transpose(turn)
        if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
            turned = turned.convert("RGBA")
            turned = Image.alpha_composite(Image.new("RGBA", turned.size, "white"), turned)
        return turned.convert("RGB")
    except UnreadablePictureError:
        raise
    except Exception as broken:  # whatever a broken or hostile picture makes the decoder raise
        raise UnreadablePictureError("not a readable picture") from broken


def _orientation(image: Image.Image) -> int:
    """How the camera was held; 1 (upright) where the picture does not say it readably."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken tag, in many ways
        return 1


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
