"""The invitation a district gives a PC: address, one-time code and its certificate authority, as one line of text.

`fengqiao:enrol?url=https%3A%2F%2F…&code=ABCD-…&ca=<sha256>`: what the district's page draws as a QR code.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

PREFIX = "fengqiao:enrol?"
LONGEST = 600
_digest = re.compile(r"[0-9a-f]{64}").fullmatch
_code = re.compile(r"[0-9A-Za-z\- ]{1,60}").fullmatch


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where to register and with which code; `ca` is the SHA-256 (hex, of the DER) of the district's own CA, or ""."""

    address: str
    code: str
    ca: str = ""


class NotAnInvitation(ValueError):
    """The text is no invitation of a district; the sentence says so."""

    def __init__(self) -> None:
        super().__init__("这不是区里的登记码，没有登记。请对准区里给的二维码再扫，或手工填写地址和登记码。")


def invitation_text(invitation: Invitation) -> str:
    """The line as it is drawn or sent."""
    parts = {"url": invitation.address, "code": invitation.code, "ca": invitation.ca}
    return PREFIX + "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items() if value)


def invitation_of(text: str) -> Invitation:
    """The invitation a line says; raises NotAnInvitation for anything else."""
    text = text.strip()
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise NotAnInvitation
    try:
        said = parse_qs(text.removeprefix(PREFIX), strict_parsing=True, max_num_fields=3)
        (address,), (code,), (ca,) = said["url"], said["code"], said.get("ca", [""])
        parts = urlsplit(address)
    except (KeyError, ValueError) as error:
        raise NotAnInvitation from error
    sound = parts.scheme in ("http", "https") and parts.hostname and address.isprintable()
    if not sound or not _code(code) or (ca and not _digest(ca)):
        raise NotAnInvitation
    return Invitation(address.rstrip("/"), code, ca)
