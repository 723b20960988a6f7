"""Stands between an operator and the API server, and fails as that one may:
each answer is a 500, or nobody listens. Speaks HTTP/1.1."""
import asyncio
import os
import re
import ssl
import threading

SERVER = ("127.0.0.1", 6443)
BODY = (b'{"kind":"Status","apiVersion":"v1","status":"Failure","code":500,'
        b'"reason":"InternalError","message":"etcdserver: no leader"}')
FAILURE = (b"HTTP/1.1 500 Internal Server Error\r\n"
           b"Content-Type: application/json\r\nConnection: close\r\n"
           b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY))


class FaultProxy:
    def __init__(self, port):
        pki = os.path.join(os.environ["SANDBOX_DIR"], "pki")
        self._port = port
        self._as_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._as_server.load_cert_chain(f"{pki}/apiserver.crt",
                                        f"{pki}/apiserver.key")
        self._as_server.set_alpn_protocols(["http/1.1"])
        self._as_client = ssl.create_default_context(cafile=f"{pki}/ca.crt")
        self._mode = None
        self._listener = None
        self._clients = set()
        self.refused = 0  # requests that were answered 500
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.be("passing")

    def be(self, mode):
        """passing, failing or gone. Ends all connections: a server that comes
        to such an end takes what is under way with it."""
        asyncio.run_coroutine_threadsafe(self._be(mode), self._loop).result(10)

    async def _be(self, mode):
        self._mode = mode
        if self._listener:
            self._listener.close()
            self._listener = None
        for client in list(self._clients):
            client.transport.abort()
        if mode != "gone":
            self._listener = await asyncio.start_server(
                self._serve, "127.0.0.1", self._port, ssl=self._as_server)

    async def _serve(self, reader, writer):
        self._clients.add(writer)
        try:
            if self._mode == "passing":
                await self._pass(reader, writer)
            elif self._mode == "failing":
                await self._refuse(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # somebody was cut off
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _refuse(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        # A close with unread bytes would take the answer away.
        await reader.readexactly(int(length[1]) if length else 0)
        self.refused += 1
        writer.write(FAILURE)
        await writer.drain()

    async def _pass(self, reader, writer):
        from_server, to_server = await asyncio.open_connection(
            *SERVER, ssl=self._as_client)
        ways = [asyncio.ensure_future(_copy(reader, to_server)),
                asyncio.ensure_future(_copy(from_server, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            to_server.close()


async def _copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
