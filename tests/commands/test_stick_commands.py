"""stick-out, district --take-stick, stick-in: the whole way by command, over the real line for enrolment only."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk
from app.commands.desk_files import transfers_of
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.district.database import open_database
from app.district.server import DistrictServer, services_of
from app.models.registry import RECORD_TYPES
from app.store.stick import StickLog
from app.store.tables import device
from main import main
from tests import real_files
from tests.samples import SAMPLES

PASSWORD = "Ce-shi-2026-kou"
STATION = "511421125201"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A station enrolled with a district that is not running any more, with three unsent records."""
    desk, _ = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user="王调解", password=PASSWORD
    )
    with closing(desk), DistrictServer(tmp_path / "district") as server:
        enrol_desk(desk, server.url, server.open_code(STATION, "鹰头村"))
        for code in ("resident", "patrol_log", "service_visit"):
            desk.store.save(RECORD_TYPES[code], SAMPLES[code](), by="王调解", record_id=str(uuid7()))
    return tmp_path / "data"


def run(data: Path, *command: str) -> int:
    (data.parent / "password").write_text(PASSWORD, encoding="utf-8")
    return main(["--data", str(data), *command, "--password-file", str(data.parent / "password")])


def test_the_whole_way_by_command(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    take = ["district", "--folder", str(tmp_path / "district"), "--take-stick", str(stick)]
    assert main(take) == 1
    assert "没有站里导出的文件" in capsys.readouterr().err
    assert run(data, "stick-in", str(stick)) == 2
    assert "请先把U盘带到区里" in capsys.readouterr().err
    assert run(data, "stick-out", str(stick)) == 0
    assert "导出 3 条" in capsys.readouterr().out
    assert main(take) == 0
    assert "共 1 个文件，收下 3 条" in capsys.readouterr().out
    assert run(data, "stick-in", str(stick)) == 0
    assert "现在未上报 0 条" in capsys.readouterr().out
    assert run(data, "stick-out", str(tmp_path / "none")) == 2
    assert "找不到这个U盘" in capsys.readouterr().err
    (stick / "坏.ack").write_bytes(b"x" * 200)
    assert run(data, "stick-in", str(stick)) == 1
    assert "“坏.ack”不是枫桥工作台的文件" in capsys.readouterr().err


def test_a_pc_enrolled_before_sticks_learns_the_key_with_the_next_greeting(
    data: Path, tmp_path: Path
) -> None:
    desk = open_desk(data, "王调解", PASSWORD)
    with closing(desk), DistrictServer(tmp_path / "district") as server:
        log = StickLog(desk.database)
        known = log.state().server_seal_key
        with desk.database.write() as connection:
            connection.execute(update(device).values(server_seal_key=None))
        assert run_stick_out_refused(desk, tmp_path)
        desk.settings = desk.settings.with_changes(district_url=server.url)
        district = district_of(desk)
        assert district is not None
        with district:
            assert rounds_of(desk, district).run().state == "idle"
        assert log.state().server_seal_key == known
        log.learn("not base64")
        log.learn("YWJj")
        assert log.state().server_seal_key == known


def run_stick_out_refused(desk, folder: Path) -> bool:
    from app.commands.desk_stick import DeskStick
    from app.sync.stick import StickRefused

    with pytest.raises(StickRefused, match="还没有区里的U盘密钥"):
        DeskStick(desk).export(folder)
    return True


def test_an_attached_file_goes_along_and_counts_as_sent_once_the_answer_is_imported(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick, content = tmp_path / "stick", real_files.jpeg()
    stick.mkdir()
    with closing(open_desk(data, "王调解", PASSWORD)) as desk:
        file = desk.attachments.add(content, "门口.jpg")
        visit = SAMPLES["service_visit"]() | {"photos": [file]}
        desk.store.save(RECORD_TYPES["service_visit"], visit, by="王调解", record_id=str(uuid7()))
    for _ in range(2):
        assert run(data, "stick-out", str(stick)) == 0
        assert "导出 4 条和 1 个附件" in capsys.readouterr().out
    assert main(["district", "--folder", str(tmp_path / "district"), "--take-stick", str(stick)]) == 0
    assert "附件 1 个" in capsys.readouterr().out
    assert run(data, "stick-in", str(stick)) == 0
    with closing(open_desk(data, "王调解", PASSWORD)) as desk:
        assert transfers_of(desk).underway().up == 0
    database = open_database(None, tmp_path / "district")
    held = services_of(database).blobs.states(STATION, [file.sha256])
    database.close()
    assert held[file.sha256].complete
