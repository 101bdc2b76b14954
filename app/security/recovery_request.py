"""The way back with the district's offline key: a station asks, the holder of the key answers that station alone."""

import base64
import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from app.security.sealed_box import SealBroken, seal, unseal

FORM = "fengqiao recovery request 1"


class RecoveryRefused(Exception):
    """A request or an answer cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True)
class RecoveryRequest:
    """What a station asks: its sealed slot, for whom, and the one-time public key the answer is sealed to."""

    id: str
    user: str
    district_key: str
    sealed: str
    reply_to: str
    form: str = FORM

    @classmethod
    def read(cls, content: bytes) -> "RecoveryRequest":
        """Raises RecoveryRefused."""
        try:
            said = orjson.loads(content)
            request = cls(**{name: str(said[name]) for name in cls.__dataclass_fields__})
        except (ValueError, KeyError, TypeError) as error:
            raise RecoveryRefused("这不是恢复申请文件，请让站点重新生成。") from error
        if request.form != FORM:
            raise RecoveryRefused("这份恢复申请是别的版本生成的，请让站点重新生成。")
        return request

    @property
    def content(self) -> bytes:
        """The file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @property
    def check(self) -> str:
        """Eight digits both sides read to each other, so that nobody swaps the request on its way."""
        number = int.from_bytes(hashlib.sha256(self.content).digest()[:8], "big") % 10**8
        return f"{number:08d}"[:4] + "-" + f"{number:08d}"[4:]

    @property
    def purpose(self) -> bytes:
        """What the answer is bound to."""
        return f"recovery answer|{self.id}|{self.user}|{self.district_key}".encode()


def answered(request: RecoveryRequest, private_key: bytes) -> dict[str, Any]:
    """The answer of whoever holds the district's key.  Raises RecoveryRefused."""
    slot = f"database key|district|{request.district_key}".encode()
    try:
        dek = unseal(private_key, base64.b64decode(request.sealed, validate=True), slot)
        box = seal(base64.b64decode(request.reply_to, validate=True), dek, request.purpose)
    except (SealBroken, ValueError) as error:
        raise RecoveryRefused("这份申请不是用这把密钥封的，没有生成答复。请核对是哪一年的密钥。") from error
    return {"form": FORM, "sealed": base64.b64encode(box).decode()}


def opened_answer(request: RecoveryRequest, private_key: bytes, content: bytes) -> bytes:
    """The key of the database out of an answer.  Raises RecoveryRefused."""
    try:
        box = base64.b64decode(orjson.loads(content)["sealed"], validate=True)
        return unseal(private_key, box, request.purpose)
    except (SealBroken, ValueError, KeyError, TypeError) as error:
        raise RecoveryRefused("这份答复不是给这次申请的，数据没有改动。请用最近一次申请的答复。") from error
