"""Taking a file in against a bare copy with one fsync, 40 scanned pages with their small pictures, giving out."""

import io
import os
import secrets
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from PIL import Image, ImageDraw
from real_files import mp3

from app.printing.pictures import look_of
from app.store.attachments import Attachments
from app.store.founding import found
from app.store.station import read_station

MB = 2**20


def measure(turns: int = 15, pages: int = 40) -> dict[str, float]:
    """Milliseconds: medians of a 5 MB recording, and the whole of `pages` A4 scans of 200 dots an inch."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = found(
            folder / "desk.db", secrets.token_bytes(32), station_code="511421125201", station_name="鹰头村"
        )
        with database.read() as connection:
            station = read_station(connection)
        desk = Attachments(database, station, lambda: datetime.now(UTC), largest=50 * MB, draw=look_of)
        ours, bare, reads, source = [], [], [], folder / "录音.mp3"
        for _ in range(turns):
            source.write_bytes(mp3(tagged=False) + secrets.token_bytes(5 * MB))
            start = perf_counter()
            file = desk.add(source)
            added = perf_counter()
            _bare_copy(source, folder / "copy")
            copied = perf_counter()
            b"".join(desk.frames(file))
            ours.append(added - start)
            bare.append(copied - added)
            reads.append(perf_counter() - copied)
        scans = [scan(number) for number in range(1, pages + 1)]
        start = perf_counter()
        for number, content in enumerate(scans, start=1):
            desk.look(desk.add(content, f"扫描{number}.jpg"))
        all_scans = perf_counter() - start
        start = perf_counter()
        assert desk.sweep() == 0
        swept = perf_counter() - start
        database.close()
    return {
        "attach 5 MB ms": 1000 * statistics.median(ours),
        "bare copy 5 MB ms": 1000 * statistics.median(bare),
        "attach ratio": statistics.median(ours) / statistics.median(bare),
        "open 5 MB ms": 1000 * statistics.median(reads),
        f"{pages} scanned pages ms": 1000 * all_scans,
        "scanned page KB": statistics.mean(map(len, scans)) / 1024,
        "sweep ms": 1000 * swept,
    }


def scan(number: int) -> bytes:
    """A page of noise and lines as large as a scan of A4 at 200 dots an inch."""
    noise = Image.frombytes("L", (413, 584), secrets.token_bytes(413 * 584)).resize((1654, 2339))
    page = Image.blend(Image.new("L", noise.size, 255), noise, 0.15)
    pen = ImageDraw.Draw(page)
    for line in range(100, 2200, 40):
        pen.line((150, line, 1500 - 7 * number, line), fill=20, width=9)
    out = io.BytesIO()
    page.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def _bare_copy(source: Path, target: Path) -> None:
    with open(target, "wb") as copy:
        copy.write(source.read_bytes())
        copy.flush()
        os.fsync(copy.fileno())


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:24} {figure:8.2f}")
