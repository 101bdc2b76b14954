"""What a record holds of an attached file (附件): which content, under which name; the content lies in the store."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.models.text import clean_text, text_problems

LONGEST_NAME = 120
LARGEST = 1 << 40  # bytes a record may speak of; what a PC takes in is a setting
SHA256 = re.compile(r"[0-9a-f]{64}").fullmatch
NOT_ON_DISKS = '<>:"|?*'
DEVICES = re.compile(
    r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE
).fullmatch  # names Windows keeps
PARTS = {"sha256", "name", "media_type", "size"}


@dataclass(frozen=True)
class Media:
    """A kind of file a record may carry; the first of its endings is given to files that have another."""

    media_type: str
    label: str
    endings: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as one picture."""
        return self.media_type.startswith("image/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA = {
    media.media_type: media
    for media in (
        Media("application/pdf", "PDF 文件", ("pdf",)),
        Media("image/jpeg", "照片", ("jpg", "jpeg", "jpe", "jfif")),
        Media("image/png", "图片", ("png",)),
        Media(f"{_OFFICE}wordprocessingml.document", "文字文档", ("docx",)),
        Media(f"{_OFFICE}spreadsheetml.sheet", "电子表格", ("xlsx",)),
        Media("audio/mpeg", "录音", ("mp3",)),
        Media("audio/mp4", "录音", ("m4a", "mp4", "aac", "3gp")),
        Media("audio/wav", "录音", ("wav",)),
    )
}


@dataclass(frozen=True)
class AttachedFile:
    """One attached file.

    `sha256` of the content in hex is its identity, `name` is for people only, `size` is in bytes.
    """

    sha256: str
    name: str
    media_type: str
    size: int


def file_of(raw: Any) -> AttachedFile:
    """An attached file from a form, a draft or the wire.  Raises ValueError with a sentence."""
    if isinstance(raw, AttachedFile):
        return raw
    if not isinstance(raw, Mapping) or set(raw) != PARTS:
        raise ValueError("文件信息不完整，请删去后重新添加。")
    sha256, name, media_type, size = raw["sha256"], raw["name"], raw["media_type"], raw["size"]
    if not isinstance(sha256, str) or not SHA256(sha256) or type(size) is not int or not 0 < size <= LARGEST:
        raise ValueError("文件信息不完整，请删去后重新添加。")
    if not isinstance(media_type, str) or media_type not in MEDIA:
        raise ValueError("有一个文件的类型不在允许之列，请删去。")
    if not isinstance(name, str) or name != fitting_name(name, MEDIA[media_type]):
        raise ValueError("有一个文件的名称与类型不符，请删去后重新添加。")
    return AttachedFile(sha256, name, media_type, size)


def files_in(data: Any) -> Iterator[AttachedFile]:
    """Every attached file wire data names at whatever depth, also of a record type this program does not know."""
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if set(part) == PARTS:
                with suppress(ValueError):
                    yield file_of(part)
            else:
                waiting += part.values()
        elif isinstance(part, list):
            waiting += part


MOST_BYTES = 240
"""Of a name in UTF-8: disks of other systems than Windows take 255, and a copy may get a few more signs."""


def fitting_name(name: str, media: Media) -> str:
    """A name that can be shown and stored, with an ending that says what the file is.

    Folders are left out; signs that cannot be stored, or not be in a file's name, become `_`; long names keep
    their ending.
    """
    last = clean_text(re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".")
    if not dot or ending.lower() not in media.endings:
        stem, ending = last, media.endings[0]
    kept = "".join("_" if sign in NOT_ON_DISKS or text_problems(sign) else sign for sign in stem)
    short = clean_text(kept)[: LONGEST_NAME - len(ending) - 2].encode()
    kept = clean_text(short[: MOST_BYTES - len(ending)].decode(errors="ignore")) or media.label
    return f"_{kept}.{ending}" if DEVICES(kept) else f"{kept}.{ending}"
