"""The district over HTTP: signed requests, signed answers, idle timeouts, TLS everywhere but on loopback."""

import base64
import hashlib
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.models.changes import Page
from app.models.digest import Tallies
from app.sync import envelope
from app.sync.blob_wire import BlobState, encoded_asked, states_of
from app.sync.frames import READS
from app.sync.protocol import (
    LIMITED,
    Enrolment,
    Header,
    Hello,
    NoAnswer,
    ProtocolError,
    Receipt,
    Refusal,
)
from app.sync.pull_page import decode_page
from app.sync.replies import digests_of, hello_of, receipt_of, refusal_of, tallies_of
from app.sync.strict_json import NotStrict, object_of

IDLE = 30.0
CONNECT = 10.0
LONGEST_ANSWER = 4 << 20
LONGEST_CA = 64 << 10
OUT_OF_TIME = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
Answer = TypeVar("Answer")
READING = f"reads={','.join(READS)}"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class InsecureAddress(ValueError):
    """The address would send records in the clear."""


class HttpDistrict:
    """The district at `enrolment.address`, for the PC that owns `key`.

    `ca` is the district's own certificate authority (PEM text); only it is trusted then.  `idle` is the
    longest silence on the line in seconds.  Raises InsecureAddress for plain http beyond loopback.
    """

    def __init__(
        self, enrolment: Enrolment, key: Ed25519PrivateKey, *, ca: str | None = None, idle: float = IDLE
    ) -> None:
        self._enrolment = enrolment
        self._key = key
        self._line = Line(enrolment.address, ca=ca, idle=idle)

    def hello(self, acked_seq: int) -> Hello:
        """See District.hello."""
        return self._read(hello_of, self._answer("GET", "/v1/hello", acked_seq, b""))

    def push(self, header: Header, body: bytes) -> Receipt:
        """See District.push."""
        return self._read(receipt_of, self._answer("POST", "/v1/push", header.first, body))

    def pull(self, cursor: str) -> Page:
        """See Source.pull."""
        return self._read(
            decode_page, self._answer("GET", f"/v1/pull?cursor={quote(cursor)}&{READING}", 0, b"")
        )

    def record(self, record_id: str) -> Page:
        """See Source.record."""
        return self._read(decode_page, self._answer("GET", f"/v1/pull?record={record_id}&{READING}", 0, b""))

    def tallies(self) -> Tallies:
        """See Stock.tallies."""
        return self._read(tallies_of, self._answer("GET", "/v1/digest", 0, b""))

    def digests(self, type_code: str, month: str) -> dict[str, int]:
        """See Stock.digests."""
        found: dict[str, int] = {}
        after, more = "", True
        while more:
            asked = f"/v1/digest?type={quote(type_code)}&month={quote(month)}&after={after}"
            listed, more = self._read(digests_of, self._answer("GET", asked, 0, b""))
            more = more and bool(listed)
            found |= listed
            after = max(listed, default="")
        return found

    def blob_states(self, digests: Sequence[str]) -> dict[str, BlobState]:
        """See BlobDistrict.blob_states."""
        return self._read(states_of, self._answer("POST", "/v1/blobs", 0, encoded_asked(digests)))

    def send_piece(self, digest: str, offset: int, length: int, piece: bytes) -> BlobState:
        """See BlobDistrict.send_piece."""
        asked = f"/v1/blobs/{digest}?offset={offset}&length={length}"
        said = self._read(states_of, self._answer("PATCH", asked, 0, piece)).get(digest)
        if said is None:
            raise NoAnswer("not_the_district")
        return said

    def fetch_piece(self, digest: str, offset: int, length: int) -> bytes:
        """See BlobDistrict.fetch_piece."""
        asked = f"/v1/blobs/{digest}?offset={offset}&length={length}"
        piece = self._answer("GET", asked, 0, b"")
        if not 0 < len(piece) <= length:
            raise NoAnswer("not_the_district")
        return piece

    def begin_epoch(self) -> None:
        """See Source.begin_epoch."""
        self._answer("POST", "/v1/epoch", 0, b"")

    def interrupt(self) -> None:
        """Break off whatever is under way, from another thread; every later request fails as interrupted."""
        self._line.interrupt()

    def close(self) -> None:
        """Give the connection back."""
        self._line.close()

    def __enter__(self) -> "HttpDistrict":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, method: str, path: str, seq: int, body: bytes) -> bytes:
        who = self._enrolment
        asked = envelope.Asked(method, path, who.device, who.epoch, seq)
        headers = envelope.request_headers(self._key, asked, body)
        signature = base64.b64decode(headers[envelope.SIGNATURE])
        status, said, content = self._line.exchange(method, path, headers, body)
        answered = envelope.Answered(who.server, status, signature, content)
        if not envelope.reply_is_genuine(said, who.server_key, answered):
            raise _unsigned(status, said, len(body))
        if status != 200:
            raise self._read(partial(refusal_of, status), content)
        return content

    def _read(self, form: Callable[[bytes], Answer], content: bytes) -> Answer:
        try:
            return form(content)
        except ProtocolError as error:
            raise NoAnswer("not_the_district", error.code) from error


class Line:
    """One kept-alive connection and the plain exchange over it; every failure is a NoAnswer."""

    def __init__(self, address: str, *, ca: str | None, idle: float) -> None:
        parts = urlsplit(address)
        local = parts.hostname in LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise InsecureAddress("区服务器的地址必须以 https:// 开头。")
        # Without TLS (loopback only) the list of trusted authorities is not read: 0.07 s a connection.
        verify: ssl.SSLContext | bool = parts.scheme == "https"
        if ca is not None:
            verify = ssl.create_default_context(cadata=ca)
        self._address = address.rstrip("/")
        self._interrupted = threading.Event()
        self._stream: Any = None
        self._client = httpx.Client(
            verify=verify,
            timeout=httpx.Timeout(idle, connect=min(CONNECT, idle)),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60.0),
            follow_redirects=False,
            trust_env=not local,
        )

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and at most 4 MiB of body.  Raises NoAnswer."""
        if self._interrupted.is_set():
            raise NoAnswer("interrupted")
        extensions = {"trace": self._trace}
        try:
            with self._client.stream(
                method, self._address + path, headers=dict(headers), content=body, extensions=extensions
            ) as response:
                return response.status_code, response.headers, _bounded(response)
        except httpx.TimeoutException as error:
            connecting = isinstance(error, httpx.ConnectTimeout)
            raise NoAnswer("offline" if connecting else "timeout", str(error)) from error
        except httpx.ConnectError as error:
            raise NoAnswer(_not_trusted(error) or "offline", str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            code = "interrupted" if self._interrupted.is_set() else "reset"
            raise NoAnswer(code, str(error)) from error

    def interrupt(self) -> None:
        """Shut the socket under a request of another thread."""
        self._interrupted.set()
        stream = self._stream
        if stream is not None:
            socket = stream.get_extra_info("socket")
            try:
                socket.shutdown(2)
            except (OSError, AttributeError):
                return

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = info.get("return_value")
            if self._interrupted.is_set():
                self.interrupt()


def enrol(
    address: str,
    code: str,
    key: Ed25519PrivateKey,
    *,
    device: str,
    epoch: int = 1,
    label: str,
    app: str = "",
    ca: str | None = None,
) -> Enrolment:
    """Register this PC (its own UUID `device`, in life `epoch`) with a one-time code of the district.

    `label` is how the district's page names the PC.  Raises NoAnswer, InsecureAddress, or Refusal: 403
    wrong_code, 422 device_known when the id belongs to another key.
    """
    public_key = key.public_key().public_bytes_raw()
    asked = {"code": code, "public_key": base64.b64encode(public_key).decode(), "label": label, "app": app}
    body = orjson.dumps(asked)
    headers = envelope.request_headers(key, envelope.Asked("POST", "/v1/enrol", device, epoch, 0), body)
    line = Line(address, ca=ca, idle=IDLE)
    try:
        status, said, content = line.exchange("POST", "/v1/enrol", headers, body)
    finally:
        line.close()
    signature = base64.b64decode(headers[envelope.SIGNATURE])
    enrolment = _enrolment_of(status, content, address)
    answered = envelope.Answered(enrolment.server, status, signature, content)
    if not envelope.reply_is_genuine(said, enrolment.server_key, answered):
        raise NoAnswer("portal")
    return enrolment


def fetch_ca(address: str, fingerprint: str) -> str:
    """The certificate authority (PEM) the district at `address` publishes, proved by its SHA-256 (hex, of the DER).

    The line is not trusted yet: what comes over it is believed only because the invitation named its digest.
    Raises NoAnswer; NoAnswer "certificate" where the digest is another.
    """
    unproved = ssl.create_default_context()
    unproved.check_hostname = False
    unproved.verify_mode = ssl.CERT_NONE
    try:
        with httpx.Client(verify=unproved, timeout=CONNECT, trust_env=False) as client:
            response = client.get(address.rstrip("/") + "/v1/ca")
        pem = response.text if response.status_code == 200 and len(response.content) < LONGEST_CA else ""
        proved = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() == fingerprint
    except httpx.HTTPError as error:
        raise NoAnswer("offline", str(error)) from error
    except ValueError as error:
        raise NoAnswer("not_the_district") from error
    if not proved:
        raise NoAnswer("certificate")
    return pem


def _enrolment_of(status: int, content: bytes, address: str) -> Enrolment:
    try:
        answer = object_of(content)
        if status != 200:
            raise refusal_of(status, content)
        return Enrolment(
            device=str(answer["device"]),
            station=str(answer["station"]),
            epoch=int(answer["epoch"]),
            server=str(answer["server"]),
            server_key=base64.b64decode(answer["server_key"], validate=True),
            address=address,
            segment=int(answer["segment"]),
            seal_key=base64.b64decode(answer.get("seal_key", ""), validate=True),
        )
    except (NotStrict, ProtocolError, KeyError, TypeError, ValueError) as error:
        raise NoAnswer("portal") from error


def _not_trusted(error: BaseException) -> str:
    """Why a certificate was refused, as a code of NoAnswer; "" where that was not the trouble."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate_time" if cause.verify_code in OUT_OF_TIME else "certificate"
        cause = cause.__cause__ or cause.__context__
    return ""


def _bounded(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > LONGEST_ANSWER:
            raise NoAnswer("not_the_district")
        parts.append(part)
    return b"".join(parts)


def _unsigned(status: int, headers: Mapping[str, str], sent: int) -> NoAnswer | Refusal:
    """What an answer without the district's signature means: somebody on the way spoke, nothing was receipted.

    A limit somebody on the way names is told from the district's own; it cannot be one where nothing was sent.
    """
    if envelope.SIGNATURE in headers:
        return NoAnswer("not_the_district")
    if status == 413 and sent:
        return Refusal(413, LIMITED)
    stated = headers.get("retry-after", "")
    wait = float(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else None
    if status == 429 or status >= 500:
        return NoAnswer("busy", retry_after=wait)
    return NoAnswer("portal")
