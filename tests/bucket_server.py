"""A server that answers as S3 does, in a thread, and fails as the test says.

It looks at no signature: `tests/integration/test_buckets.py` has a server that does.
"""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self, TypeAlias
from urllib.parse import unquote

Mode: TypeAlias = Literal[
    "well", "status 503", "refuses", "hangs", "drips", "cuts", "no bucket", "once 503"
]

_ERROR = '<?xml version="1.0"?><Error><Code>{}</Code><Message>said</Message></Error>'


class BucketServer:
    """One bucket, `invoices`."""

    def __init__(self) -> None:
        self.mode: Mode = "well"
        self.objects: dict[str, bytes] = {}
        self.media_types: dict[str, str | None] = {}
        self.asked: Counter[str] = Counter()
        """How often each method was asked for."""
        self._gone = threading.Event()
        there = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there._get(self)

            def do_PUT(self) -> None:
                there._put(self)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Clients may leave."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        self._server.shutdown()
        self._server.server_close()

    def _put(self, to: BaseHTTPRequestHandler) -> None:
        content = to.rfile.read(int(to.headers["Content-Length"]))
        if self._failed(to):
            return
        self.objects[unquote(to.path)] = content
        self.media_types[unquote(to.path)] = to.headers["Content-Type"]
        _answer(to, 200)

    def _get(self, to: BaseHTTPRequestHandler) -> None:
        if self._failed(to):
            return
        content = self.objects.get(unquote(to.path))
        if content is None:
            _answer(to, 404, _ERROR.format("NoSuchKey").encode())
        elif self.mode == "cuts":
            _headers(to, 200, len(content) + 1)
            to.wfile.write(content)
            to.close_connection = True
        elif self.mode == "drips":
            _headers(to, 200, len(content))
            for byte in content:
                to.wfile.write(bytes([byte]))
                if self._gone.wait(0.1):
                    return
        else:
            _answer(to, 200, content)

    def _failed(self, to: BaseHTTPRequestHandler) -> bool:
        """Fail at once, if that is what is to be done."""
        self.asked[to.command] += 1
        match self.mode:
            case "status 503":
                _answer(to, 503, _ERROR.format("SlowDown").encode())
            case "once 503" if self.asked.total() == 1:
                _answer(to, 503, _ERROR.format("SlowDown").encode())
            case "refuses":
                _answer(to, 403, _ERROR.format("AccessDenied").encode())
            case "no bucket":
                _answer(to, 404, _ERROR.format("NoSuchBucket").encode())
            case "hangs":
                self._gone.wait()
            case _:
                return False
        return True


def _answer(to: BaseHTTPRequestHandler, status: int, body: bytes = b"") -> None:
    _headers(to, status, len(body))
    to.wfile.write(body)


def _headers(to: BaseHTTPRequestHandler, status: int, length: int) -> None:
    to.send_response(status)
    to.send_header("Content-Length", str(length))
    to.send_header("ETag", '"1"')
    to.send_header("Last-Modified", "Thu, 26 Nov 2026 21:00:00 GMT")
    to.end_headers()
