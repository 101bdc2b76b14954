"""The district's address as a person types it: can it be one, and would records travel encrypted."""

from urllib.parse import SplitResult, urlsplit

from PySide6.QtCore import QCoreApplication

# Where no line leaves the PC there is nothing to overhear: the demonstration's own server.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def address_problem(url: str) -> str:
    """What is wrong with an address, in one sentence; "" when it can be tried."""
    parts = _parts(url)
    if parts is None:
        return QCoreApplication.translate(
            "Address", "地址不对。请照区里给的填写，样子是 https://名称 或 https://名称:端口。"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return QCoreApplication.translate(
            "Address", "这个地址不加密，记录会被人看到。请用 https:// 开头的地址，没有就向区里要。"
        )
    return ""


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if sound else None
