"""A server that answers as S3 does, in a thread, and fails as the test says.

It looks at no signature: `tests/integration/test_buckets.py` has a server that does.
"""

from collections import Counter
from http.server import BaseHTTPRequestHandler
from typing import Literal, TypeAlias
from urllib.parse import unquote

from tests.http_server import HttpServer

Mode: TypeAlias = Literal[
    "well", "status 503", "refuses", "hangs", "drips", "cuts", "no bucket", "once 503"
]

_ERROR = '<?xml version="1.0"?><Error><Code>{}</Code><Message>said</Message></Error>'


class BucketServer(HttpServer):
    """One bucket, `invoices`."""

    def __init__(self) -> None:
        self.mode: Mode = "well"
        self.objects: dict[str, bytes] = {}
        self.media_types: dict[str, str | None] = {}
        self.asked: Counter[str] = Counter()
        """How often each method was asked for."""
        super().__init__()
        self.endpoint = self.url

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.command == "PUT":
            self._put(request)
        else:
            self._get(request)

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
                if self.gone.wait(0.1):
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
                self.gone.wait()
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
