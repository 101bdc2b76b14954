"""The command line as an administrator uses it: a process of its own, sentences, exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from real_files import jpeg
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands.desk import found_desk
from app.commands.desk_line import enrol_desk
from app.district.server import DistrictServer
from app.models.registry import RECORD_TYPES

ROOT = Path(__file__).parents[2]
USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


def run(*words, folder=None, text=None):
    command = [sys.executable, str(ROOT / "main.py")]
    if folder is not None:
        command += ["--data", str(folder)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        [*command, *map(str, words)],
        capture_output=True,
        text=True,
        input=text or "",
        env=environment,
        check=False,
    )


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """A founded, enrolled station with one record of each type, its district, and the password file."""
    folder = tmp_path_factory.mktemp("station")
    password = folder / "password.txt"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    with DistrictServer(tmp_path_factory.mktemp("district")) as district:
        desk, _ = found_desk(
            folder / "data", station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
        )
        for code, record_type in RECORD_TYPES.items():
            desk.store.save(record_type, SAMPLES[code](), by=USER, record_id=str(uuid7()))
        enrol_desk(desk, district.url, district.open_code("511421125201", "鹰头村"))
        desk.close()
        yield folder / "data", password


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_list_and_show_answer_json(station, code):
    folder, password = station
    listed = run("list", code, "--password-file", password, folder=folder)
    assert listed.returncode == 0, listed.stderr
    (row,) = orjson.loads(listed.stdout)
    shown = orjson.loads(run("show", row["id"], "--password-file", password, folder=folder).stdout)
    assert shown["type"] == code
    assert [change["act"] for change in shown["history"]] == ["create"]
    assert (
        orjson.loads(
            run("list", code, "--search", "无此人", "--password-file", password, folder=folder).stdout
        )
        == []
    )


def test_print_writes_the_agreement(station, tmp_path):
    folder, password = station
    out = tmp_path / "协议.pdf"
    printed = run(
        "print",
        "〔2026〕鹰头人调字第001号",
        "agreement",
        "-o",
        out,
        "--password-file",
        password,
        folder=folder,
    )
    assert printed.returncode == 0, printed.stderr
    assert out.read_bytes().startswith(b"%PDF-")
    missing = run(
        "print", "无此号", "agreement", "-o", tmp_path / "x.pdf", "--password-file", password, folder=folder
    )
    assert (missing.returncode, (tmp_path / "x.pdf").exists()) == (1, False)
    assert "请核对" in missing.stderr


def test_sync_sends_everything_once_and_verify_finds_no_fault(station):
    folder, password = station
    first = run("sync", "--password-file", password, folder=folder)
    assert first.returncode == 0, first.stdout + first.stderr
    assert f"本次上报 {len(RECORD_TYPES)} 条，收到 0 条，未上报 0 条" in first.stdout
    assert "本次上报 0 条" in run("sync", "--password-file", password, folder=folder).stdout
    checked = run("verify", "--password-file", password, folder=folder)
    assert (checked.returncode, "完好" in checked.stdout) == (0, True), checked.stdout


def test_reconcile_says_both_counts_and_names_what_differs(station):
    folder, password = station
    run("sync", "--password-file", password, folder=folder)
    compared = run("reconcile", "--password-file", password, folder=folder)
    assert compared.returncode == 0, compared.stdout + compared.stderr
    count = len(RECORD_TYPES)
    assert compared.stdout == f"本站 {count} 条，区里 {count} 条。\n"


def test_import_reports_and_sets_the_exit_code(station, tmp_path):
    folder, password = station
    file = tmp_path / "in.jsonl"
    file.write_text('{"type":"resident","name":"王小二"}\n{"type":"resident"}\n', encoding="utf-8")
    done = run("import", file, "--password-file", password, folder=folder)
    assert done.returncode == 1
    assert "新增 1 条" in done.stdout
    assert "第 2 行 name：请填写姓名。" in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["verify"], "没有终端可以输入口令"),
        (["verify", "--password-file", "无此文件"], "无此文件"),
        (["verify", "--user", "别人", "--password-file", "PASSWORD"], "用户名或口令不对"),
    ],
)
def test_who_cannot_sign_in_gets_one_sentence(station, words, sentence):
    folder, password = station
    refused = run(*[password if word == "PASSWORD" else word for word in words], folder=folder)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_empty_folder_has_no_keys(tmp_path):
    refused = run("verify", "--user", "x", "--password-file", __file__, folder=tmp_path)
    assert (refused.returncode, "找不到密钥文件" in refused.stderr) == (2, True)


def test_a_password_is_never_an_argument():
    assert "--password " not in run("list", "--help").stdout


def test_verify_names_an_attachment_that_is_gone(tmp_path):
    password = tmp_path / "password.txt"
    password.write_text(PASSWORD, encoding="utf-8")
    folder = tmp_path / "data"
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    photo = desk.attachments.add(jpeg(), "现场.jpg")
    visit = RECORD_TYPES["service_visit"]
    desk.store.save(visit, SAMPLES[visit.code](photos=[photo]), by=USER, record_id=str(uuid7()))
    desk.close()
    whole = run("verify", "--password-file", password, folder=folder)
    assert (whole.returncode, "附件都完好" in whole.stdout) == (0, True)
    (folder / "attachments" / photo.sha256[:2] / photo.sha256).unlink()
    broken = run("verify", "--password-file", password, folder=folder)
    assert (broken.returncode, broken.stdout) == (1, f"附件 {photo.sha256[:12]} 不在数据文件夹里。\n")


def test_a_paper_printed_for_signature_is_known_again_by_its_code_and_by_its_scan(tmp_path):
    folder, password = tmp_path / "data", tmp_path / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    case = RECORD_TYPES["mediation_case"]
    saved = desk.store.save(case, SAMPLES[case.code](), by=USER, record_id=str(uuid7()))
    desk.close()
    pdf, number = tmp_path / "协议.pdf", saved.values["number"]
    signed = ("--password-file", password)
    made = run("print", number, "agreement", "--for-signature", "-o", pdf, *signed, folder=folder)
    assert made.returncode == 0, made.stderr
    known = run("verify", "--paper", pdf, *signed, folder=folder)
    assert known.returncode == 0, known.stderr
    assert "第1版，内容没有变动" in known.stdout
    forged = f"人民调解协议书 {number} 第1版 校验 {'0' * 24}"
    other = run("verify", "--paper", forged, *signed, folder=folder)
    assert other.returncode == 1
    assert "不符" in other.stdout
    assert "认不出" in run("verify", "--paper", password, *signed, folder=folder).stderr
    cover = run("print", number, "cover", "--for-signature", "-o", pdf, *signed, folder=folder)
    assert cover.returncode == 1
    assert "不需要定稿" in cover.stderr
