"""Tiny real files of every kind a record may carry, made on the spot."""

import io
import struct
import wave
import zipfile
from collections.abc import Callable

from openpyxl import Workbook
from PIL import Image
from reportlab.pdfgen.canvas import Canvas


def jpeg(width: int = 640, height: int = 480, *, orientation: int = 1, gps: bool = False) -> bytes:
    """A photograph whose left half is red, as a camera writes it."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 20, 20), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 3.0, 12.0), 3: "E", 4: (104.0, 2.0, 9.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif.tobytes())
    return out.getvalue()


def png(width: int = 320, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 90, 160, 120)).save(out, "PNG")
    return out.getvalue()


def pdf(pages: int = 2, words: str = "evidence") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(1, pages + 1):
        canvas.drawString(100, 700, f"{words} {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def xlsx() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["姓名", "金额"])
    book.save(out)
    return out.getvalue()


def docx(*, macro: bool = False) -> bytes:
    """The smallest package of ECMA-376 that word processors open."""
    out = io.BytesIO()
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>',
        )
        package.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:body><w:p><w:r><w:t>证人证言</w:t></w:r></w:p></w:body></w:document>",
        )
        if macro:
            package.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out.getvalue()


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\1" * 800)
    return out.getvalue()


def mp3(*, tagged: bool = True) -> bytes:
    """Silent frames of MPEG-1 layer III at 128 kbit/s and 44.1 kHz, 417 bytes each."""
    tag = b"ID3\x03\0\0" + bytes([0, 0, 1, 0]) + bytes(128) if tagged else b""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * 4


def m4a(track: bytes = b"soun") -> bytes:
    """The boxes of an MP4 that say what it holds: `ftyp`, and a track's handler within `moov`."""
    box = lambda kind, content: struct.pack(">I", 8 + len(content)) + kind + content  # noqa: E731
    handler = box(b"hdlr", bytes(8) + track + bytes(13))
    return (
        box(b"ftyp", b"M4A \0\0\0\0M4A isom")
        + box(b"moov", box(b"trak", box(b"mdia", handler)))
        + box(b"mdat", bytes(500))
    )


# ending → how one is made
EVERY_KIND: dict[str, Callable[[], bytes]] = {
    "pdf": pdf,
    "jpg": jpeg,
    "png": png,
    "docx": docx,
    "xlsx": xlsx,
    "mp3": mp3,
    "m4a": m4a,
    "wav": wav,
}
