"""What is planted into a desk and must be found nowhere in clear, and how it is looked for."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, is_zipfile

PASSWORD = "Zhong-ru-2026-mima"
TYPED_WRONG = "Shu-cuo-de-2026-mima"
NAMES = [f"埋名{sign}" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"]
MARK = "FENGQIAO-PLANTED-MARK-7f3a"
FILE_NAME = "埋下的照片名"
DRAFT = "草稿里埋下的一句话"
STREET = "埋下的住址九号"


def card(number: int) -> str:
    """A sound identity number (GB 11643-1999) of nobody: born in 1899."""
    body = f"51142118990101{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        body + "10X98765432"[sum(int(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11]
    )


CARDS = [card(number) for number in range(301, 321)]
PHONES = [f"1990000{number:04d}" for number in range(5601, 5621)]


def planted() -> dict[str, str]:
    """Every secret by what it is."""
    named = {"password": PASSWORD, "wrong password": TYPED_WRONG, "mark": MARK, "file name": FILE_NAME}
    named |= {"draft": DRAFT, "street": STREET}
    for what, texts in (("name", NAMES), ("card", CARDS), ("phone", PHONES)):
        named |= {f"{what} {at}": text for at, text in enumerate(texts)}
    return named


def forms(secret: str | bytes) -> list[bytes]:
    """How a secret may lie in a file: UTF-8, UTF-16 as Qt and Windows write it, escaped JSON, hex for keys."""
    if isinstance(secret, bytes):
        return [secret, secret.hex().encode(), secret.hex().upper().encode()]
    escaped = secret.encode("ascii", "backslashreplace")
    return list({secret.encode(), secret.encode("utf-16-le"), escaped, secret.encode("gb18030")})


def sightings(folders: list[Path], secrets: dict[str, str | bytes]) -> Iterator[str]:
    """`what in file` for every secret found in any file below the folders, archives unpacked."""
    looked = {what: forms(secret) for what, secret in secrets.items()}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                for name, content in _contents(path):
                    for what, ways in looked.items():
                        if any(way in content for way in ways):
                            yield f"{what} in {name}"


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    yield str(path), path.read_bytes()
    if is_zipfile(path):
        with ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.flag_bits & 1:
                    yield f"{path}!{entry.filename}", archive.read(entry)
