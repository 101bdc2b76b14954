"""What a file is, told from its content and never from its name (ASVS 5.2.2).

A short table of our own rather than a guessing library: what is let in is eight formats, each checked as far as
its own specification allows, and everything else is refused with a sentence that helps.
"""

import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from app.models.attached_file import MEDIA, Media

HEAD = 4096
MOST_PARTS = 10_000  # files inside one docx or xlsx
LONGEST_LIST = 4 << 20  # bytes of its list of parts
# Layer III in kbit/s: MPEG-1 (ISO/IEC 11172-3, 2.4.2.3) and the lower rates (13818-3, 2.4.2.3).
MPEG_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz by version
_OFFICE = "application/vnd.openxmlformats-officedocument."


class FileRefused(Exception):
    """The file was not taken in; the sentence says why and what to do."""


def _begins(pattern: bytes) -> Callable[[bytes], object]:
    return re.compile(pattern, re.DOTALL).match


BEGINNINGS = (
    (_begins(rb"(\xef\xbb\xbf)?\s{0,8}%PDF-[12]\."), "application/pdf"),
    (_begins(rb"\xff\xd8\xff.{122}"), "image/jpeg"),
    (_begins(rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png"),
    (_begins(rb"RIFF....WAVEfmt "), "audio/wav"),
)
AUDIO = _begins(rb"....ftyp(M4[AB] |mp4[12]|iso[m2-6]|3gp[4-6]|MSNV|dash|avc1)")
REFUSALS = (
    (
        _begins(rb"MZ|\x7fELF|L\0\0\0|\s*#!|(?i:\s*(@echo|powershell))"),
        "这是程序或快捷方式，可能有病毒，没有收下。请向提供人要照片、扫描件或 PDF。",
    ),
    (
        _begins(rb"(\xef\xbb\xbf)?\s*<"),
        "网页和矢量图没有收下。请在浏览器里打印为 PDF，再添加 PDF。",
    ),
    (
        _begins(rb"....ftyp(hei|hev|mif1|msf1|avif)"),
        "苹果手机的 HEIC 照片没有收下。请在手机“设置—相机—格式”里选“兼容性最佳”重拍，或改存为 JPG 再添加。",
    ),
    (
        _begins(rb"....ftyp"),
        "录像没有收下，只收录音、照片和文档。请截取画面存为照片，或只留录音。",
    ),
    (
        _begins(rb"\xd0\xcf\x11\xe0"),
        "旧格式的 Word 或 Excel 文件没有收下。请用原程序另存为 .docx、.xlsx 或 PDF，再添加。",
    ),
    (
        _begins(rb"II\*\0|MM\0\*|BM|GIF8|RIFF"),
        "这种图片或声音格式没有收下。请在扫描仪或原程序里改存为 JPG、PNG、PDF 或 MP3，再添加。",
    ),
    (
        _begins(rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b"),
        "压缩包没有收下。请先解压，再逐个添加里面的照片或文档。",
    ),
    (
        _begins(rb""),
        "认不出这个文件的格式，没有收下。可以添加 PDF、JPG、PNG、DOCX、XLSX、MP3、M4A、WAV 文件。",
    ),
)


def media_of(file: BinaryIO) -> Media:
    """The kind of an open file.  Raises FileRefused for what is not let in; leaves the position anywhere."""
    file.seek(0)
    head = file.read(HEAD)
    found = _kind(head, file)
    if found is None:
        raise FileRefused(_why_not(head))
    return MEDIA[found]


def may_begin(head: bytes) -> bool:
    """Whether a file that begins so can turn out to be one that is let in; `head` as long as the file or 4 KiB."""
    if any(begins(head) for begins, _ in BEGINNINGS) or AUDIO(head):
        return True
    return head.startswith((b"PK\x03\x04", b"ID3")) or _frame_length(head) > 0


def _kind(head: bytes, file: BinaryIO) -> str | None:
    for begins, kind in BEGINNINGS:
        if begins(head):
            return kind
    if AUDIO(head) and not _holds_pictures(file):
        return "audio/mp4"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return "audio/mpeg" if _is_mp3(head, file) else None


def _holds_pictures(file: BinaryIO) -> bool:
    """Whether an MP4 has a picture track: its handler box says `vide` (ISO/IEC 14496-12, 8.4.3)."""
    file.seek(0)
    tail = b""
    while block := file.read(1 << 20):
        if re.search(rb"hdlr.{8}vide", tail + block, re.DOTALL):
            return True
        tail = block[-16:]
    return False


def _is_mp3(head: bytes, file: BinaryIO) -> bool:
    """An MPEG layer III frame and, where there is room for one, another right behind it."""
    start = 0
    if head.startswith(b"ID3") and len(head) > 10:
        # ID3v2 6.2: the length in four times seven bits.
        start = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
        )
        file.seek(start)
        head = file.read(HEAD)
        head = head.lstrip(b"\0")
    length = _frame_length(head)
    return length > 0 and (len(head) < length + 4 or _frame_length(head[length:]) > 0)


def _frame_length(frame: bytes) -> int:
    """Bytes of the MPEG layer III frame that begins here; 0 where none does."""
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return 0
    version, rate, bitrate = (frame[1] >> 3) & 3, (frame[2] >> 2) & 3, frame[2] >> 4
    if version == 1 or rate == 3 or not 1 <= bitrate <= 14:
        return 0
    kilobits = (MPEG_1 if version == 3 else MPEG_2)[bitrate - 1]
    samples = 144 if version == 3 else 72
    return samples * kilobits * 1000 // MPEG_RATES[version][rate] + ((frame[2] >> 1) & 1)


def _office(file: BinaryIO) -> str | None:
    """docx or xlsx without macros, told from the package's own list of parts (ECMA-376 part 2)."""
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            listed = package.getinfo("[Content_Types].xml")
            if len(names) > MOST_PARTS or listed.file_size > LONGEST_LIST:
                return None
            types = package.read(listed)
    except Exception:  # whatever a broken package makes its reader raise
        return None
    if any("vbaproject" in name.lower() or "activex" in name.lower() for name in names):
        raise FileRefused(
            "文件里带有宏程序，可能有病毒，没有收下。请在原程序里另存为不带宏的文件，或导出为 PDF。"
        )
    mains = {kind: f"{kind}.main+xml".encode() for kind in MEDIA if kind.startswith(_OFFICE)}
    return next((kind for kind, main in mains.items() if main in types), None)


def _why_not(head: bytes) -> str:
    """The sentence for a file that is not let in, as exact as its beginning allows."""
    return next(sentence for begins, sentence in REFUSALS if begins(head))
