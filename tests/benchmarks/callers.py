"""Partners on kept-alive connections, as cheap as they can be: what they cost is taken from the service's machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

CALLERS = 64


class Connection:
    """One caller's connection; sends the next request when the answer to the last one has come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1024 * 1024))

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status."""
        status, _ = await self.answer(path, headers, body)
        return status

    async def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\n{told}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode())
        self._writer.write(body)
        await self._writer.drain()
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return int(answer[9:12]), await self._reader.readexactly(length)

    def close(self) -> None:
        self._writer.close()


async def post_for(
    seconds: float,
    port: int,
    path: str,
    headers: Callable[[], Mapping[str, str]],
    body: Callable[[], bytes],
    callers: int = CALLERS,
) -> int:
    """How many posts were answered with 201; all callers post for so long. Raises where one is answered otherwise."""
    connections = [await Connection.open(port) for _ in range(callers)]
    end = asyncio.get_running_loop().time() + seconds

    async def call(connection: Connection) -> int:
        count = 0
        while asyncio.get_running_loop().time() < end:
            status = await connection.post(path, headers(), body())
            assert status == 201, status
            count += 1
        return count

    counts = await asyncio.gather(*map(call, connections))
    for connection in connections:
        connection.close()
    return sum(counts)
