"""A TCP proxy on loopback that can stall, cut and slow down what it forwards."""

import asyncio
import contextlib
import threading

BLOCK_BYTES = 64 * 1024
SLOW_BLOCKS_PER_S = 10


class FaultProxy:
    """Forwards from a port of its own to `target_port`. All methods may be called
    from any thread; a fault holds until heal()."""

    def __init__(self, target_port):
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._writers = set()
        self._refuse = False
        self._bytes_per_s = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._listen())

    def stall(self):
        """Connections stay, and nothing passes."""
        self._call(self._change(flowing=False))

    def cut(self):
        """Connections are closed, and new ones at once after they were taken."""
        self._call(self._change(refuse=True))

    def slow(self, bits_per_s):
        """Each direction of each connection is that slow."""
        self._call(self._change(bytes_per_s=bits_per_s // 8))

    def heal(self):
        self._call(self._change())

    def close(self):
        self._call(self._change(refuse=True))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _listen(self):
        self._flowing = asyncio.Event()
        self._flowing.set()
        server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def _change(self, flowing=True, refuse=False, bytes_per_s=None):
        (self._flowing.set if flowing else self._flowing.clear)()
        self._refuse = refuse
        self._bytes_per_s = bytes_per_s
        if refuse:
            for writer in list(self._writers):
                writer.transport.abort()

    async def _forward(self, reader, writer):
        self._writers.add(writer)
        try:
            if self._refuse:
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1",
                                                                       self._target_port)
            self._writers.add(there_writer)
            await asyncio.gather(self._pump(reader, there_writer),
                                 self._pump(there_reader, writer))
        except OSError:
            pass  # The target is away: the caller sees a closed connection.
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader, writer):
        with contextlib.suppress(OSError):
            while True:
                block = await reader.read(self._block_bytes())
                await self._flowing.wait()
                if not block:
                    break
                if self._bytes_per_s:
                    await asyncio.sleep(len(block) / self._bytes_per_s)
                writer.write(block)
                await writer.drain()
        self._writers.discard(writer)
        writer.transport.abort()

    def _block_bytes(self):
        return self._bytes_per_s // SLOW_BLOCKS_PER_S if self._bytes_per_s else BLOCK_BYTES
