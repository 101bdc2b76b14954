"""Attached files on their way, in words."""

from app.store.blob_counts import Underway

REASONS = {
    "missing_here": "本机的这个附件文件丢失或损坏，没有上报；手上还有原文件的，请打开记录再添加一次",
    "blob_too_large": "超过区里允许的大小，没有上报；请降低扫描清晰度或分成几个文件，打开记录换上",
    "wrong_type": "区里不收这种文件，没有送到；请存为照片、扫描件或 PDF 再添加",
    "wrong_content": "送到的内容与原来的不一致，没有收下；请稍后再试，仍不行请联系区里",
    "not_named": "区里没有写着这个附件的记录，没有上报；请与区里核对，然后再试",
    "no_room": "本机磁盘空间不够，没有取来；请清理出空间后再试",
}
OTHERWISE = "区里没有接收（{code}）；请联系区里，然后再试"


def reason_text(code: str) -> str:
    """Why a file does not go, and what to do."""
    return REASONS.get(code, OTHERWISE.format(code=code))


def files_text(left: Underway) -> str:
    """`未上报 3 个（12.4 MB），没有到本机 0 个`."""
    up = f"未上报 {left.up} 个" + (f"（{size_text(left.up_bytes)}）" if left.up else "")
    down = f"没有到本机 {left.down} 个" + (f"（{size_text(left.down_bytes)}）" if left.down else "")
    return f"{up}，{down}"


def size_text(size: float) -> str:
    """`3.4 MB`, `812 KB`: bytes as people say them."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, int(size) // 1024) if size else 0} KB"
