"""Reads a request's body, never more of it than allowed."""

from starlette.requests import Request

from app.sync.protocol import Refusal


async def body_of(request: Request, limit: int) -> bytes:
    """The whole body, never more than `limit` bytes of it in memory.  Raises Refusal 413 too_large."""
    stated = request.headers.get("content-length", "0")
    if stated.isascii() and stated.isdigit() and int(stated[:12]) > limit:
        raise Refusal(413, "too_large")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Refusal(413, "too_large")
        parts.append(part)
    return b"".join(parts)
