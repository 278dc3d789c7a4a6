"""A registry behind something that asks for a login, as most are where it counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from connectors.settings import Registry


@contextmanager
def guarded(registry: Registry, wanted: str) -> Iterator[str]:
    """The address of the registry behind a server that wants this `Authorization`."""
    behind = urlsplit(str(registry.url))
    handler = type("Handler", (_Guard,), {"behind": f"http://{behind.netloc}", "wanted": wanted})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{behind.path}"
        finally:
            server.shutdown()


class _Guard(BaseHTTPRequestHandler):
    behind: str
    wanted: str

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        if self.headers.get("Authorization") != self.wanted:
            self._answer(401, b'{"error_code": 401, "message": "Unauthorized"}')
            return
        headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
        asked = Request(self.behind + self.path, body, headers, method=self.command)
        try:
            with urlopen(asked, timeout=30) as answer:
                self._answer(answer.status, answer.read())
        except HTTPError as error:
            self._answer(error.code, error.read())

    do_GET = do_POST = do_PUT = _pass_on  # noqa: N815

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
