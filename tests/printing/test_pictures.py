"""Pictures for screen and paper: upright, bounded, without metadata; broken and hostile ones refused."""

import io
import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from real_files import jpeg, pdf, png
from reportlab.pdfgen.canvas import Canvas

from app.printing.pictures import UnreadablePictureError, look_of, picture, plain_jpeg
from app.printing.preview import MOST_PIXELS, page_images

DAMAGED = {
    "image/jpeg": jpeg(300, 200, orientation=6, gps=True),
    "image/png": png(),
    "application/pdf": pdf(),
}


def colour(image: Image.Image, x: float, y: float) -> str:
    red, green, _ = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    return "red" if red > 150 and green < 100 else "white" if green > 200 else "?"


def huge_png(side: int) -> bytes:
    """A PNG that says it is `side` pixels square and holds nothing."""
    chunk = lambda kind, content: (  # noqa: E731
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    # Exif 2.32, tag 0x0112: where the first line and column of the stored picture belong.
    [
        (1, (0, 0.5)),
        (2, (1, 0.5)),
        (3, (1, 0.5)),
        (4, (0, 0.5)),
        (5, (0.5, 0)),
        (6, (0.5, 0)),
        (7, (0.5, 1)),
        (8, (0.5, 1)),
    ],
)
def test_every_orientation_is_turned_upright(orientation, red_at):
    image = Image.open(io.BytesIO(plain_jpeg(jpeg(400, 200, orientation=orientation), 200)))
    assert image.size == ((100, 200) if orientation > 4 else (200, 100))
    assert colour(image, *red_at) == "red"
    assert colour(image, *(1 - part if part in (0, 1) else part for part in red_at)) == "white"


def test_no_place_and_no_other_metadata_is_left():
    original = jpeg(gps=True)
    assert b"Exif" in original
    plain = plain_jpeg(original, 2000)
    assert b"Exif" not in plain
    image = Image.open(io.BytesIO(plain))
    assert image.size == (640, 480)
    assert not image.getexif()


def test_a_transparent_picture_lies_on_white():
    image = Image.open(io.BytesIO(plain_jpeg(png(), 100)))
    red, green, blue = image.getpixel((50, 30))
    assert (red > 120, green > 150, blue > 200) == (True, True, True)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_scanner_colours_are_drawn(mode):
    out = io.BytesIO()
    Image.new(mode, (50, 40)).save(out, "JPEG")
    assert picture(out.getvalue(), 100).width == 100


def test_a_picture_is_drawn_as_wide_as_asked():
    page = picture(jpeg(640, 480, orientation=6), 300)
    assert (page.width, page.height, page.stride, len(page.data)) == (300, 400, 1200, 1200 * 400)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff" + bytes(200), jpeg()[:300], png()[:60], huge_png(12_000), huge_png(14_000), huge_png(60_000),
     b"GIF89a" + bytes(50)],
)  # fmt: skip
def test_broken_and_hostile_pictures_are_refused_and_look_like_nothing(content):
    with pytest.raises(UnreadablePictureError):
        plain_jpeg(content, 200)
    assert look_of("image/png", content).image is None


def test_a_picture_a_mile_long_is_not_drawn():
    out = io.BytesIO()
    Image.new("1", (1, 60_000)).save(out, "PNG")
    with pytest.raises(UnreadablePictureError):
        picture(out.getvalue(), 3000)


def test_a_page_a_mile_long_is_drawn_smaller():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(20, 14_400))
    canvas.showPage()
    canvas.save()
    (page,) = page_images(out.getvalue(), 2000)
    assert page.width * page.height <= MOST_PIXELS * 1.01
    assert len(look_of("application/pdf", out.getvalue()).image) < 20_000


def test_a_picture_with_broken_metadata_is_shown_as_it_lies():
    content = bytearray(jpeg(400, 200, orientation=6))
    content[content.index(b"Exif\0\0") + 14 + 2 : content.index(b"Exif\0\0") + 14 + 10] = b"\xff" * 8
    image = Image.open(io.BytesIO(plain_jpeg(bytes(content), 200)))
    assert image.size == (200, 100)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from(["image/jpeg", "image/png", "application/pdf"]))
def test_a_damaged_file_is_drawn_or_not_and_never_breaks_the_program(seed, kind):
    chance = random.Random(seed)
    content = bytearray(DAMAGED[kind])
    for _ in range(chance.choice((1, 3, 20))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    look = look_of(kind, bytes(content))
    assert look.image is None or look.image.startswith(b"\xff\xd8")


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", pdf()[:400], b"%PDF-1.7\n" + bytes(5000)])
def test_a_broken_pdf_looks_like_nothing(content):
    assert look_of("application/pdf", content) == look_of("application/pdf", b"%PDF-1.4")


def test_pages_are_drawn_from_several_threads_at_once():
    documents = [pdf(4, words=f"document {number}") for number in range(8)]
    alone = [[page.data for page in page_images(content, 200)] for content in documents]
    with ThreadPoolExecutor(4) as threads:
        together = list(
            threads.map(lambda content: [page.data for page in page_images(content, 200)], documents)
        )
    assert together == alone
