"""A TCP proxy in front of a server: lets through, refuses, hangs, or is slow. Runs in a thread with its own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from pathlib import Path
from typing import Literal

Mode = Literal["ok", "refuse", "hang", "slow"]
SLOW = 0.3  # seconds, each way
BUFFER = 65536
SECONDS = 5.0  # for the loop to do what it is told


class Proxy:
    """Listens on a free port of the loopback address and carries to a port there, or to a Unix socket.

    `connections`: how many were made to it so far.
    """

    def __init__(self, to: int | Path) -> None:
        self._to = to
        self.connections = 0
        self._mode: Mode = "ok"
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._carriers: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self._thread.start()
        assert self._ready.wait(SECONDS)

    def set(self, mode: Mode) -> None:
        """From now on: "refuse" also breaks open connections; "hang" takes everything and answers nothing."""
        asyncio.run_coroutine_threadsafe(self._set(mode), self._loop).result(SECONDS)

    def close(self) -> None:
        """End it with all its connections."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _main(self) -> None:
        self._loop, self._stop, self._passes = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._passes.set()
        server = await asyncio.start_server(self._serve, sock=self._socket)
        self._ready.set()
        await self._stop.wait()
        server.close()
        await self._break()

    async def _set(self, mode: Mode) -> None:
        self._mode = mode
        self._passes.clear() if mode == "hang" else self._passes.set()
        if mode == "refuse":
            await self._break()

    async def _break(self) -> None:
        carriers = list(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        carrier = asyncio.create_task(self._connect(reader, writer))
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with contextlib.AsyncExitStack() as ends:
            ends.push_async_callback(_end, writer)
            if self._mode == "refuse":
                return
            there, back = await self._open()
            ends.push_async_callback(_end, back)
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._to, Path):
            return await asyncio.open_unix_connection(str(self._to))
        return await asyncio.open_connection("127.0.0.1", self._to)

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(BUFFER):
                await self._passes.wait()
                if self._mode == "slow":
                    await asyncio.sleep(SLOW)
                to.write(data)
                await to.drain()
        to.transport.abort()


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
