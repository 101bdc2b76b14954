"""What a file is: every kind that is let in, what is refused, and names made to fit."""

import io
import random
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_files import EVERY_KIND, docx, jpeg, m4a, mp3, pdf

from app.models.attached_file import MEDIA, Media, fitting_name
from app.models.file_type import FileRefused, media_of

REAL = {ending: make() for ending, make in EVERY_KIND.items()}


def kind_of(content: bytes) -> Media:
    return media_of(io.BytesIO(content))


def a_zip(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, words in parts.items():
            package.writestr(name, words)
    return out.getvalue()


@pytest.mark.parametrize("ending", EVERY_KIND)
def test_every_kind_is_known_by_its_content(ending):
    assert kind_of(EVERY_KIND[ending]()).endings[0] == ending


@pytest.mark.parametrize("content", [mp3(tagged=False), b"\xef\xbb\xbf" + pdf(), b"\r\n" + pdf()])
def test_kinds_as_some_devices_write_them(content):
    assert kind_of(content).media_type in {"audio/mpeg", "application/pdf"}


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"MZ\x90\0" + bytes(200), "病毒"),
        (b"\x7fELF" + bytes(200), "病毒"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(80), "快捷方式"),
        (b"#!/bin/sh\nrm -rf /", "病毒"),
        (b"<!DOCTYPE html><script>%PDF-1.7</script>", "网页"),
        (b"\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg'/>", "矢量图"),
        (b"var x = 1; // %PDF-1.4", "认不出"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (m4a(b"vide"), "录像"),
        (b"\0\0\0\x14ftypqt  " + bytes(100), "录像"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "旧格式"),
        (b"II*\0" + bytes(100), "JPG"),
        (b"BM" + bytes(100), "JPG"),
        (a_zip(photo="x"), "压缩包"),
        (a_zip(**{"[Content_Types].xml": "<Types/>"}), "压缩包"),
        (b"PK\x03\x04" + bytes(100), "压缩包"),
        (docx(macro=True), "宏"),
        (b"Rar!\x1a\x07\x01\0", "压缩包"),
        (b"ID3\x03\0\0\0\0\0\0" + bytes(100), "认不出"),
        (b"\xff\xd8\xff", "认不出"),
        ("就是一段文字".encode(), "认不出"),
        (b"x", "认不出"),
    ],
)
def test_everything_else_is_refused_with_what_to_do(content, advice):
    with pytest.raises(FileRefused, match=advice) as refusal:
        kind_of(content)
    assert "没有收下" in str(refusal.value)


@given(st.binary(max_size=300))
def test_random_bytes_are_answered(content):
    with suppress(FileRefused):
        assert kind_of(content).media_type in MEDIA


@pytest.mark.parametrize("cut", [1, 100, 400])
def test_a_beginning_of_a_real_file_does_not_break_the_reading(cut):
    for make in EVERY_KIND.values():
        with suppress(FileRefused):
            assert kind_of(make()[:cut]).media_type in MEDIA


@given(st.integers(0, 1 << 30), st.sampled_from(sorted(EVERY_KIND)))
def test_a_damaged_file_is_known_or_refused(seed, ending):
    chance = random.Random(seed)
    content = bytearray(REAL[ending])
    for _ in range(chance.choice((1, 3, 20))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    with suppress(FileRefused):
        assert kind_of(bytes(content)).media_type in MEDIA


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("借条.jpg", "借条.jpg"),
        ("借条.JPG", "借条.JPG"),
        ("借条.jpeg", "借条.jpeg"),
        ("借条.pdf", "借条.pdf.jpg"),
        ("借条", "借条.jpg"),
        ("setup.exe", "setup.exe.jpg"),
        ("", "照片.jpg"),
        (".jpg", "照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\桌面\\图.jpg", "图.jpg"),
        ("a\u202egpj.exe", "a_gpj.exe.jpg"),
        ("一\n二.jpg", "一_二.jpg"),
        ("长" * 300 + ".jpg", "长" * 79 + ".jpg"),
        ("con.jpg", "_con.jpg"),
        ("NUL.x", "_NUL.x.jpg"),
        ('几点?:"3点".jpg', "几点___3点_.jpg"),
    ],
)
def test_a_name_says_what_the_file_is(name, fitting):
    assert fitting_name(name, MEDIA["image/jpeg"]) == fitting


@given(st.text(max_size=200))
def test_a_fitting_name_fits_again(name):
    for media in MEDIA.values():
        fitting = fitting_name(name, media)
        assert fitting_name(fitting, media) == fitting
        assert len(fitting) <= 120


def test_a_large_photograph_is_told_by_its_beginning():
    assert kind_of(jpeg(3000, 2000)).is_picture
