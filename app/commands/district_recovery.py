"""Getting in again with the help of the district's offline key: ask, carry the file, and set a new password."""

import base64
import secrets
from argparse import Namespace
from contextlib import closing
from pathlib import Path

import orjson

from app.commands.desk import open_with_key
from app.commands.sign_in import new_password
from app.safe_file import write_safely
from app.security.keyslots import KeySlots
from app.security.passwords import password_problems
from app.security.recovery_request import RecoveryRefused, RecoveryRequest, opened_answer
from app.security.sealed_box import new_private_key, public_key_of

PENDING = "recovery-request.json"


def recover_with_district_key(arguments: Namespace) -> int:
    """Write a request for the holder of the district's key, or use their answer."""
    if arguments.request is not None:
        check = ask(arguments.data, arguments.user, arguments.request)
        print(f"申请已写到 {arguments.request}，请交给区里保管离线密钥的人。核对码：{check}")
        return 0
    if arguments.answer is None:
        raise RecoveryRefused("请用 --request 写出申请，或用 --answer 指明区里的答复文件。")
    use(
        arguments.data,
        arguments.user,
        arguments.answer.read_bytes(),
        new_password(arguments.new_password_file),
    )
    print(f"已为“{arguments.user}”设好新口令。申请和答复都已作废。")
    return 0


def ask(folder: Path, user: str, target: Path) -> str:
    """Write a request and remember its one-time key; answers the digits to read out.

    Raises RecoveryRefused, KeyFileError, OSError.
    """
    sealed = KeySlots.open(folder).sealed_to_district()
    if sealed is None:
        raise RecoveryRefused(
            "本机还没有按区里的离线密钥封存过，不能用这个办法。请用打印的恢复码，或从备份恢复。"
        )
    private = new_private_key()
    request = RecoveryRequest(
        secrets.token_hex(4), user, sealed[0], _text(sealed[1]), _text(public_key_of(private))
    )
    pending = {"private": _text(private), "request": request.content.decode()}
    write_safely(folder / PENDING, orjson.dumps(pending))
    write_safely(target, request.content)
    return request.check


def use(folder: Path, user: str, answer: bytes, password: str) -> None:
    """Open the data with an answer and give the user a new password; the answer opens nothing again.

    Raises RecoveryRefused and what `open_with_key` raises.
    """
    try:
        pending = orjson.loads((folder / PENDING).read_bytes())
        request = RecoveryRequest.read(pending["request"].encode())
        private = base64.b64decode(pending["private"])
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise RecoveryRefused("本机没有待答复的申请，数据没有改动。请先写出申请。") from error
    if request.user != user:
        raise RecoveryRefused(f"申请是为“{request.user}”写的，数据没有改动。请用这个用户名。")
    problems = password_problems(password, names=(user,))
    if problems:
        raise RecoveryRefused(problems[0])
    dek = opened_answer(request, private, answer)
    with closing(open_with_key(folder, user, dek, recovering=True)) as desk:
        KeySlots.open(folder).set_password(user, password, dek)
        desk.note("recover", "district")
    (folder / PENDING).unlink(missing_ok=True)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
